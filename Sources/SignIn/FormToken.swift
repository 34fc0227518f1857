import CredentialFormat
import Crypto

/// The hidden field that proves that a form came from a page of ours, shown to this browser, about this matter (threats
/// P1 and C6): HMAC-SHA-256 of purpose and matter under the secret of a cookie.
package enum FormToken {
    /// A fresh secret of 256 bits for the cookie that forms are bound to before there is a session.
    package static func freshSecret() -> String { RandomText.make(bytes: 32) }

    /// The token of a form.
    ///
    /// - Parameters:
    ///   - secret: The value of the session's cookie, or of the one before it.
    ///   - purpose: What the form does, such as `sign-in`.
    ///   - matter: What it is about, such as the whole of an authorization request.
    package static func make(_ secret: String, purpose: String, about matter: String = "") -> String {
        var text: [UInt8] = []
        Base62.append(bytes: code(secret, purpose, matter), to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// Whether a token is that of the form, in a time that does not depend on where it differs. Without a secret none
    /// is.
    package static func isValid(
        _ token: String?, secret: String?, purpose: String, about matter: String = ""
    ) -> Bool {
        guard let token, let secret, (1...512).contains(secret.utf8.count), token.utf8.count <= 64 else { return false }
        return constantTimeEqual(Array(token.utf8), Array(make(secret, purpose: purpose, about: matter).utf8))
    }

    /// Purpose and matter are digested each, so that none can be taken for a part of the other.
    private static func code(_ secret: String, _ purpose: String, _ matter: String) -> [UInt8] {
        let message =
            Array("claviger form 1".utf8) + Array(SHA256.hash(data: Array(purpose.utf8)))
            + Array(SHA256.hash(data: Array(matter.utf8)))
        return Array(
            HMAC<SHA256>.authenticationCode(for: message, using: SymmetricKey(data: Array(secret.utf8))))
    }
}
