import Connections
import CredentialFormat
import Locking
import Model

/// A clock that stands still until it is set.
final class ProofClock: Sendable {
    private let instant: Lock<Instant>

    init(_ start: Instant) { instant = Lock(start) }

    func set(_ time: Instant) { instant.withLock { $0 = time } }

    var now: @Sendable () -> Instant { { self.instant.withLock { $0 } } }
}

/// A grant of the simulator's, as it hands it over.
struct Grant: Decodable, Sendable {
    let account: String
    let access: String?
    let refresh: String?
}

/// What is to be taken over, and for whom.
struct Adoption: Sendable {
    let draft: ImportDraft
    let home: ID<Organization>
}

/// How a round ended.
struct RoundReport: Encodable {
    let outcomes: [String: Int]
    let seconds: Double
}

/// A connection that does not work in the end.
struct Found: Encodable, Sendable {
    let connection: String
    let provider: String
    /// As the provider calls it.
    let account: String
    let status: String
    let reason: String?
    let outcome: String

    init(_ connection: Connection, _ outcome: String) {
        self.connection = connection.id.description
        provider = connection.provider
        account = connection.name
        status = connection.status.rawValue
        reason = connection.reason
        self.outcome = outcome
    }
}

/// Whether all connections work.
struct Proved: Encodable {
    let tried: Int
    let failures: [Found]
}

/// How all connections and promises stand.
struct Report: Encodable {
    var statuses: [String: Int] = [:]
    var promises: [String: Int] = [:]
    var reasons: [String: Int] = [:]
}

extension RenewalEngine.Outcome {
    var word: String {
        switch self {
        case .renewed: "renewed"
        case .unchanged: "unchanged"
        case .busy: "busy"
        case .postponed: "postponed"
        case .throttled: "throttled"
        case .tried: "tried"
        case .failed(let code): "failed \(code)"
        case .waiting: "waiting"
        case .impossible: "impossible"
        }
    }

    /// Whether asking again at the same time may find more to do.
    var isDone: Bool {
        switch self {
        case .renewed, .unchanged, .postponed, .throttled, .tried, .failed, .impossible: true
        case .busy, .waiting: false
        }
    }
}
