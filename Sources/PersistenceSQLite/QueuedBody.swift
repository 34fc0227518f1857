import Model
import Persistence
import Synchronization

/// A body of a transaction that waits for its turn, and the caller who waits for its answer. Each is answered exactly
/// once, by the thread that took it out of its queue or by whoever closed that queue.
protocol WaitingBody: AnyObject, Sendable {
    /// Whether the caller gave up waiting. Asked before the body begins, and not again.
    var isCancelled: Bool { get }

    /// Runs the body and keeps what became of it. May be called again, if the transaction was rolled back.
    func run(on connection: SQLiteConnection) -> BodyOutcome

    /// Answers with what the last run kept.
    func answer()

    /// Answers with `error`, whatever was kept.
    func fail(_ error: any Error)
}

/// What a run of a body means for the transaction that it ran in.
enum BodyOutcome {
    /// It came to its end. What it announced is heard if the transaction is committed.
    case finished(announcing: [Change])
    /// It threw before it changed anything: the transaction may go on.
    case refused
    /// It threw after it had begun to change rows, or broke the transaction, which must be rolled back.
    case spoiled
}

/// Set by a caller who no longer waits.
final class Cancellation: Sendable {
    private let flag = Atomic(false)

    var isRequested: Bool { flag.load(ordering: .acquiring) }

    func request() {
        flag.store(true, ordering: .releasing)
    }
}

/// The body of one caller.
final class QueuedBody<T: Sendable>: WaitingBody {
    private let body: @Sendable (borrowing Transaction) throws -> T
    private let cancellation: Cancellation
    private let caller: CheckedContinuation<T, any Error>
    private let kept = Mutex<Result<T, any Error>?>(nil)

    init(
        _ body: @escaping @Sendable (borrowing Transaction) throws -> T,
        for caller: CheckedContinuation<T, any Error>,
        unless cancellation: Cancellation
    ) {
        self.body = body
        self.caller = caller
        self.cancellation = cancellation
    }

    var isCancelled: Bool { cancellation.isRequested }

    func run(on connection: SQLiteConnection) -> BodyOutcome {
        connection.beginBody()
        let announcements = Announcements()
        do {
            let value = try body(Transaction(on: connection, announcing: announcements))
            if let failure = connection.failure { throw failure }
            kept.withLock { $0 = .success(value) }
            return .finished(announcing: announcements.changes)
        } catch {
            kept.withLock { $0 = .failure(error) }
            return connection.hasWritten || !connection.isInTransaction ? .spoiled : .refused
        }
    }

    func answer() {
        caller.resume(with: kept.withLock { $0 } ?? .failure(StoreError.closed))
    }

    func fail(_ error: any Error) {
        caller.resume(throwing: error)
    }
}
