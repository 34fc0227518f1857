import Glibc

/// The time since this machine started, the time it slept included.
///
/// A clock of one's own, because trust in memory is a question of elapsed time that is asked for every request: nobody
/// sets this one, it goes on while the process or the machine stands still, and to read it takes some 30 ns.
package enum Uptime {
    /// In nanoseconds (CLOCK_BOOTTIME).
    package static let nanoseconds: @Sendable () -> Int64 = {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }
}
