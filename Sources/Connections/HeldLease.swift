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

    /// - Parameter asked: When it was asked for, or before.
    init(
        _ lease: ConnectionLease, seconds: Int, asked: ContinuousClock.Instant, on store: any Store, logger: Logger
    ) {
        self.lease = lease
        self.seconds = seconds
        self.store = store
        self.logger = logger
        end = Lock(Self.end(seconds, asked))
    }

    private static func end(_ seconds: Int, _ asked: ContinuousClock.Instant) -> ContinuousClock.Instant {
        asked + sure(seconds)
    }

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

    /// Prolongs it until it is ended, or lost: whenever a third of it has gone by.
    func keep() -> Task<Void, Never> {
        Task {
            let third = Duration.seconds(seconds) / 3
            // What was claimed a while ago may have less left than one pause.
            var next = end.withLock { $0 } - Self.sure(seconds) + third
            while true {
                do {
                    try await Task.sleep(until: next, clock: .continuous)
                } catch {
                    return
                }
                if await !prolong(), !isSure { return }
                next = .now + third
            }
        }
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
