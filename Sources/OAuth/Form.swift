import CredentialFormat
import Policy
import TextForms

/// The parameters of a request body of type `application/x-www-form-urlencoded`, parsed strictly: well-formed escapes,
/// UTF-8, every name once (RFC 6749 §3.2).
package struct Form: Sendable, Redacted {
    /// The largest body that is looked at, in bytes.
    package static let maximumBytes = 65_536
    /// The most parameters.
    package static let maximumCount = 64

    private let parameters: [(name: String, value: String)]

    /// - Parameter most: How many parameters there may be.
    /// - Throws: ``OAuthError`` `invalid_request`.
    package init(
        parsing body: UnsafeRawBufferPointer, atMost most: Int = maximumCount
    ) throws(OAuthError) {
        guard body.count <= Self.maximumBytes else { throw OAuthError(.invalidRequest, "The body is too large.") }
        var parameters: [(name: String, value: String)] = []
        parameters.reserveCapacity(8)
        var namesSeveralResources = false
        var start = 0
        while start < body.count {
            let end = body[start...].firstIndex(of: UInt8(ascii: "&")) ?? body.count
            defer { start = end + 1 }
            guard start < end else { continue }
            let pair = UnsafeRawBufferPointer(rebasing: body[start..<end])
            let equals = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.count
            let valueStart = min(equals + 1, pair.count)
            guard let name = Self.decode(UnsafeRawBufferPointer(rebasing: pair[..<equals])),
                let value = Self.decode(UnsafeRawBufferPointer(rebasing: pair[valueStart...]))
            else {
                throw OAuthError(.invalidRequest, "The body is not well-formed form data.")
            }
            guard !parameters.contains(where: { $0.name == name }) else {
                guard name == "resource" else { throw RepetitionCheck.refusal }
                namesSeveralResources = true
                continue
            }
            guard parameters.count < most else {
                throw OAuthError(.invalidRequest, "There are too many parameters.")
            }
            parameters.append((name, value))
        }
        guard !namesSeveralResources else { throw RepetitionCheck.severalResources }
        self.parameters = parameters
    }

    /// The form with these bytes.
    ///
    /// - Throws: ``OAuthError`` `invalid_request`.
    package init(parsing body: [UInt8], atMost most: Int = maximumCount) throws(OAuthError) {
        let result = body.withUnsafeBytes { bytes in
            Result { () throws(OAuthError) in try Form(parsing: bytes, atMost: most) }
        }
        self = try result.get()
    }

    /// Whether a `Content-Type` says that a body is one: the type in either case, with parameters or without.
    package static func isType(_ contentType: String?) -> Bool {
        guard let contentType else { return false }
        if contentType == mediaType { return true }
        let type = contentType.utf8.prefix { $0 != UInt8(ascii: ";") }
        let isBlank: (UInt8) -> Bool = { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        guard let first = type.firstIndex(where: { !isBlank($0) }), let last = type.lastIndex(where: { !isBlank($0) })
        else { return false }
        return Substring(type[first...last]).lowercased() == mediaType
    }

    private static let mediaType = "application/x-www-form-urlencoded"

    /// The value of a parameter, nil if it is absent or empty: RFC 6749 §3.2 treats those alike.
    package subscript(name: StaticString) -> String? {
        name.withUTF8Buffer { wanted in
            for (name, value) in parameters
            where name.utf8.count == wanted.count && name.utf8.elementsEqual(wanted) {
                return value.isEmpty ? nil : value
            }
            return nil
        }
    }

    /// The names of all parameters, in the order in which they came.
    package var names: [String] { parameters.map(\.name) }

    /// The value of a parameter whose name is known only now, nil if it is absent or empty.
    package func value(of name: String) -> String? {
        parameters.first { $0.name == name }.flatMap { $0.value.isEmpty ? nil : $0.value }
    }

    /// The scopes that `scope` names, nil without it.
    ///
    /// - Throws: ``OAuthError`` `invalid_scope`.
    func scopes() throws(OAuthError) -> ScopeSet? {
        guard let text = self["scope"] else { return nil }
        guard let scopes = ScopeSet(requested: text) else {
            throw OAuthError(.invalidScope, "scope is not well-formed.")
        }
        return scopes
    }

    /// Decodes `+` and `%xx`. Nil for a broken escape, a NUL or text that is not UTF-8.
    package static func decode(_ bytes: UnsafeRawBufferPointer) -> String? {
        if isPlain(bytes) { return String(decoding: bytes, as: UTF8.self) }
        guard let decoded = PercentEscape.bytes(bytes, plusIsSpace: true), !decoded.contains(0) else { return nil }
        return String(validating: decoded, as: UTF8.self)
    }

    /// Decodes text, as above.
    package static func decode(_ text: Substring) -> String? {
        var text = text
        return text.withUTF8 { decode(UnsafeRawBufferPointer($0)) }
    }

    /// Whether all of it stands for itself: visible ASCII but for `%` and `+`. Secrets and tokens do, and are long, so it
    /// is asked of eight bytes at a time.
    private static func isPlain(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let whole = bytes.count & ~7
        for start in stride(from: 0, to: whole, by: 8) {
            let word = bytes.loadUnaligned(fromByteOffset: start, as: UInt64.self)
            // The highest bit of a byte, or of one behind it, is set where the byte is not plain.
            let isLow = (word &- 0x2121_2121_2121_2121) & ~word
            let special = hasZero(word ^ 0x2525_2525_2525_2525) | hasZero(word ^ 0x2B2B_2B2B_2B2B_2B2B)
            let isDelete = hasZero(word ^ 0x7F7F_7F7F_7F7F_7F7F)
            guard (word | isLow | special | isDelete) & 0x8080_8080_8080_8080 == 0 else { return false }
        }
        return bytes[whole...].allSatisfy {
            (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "%") && $0 != UInt8(ascii: "+")
        }
    }

    /// Sets the highest bit of the first byte that is zero.
    private static func hasZero(_ word: UInt64) -> UInt64 {
        (word &- 0x0101_0101_0101_0101) & ~word
    }
}
