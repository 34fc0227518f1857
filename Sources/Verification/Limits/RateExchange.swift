import CredentialFormat
import Limits
import Locking
import Model
import Persistence

/// Asks the database what is left of limits that nodes share, many at a time and one transaction after the other, while calls go on.
///
/// A call waits for it where this node has nothing in hand and does not know that there is nothing: a cold burst, as a credential waits that
/// nobody showed before. Each time no longer than ``patience``.
final class RateExchange: Sendable {
    /// How long a call waits.
    static let patience = Duration.milliseconds(250)
    /// From one transaction to the next: nodes that ask about the same row have theirs run again where they meet.
    private static let pause = Duration.milliseconds(15)
    /// How often a transaction is begun anew that other nodes came before, each time eight times by the engine itself.
    private static let attempts = 3
    /// How many are asked in one transaction.
    private static let batch = 256

    /// Of one holder under one limit, with what is asked.
    struct Item: Sendable {
        let key: RateLimiter.Key
        let account: ID<Organization>
        let limit: RateLimit
        let question: RateQuestion
    }

    private struct State {
        var queue: [RateLimiter.Key] = []
        /// Who has waited long enough is taken out, so there are no more of them than calls that wait, however long the database takes.
        var waiters: [ObjectIdentifier: Waiter] = [:]
        var isRunning = false
    }

    private let store: any Store
    private let ask: @Sendable ([RateLimiter.Key], _ isLast: Bool) -> [Item]
    private let hear: @Sendable ([Item], [RateAnswer]?) -> Void
    private let state = Lock(State())

    /// - Parameters:
    ///   - ask: Takes the questions out of the hands.
    ///   - hear: Puts the answers into them; nil where nobody answered.
    init(
        store: any Store, ask: @escaping @Sendable ([RateLimiter.Key], _ isLast: Bool) -> [Item],
        hear: @escaping @Sendable ([Item], [RateAnswer]?) -> Void
    ) {
        self.store = store
        self.ask = ask
        self.hear = hear
    }

    /// Has more asked for, now.
    func queue(_ keys: [RateLimiter.Key]) {
        begin { $0.queue += keys }
    }

    /// Returns when what was queued before was answered, or after a while.
    func settled() async {
        await withCheckedContinuation { continuation in
            let waiter = Waiter(continuation)
            waiter.ringAfter(Self.patience) { [self] in
                state.withLock { $0.waiters[ObjectIdentifier(waiter)] = nil }
            }
            begin { $0.waiters[ObjectIdentifier(waiter)] = waiter }
        }
    }

    private func begin(_ change: (inout State) -> Void) {
        let isFirst = state.withLock { state in
            change(&state)
            defer { state.isRunning = true }
            return !state.isRunning
        }
        if isFirst { Task { await run() } }
    }

    private func run() async {
        while let (keys, waiters) = next() {
            if !keys.isEmpty { try? await exchange(keys, isLast: false) }
            for waiter in waiters { waiter.end() }
            // Not all at the same time: who met others by chance would meet them again and again.
            if !keys.isEmpty { try? await Task.sleep(for: Self.pause + .milliseconds(Int64.random(in: 0...10))) }
        }
    }

    private func next() -> (keys: [RateLimiter.Key], waiters: [Waiter])? {
        state.withLock { state in
            guard !state.queue.isEmpty || !state.waiters.isEmpty else {
                state.isRunning = false
                return nil
            }
            let keys = Array(state.queue.prefix(Self.batch))
            state.queue.removeFirst(keys.count)
            // Those whose limits are behind this batch wait for theirs.
            guard state.queue.isEmpty else { return (keys, []) }
            defer { state.waiters = [:] }
            return (keys, Array(state.waiters.values))
        }
    }

    /// Gives back what these hands hold, and takes nothing.
    ///
    /// - Throws: What the store throws.
    func giveBack(_ keys: [RateLimiter.Key]) async throws {
        var rest = keys[...]
        while !rest.isEmpty {
            try await exchange(Array(rest.prefix(Self.batch)), isLast: true)
            rest = rest.dropFirst(Self.batch)
        }
    }

    private func exchange(_ keys: [RateLimiter.Key], isLast: Bool) async throws {
        // In one order on all nodes, so that none waits for another in a circle.
        let items = ask(keys, isLast).sorted { $0.key < $1.key }
        for attempt in 1... {
            do {
                let answers = try await store.write { tx in try tx.answer(items) }
                hear(items, answers)
                return
            } catch StoreError.conflict where attempt < Self.attempts {
                // Nothing came of it, which is certain: a limit of which many nodes ask must not refuse calls for that.
                try? await Task.sleep(for: .milliseconds(Int64.random(in: 1...(20 << Int64(attempt)))))
            } catch {
                hear(items, nil)
                throw error
            }
        }
    }
}

extension Transaction {
    /// Answers questions at the counts that all nodes share, by the database's clock.
    fileprivate borrowing func answer(_ items: [RateExchange.Item]) throws -> [RateAnswer] {
        let now = try databaseClock().milliseconds
        var meters: [RateLimiter.Key: RateMeter] = [:]
        for count in try rateCounts(of: items.map(\.key.holder)) {
            meters[RateLimiter.Key(count)] = RateMeter(mark: count.mark, used: count.used)
        }
        var answers: [RateAnswer] = []
        var counts: [RateCount] = []
        for item in items {
            var meter = meters[item.key] ?? RateMeter()
            answers.append(meter.answer(item.question, under: item.limit, at: now))
            // In whole hours, so that writing a row leaves its places in the indexes as they are; nobody is in a hurry to remove it.
            let idle = LimitWindow(.hour, in: .utc, at: meter.idleAt(under: item.limit, at: now))
            counts.append(RateCount(item.key, of: item.account, meter, idleAt: idle.end))
        }
        try put(counts)
        return answers
    }
}

/// One who waits, and is called once.
private final class Waiter: Sendable {
    private struct State {
        var continuation: CheckedContinuation<Void, Never>?
        var alarm: UInt64?
    }

    private let state: Lock<State>

    init(_ continuation: CheckedContinuation<Void, Never>) {
        state = Lock(State(continuation: continuation))
    }

    /// - Parameter leave: Called when it has waited for so long.
    func ringAfter(_ patience: Duration, _ leave: @escaping @Sendable () -> Void) {
        let alarm = LookUpClock.shared.wait(until: .now + patience) { [self] in
            leave()
            end()
        }
        state.withLock { $0.alarm = alarm }
    }

    func end() {
        let (continuation, alarm) = state.withLock { ($0.continuation.take(), $0.alarm.take()) }
        if let alarm { LookUpClock.shared.takeBack(alarm) }
        continuation?.resume()
    }
}
