import Model
import OAuth
import Policy
import TextForms

/// Where a sign-in goes on afterwards: one of our own pages, so that no link to us is an open redirect (threat R10).
///
/// The path must be one of a list, byte for byte, or one below an organization. So there is nothing to normalize, and `//evil.example`, `/\evil.example`,
/// `https:…`, dots and escapes are all refused for the same reason: they are neither.
package struct ReturnPath: Hashable, Sendable {
    /// The form field and query parameter that carries it.
    static let parameter = "continue"
    /// The longest, in bytes: an authorization request behind the longest path of a product, which is 200.
    static let maximumLength = AuthorizationRequest.maximumBytes + 256

    /// Path and query, below the issuer's path.
    let text: String

    /// The query, still encoded.
    var query: String { text.contains("?") ? String(text.drop { $0 != "?" }.dropFirst()) : "" }

    /// What a link says that carries it.
    var asParameter: String { "\(Self.parameter)=\(PercentEscape.value(text))" }

    /// The path, or nil for what is none of ours.
    ///
    /// - Parameter authorizationPaths: Where the authorization endpoint answers.
    init?(_ text: String?, authorizationPaths: [String]) {
        guard let text, text.utf8.count <= Self.maximumLength else { return nil }
        let path = String(text.prefix { $0 != "?" })
        guard Self.own.contains(path) || authorizationPaths.contains(path) || ConsoleAddress.isPath(path) else {
            return nil
        }
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && !Self.forbidden.contains($0) }) else { return nil }
        self.text = text
    }

    /// A page of ours.
    init(_ url: ConsoleURL) {
        if case .console(let address) = url { text = address.text } else { text = url.path }
    }

    /// The page of a link, which needs somebody who is signed in.
    init(_ purpose: OneTimeLink.Purpose, secret: String) {
        text = ConsoleURL.oneTime(purpose, secret: secret, nil).text
    }

    /// An authorization request.
    init(authorizationAt path: String, query: String) {
        text = query.isEmpty ? path : "\(path)?\(query)"
    }

    private static let own = Set<String>([
        ConsoleURL.home.path, ConsoleURL.account.path, ConsoleURL.apps.path, ConsoleURL.password.path,
        ConsoleURL.secondFactorOfAccount.path,
        ConsoleURL.notices.path, ConsoleURL.email.path, ConsoleURL.emailChange.path,
    ])
    // Whoever may not see these is told, after the sign-in, that there is no such page.
    .union(OperatorPage.places.map { $0.page.path() })
    private static let forbidden = Set("\"<>\\^`{|}#".utf8)
}
