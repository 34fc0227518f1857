package import CredentialFormat
import Locking
package import Model
package import Persistence

/// The receiving end of the revocation feed (docs/revocation.md): has verification, and whatever else remembers, forget what was changed
/// on other nodes, and tells verification by ``Hearing`` whether it may believe what it remembers. Thin: what happens when is decided by ``FeedState``.
package final class RevocationFeed: FeedReceiver {
    package let node: ID<Node>
    private let verifier: CredentialVerifier
    private let listeners: [any FeedListener]
    private let now: @Sendable () -> Instant
    private let clock: @Sendable () -> Int64
    private let sleep: @Sendable (Duration) async throws -> Void
    private let measure: @Sendable (FeedMeasurement) -> Void
    private let state: Lock<FeedState>
    private let askers = Lock<[UInt64: AsyncStream<FeedConfirmation>.Continuation]>([:])
    private let send = Lock<(@Sendable (FeedMessage) -> Void)?>(nil)

    /// - Parameters:
    ///   - verifier: Whose hearing this is.
    ///   - others: What else remembers. They are told after the verifier, so what it answers to a question that was asked after they
    ///     were told is no older than what they were told.
    ///   - graceSeconds: ``ProductPolicy/revocationGraceSeconds``.
    ///   - now: The time of day.
    ///   - clock: The clock of the verifier's hearing.
    package init(
        node: ID<Node>, verifier: CredentialVerifier, others: [any FeedListener] = [], graceSeconds: Int,
        now: @escaping @Sendable () -> Instant,
        clock: @escaping @Sendable () -> Int64 = Uptime.nanoseconds,
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
        measure: @escaping @Sendable (FeedMeasurement) -> Void = { _ in }
    ) {
        self.node = node
        self.verifier = verifier
        listeners = [verifier] + others
        self.now = now
        self.clock = clock
        self.sleep = sleep
        self.measure = measure
        state = Lock(FeedState(node: node, graceSeconds: graceSeconds))
    }

    /// Has questions be asked through `say`, which gives a message to the connection that listens.
    package func speak(through say: @escaping @Sendable (FeedMessage) -> Void) {
        send.withLock { $0 = say }
    }

    /// The last word of this node, so that no other waits for it.
    package var farewell: FeedMessage { .farewell(node) }

    /// How many nodes there are, this one included, as far as this one knows.
    package var nodeCount: Int { state.withLock(\.nodeCount) }

    /// For how many nanoseconds nothing was heard of each other node.
    var silences: [ID<Node>: Int64] { state.withLock { $0.silences(at: clock()) } }

    /// Whether this node believes what it remembers.
    var isTrusted: Bool { verifier.hearing.isCurrent }

    package func listeningBegan() {
        _ = carryOut(change { $0.listeningBegan(at: clock()) })
    }

    package func heard(_ message: FeedMessage) -> [FeedMessage] {
        let (steps, isOwnHeartbeat, heardBefore) = change { state in
            let steps = state.heard(message, at: clock())
            return (steps, message.isHeartbeat(of: node), state.heardBefore)
        }
        let replies = carryOut(steps)
        if isOwnHeartbeat, let heardBefore {
            for listener in listeners { listener.hasHeardEverything(before: heardBefore) }
        }
        return replies
    }

    package func heartbeat() -> FeedMessage? {
        let (message, steps) = change { $0.heartbeat(at: clock()) }
        _ = carryOut(steps)
        return message
    }

    package func listeningEnded() {
        _ = carryOut(change { $0.listeningEnded(at: clock()) })
    }

    /// Waits until every node has heard of what was committed before, at most so long.
    ///
    /// The question goes the way of the change and comes behind it, so whoever answers has forgotten.
    package func confirmation(within limit: Duration) async -> FeedConfirmation {
        let (answers, answer) = AsyncStream.makeStream(of: FeedConfirmation.self)
        let (number, steps) = change { state in
            let (number, steps) = state.ask(at: clock())
            askers.withLock { $0[number] = answer }
            return (number, steps)
        }
        say(carryOut(steps))
        let timer = Task {
            try await sleep(limit)
            giveUp(number)
        }
        defer { timer.cancel() }
        for await confirmation in answers { return confirmation }
        // The one who asked does not wait any longer either.
        giveUp(number)
        return FeedConfirmation(nodes: nodeCount, confirmed: 1, milliseconds: 0)
    }

    private func giveUp(_ number: UInt64) {
        _ = carryOut(change { $0.giveUp(number, at: clock()) })
    }

    private func say(_ messages: [FeedMessage]) {
        guard !messages.isEmpty, let say = send.withLock(\.self) else { return }
        for message in messages { say(message) }
    }

    /// An event, after which memory is believed as the state then says.
    private func change<Result>(_ event: (inout FeedState) -> Result) -> Result {
        state.withLock { state in
            let result = event(&state)
            verifier.hearing.believe(until: state.trustedUntil, inGraceUntil: state.graceUntil)
            return result
        }
    }

    /// Does what an event asks for.
    ///
    /// - Returns: What is to be said.
    private func carryOut(_ steps: [FeedStep]) -> [FeedMessage] {
        var messages: [FeedMessage] = []
        for step in steps {
            switch step {
            case .forget(let changes): for listener in listeners { listener.hear(changes, at: now()) }
            case .forgetEverything: for listener in listeners { listener.forgetEverything() }
            case .refill(let number): refill(number)
            case .say(let message): messages.append(message)
            case .settle(let number, let confirmation):
                let asker = askers.withLock { $0.removeValue(forKey: number) }
                asker?.yield(confirmation)
                asker?.finish()
            case .measure(let measurement): measure(measurement)
            }
        }
        return messages
    }

    private func refill(_ number: Int) {
        Task {
            let isDone = (try? await verifier.refill(at: now())) != nil
            _ = carryOut(change { $0.refillEnded(number, isDone: isDone) })
        }
    }
}

extension FeedMessage {
    fileprivate func isHeartbeat(of node: ID<Node>) -> Bool {
        if case .heartbeat(node, _) = self { true } else { false }
    }
}
