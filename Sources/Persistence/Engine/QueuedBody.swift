import Locking
package import Model
import Synchronization

/// A body of a transaction that waits for its turn, and the caller who waits for its answer. Each is answered exactly
/// once, by the thread that took it out of its queue or by whoever closed that queue.
package protocol WaitingBody: AnyObject, Sendable {
    /// Whether the caller gave up waiting. Asked before the body begins, and not again.
    var isCancelled: Bool { get }

    /// Until when the caller waits for the body to be done, nil for as long as it takes.
    var deadline: ContinuousClock.Instant? { get }

    /// Runs the body and keeps what became of it. May be called again, if the transaction was rolled back.
    func run(on connection: any BodyConnection) -> BodyOutcome

    /// Answers with what the last run kept.
    func answer()

    /// Answers with `error`, whatever was kept.
    func fail(_ error: any Error)
}

extension WaitingBody {
    /// Whether its caller has waited long enough.
    var isOverdue: Bool { deadline.map { $0 <= .now } ?? false }
}

/// What a run of a body means for the transaction that it ran in.
package enum BodyOutcome {
    /// It came to its end. What it announced is heard if the transaction is committed.
    case finished(announcing: [Change])
    /// It threw before it changed anything: the transaction may go on.
    case refused
    /// It threw after it had begun to change rows, or broke the transaction, which must be rolled back.
    case spoiled
}

/// A connection as the runs of bodies need it, used by one thread alone.
package protocol BodyConnection: EngineConnection {
    /// The error of the statement that failed in this body. It ends the body, even if the body catches it.
    var failure: StoreError? { get }

    /// Whether this body has run a statement that may change rows.
    var hasWritten: Bool { get }

    /// Whether the transaction that was begun is still open.
    var isInTransaction: Bool { get }

    /// Forgets what the body before did, and whose rows it was confined to.
    func beginBody()

    /// Starts a transaction that may write.
    func beginWriting() throws

    /// Starts a transaction that reads one snapshot.
    func beginReading() throws

    /// Ends a transaction that only read.
    func endReading() throws

    /// Ends the transaction. Once it returns, what was written is on disk, and other nodes are told of `changes`.
    func commit(announcing changes: [Change]) throws

    /// Undoes the transaction, if it is still open.
    func rollback() throws
}

/// The body of one caller.
private final class QueuedBody<T: Sendable>: WaitingBody {
    let deadline: ContinuousClock.Instant?
    private let body: @Sendable (borrowing Transaction) throws -> T
    private let cancellation: Cancellation
    private let caller: CheckedContinuation<T, any Error>
    private let kept = Lock<Result<T, any Error>?>(nil)

    init(
        _ body: @escaping @Sendable (borrowing Transaction) throws -> T,
        for caller: CheckedContinuation<T, any Error>, until deadline: ContinuousClock.Instant?,
        unless cancellation: Cancellation
    ) {
        self.body = body
        self.caller = caller
        self.deadline = deadline
        self.cancellation = cancellation
    }

    var isCancelled: Bool { cancellation.isRequested }

    func run(on connection: any BodyConnection) -> BodyOutcome {
        connection.beginBody()
        let announcements = Announcements()
        do {
            let value = try body(Transaction(on: connection, announcing: announcements))
            if let failure = connection.failure { throw failure }
            kept.withLock { $0 = .success(value) }
            return .finished(announcing: announcements.changes)
        } catch {
            kept.withLock { $0 = .failure(error) }
            return connection.hasWritten || !connection.isInTransaction || connection.failure != nil
                ? .spoiled : .refused
        }
    }

    func answer() {
        caller.resume(with: kept.withLock { $0 } ?? .failure(StoreError.closed))
    }

    func fail(_ error: any Error) {
        caller.resume(throwing: error)
    }
}

/// Set by a caller who no longer waits.
private final class Cancellation: Sendable {
    private let flag = Atomic(false)

    var isRequested: Bool { flag.load(ordering: .acquiring) }

    func request() {
        flag.store(true, ordering: .releasing)
    }
}

extension Mailbox where Item == any WaitingBody {
    /// Queues `body` and waits for its answer without holding a thread.
    ///
    /// - Parameter patience: How long the caller waits for its body to be done, nil for as long as it takes.
    /// - Throws: What `body` throws, `CancellationError` if the caller was cancelled before it began, or a
    ///   ``StoreError``.
    package func answer<T: Sendable>(
        to body: @escaping @Sendable (borrowing Transaction) throws -> T, within patience: Duration? = nil
    ) async throws -> T {
        let cancellation = Cancellation()
        let deadline = patience.map { ContinuousClock.now + $0 }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { caller in
                do {
                    try offer(QueuedBody(body, for: caller, until: deadline, unless: cancellation))
                } catch {
                    caller.resume(throwing: error)
                }
            }
        } onCancel: {
            cancellation.request()
        }
    }

    /// Closes the queue, and answers who waits in it with `StoreError.closed`.
    package func closeAndRefuse() {
        for body in close() { body.fail(StoreError.closed) }
    }
}
