import CredentialFormat
import Crypto

/// The CSRF token: the hidden field that proves that a form came from a page of ours, shown to this browser, about this matter
/// (threats P1 and C6): HMAC-SHA-256 of purpose, session and matter under the secret of a cookie.
package enum FormToken {
    /// A fresh secret of 256 bits for the cookie that forms are bound to.
    package static func freshSecret() -> String { RandomText.make(bytes: 32) }

    /// The token of a form.
    ///
    /// - Parameters:
    ///   - secret: The value of the form cookie.
    ///   - purpose: What the form does, such as `sign-in`.
    ///   - session: The identifier of the session that it is for, which stays when the session gets another secret; empty
    ///     for a form that needs none.
    ///   - matter: What it is about, such as the whole of an authorization request.
    package static func make(_ secret: String, purpose: String, in session: String = "", about matter: String = "")
        -> String
    {
        var text: [UInt8] = []
        Base62.append(bytes: code(secret, purpose, session, matter), to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// Whether a token is that of the form, in a time that does not depend on where it differs. Without a secret none
    /// is.
    package static func isValid(
        _ token: String?, secret: String?, purpose: String, in session: String = "", about matter: String = ""
    ) -> Bool {
        guard let token, let secret, (1...512).contains(secret.utf8.count), token.utf8.count <= 64 else { return false }
        return constantTimeEqual(
            Array(token.utf8), Array(make(secret, purpose: purpose, in: session, about: matter).utf8))
    }

    /// Each part is digested, so that none can be taken for a part of the other.
    private static func code(_ secret: String, _ purpose: String, _ session: String, _ matter: String) -> [UInt8] {
        let parts = [purpose, session, matter].flatMap { Array(SHA256.hash(data: Array($0.utf8))) }
        let message = Array("claviger form 2".utf8) + parts
        return Array(
            HMAC<SHA256>.authenticationCode(for: message, using: SymmetricKey(data: Array(secret.utf8))))
    }
}
