import Model
import Persistence

/// Reads what renewals need.
struct GroundReading: GatheredWork {
    let store: any Store
    let now: @Sendable () -> Instant

    func answers(to wishes: [RenewalGround.Wish]) async throws -> [RenewalGround] {
        let time = now()
        return try await store.read { tx in try RenewalGround.all(wishes, at: time, tx: tx) }
    }
}
