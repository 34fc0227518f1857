import CLibPQ
import Glibc

/// Why servers do not let us in: whether waiting mends it.
enum ConnectionRefusal {
    /// How long one server may take to say.
    private static let patience = Duration.seconds(2)

    /// Whether every server of an address answers and refuses us for a reason that somebody has to mend. Blocks. Not so where one is
    /// silent, lets us in, or says that it starts, has too many connections, or takes no writes yet.
    static func isFinal(at address: PostgresAddress) -> Bool {
        let targets = ConnectionTarget.all(of: address).flatMap(\.resolved)
        return !targets.isEmpty && targets.allSatisfy { isFinal(at: address, $0) }
    }

    private static func isFinal(at address: PostgresAddress, _ target: ConnectionTarget) -> Bool {
        guard let attempt = ConnectionAttempt(to: address, at: target, tellsState: true) else { return false }
        let deadline = ContinuousClock.now + patience
        while attempt.problem == nil {
            guard !attempt.isDone, ContinuousClock.now < deadline else { return false }
            var wanted = attempt.wanted
            let count = poll(&wanted, 1, ContinuousClock.now.duration(to: deadline).pollTimeout)
            guard count >= 0 || errno == EINTR else { return false }
            if count > 0 { attempt.proceed() }
        }
        return attempt.lacksPassword || attempt.problem.map(isFinal) ?? false
    }

    /// - Parameter problem: What libpq says, with the SQLSTATE of what the server said.
    static func isFinal(_ problem: String) -> Bool {
        guard let state = problem.firstMatch(of: #/: {2}([0-9A-Z]{5}): /#)?.1 else {
            // What libpq itself has against a server, which it says in English. An address that nobody answers at is not among it.
            return ["does not support SSL", "certificate", "invalid ", "unrecognized "].contains(
                where: problem.contains)
        }
        // Who we are and how we prove it; a database that is not there; what we may not do or said wrongly (PostgreSQL's documentation,
        // appendix A).
        return ["28", "3D", "42", "22", "0A"].contains { state.hasPrefix($0) }
    }
}
