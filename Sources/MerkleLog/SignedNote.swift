import TextForms

/// A text with signatures under it (C2SP signed-note): the text, an empty line, and a line for each signature.
package struct SignedNote: Hashable, Sendable {
    /// A line below the text.
    package struct Signature: Hashable, Sendable {
        /// Whose it is.
        package let name: String
        /// The 4 bytes by which its key is told from others of the name, and then the signature itself.
        package let bytes: [UInt8]
    }

    private static let dash = "\u{2014} "

    /// What is signed: lines, the last one ended, too.
    package let text: String
    package let signatures: [Signature]

    /// A text with one signature by Ed25519.
    ///
    /// - Parameters:
    ///   - text: Not empty, and ended by a line break.
    ///   - sign: Signs bytes with the private half of the key.
    package init(_ text: String, as key: NoteKey, by sign: ([UInt8]) throws -> [UInt8]) rethrows {
        self.text = text
        signatures = [Signature(name: key.name, bytes: key.identifier + (try sign(Array(text.utf8))))]
    }

    /// The note that `written` is, nil for what is none.
    package init?(parsing written: String) {
        let bytes = Array(written.utf8)
        let newline = UInt8(ascii: "\n")
        guard bytes.last == newline, !bytes.contains(where: { $0 < 0x20 && $0 != newline }) else { return nil }
        let blank = bytes.indices.dropLast().last { bytes[$0] == newline && bytes[$0 + 1] == newline }
        guard let blank else { return nil }
        text = String(decoding: bytes[...blank], as: UTF8.self)
        let lines = bytes[(blank + 2)...].dropLast().split(separator: newline, omittingEmptySubsequences: false)
        let signatures = lines.compactMap(Self.signature)
        guard text != "\n", !signatures.isEmpty, signatures.count == lines.count else { return nil }
        self.signatures = signatures
    }

    private static func signature(_ line: ArraySlice<UInt8>) -> Signature? {
        guard line.starts(with: dash.utf8) else { return nil }
        let words = line.dropFirst(dash.utf8.count).split(
            separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard words.count == 2, !words[0].isEmpty, let bytes = Base64.bytes(Array(words[1])), bytes.count > 4
        else { return nil }
        return Signature(name: String(decoding: words[0], as: UTF8.self), bytes: bytes)
    }

    /// As it is handed out.
    package var written: String {
        text + "\n" + signatures.map { "\(Self.dash)\($0.name) \(Base64.text($0.bytes))\n" }.joined()
    }

    /// Whether it has a signature of that key, and every one that says so is good.
    package func isSigned(by key: NoteKey) -> Bool {
        let own = signatures.filter { $0.name == key.name && $0.bytes.starts(with: key.identifier) }
        return !own.isEmpty && own.allSatisfy { key.isValid(Array($0.bytes.dropFirst(4)), for: Array(text.utf8)) }
    }
}
