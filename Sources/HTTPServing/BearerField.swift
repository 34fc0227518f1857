/// The `Authorization` field of RFC 6750 §2.1.
package enum BearerField {
    /// The credential behind `Bearer`, nil for another scheme or none.
    package static func credential(_ value: String) -> String? {
        let bytes = value.utf8
        guard bytes.count > 7, bytes.prefix(7).elementsEqual("bearer ".utf8, by: { $0 | 0x20 == $1 }) else {
            return nil
        }
        let rest = bytes.dropFirst(7).drop { $0 == UInt8(ascii: " ") }
        return String(Substring(rest))
    }

    /// Whether a colon follows `Bearer`, which makes it another scheme.
    static func hasColon(_ value: String) -> Bool {
        value.utf8.count >= 7 && value.utf8.prefix(7).elementsEqual("bearer:".utf8, by: { $0 | 0x20 == $1 })
    }
}
