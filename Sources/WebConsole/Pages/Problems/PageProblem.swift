import HTTPServing
import HTTPTypes
import Logging
import Model
import Policy
import SignIn

/// Why there is an error page instead of the page that was asked for.
enum PageProblem: Error, Hashable, Sendable {
    /// The form's token is not one of this browser's session: the page expired.
    case stale
    /// The same, and the browser sent no cookie with it.
    case withoutCookie
    /// The form was sent from elsewhere.
    case foreign
    /// No form of ours.
    case unreadable
    /// A field of this name came twice.
    case repeated(String)
    case tooLarge
    case notFound

    var status: HTTPResponse.Status {
        switch self {
        case .stale, .withoutCookie, .foreign: .forbidden
        case .unreadable, .repeated: .badRequest
        case .tooLarge: .contentTooLarge
        case .notFound: .notFound
        }
    }

    /// What the log calls it.
    var rule: String {
        switch self {
        case .stale, .withoutCookie: "form token"
        case .foreign: "form from elsewhere"
        case .unreadable: "unreadable form"
        case .repeated: "repeated field"
        case .tooLarge: "body too large"
        case .notFound: "not found"
        }
    }

    /// The words on the page.
    func words(_ site: Site) -> (heading: String, explanation: String) {
        switch self {
        case .stale:
            ("This page expired", "Nothing was changed. Reload the page and try again.")
        case .withoutCookie:
            (
                "This page expired",
                """
                Nothing was changed. Your browser sent no cookie: allow cookies for this site, reload the page and try \
                again.
                """
            )
        case .foreign:
            (
                "This request came from another site",
                """
                Nothing was changed. Another site tried to act in your name, or you opened this page under another \
                address than \(site.address.issuer).
                """
            )
        case .unreadable: ("We couldn’t read that", "Nothing was changed. Go back and try again.")
        case .repeated(let name):
            (
                "We couldn’t read that",
                "Nothing was changed. The field “\(name)” was sent twice. Go back and try again."
            )
        case .tooLarge:
            ("That’s too much to send at once", "Nothing was changed. Go back and shorten what you entered.")
        case .notFound: ("Page not found", "The address may be mistyped, or what was here is gone.")
        }
    }
}
