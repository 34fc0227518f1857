import CredentialFormat
import Locking
import Model
import Persistence

/// Writes down what a feed brings, and lets a test wait for it.
final class FeedEar: FeedReceiver {
    private struct State {
        var beginnings = 0
        var endings = 0
        var unanswered = 0
        var number: UInt64 = 0
        var heartbeats = 0
        var changes: [Change] = []
        var answers: [FeedMessage] = []
        var say: @Sendable (FeedMessage) -> Void = { _ in }
        var waiting: [(isDone: (State) -> Bool, waiter: CheckedContinuation<Void, Never>)] = []
    }

    let node = ID<Node>(value: .random(in: 1...(.max)))
    private let patience: Int
    private let state = Lock(State())

    /// - Parameter patience: After how many heartbeats that did not come back it gives a connection up.
    init(givingUpAfter patience: Int = 40) {
        self.patience = patience
    }

    func listeningBegan() {
        change { state in
            state.beginnings += 1
            state.unanswered = 0
        }
    }

    func listeningEnded() { change { $0.endings += 1 } }

    func heartbeat() -> FeedMessage? {
        state.withLock { state in
            state.unanswered += 1
            state.number += 1
            return state.unanswered > patience ? nil : .heartbeat(node, number: state.number)
        }
    }

    func heard(_ message: FeedMessage) -> [FeedMessage] {
        switch message {
        case .heartbeat(node, _):
            change { state in
                state.heartbeats += 1
                state.unanswered = 0
            }
        case .changes(let changes): change { $0.changes += changes }
        case .answer: change { $0.answers.append(message) }
        case .question(let asker, let number): return [.answer(to: asker, number: number, from: node)]
        case .heartbeat, .everything, .farewell: break
        }
        return []
    }

    // MARK: - For tests

    var say: @Sendable (FeedMessage) -> Void {
        get { state.withLock(\.say) }
        set { state.withLock { $0.say = newValue } }
    }

    var endings: Int { state.withLock(\.endings) }
    var heartbeatCount: Int { state.withLock(\.heartbeats) }

    func begun(times: Int) async { await wait { $0.beginnings >= times } }

    func ended() async { await wait { $0.endings > 0 } }

    func heartbeats(atLeast count: Int) async -> Int {
        await wait { $0.heartbeats >= count }
        return heartbeatCount
    }

    func changes(untilLast last: Change) async -> [Change] {
        await wait { $0.changes.last == last }
        return state.withLock(\.changes)
    }

    func answers(_ count: Int) async -> [FeedMessage] {
        await wait { $0.answers.count >= count }
        return state.withLock(\.answers)
    }

    private func wait(until isDone: @escaping @Sendable (State) -> Bool) async {
        await withCheckedContinuation { waiter in
            let isDoneNow = state.withLock { state in
                if isDone(state) { return true }
                state.waiting.append((isDone, waiter))
                return false
            }
            if isDoneNow { waiter.resume() }
        }
    }

    private func change(_ change: (inout State) -> Void) {
        let done = state.withLock { state in
            change(&state)
            let (done, left) = (state.waiting.filter { $0.isDone(state) }, state.waiting.filter { !$0.isDone(state) })
            state.waiting = left
            return done.map(\.waiter)
        }
        for waiter in done { waiter.resume() }
    }
}
