import Connections
import Model
import Persistence
import ProductDefinition
import ProviderDefinition

/// How a connection is, as people read it: one word, the reason in a sentence, and what to do.
struct ConnectionWords: Sendable {
    let connection: Connection
    /// What pages call the provider.
    let provider: String
    /// The nearest end, nil for none that matters.
    let end: Instant?
    /// Whether the operator has something to put right at the provider.
    let isFaulty: Bool
    let missingScopes: [String]
    let isOfTestingMode: Bool
    let product: String
    let now: Instant

    init(_ listed: ListedConnection, _ service: ConnectionService, _ entered: ConsoleVisit) {
        connection = listed.connection
        provider = service.title(of: connection.provider)
        let death = service.predictedDeath(of: connection)
        end = death.flatMap { service.isPutOffByRenewal($0, of: listed.connection) ? nil : $0 }
        isFaulty = listed.fault != nil
        missingScopes = service.missingScopes(of: connection)
        isOfTestingMode = service.isOfTestingMode(connection)
        product = entered.product.name
        now = entered.now
    }

    /// What is not as usual, the most urgent first; nil for nothing.
    var badge: Badge? {
        switch connection.status {
        case .pending: return Badge(.neutral, "Not signed in yet")
        case .reauthRequired, .exhausted: return Badge(.bad, "Expired")
        case .revoked: return Badge(.bad, "Revoked")
        case .userAction: return Badge(.bad, "Waits for you")
        case .permissionMissing: return Badge(.bad, "Permission withdrawn")
        case .unreadable: return Badge(.bad, "Unreadable")
        case .disconnected: return Badge(.neutral, "Disconnected")
        case .blocked: return Badge(.caution, "Blocked")
        case .degraded where !isFaulty: return Badge(.caution, "Trying again")
        case .connected, .degraded: break
        }
        if let left = secondsLeft { return Badge(.caution, "Expires in \(Spans.roughly(left))") }
        if isFaulty { return Badge(.info, "Waits for \(product)") }
        return missingScopes.isEmpty ? nil : Badge(.caution, "Not all allowed")
    }

    /// How long until it ends, nil where that is far off.
    private var secondsLeft: Int? {
        guard ConnectionStatus.living.contains(connection.status), let left = end?.seconds(since: now),
            left < ConnectionService.forecastDays * 86_400
        else { return nil }
        return max(0, left)
    }

    /// Why it is so and what helps, nil where all is as usual.
    var reason: String? {
        switch connection.status {
        case .pending: return "Nobody has finished signing in at \(provider)."
        case .reauthRequired:
            switch connection.reason {
            case "ambiguous_refresh":
                return "The answer to a renewal was lost, and \(provider) takes each token once. Sign in there again."
            case "testing_mode":
                return """
                    \(provider) let it live for seven days, because \(product)’s own access there is in test mode. Ask \(product), \
                    then sign in there again.
                    """
            default: return "\(provider) doesn’t accept it any more. Sign in there again."
            }
        case .exhausted: return "It couldn’t be renewed for so long that it has ended. Sign in at \(provider) again."
        case .revoked: return "Somebody took access away at \(provider). Sign in there again to give it back."
        case .userAction:
            return "\(provider) wants something from you first: open it, follow what it says, then sign in again here."
        case .permissionMissing:
            return "A permission was withdrawn at \(provider). Sign in there again and leave it ticked."
        case .unreadable: return "What is kept for it can’t be read. \(provider) isn’t to blame: sign in there again."
        case .disconnected: return nil
        case .blocked: return "\(provider) blocks it for a time. It’s tried again by itself."
        case .degraded where !isFaulty:
            return connection.reason == "ambiguous_refresh"
                ? "The answer to a renewal was lost. What there is still works, and it’s tried once more in time."
                : "A renewal failed and is tried again. What there is may still work."
        case .connected, .degraded: break
        }
        if secondsLeft != nil {
            return isOfTestingMode
                ? "\(provider) lets it live for seven days, because \(product)’s own access there is in test mode. Ask \(product)."
                : "Only signing in at \(provider) again keeps it from ending."
        }
        if isFaulty { return "\(product) has to put its own access at \(provider) right. Nothing is needed from you." }
        guard !missingScopes.isEmpty else { return nil }
        return "Not everything that was asked for was allowed at \(provider)."
    }

    /// What the provider called the last error, nil where it says nothing.
    var providersCode: String? {
        guard connection.status != .connected, let code = connection.trouble.errorCode else { return nil }
        return Self.ours.contains(code) ? nil : "\(provider) said \(code)"
    }

    private static let ours: Set = [
        "ambiguous_refresh", "credential_unreadable", "disconnected", "no-result", "testing_mode",
    ]

    /// Whether a renewal that does not wait for its time may help.
    var mayBeTriedNow: Bool {
        guard connection.status.isRenewed, connection.generation > 0 else { return false }
        return connection.status != .connected || isFaulty || connection.trouble.failures > 0
    }

    /// When it is renewed next.
    var renewal: ListPage.Cell {
        guard connection.status.isRenewed else { return ListPage.Cell(text: "None") }
        guard let next = connection.nextRenewalAt else { return ListPage.Cell(text: "When it’s used") }
        let left = next.seconds(since: now)
        return ListPage.Cell(
            time: TimeWords(next, now: now, words: left <= 0 ? "due now" : "in \(Spans.roughly(left))"))
    }

    /// When it was last shown to work.
    static func proof(_ at: Instant?, now: Instant) -> ListPage.Cell {
        at.map { ListPage.Cell(time: TimeWords($0, now: now)) } ?? ListPage.Cell(text: "Not yet")
    }

    /// So many things below it: `12 pages`.
    static func children(_ children: ListedConnection.Children) -> String {
        ProductWord(kind(children.kind)).counted(children.count)
    }

    /// What a kind of them is called. Providers call some of them as products call other things.
    static func kind(_ kind: String) -> String { kind == "account" ? "business group" : kind }
}

extension ConnectionEvent.Kind {
    /// What happened.
    var words: String {
        switch self {
        case .created: "Signed in for the first time"
        case .updated: "Signed in again"
        case .expiring: "Ends soon"
        case .degraded: "A renewal failed, tried again"
        case .recovered: "Works again"
        case .reauthRequired: "Works no longer"
        case .permissionChanged: "Permissions changed"
        case .revoked: "Access taken away"
        case .rotated: "Renewed"
        case .disconnected: "Disconnected"
        }
    }
}

extension RenewalAttempt.State {
    /// What came of it.
    var badge: Badge? {
        switch self {
        case .succeeded: nil
        case .sent: Badge(.info, "Under way")
        case .failed: Badge(.bad, "Failed")
        case .ambiguous: Badge(.caution, "Answer lost")
        case .superseded: Badge(.neutral, "Replaced")
        }
    }
}
