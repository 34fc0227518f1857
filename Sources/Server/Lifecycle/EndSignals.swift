import HTTPServing
import Logging
import UnixSignals

/// What SIGTERM and SIGINT begin: the server says that it goes, serves on for as long as those need who send calls here, and ends. A
/// second signal ends it at once.
struct EndSignals: Sendable {
    let drain: Drain
    /// Those that are ended towards the end of the drain, by the replies on them.
    let connections: Connections
    /// How long it serves on.
    let seconds: Int
    let supervisor: Supervisor
    let logger: Logger

    /// Waits for signals until the task is cancelled.
    ///
    /// - Parameter end: Has the server close its listeners, finish what is in flight and write down what is left. Called once.
    func run(on signals: UnixSignalsSequence, end: @escaping @Sendable () async -> Void) async {
        var draining: Task<Void, Never>?
        for await signal in signals {
            if let draining {
                logger.notice(
                    "the server was told to end again, and waits no longer", metadata: ["signal": "\(name(of: signal))"]
                )
                draining.cancel()
                continue
            }
            drain.begin()
            supervisor.say(.stopping)
            logger.notice(
                "the server was told to end",
                metadata: ["signal": "\(name(of: signal))", "drain_seconds": "\(seconds)"])
            draining = Task { [seconds, connections] in
                let half = Duration.seconds(seconds) / 2
                do {
                    try await Task.sleep(for: half)
                    // By now who looks has stopped to send calls. Who goes on keeps connections, and shall not send on one as it is closed.
                    connections.endAfterReplies()
                    try await Task.sleep(for: half)
                    if seconds > 0 { try await connections.waitForLastCallers() }
                } catch {
                    // Told again.
                }
                await end()
            }
        }
    }

    /// As manuals write it.
    private func name(of signal: UnixSignal) -> String { "\(signal)".uppercased() }
}
