/// How a resource that a request names is held against those that are registered (RFC 8707 §2): byte for byte, but for an
/// empty path, which is `/` (RFC 3986 §6.2.3). Clients that parse a URI write the slash, people leave it out.
package enum ResourceIndicator {
    /// Whether both name the same resource.
    package static func areEqual(_ left: String, _ right: String) -> Bool {
        left == right || twin(of: left) == right
    }

    /// Of the registered ones that which `named` names, as it was registered; nil for none.
    package static func registered(_ named: String, among known: Set<String>) -> String? {
        if known.contains(named) { return named }
        guard let twin = twin(of: named), known.contains(twin) else { return nil }
        return twin
    }

    /// The same URI with a path of `/` in place of an empty one or the other way round, nil for what has another path or no
    /// authority.
    private static func twin(of text: String) -> String? {
        let bytes = text.utf8
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), bytes[colon...].starts(with: "://".utf8) else {
            return nil
        }
        let authority = bytes.index(colon, offsetBy: 3)
        let end = bytes[authority...].firstIndex(where: isDelimiter) ?? bytes.endIndex
        guard end > authority else { return nil }
        guard end < bytes.endIndex, bytes[end] == UInt8(ascii: "/") else {
            return "\(text[..<end])/\(text[end...])"
        }
        let rest = bytes.index(after: end)
        // A path that goes on is another one.
        guard rest == bytes.endIndex || "?#".utf8.contains(bytes[rest]) else { return nil }
        return "\(text[..<end])\(text[rest...])"
    }

    private static func isDelimiter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#"): true
        default: false
        }
    }
}
