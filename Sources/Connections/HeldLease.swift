import Locking
import Logging
import Model
import Persistence

/// A lease while it is used: prolonged again and again, and believed in for no longer than it was certainly given.
///
/// The database's clock decides who has it. This node only knows how long ago it asked, by a clock that nobody sets and that goes on while
/// the machine sleeps; what it finds here a moment before a token is spent is never more than the database would say.
final class HeldLease: Sendable {
    /// Of the lease, that are left to whoever spends a token after having looked: a fifth.
    private static let margin = 5

    let lease: ConnectionLease
    private let store: any Store
    private let seconds: Int
    private let logger: Logger
    private let end: Lock<ContinuousClock.Instant>
    /// When it is to be prolonged.
    private let next: Lock<ContinuousClock.Instant>

    /// - Parameter asked: When it was asked for, or before.
    init(
        _ lease: ConnectionLease, seconds: Int, asked: ContinuousClock.Instant, on store: any Store, logger: Logger
    ) {
        self.lease = lease
        self.seconds = seconds
        self.store = store
        self.logger = logger
        end = Lock(Self.end(seconds, asked))
        // What was claimed a while ago may have less left than one pause.
        next = Lock(asked + Self.third(seconds))
    }

    private static func end(_ seconds: Int, _ asked: ContinuousClock.Instant) -> ContinuousClock.Instant {
        asked + sure(seconds)
    }

    private static func third(_ seconds: Int) -> Duration { .seconds(seconds) / 3 }

    /// For how long it is believed in.
    private static func sure(_ seconds: Int) -> Duration { .seconds(seconds) - Duration.seconds(seconds) / margin }

    /// Whether no other node can have it now.
    var isSure: Bool { end.withLock { ContinuousClock.now < $0 } }

    /// Notes that the database has prolonged it.
    func prolonged(asked: ContinuousClock.Instant) {
        end.withLock { $0 = max($0, Self.end(seconds, asked)) }
    }

    /// Whether it may be acted on, if need be by asking the database once more. False also where the database does not answer.
    func isSureOrProlonged() async -> Bool {
        if isSure { return true }
        return await prolong()
    }

    /// Whether a third of it has gone by since it was asked for, or since it was last tried to prolong it.
    var isToBeProlonged: Bool { next.withLock { $0 <= .now } }

    /// Tries to prolong it, whoever has it by now.
    ///
    /// - Returns: Whether it may still be this node's.
    func prolongInTime() async -> Bool {
        next.withLock { $0 = .now + Self.third(seconds) }
        let isProlonged = await prolong()
        return isProlonged || isSure
    }

    private func prolong() async -> Bool {
        let asked = ContinuousClock.now
        do {
            guard try await store.write({ [lease, seconds] tx in try tx.extend(lease, seconds: seconds) }) else {
                end.withLock { $0 = asked }
                return false
            }
            prolonged(asked: asked)
            return isSure
        } catch {
            logger.debug(
                "a lease was not prolonged",
                metadata: ["connection": "\(lease.connection.id)", "error": "\(error)"])
            return false
        }
    }
}
