import Locking
import Model
import Persistence

/// Reads what renewals need, of many together: who comes while one reading is under way is in the next.
final class RenewalGroundReader: Sendable {
    /// Renewals that are read for at once, at most.
    private static let most = 32

    private struct Request {
        let wish: RenewalGround.Wish
        let caller: CheckedContinuation<RenewalGround, any Error>
    }

    private struct State {
        var requests: [Request] = []
        var isReading = false
    }

    private let store: any Store
    private let now: @Sendable () -> Instant
    private let state = Lock(State())

    init(_ store: any Store, now: @escaping @Sendable () -> Instant) {
        self.store = store
        self.now = now
    }

    /// - Throws: A ``StoreError``. What of others cannot be read fails theirs alone.
    func ground(for wish: RenewalGround.Wish) async throws -> RenewalGround {
        try await withCheckedThrowingContinuation { caller in
            let begins = state.withLock { state in
                state.requests.append(Request(wish: wish, caller: caller))
                defer { state.isReading = true }
                return !state.isReading
            }
            if begins { Task { await self.readAll() } }
        }
    }

    private func readAll() async {
        // Those who were claimed together come one behind the other.
        await Task.yield()
        while let requests = next() { await read(requests) }
    }

    private func next() -> [Request]? {
        state.withLock { state in
            let next = Array(state.requests.prefix(Self.most))
            state.requests.removeFirst(next.count)
            state.isReading = !next.isEmpty
            return next.isEmpty ? nil : next
        }
    }

    private func read(_ requests: [Request]) async {
        let time = now()
        let wishes = requests.map(\.wish)
        do {
            let grounds = try await store.read { tx in try RenewalGround.all(wishes, at: time, tx: tx) }
            for (request, ground) in zip(requests, grounds) { request.caller.resume(returning: ground) }
        } catch {
            // A row that nobody can read is one connection's.
            let isOutage = (error as? StoreError)?.isOutage ?? false
            if requests.count > 1, !isOutage {
                for request in requests { await read([request]) }
            } else {
                for request in requests { request.caller.resume(throwing: error) }
            }
        }
    }
}
