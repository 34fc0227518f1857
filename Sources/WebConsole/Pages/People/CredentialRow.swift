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
    /// What can be done to it, on pages that lead back here.
    let steps: [DetailAction]
    let hasSteps: Bool

    /// - Parameter path: Where those pages lead back to.
    init(_ credential: StewardedCredential, _ entered: ConsoleVisit, backTo path: String) {
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
        steps = credential.steps(entered, backTo: path)
        hasSteps = !steps.isEmpty
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

    /// What whoever may change it can do about it: another secret, and an end: what works is disabled, and what does not is
    /// deleted.
    func steps(_ entered: ConsoleVisit, backTo path: String) -> [DetailAction] {
        guard entered.actor.permissions.contains(id.kind.managing) else { return [] }
        func step(_ words: String, _ page: ConsolePage, isDanger: Bool = false) -> DetailAction {
            DetailAction(
                words: words, of: name,
                address: entered.link(
                    page, id.description, in: organization, query: ConsoleVisit.leadingBack(to: path)),
                isDanger: isDanger)
        }
        switch id.kind {
        case .apiKey where !entered.sees(.apiKeys): return []
        case .apiKey where works(at: entered.now):
            return [step("Rotate", .rotateAPIKey), step("Disable", .disableAPIKey)]
        case .apiKey: return [step("Delete", .deleteAPIKey, isDanger: true)]
        case .integration where entered.sees(.integrations):
            guard works(at: entered.now) else { return [step("Delete", .deleteIntegration, isDanger: true)] }
            return [step("Rotate", .rotateIntegration), step("Disable", .disableIntegration)]
        case .integration:
            // The one of its organization has a page of its own, without an identifier.
            return entered.sees(.client)
                ? [
                    DetailAction(
                        words: "Regenerate", of: name,
                        address: entered.link(
                            .regenerateClient, in: organization, query: ConsoleVisit.leadingBack(to: path)))
                ] : []
        case .app where entered.sees(.apps):
            guard works(at: entered.now) else { return [step("Delete", .deleteApp, isDanger: true)] }
            return (hasSecret ? [step("Rotate", .newAppSecret)] : []) + [step("Disable", .disableApp)]
        case .app: return []
        }
    }
}
