import Connections
import HTTPTypes
import ProductDefinition

/// Why nothing came of signing in at a provider: what happened first, then what to do.
struct ConnectFailureWords: Sendable {
    let heading: String
    let paragraphs: [String]
    let status: HTTPResponse.Status

    /// The user said no there.
    static func denied(at provider: String) -> ConnectFailureWords {
        ConnectFailureWords(
            heading: "You didn’t allow it", paragraphs: ["Nothing was changed, here or at \(provider)."], status: .ok)
    }

    private init(heading: String, paragraphs: [String], status: HTTPResponse.Status) {
        self.heading = heading
        self.paragraphs = paragraphs
        self.status = status
    }

    init(_ failure: ConnectFailure, at provider: String, of product: String) {
        let (heading, words) = Self.words(failure, provider, product)
        self.heading = heading
        paragraphs = [words, failure.note.map { "\($0)." }, Self.code(of: failure, provider)].compactMap(\.self)
        status =
            switch failure.kind {
            case .unknownState, .otherSession, .mixedUp, .malformed: .badRequest
            case .refused, .otherAccount, .gone, .notAccepted, .noRefreshToken, .userAction, .permissionMissing,
                .blocked:
                .conflict
            case .operatorFault, .providerDown, .rateLimited: .serviceUnavailable
            }
    }

    /// What to quote to who can do something about it.
    private static func code(of failure: ConnectFailure, _ provider: String) -> String? {
        switch failure.kind {
        case .unknownState, .otherSession, .mixedUp, .malformed, .otherAccount, .gone, .noRefreshToken: nil
        case .refused, .operatorFault, .providerDown, .rateLimited, .notAccepted, .userAction, .permissionMissing,
            .blocked:
            failure.code.map { "What \(provider) said: \($0)" }
        }
    }

    private static func words(
        _ failure: ConnectFailure, _ provider: String, _ product: String
    ) -> (heading: String, words: String) {
        switch failure.kind {
        case .unknownState:
            ("This step has expired", "It was finished before, or took longer than half an hour. Begin again.")
        case .otherSession:
            (
                "This was begun elsewhere",
                "Nothing was changed: it ends only in the browser and the session in which it began. Begin again here."
            )
        case .mixedUp:
            (
                "The answer came from somewhere else",
                "Nothing was changed: you were sent to one place, and the answer is from another. If you see this again, tell \(product)."
            )
        case .malformed: ("We couldn’t read what \(provider) sent", "Nothing was changed. Try again.")
        case .refused: ("\(provider) refused", "Nothing was changed. Try again.")
        case .otherAccount:
            (
                "You signed in as somebody else",
                "This one belongs to another account at \(provider). Sign in there as before, or connect the other one anew."
            )
        case .gone: ("It was disconnected meanwhile", "Nothing was changed. Connect it anew.")
        case .operatorFault:
            (
                "\(product) has to put something right",
                "\(provider) refused \(product)’s own access, not yours. It’s on record for \(product)’s people; try again later."
            )
        case .providerDown: ("\(provider) doesn’t answer", "Nothing was changed. Try again in a few minutes.")
        case .rateLimited:
            (
                "\(provider) has too much to do",
                "Nothing was changed. Try again in \(Spans.roughly(failure.retryAfter ?? 300))."
            )
        case .notAccepted: ("\(provider) didn’t take it", "Nothing was changed. Try again.")
        case .noRefreshToken:
            (
                "\(provider) gave no lasting access",
                "It would have ended within hours, so nothing was changed. Take access away at \(provider), then connect again."
            )
        case .userAction:
            ("\(provider) wants something from you first", "Open it, follow what it says, and try again.")
        case .permissionMissing:
            ("A permission is missing", "Nothing was changed. Try again, and leave ticked what is needed.")
        case .blocked: ("\(provider) blocks it for a time", "Nothing was changed. Try again later.")
        }
    }
}
