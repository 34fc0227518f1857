import CredentialFormat
import Crypto
import TextForms
import Tokens

/// The proof that who brings a code is who asked for it (RFC 7636 §4.1).
package struct CodeVerifier: Sendable {
    private let text: PresentedText

    /// Its length alone is looked at: whether it is the right one the comparison says (RFC 7636 §4.6), and clients are out
    /// there that pad theirs with `=`.
    ///
    /// - Throws: ``OAuthError`` `invalid_request` for what is not 43 to 128 bytes.
    init(_ text: String) throws(OAuthError) {
        guard (43...128).contains(text.utf8.count) else {
            throw OAuthError(.invalidRequest, "code_verifier must be 43 to 128 characters.", rule: "pkce")
        }
        self.text = PresentedText(text)
    }

    /// Whether the S256 challenge was made of it (RFC 7636 §4.6).
    func matches(_ challenge: String) -> Bool {
        constantTimeEqual(Base64URL.text(Array(SHA256.hash(data: Array(text.utf8)))).utf8, challenge.utf8)
    }

    /// A letter, a digit, `-` or `_`.
    static func isBase64URL(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"): true
        default: false
        }
    }
}
