import Glibc
import Logging
import ServiceLifecycle
import UnixSignals

/// Says in the log that the server was told to end, and what SIGHUP changes, which other programs reload upon: the certificate of TLS,
/// and nothing else.
struct SignalNotices: Service {
    let logger: Logger
    /// Nil where TLS is not answered.
    let certificate: ServedCertificate?

    /// Has signals not end the process whose standard action that is: SIGHUP, with which a terminal goes, and SIGXFSZ,
    /// with which the kernel says that a file may not grow; the call that failed says so as well.
    static func stayAlive() {
        for number in [SIGHUP, SIGXFSZ] { _ = signal(number, SIG_IGN) }
    }

    func run() async throws {
        let signals = await UnixSignalsSequence(trapping: .sighup)
        for await _ in signals.cancelOnGracefulShutdown() {
            guard let certificate else {
                logger.notice(
                    "SIGHUP changes nothing: settings are read at the start, so restart the server for new ones")
                continue
            }
            logger.notice("SIGHUP changes the certificate of TLS alone; other settings are read at the start")
            certificate.look(isAsked: true)
        }
        logger.notice("the server was told to end")
    }
}
