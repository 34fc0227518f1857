import Glibc

/// What signals do to the process before, and beside, those who listen to them.
enum ProcessSignals {
    /// Has signals not end the process whose standard action that is: SIGHUP, with which a terminal goes and which others reload upon;
    /// SIGUSR1, which commands send and which may come before anybody listens; SIGUSR2, which means nothing here; and SIGXFSZ, with
    /// which the kernel says that a file may not grow; the call that failed says so as well.
    static func stayAlive() {
        for number in [SIGHUP, SIGUSR1, SIGUSR2, SIGXFSZ] { _ = signal(number, SIG_IGN) }
    }

    /// Has a command go on that owns the database file: another takes it for a server, leaves an errand and sends it SIGUSR1, which would
    /// end it between a change and the secrets that it shows this once.
    static func outliveErrands() { _ = signal(SIGUSR1, SIG_IGN) }

    /// Has SIGTERM and SIGINT end the first process of a container, too, before anybody listens to them: while it waits for its
    /// database, say. The kernel keeps from a process 1 every signal for which it has no action of its own, and whoever runs the
    /// container would wait until the time for SIGKILL. Its exit status is the one that shells give, 128 and the signal's number.
    static func endFirstProcess() {
        guard getpid() == 1 else { return }
        for number in [SIGTERM, SIGINT] { _ = signal(number) { _exit(128 + $0) } }
    }
}
