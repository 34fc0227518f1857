import Glibc

/// How many files and sockets this process may have open.
package enum Descriptors {
    /// More are of no use, and programs that we run look through all that they might have.
    private static let most = 1 << 20

    /// What the process may have, and up to where it may raise that itself.
    package static var limits: (soft: Int, hard: Int) {
        var limits = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits) == 0 else { return (1024, 1024) }
        return (bounded(limits.rlim_cur), bounded(limits.rlim_max))
    }

    /// Raises the soft limit to the hard one.
    ///
    /// - Returns: What is in force now.
    @discardableResult
    package static func raise() -> Int {
        let (soft, hard) = limits
        guard soft < hard else { return soft }
        var limits = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits) == 0 else { return soft }
        limits.rlim_cur = rlim_t(hard)
        _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits)
        return self.limits.soft
    }

    private static func bounded(_ limit: rlim_t) -> Int { Int(min(limit, rlim_t(most))) }
}
