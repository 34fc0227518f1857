import CredentialFormat
import Model
import Persistence
import Tokens

/// What an engine commits in groups when nothing is before it: the rows of one creation, an API key and its audit event,
/// written by many tasks at once.
struct EngineMeasurement {
    let database: String
    let writers: Int
    let seconds: Int

    /// Answers with rows a second and the latency of a write.
    func run() async throws -> String {
        let store = try await Database.open(database)
        let ring = try await KeyRing.open(store: store, masterKey: .generate(), now: Sample.now)
        let peppers = ring.keys.peppers
        let accounts = (1...writers).map { Sample.account("Writer \($0)", at: Sample.now()) }
        try await store.write { tx in
            for account in accounts { try tx.insert(account) }
        }
        let start = ContinuousClock.now
        let end = start + .seconds(seconds)
        let latencies = try await withThrowingTaskGroup(of: [Duration].self) { group in
            for account in accounts {
                group.addTask { try await write(into: account, of: store, peppers, until: end) }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }.sorted()
        let elapsed = (ContinuousClock.now - start) / .seconds(1)
        await store.close()
        return """
            {"writers": \(writers), "created": \(latencies.count), "per_second": \(Double(latencies.count) / elapsed), \
            "p50_ms": \(latencies.milliseconds(at: 0.5)), "p99_ms": \(latencies.milliseconds(at: 0.99))}
            """
    }

    /// Inserts one key after another, as one writer does that waits for each answer.
    private func write(
        into account: Account, of store: any Engine, _ peppers: Peppers, until end: ContinuousClock.Instant
    ) async throws -> [Duration] {
        var latencies: [Duration] = []
        while ContinuousClock.now < end {
            let start = ContinuousClock.now
            try await store.write { tx in
                let secret = MintedSecret(.apiKey, brand: .claviger)
                let key = Sample.key(secret.hint, in: account, at: Sample.now())
                try tx.insert(key, digest: secret.digest(under: peppers), account: account.id)
                try tx.record(Sample.event(key))
            }
            latencies.append(ContinuousClock.now - start)
        }
        return latencies
    }
}

extension [Duration] {
    /// The latency that a share of all stays below, in milliseconds; 0 where there is none. For a sorted list.
    fileprivate func milliseconds(at share: Double) -> Double {
        isEmpty ? 0 : self[Swift.min(count - 1, Int(Double(count) * share))] / .milliseconds(1)
    }
}
