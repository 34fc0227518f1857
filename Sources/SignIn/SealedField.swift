import CredentialFormat
import Crypto
import Tokens

/// A hidden field that only the browser can use that was given it: sealed for the secret of its form cookie. Who never sends
/// it back leaves no row.
enum SealedField {
    /// - Parameter matter: What kind of field it is, and perhaps whose.
    /// - Throws: ``SignInRefusal/expired`` for a browser without that cookie.
    static func text(_ plain: String, for matter: String, in browser: Browser, under keys: KeySet) throws -> String {
        var text: [UInt8] = []
        let sealed = try keys.sealForLater(Array(plain.utf8), for: try context(matter, browser))
        Base62.append(bytes: sealed, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// - Throws: ``SignInRefusal/expired`` for another browser's, for what is of another kind, and for none of ours.
    static func opened(_ text: String, for matter: String, in browser: Browser, under keys: KeySet) throws -> String {
        guard text.utf8.count <= CredentialText.maximumLength, let sealed = Base62.bytes(Array(text.utf8)),
            let plain = keys.openKept(sealed, for: try context(matter, browser))
        else { throw SignInRefusal.expired }
        return String(decoding: plain, as: UTF8.self)
    }

    private static func context(_ matter: String, _ browser: Browser) throws -> String {
        guard let secret = browser.bindingSecret else { throw SignInRefusal.expired }
        var digest: [UInt8] = []
        Base62.append(bytes: Array(SHA256.hash(data: Array(secret.utf8))), to: &digest)
        return "\(matter) \(String(decoding: digest, as: UTF8.self))"
    }
}
