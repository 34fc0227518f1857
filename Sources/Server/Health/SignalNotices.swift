import Glibc
import Logging
import ServiceLifecycle
import UnixSignals

/// Says in the log that the server was told to end, and that SIGHUP, which other programs reload upon, changes nothing.
struct SignalNotices: Service {
    let logger: Logger

    /// Has signals not end the process whose standard action that is: SIGHUP, with which a terminal goes, and SIGXFSZ,
    /// with which the kernel says that a file may not grow; the call that failed says so as well.
    static func stayAlive() {
        for number in [SIGHUP, SIGXFSZ] { _ = signal(number, SIG_IGN) }
    }

    func run() async throws {
        let signals = await UnixSignalsSequence(trapping: .sighup)
        for await _ in signals.cancelOnGracefulShutdown() {
            logger.notice("SIGHUP changes nothing: settings are read at the start, so restart the server for new ones")
        }
        logger.notice("the server was told to end")
    }
}
