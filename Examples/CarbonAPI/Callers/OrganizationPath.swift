/// Where an organization stands in the desk's tree: the identifiers from the root down to it, as the desk writes them
/// (`org_…/org_…`).
///
/// What belongs to an organization has its path in the row. What an organization sees is what stands between its own path and
/// that path with ``endMark`` behind it: itself and everything below.
package struct OrganizationPath: Hashable, Sendable {
    package let text: String

    /// The path that `text` spells, nil where it is none.
    package init?(_ text: String) {
        let segments = text.split(separator: "/", omittingEmptySubsequences: false)
        guard (1...16).contains(segments.count), segments.allSatisfy({ $0.utf8.count == 26 && Self.identifies($0) })
        else { return nil }
        self.text = text
    }

    private static func identifies(_ segment: Substring) -> Bool {
        segment.hasPrefix("org_") && Base62Identifier.uuid(of: segment.dropFirst(4)) != nil
    }

    /// The character after the slash: all paths below this one sort before this one with it.
    static let endMark = "0"

    /// The first text that sorts behind everything below this organization.
    var end: String { text + Self.endMark }

    /// The identifier of the organization itself.
    package var id: String { String(text.split(separator: "/").last ?? "") }

    /// The path of the organization at the top.
    var root: OrganizationPath {
        OrganizationPath(String(text.prefix { $0 != "/" })) ?? self
    }

    /// How clients of the API name the organization (`buId`): the 128 bits of its identifier, written as a UUID.
    package var uuid: String { Base62Identifier.uuid(of: id.dropFirst(4)) ?? "" }

    /// Whether it is `other` or stands below it.
    func isWithin(_ other: OrganizationPath) -> Bool {
        text == other.text || text.hasPrefix(other.text + "/")
    }
}

/// The desk's identifiers: 128 bits in 22 characters of `0-9A-Za-z`.
enum Base62Identifier {
    /// The bits as a UUID in lower case, nil where the text is no such identifier.
    static func uuid(of text: Substring) -> String? {
        guard text.utf8.count == 22 else { return nil }
        var bytes = [UInt8](repeating: 0, count: 16)
        for character in text.utf8 {
            guard let digit = value(of: character) else { return nil }
            var carry = digit
            for index in bytes.indices.reversed() {
                let next = Int(bytes[index]) * 62 + carry
                bytes[index] = UInt8(truncatingIfNeeded: next)
                carry = next >> 8
            }
            guard carry == 0 else { return nil }
        }
        return UUIDText.text(of: bytes)
    }

    private static func value(of character: UInt8) -> Int? {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(character) - 48
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): Int(character) - 65 + 10
        case UInt8(ascii: "a")...UInt8(ascii: "z"): Int(character) - 97 + 36
        default: nil
        }
    }
}
