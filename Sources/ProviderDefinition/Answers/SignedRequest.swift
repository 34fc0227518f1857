import Crypto
package import Model
import TextForms

/// What Meta sends when a user removes an app or asks to be erased: `signed_request` of a form, whose signature was checked.
package struct SignedRequest: Sendable, Equatable {
    /// Whom it is about, by Meta's identifier for this app.
    package let accountIdentifier: String
    package let issuedAt: Instant?

    /// Nil for what is not signed under one of the secrets, or is no such request.
    ///
    /// - Parameter secrets: Those of our client that are in force.
    package init?(_ text: String, secrets: [String]) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard text.utf8.count <= Self.maximumSize, parts.count == 2,
            let signature = Base64URL.bytes(Self.unpadded(parts[0])),
            let payload = Base64URL.bytes(Self.unpadded(parts[1]))
        else { return nil }
        let isSigned = secrets.contains { secret in
            HMAC<SHA256>.isValidAuthenticationCode(
                signature, authenticating: Array(parts[1].utf8), using: SymmetricKey(data: Array(secret.utf8)))
        }
        guard isSigned, let value = try? JSONParser.parse(payload),
            JSONPointer(tokens: ["algorithm"]).text(in: value)?.uppercased() == "HMAC-SHA256",
            let account = JSONPointer(tokens: ["user_id"]).text(in: value), !account.isEmpty
        else { return nil }
        accountIdentifier = account
        issuedAt = JSONPointer(tokens: ["issued_at"]).number(in: value)
            .flatMap { (0..<(1 << 40)).contains($0) ? Instant(milliseconds: Int64($0) * 1000) : nil }
    }

    private static let maximumSize = 16_384

    /// Some senders pad.
    private static func unpadded(_ text: Substring) -> [UInt8] {
        var bytes = Array(text.utf8)
        while bytes.last == UInt8(ascii: "=") { bytes.removeLast() }
        return bytes
    }
}
