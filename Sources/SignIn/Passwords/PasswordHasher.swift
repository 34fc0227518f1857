import Dispatch
import Locking
import Model
import Synchronization

/// So many passwords wait already that another would wait too long. The caller may try again later.
package struct PasswordHashingOverloaded: Error, Hashable, Sendable {
    package init() {}
}

/// Digests and compares passwords, slowly on purpose (law 2).
///
/// One at a time, on a thread of its own, never on one that answers requests: a flood of sign-ins can fill this queue but
/// starve nothing else (threat J8). The queue is bounded (law 7), and who is cancelled while waiting is answered at
/// once and costs no work.
package final class PasswordHasher: Sendable {
    private let queue = DispatchQueue(label: "claviger.passwords")
    private let limit: Int
    /// What new passwords cost.
    let cost: Argon2id.Cost
    private let pending = Lock(0)
    private let works = Atomic(0)

    /// How many passwords it has digested or compared.
    package var workCount: Int { works.load(ordering: .relaxed) }

    /// A hasher at which at most `limit` calls wait, the one at work included. At 25 ms each, 64 are 1.6 s.
    package convenience init(limit: Int = 64) {
        self.init(limit: limit, cost: .standard)
    }

    init(limit: Int, cost: Argon2id.Cost) {
        self.limit = limit
        self.cost = cost
    }

    /// The raw output of Argon2id for a password under a salt.
    ///
    /// - Throws: ``PasswordHashingOverloaded``, ``PasswordHashingError``, `CancellationError`.
    func output(_ password: String, salt: [UInt8], cost: Argon2id.Cost) async throws -> [UInt8] {
        let bytes = Array(password.utf8)
        return try await enqueue { try Argon2id.output(bytes, salt: salt, cost: cost) }
    }

    /// Whether a digest in the PHC string format is that of a password.
    ///
    /// - Throws: ``PasswordHashingOverloaded``, ``PasswordHashingError``, `CancellationError`.
    func verify(_ password: String, against digest: PasswordDigest) async throws -> Bool {
        let bytes = Array(password.utf8)
        guard bytes.count <= PasswordPolicy.maximumBytes else { return false }
        return try await enqueue { try Argon2id.matches(bytes, digest.encoded) }
    }

    func enqueue<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try pending.withLock { pending in
            guard pending < limit else { throw PasswordHashingOverloaded() }
            pending += 1
        }
        let turn = Turn<Value>()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                turn.wait(continuation)
                queue.async { [self] in
                    let result = turn.begin() ? Result { try work() } : nil
                    if result != nil { works.wrappingAdd(1, ordering: .relaxed) }
                    pending.withLock { $0 -= 1 }
                    if let result { turn.finish(result) }
                }
            }
        } onCancel: {
            turn.cancel()
        }
    }
}

/// One caller's turn. Its continuation is resumed exactly once, by whichever comes first.
private final class Turn<Value: Sendable>: Sendable {
    private enum State {
        case new
        case waiting(CheckedContinuation<Value, any Error>)
        case working(CheckedContinuation<Value, any Error>)
        case over
    }

    private let state = Lock(State.new)

    func wait(_ continuation: CheckedContinuation<Value, any Error>) {
        let isOver = state.withLock { state in
            if case .over = state { return true }
            state = .waiting(continuation)
            return false
        }
        if isOver { continuation.resume(throwing: CancellationError()) }
    }

    /// Whether there is still somebody to work for.
    func begin() -> Bool {
        state.withLock { state in
            guard case .waiting(let continuation) = state else { return false }
            state = .working(continuation)
            return true
        }
    }

    func finish(_ result: Result<Value, any Error>) {
        let continuation: CheckedContinuation<Value, any Error>? = state.withLock { state in
            guard case .working(let continuation) = state else { return nil }
            state = .over
            return continuation
        }
        continuation?.resume(with: result)
    }

    /// Work that has begun is not given up: its thread is spent anyway.
    func cancel() {
        let continuation: CheckedContinuation<Value, any Error>? = state.withLock { state in
            switch state {
            case .new:
                state = .over
                return nil
            case .waiting(let continuation):
                state = .over
                return continuation
            case .working, .over: return nil
            }
        }
        continuation?.resume(throwing: CancellationError())
    }
}
