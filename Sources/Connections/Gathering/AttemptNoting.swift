import Model
import Persistence

/// Writes down that tokens are about to be spent. False where the lease was lost meanwhile.
struct AttemptNoting: GatheredWork {
    final class Wish: Sendable {
        let attempt: RenewalAttempt
        let lease: ConnectionLease

        init(_ attempt: RenewalAttempt, under lease: ConnectionLease) {
            self.attempt = attempt
            self.lease = lease
        }
    }

    let store: any Store

    func answers(to wishes: [Wish]) async throws -> [Bool] {
        let noted = try await store.write { tx in try tx.insert(wishes.map { ($0.attempt, $0.lease) }) }
        return wishes.map { noted.contains($0.attempt.id) }
    }
}
