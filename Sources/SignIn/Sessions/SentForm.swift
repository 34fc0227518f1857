import CredentialFormat
import Crypto
import Model

/// What makes two forms one that was sent twice, by a double click or because the first answer was lost: the same fields,
/// from the same browser.
///
/// The session that a form begins, or renews, gets the secret that belongs to the form. So the second finds the session of
/// the first, for half a minute, and is answered as that was; nothing is kept for it, and what is good once stays so for
/// every other browser and every other form. Each has a field that only who filled it in knows, so neither can somebody who
/// has the browser's cookies alone follow a session to its next secret (threat C6).
package struct SentForm: Sendable, Redacted {
    /// For how long the second is answered as the first was, in seconds.
    static let seconds = 30

    private let matter: [UInt8]

    /// A code behind a ticket.
    static func code(_ code: String, ticket: String, from browser: Browser) -> SentForm? {
        SentForm("code", [ticket, code], browser)
    }

    /// A password behind a link.
    ///
    /// - Parameter member: For whom, where the link proves an address.
    static func password(
        _ password: String, token: String, member: ID<Member>? = nil, from browser: Browser
    ) -> SentForm? {
        SentForm("link", [token, password, member?.description ?? ""], browser)
    }

    /// The button of a hand-over.
    static func handOver(ticket: String, from browser: Browser) -> SentForm? {
        SentForm("hand-over", [ticket], browser)
    }

    /// A repeated proof of who one is.
    package static func reauthentication(password: String, code: String?, from browser: Browser) -> SentForm? {
        SentForm("again", [browser.sessionCookie ?? "", password, code ?? ""], browser)
    }

    /// Another password of one's own.
    package static func change(to password: String, from browser: Browser) -> SentForm? {
        SentForm("change", [browser.sessionCookie ?? "", password], browser)
    }

    /// The button that changes one's e-mail address.
    package static func emailChange(token: String, from browser: Browser) -> SentForm? {
        SentForm("e-mail", [browser.sessionCookie ?? "", token], browser)
    }

    /// The first code of a second factor.
    package static func secondFactor(code: String, offer: String, from browser: Browser) -> SentForm? {
        SentForm("second factor", [browser.sessionCookie ?? "", offer, code], browser)
    }

    /// Nil without the cookie that names the browser. Each part is digested, so that none can be taken for a part of another.
    private init?(_ purpose: String, _ fields: [String], _ browser: Browser) {
        guard let secret = browser.bindingSecret else { return nil }
        matter = ([purpose, secret] + fields).flatMap { Array(SHA256.hash(data: Array($0.utf8))) }
    }

    /// What is kept of it by what it uses up.
    func digest(under pepper: Pepper) -> [UInt8] {
        pepper.digest(of: Array("sent form 1: ".utf8) + matter).bytes
    }

    /// The secret of the session that it begins or renews.
    func sessionSecret(_ brand: Brand, under pepper: Pepper) -> MintedSecret {
        MintedSecret(.session, brand: brand, for: matter, under: pepper)
    }
}
