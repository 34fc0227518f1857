import Glibc

/// What signals do to the process before, and beside, those who listen to them.
enum ProcessSignals {
    /// Has signals not end the process whose standard action that is: SIGHUP, with which a terminal goes and which others reload upon;
    /// SIGUSR1, which commands send and which may come before anybody listens; SIGUSR2, which means nothing here; and SIGXFSZ, with
    /// which the kernel says that a file may not grow; the call that failed says so as well.
    static func stayAlive() {
        for number in [SIGHUP, SIGUSR1, SIGUSR2, SIGXFSZ] { _ = signal(number, SIG_IGN) }
    }
}
