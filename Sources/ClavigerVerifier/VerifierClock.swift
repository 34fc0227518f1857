#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The two clocks that a verifier goes by.
public struct VerifierClock: Sendable {
    /// Nanoseconds that count on while the process or the machine stands still, and that nobody sets: by this one what is remembered
    /// ages.
    let uptime: @Sendable () -> Int64
    /// Seconds since 1970: by this one it is told how long a credential is still good for, where a node does not say its own time.
    let seconds: @Sendable () -> Int64

    /// - Parameters:
    ///   - uptime: Nanoseconds that count on while the process or the machine stands still.
    ///   - seconds: Seconds since 1970, for where a node does not say its own time.
    public init(uptime: @escaping @Sendable () -> Int64, seconds: @escaping @Sendable () -> Int64) {
        self.uptime = uptime
        self.seconds = seconds
    }

    /// The machine's.
    public static let system = VerifierClock(
        uptime: {
            var time = timespec()
            #if canImport(Darwin)
                // Counts on during sleep there.
                clock_gettime(CLOCK_MONOTONIC, &time)
            #else
                clock_gettime(CLOCK_BOOTTIME, &time)
            #endif
            return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
        },
        seconds: {
            var time = timespec()
            clock_gettime(CLOCK_REALTIME, &time)
            return Int64(time.tv_sec)
        })
}
