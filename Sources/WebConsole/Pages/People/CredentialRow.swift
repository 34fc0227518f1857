import CredentialFormat
import Model
import Persistence
import Policy
import ProductDefinition
import SignIn

/// A credential in the list of what somebody looks after.
struct CredentialRow: Hashable, Sendable {
    let id: String
    let name: String
    /// `API key`, in the product's words.
    let kind: String
    let place: String
    let made: TimeWords
    let badge: Badge?
    /// Whose it was, nil while they are here.
    let former: String?
    /// The field of a form that chooses it.
    let field: String
    let isChosen: Bool

    init(_ credential: StewardedCredential, _ entered: ConsoleVisit) {
        id = credential.id.description
        name = credential.name
        kind = entered.words[credential.id.kind.term].capitalized
        place = credential.organizationName
        made = TimeWords(credential.createdAt, now: entered.now)
        badge = Self.badge(credential, at: entered.now)
        former = credential.leftAt.map { left in
            "\(credential.formerName ?? "Somebody") left \(TimeWords(left, now: entered.now).words)"
        }
        field = "credential.\(credential.id)"
        isChosen = credential.works(at: entered.now)
    }

    private static func badge(_ credential: StewardedCredential, at now: Instant) -> Badge? {
        if let end = credential.expiresAt, end <= now { return Badge(.bad, "Expired") }
        return credential.disabledAt == nil ? nil : Badge(.neutral, "Disabled")
    }
}

extension StewardedID.Kind {
    /// What the product calls it.
    var term: Term {
        switch self {
        case .apiKey: .apiKey
        case .integration: .integration
        case .app: .app
        }
    }
}

extension StewardedCredential {
    /// Where it is found in the list of its kind, nil for who does not see that.
    func address(_ entered: ConsoleVisit) -> String? {
        let section: ConsoleSection =
            switch id.kind {
            case .apiKey: .apiKeys
            case .integration: .integrations
            case .app: .apps
            }
        guard entered.sees(section) else { return nil }
        return entered.link(ConsoleSections.root(section), in: organization, query: [("q", id.description)])
    }
}
