import Locking
import Persistence

/// What can be done for several who ask as well as for one.
protocol GatheredWork: Sendable {
    /// On the heap: see ``RenewalCaller``.
    associatedtype Wish: AnyObject, Sendable
    associatedtype Answer: Sendable

    /// Does what is wished, of all or of none.
    ///
    /// - Parameter wishes: Never none.
    /// - Returns: As many, in their order.
    /// - Throws: A ``StoreError``.
    func answers(to wishes: [Wish]) async throws -> [Answer]

    /// About how many rows it takes: more than some of them are not done together. One, unless it says something else.
    func weight(of wish: Wish) -> Int
}

extension GatheredWork {
    func weight(of wish: Wish) -> Int { 1 }
}

/// Has who asks answered together with others: who comes while some are being answered is among the next. Nobody waits for others to come,
/// and where it fails for several, it is tried for each alone, so that one fails no other.
final class Gathering<Work: GatheredWork>: Sendable {
    private static var most: Int { 32 }
    /// What is heavier than this is done alone: an account may have thousands of pages, and a transaction that lasts keeps others waiting.
    private static var heaviest: Int { 1024 }

    private struct Request {
        let wish: Work.Wish
        let caller: CheckedContinuation<Work.Answer, any Error>
    }

    private struct State {
        var requests: [Request] = []
        var isAnswering = false
    }

    private let work: Work
    private let state = Lock(State())

    init(_ work: Work) {
        self.work = work
    }

    /// - Throws: What ``GatheredWork/answers(to:)`` throws.
    func answer(to wish: Work.Wish) async throws -> Work.Answer {
        try await withCheckedThrowingContinuation { caller in
            let begins = state.withLock { state in
                state.requests.append(Request(wish: wish, caller: caller))
                defer { state.isAnswering = true }
                return !state.isAnswering
            }
            if begins { Task { await self.answerAll() } }
        }
    }

    private func answerAll() async {
        // What was begun together comes one behind the other.
        await Task.yield()
        while let requests = next() { await answer(requests) }
    }

    private func next() -> [Request]? {
        state.withLock { state in
            var weight = 0
            let fitting = state.requests.prefix(Self.most).prefix { request in
                weight += work.weight(of: request.wish)
                return weight <= Self.heaviest
            }
            let next = Array(state.requests.prefix(max(1, fitting.count)))
            state.requests.removeFirst(next.count)
            state.isAnswering = !next.isEmpty
            return next.isEmpty ? nil : next
        }
    }

    private func answer(_ requests: [Request]) async {
        do {
            let answers = try await work.answers(to: requests.map(\.wish))
            for (request, answer) in zip(requests, answers) { request.caller.resume(returning: answer) }
        } catch {
            let concernsAll = (error as? StoreError)?.concernsAll ?? false
            guard requests.count > 1, !concernsAll else {
                for request in requests { request.caller.resume(throwing: error) }
                return
            }
            await withTaskGroup(of: Void.self) { group in
                for request in requests { group.addTask { await self.answer([request]) } }
            }
        }
    }
}
