/// One rendering of a template.
struct TemplateRendering {
    private let template: Template
    /// The value, and below it those of the sections that are open.
    private var stack: [TemplateValue]
    private var output: [UInt8] = []

    init(_ template: Template, of value: TemplateValue) {
        self.template = template
        stack = [value]
    }

    mutating func text() -> String {
        output.reserveCapacity(2 * template.bytes.count)
        follow(from: 0)
        return String(decoding: output, as: UTF8.self)
    }

    /// Follows the instructions to the end of a section, or to the end.
    private mutating func follow(from start: Int) {
        var index = start
        while index < template.instructions.count {
            let instruction = template.instructions[index]
            index += 1
            switch instruction.kind {
            case .text: output += template.bytes[instruction.range]
            case .variable: write(value(of: instruction))
            case .end: return
            case .section:
                show(value(of: instruction), from: index)
                index = instruction.next
            case .inverted:
                if Self.isNothing(value(of: instruction)) { follow(from: index) }
                index = instruction.next
            }
        }
    }

    /// What a name means: a part of the innermost value that has it, and of that on by the further names.
    private func value(of instruction: Template.Instruction) -> TemplateValue {
        guard let first = instruction.range.first else { return stack.last ?? .nothing }
        var depth = stack.count - 1
        while depth >= 0 {
            if let found = stack[depth].part(template.names[first]) {
                return instruction.range.count == 1 ? found : part(of: found, instruction.range.dropFirst())
            }
            depth -= 1
        }
        return .nothing
    }

    private func part(of value: TemplateValue, _ names: Range<Int>) -> TemplateValue {
        var value = value
        for index in names {
            guard let found = value.part(template.names[index]) else { return .nothing }
            value = found
        }
        return value
    }

    private mutating func show(_ value: TemplateValue, from start: Int) {
        switch value {
        case .nothing, .truth(false): break
        case .truth(true): follow(from: start)
        case .list(let items): for item in items { show(inside: item, from: start) }
        case .text, .parts, .reflected, .markup: show(inside: value, from: start)
        }
    }

    private mutating func show(inside value: TemplateValue, from start: Int) {
        stack.append(value)
        follow(from: start)
        stack.removeLast()
    }

    private static func isNothing(_ value: TemplateValue) -> Bool {
        switch value {
        case .nothing, .truth(false): true
        case .list(let items): items.isEmpty
        case .truth(true), .text, .parts, .reflected, .markup: false
        }
    }

    private mutating func write(_ value: TemplateValue) {
        switch value {
        case .nothing, .list, .parts: break
        case .text(let text): escape(text)
        case .truth(let isSo): escape(isSo ? "true" : "false")
        case .reflected(let parts): escape(parts.text)
        case .markup(let html): output += html.utf8
        }
    }

    /// Writes a text with every byte escaped that means something in HTML, wherever it stands (threat P3). By bytes: a quotation
    /// mark that a combining character follows is another character, and ends an attribute all the same.
    private mutating func escape(_ text: String) {
        var text = text
        text.withUTF8 { bytes in
            var start = 0
            for index in bytes.indices {
                guard let escaped = Self.escaped(bytes[index]) else { continue }
                output += bytes[start..<index]
                escaped.withUTF8Buffer { output += $0 }
                start = index + 1
            }
            output += bytes[start...]
        }
    }

    private static func escaped(_ byte: UInt8) -> StaticString? {
        switch byte {
        case UInt8(ascii: "&"): "&amp;"
        case UInt8(ascii: "<"): "&lt;"
        case UInt8(ascii: ">"): "&gt;"
        case UInt8(ascii: "\""): "&quot;"
        case UInt8(ascii: "'"): "&#39;"
        default: nil
        }
    }
}
