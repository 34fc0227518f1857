/// One rendering of a template.
struct TemplateRendering {
    private let instructions: [Template.Instruction]
    private let names: [TemplateName]
    /// What stands between the tags, where it lies: a row has dozens of such pieces, and none of them is counted.
    private let texts: UnsafeBufferPointer<UInt8>
    /// The value, and below it those of the sections that are open.
    private var stack: [TemplateValue]
    private var output: [UInt8] = []

    init(_ template: Template, _ texts: UnsafeBufferPointer<UInt8>, of value: TemplateValue) {
        instructions = template.instructions
        names = template.names
        self.texts = texts
        stack = [value]
    }

    mutating func bytes() -> [UInt8] {
        // Room for the fifty rows of a list, so that what is there already is not moved again and again.
        output.reserveCapacity(16 * texts.count)
        follow(from: 0)
        return output
    }

    /// Follows the instructions to the end of a section, or to the end.
    private mutating func follow(from start: Int) {
        var index = start
        while index < instructions.count {
            let instruction = instructions[index]
            index += 1
            switch instruction.kind {
            case .text: write(texts[instruction.range])
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
            if let found = stack[depth].part(names[first]) {
                return instruction.range.count == 1 ? found : part(of: found, instruction.range.dropFirst())
            }
            depth -= 1
        }
        return .nothing
    }

    private func part(of value: TemplateValue, _ further: Range<Int>) -> TemplateValue {
        var value = value
        for index in further {
            guard let found = value.part(names[index]) else { return .nothing }
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

    private mutating func write(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) {
        output.append(contentsOf: UnsafeBufferPointer(rebasing: bytes))
    }

    private mutating func write(_ value: TemplateValue) {
        switch value {
        case .nothing, .list, .parts: break
        case .text(let text): HTMLText.append(text, to: &output)
        case .truth(let isSo): HTMLText.append(isSo ? "true" : "false", to: &output)
        case .reflected(let parts): HTMLText.append(parts.text, to: &output)
        case .markup(let html): output += html.utf8
        }
    }
}
