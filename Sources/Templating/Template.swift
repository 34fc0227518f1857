/// A template with all its parts, as a flat list of instructions.
package struct Template: Sendable {
    /// What is done next. Numbers alone, so that none of it is counted while it is followed.
    struct Instruction: Sendable {
        enum Kind: Sendable {
            case text, variable, section, inverted, end
        }

        let kind: Kind
        /// Which bytes, or which names on the way to the value; none for the value itself.
        let range: Range<Int>
        /// Where it goes on after a section.
        var next = 0
    }

    private(set) var instructions: [Instruction] = []
    private(set) var bytes: [UInt8] = []
    private(set) var names: [TemplateName] = []

    /// What it makes of a value, in UTF-8.
    package func bytes(of value: TemplateValue) -> [UInt8] {
        bytes.withUnsafeBufferPointer { texts in
            var rendering = TemplateRendering(self, texts, of: value)
            return rendering.bytes()
        }
    }

    /// Gives back the room that its lists grew into. Templates are kept for as long as the server runs.
    mutating func trim() {
        instructions = instructions.map(\.self)
        bytes = bytes.map(\.self)
        names = names.map(\.self)
    }

    mutating func append(_ text: ArraySlice<UInt8>) {
        let start = bytes.count
        bytes += text
        // A section ends with an instruction of its own, so nothing leads to the end of a text before this one.
        if let last = instructions.last, last.kind == .text {
            instructions[instructions.count - 1] = Instruction(kind: .text, range: last.range.lowerBound..<bytes.count)
        } else {
            instructions.append(Instruction(kind: .text, range: start..<bytes.count))
        }
    }

    mutating func append(_ kind: Instruction.Kind, _ path: [TemplateName] = []) {
        let start = names.count
        names += path
        instructions.append(Instruction(kind: kind, range: start..<names.count))
    }

    /// Says where it goes on after the section that begins at an instruction.
    mutating func end(_ section: Int) {
        append(.end)
        instructions[section].next = instructions.count
    }
}
