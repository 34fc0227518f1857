import DomainNames

/// An e-mail address in lower case and ASCII, so one mailbox has one spelling here.
package struct EmailAddress: Hashable, Sendable, CustomStringConvertible {
    package let text: String

    /// The address, or nil unless it is `local@domain` of 3 to 254 bytes, both parts visible ASCII without quotes,
    /// commas, angle brackets or a second `@`. A domain with other letters is taken in its ASCII form
    /// (``InternationalDomain``). Whether mail arrives there, only mail can tell.
    package init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count <= Self.longestWritten, let at = bytes.firstIndex(of: UInt8(ascii: "@")),
            (1...64).contains(at), bytes[..<at].allSatisfy(Self.isPlain)
        else { return nil }
        let written = bytes[(at + 1)...]
        let domain: String
        if written.allSatisfy({ $0 < 0x80 }) {
            guard written.allSatisfy(Self.isPlain) else { return nil }
            domain = String(decoding: written, as: UTF8.self).lowercased()
        } else {
            guard let ascii = InternationalDomain.ascii(String(decoding: written, as: UTF8.self)) else { return nil }
            domain = ascii
        }
        guard !domain.isEmpty, at + 1 + domain.utf8.count <= 254 else { return nil }
        self.text = "\(String(decoding: bytes[..<at], as: UTF8.self).lowercased())@\(domain)"
    }

    package var description: String { text }

    /// What is wrong with a text that is no address, for whoever wrote it.
    package static func explanation(of text: String) -> String {
        let local = text.utf8.prefix { $0 != UInt8(ascii: "@") }
        if local.count < text.utf8.count {
            if local.contains(where: { $0 >= 0x80 }) {
                return "Before the @, an e-mail address must have letters, digits and signs of ASCII alone."
            }
            if text.utf8.contains(where: { $0 >= 0x80 }) {
                return "Behind the @ must be a domain that can be written in ASCII (IDNA), such as bücher.example."
            }
        }
        return "Must be an e-mail address, such as ada@example.com."
    }

    /// The longest text that is looked at, in bytes. Domains with other letters than ASCII may be longer before than after.
    private static let longestWritten = 1024
    private static let refused = Set("\"(),:;<>@[]\\".utf8)

    private static func isPlain(_ byte: UInt8) -> Bool { (0x21...0x7E).contains(byte) && !refused.contains(byte) }
}
