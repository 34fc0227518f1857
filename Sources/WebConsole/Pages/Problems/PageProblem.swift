import HTTPServing
import HTTPTypes
import Logging
import Model
import Policy
import SignIn

/// Why there is an error page instead of the page that was asked for.
enum PageProblem: Error, Hashable, Sendable {
    /// The form's token is not one of this browser, or the page has grown old.
    case stale
    /// The form was sent from elsewhere.
    case foreign
    /// No form of ours.
    case unreadable
    case tooLarge
    case notFound

    var status: HTTPResponse.Status {
        switch self {
        case .stale, .foreign: .forbidden
        case .unreadable: .badRequest
        case .tooLarge: .contentTooLarge
        case .notFound: .notFound
        }
    }

    /// What the log calls it.
    var rule: String {
        switch self {
        case .stale: "form token"
        case .foreign: "form from elsewhere"
        case .unreadable: "unreadable form"
        case .tooLarge: "body too large"
        case .notFound: "not found"
        }
    }

    /// The words on the page.
    func words(_ site: Site) -> (heading: String, explanation: String) {
        switch self {
        case .stale:
            (
                "This page has grown old",
                "Nothing was done. Load the page again and repeat what you did. Cookies must be allowed."
            )
        case .foreign:
            (
                "This did not come from here",
                "Another page tried to act in your name, or you came by another address than \(site.address.issuer). Nothing was done."
            )
        case .unreadable: ("That could not be read", "Go back and try again.")
        case .tooLarge: ("That is too much", "Go back and try with less.")
        case .notFound: ("There is nothing here", "It does not exist, or is there no more.")
        }
    }
}
