import CLibPQ
import Dispatch
import Locking

/// Asks the server to end what it runs for a line (libpq's documentation, "Canceling Queries in Progress"). That goes over a connection of
/// its own and on a thread of its own, since libpq waits for it: for minutes where the server is gone.
final class Cancellation: Sendable {
    private let thread = DispatchGroup()
    private let until: Lock<ContinuousClock.Instant>

    /// - Parameter patience: For how long an answer is waited for from now on, and again once the server has taken the request.
    init?(of line: OpaquePointer, answeredWithin patience: Duration) {
        guard let handle = PQgetCancel(line) else { return nil }
        until = Lock(.now + patience)
        // As a number, since one thread hands it to another and keeps nothing of it.
        let number = Int(bitPattern: handle)
        EngineThread.start(named: "postgres-cancel", in: thread) { [self] in
            guard let handle = OpaquePointer(bitPattern: number) else { return }
            defer { PQfreeCancel(handle) }
            var problem = [CChar](repeating: 0, count: 256)
            if PQcancel(handle, &problem, Int32(problem.count)) == 1 { until.withLock { $0 = .now + patience } }
        }
    }

    /// Until when the line is to be waited for.
    var deadline: ContinuousClock.Instant { until.withLock(\.self) }

    /// Whether it can hit nothing any more. Waits for so long.
    func isOver(within patience: Duration) -> Bool {
        thread.wait(timeout: .now() + .milliseconds(Int(clamping: patience.milliseconds))) == .success
    }
}
