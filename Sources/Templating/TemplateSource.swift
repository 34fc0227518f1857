/// A template as it was written.
package struct TemplateSource: Sendable {
    /// What errors call it.
    package let file: String
    package let text: String

    package init(file: String, text: String) {
        self.file = file
        self.text = text
    }

    /// A piece of it.
    enum Piece: Sendable {
        case text(ArraySlice<UInt8>)
        case tag(TemplateTag)
    }

    /// Its pieces in order, without the lines that tags alone take up (Mustache: standalone lines).
    func pieces() throws(TemplateError) -> [Piece] {
        do {
            return try read()
        } catch {
            throw TemplateError(file: file, line: error.line, reason: error.reason)
        }
    }

    private func read() throws(TemplateTag.Refusal) -> [Piece] {
        let bytes = Array(text.utf8)
        var pieces: [Piece] = []
        var (start, line) = (0, 1)
        while let opening = Self.pair(UInt8(ascii: "{"), in: bytes[start...]) {
            line += bytes[start..<opening].count { $0 == Self.newline }
            guard let closing = Self.pair(UInt8(ascii: "}"), in: bytes[(opening + 2)...]) else {
                throw TemplateTag.Refusal(line: line, reason: "{{ without }}")
            }
            let tag = try TemplateTag(String(decoding: bytes[opening + 2..<closing], as: UTF8.self), line: line)
            let own = tag.isStandalone ? Self.line(around: opening..<closing + 2, in: bytes) : nil
            if tag.kind == .partial, let own, own.lowerBound < opening {
                throw TemplateTag.Refusal(line: line, reason: "{{>\(tag.name)}} stands alone and is indented")
            }
            let taken = own ?? opening..<closing + 2
            if start < taken.lowerBound { pieces.append(.text(bytes[start..<taken.lowerBound])) }
            pieces.append(.tag(tag))
            line += bytes[opening..<taken.upperBound].count { $0 == Self.newline }
            start = taken.upperBound
        }
        if start < bytes.count { pieces.append(.text(bytes[start...])) }
        return pieces
    }

    private static let newline = UInt8(ascii: "\n")

    /// Where the first two of a byte stand.
    private static func pair(_ byte: UInt8, in bytes: ArraySlice<UInt8>) -> Int? {
        // A closure for each byte would be a good part of the start of a debug build.
        var index = bytes.startIndex
        while index < bytes.endIndex - 1 {
            if bytes[index] == byte, bytes[index + 1] == byte { return index }
            index += 1
        }
        return nil
    }

    /// The line of a tag with its end, nil where something else stands in it.
    private static func line(around tag: Range<Int>, in bytes: [UInt8]) -> Range<Int>? {
        func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        let start = bytes[..<tag.lowerBound].lastIndex { !isBlank($0) }.map { $0 + 1 } ?? 0
        let end = bytes[tag.upperBound...].firstIndex { !isBlank($0) } ?? bytes.endIndex
        guard start == 0 || bytes[start - 1] == newline, end == bytes.endIndex || bytes[end] == newline else {
            return nil
        }
        return start..<min(end + 1, bytes.endIndex)
    }
}
