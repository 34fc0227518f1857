import Dispatch
import Persistence

/// Makes lines to the server, all with the same settings.
struct Lines: Sendable {
    let address: PostgresAddress
    let limits: PostgresLimits
    /// What those who use the lines know of the server.
    let suspicion = Suspicion()

    /// - Throws: ``StoreError/unavailable(_:)``.
    func open(until deadline: ContinuousClock.Instant) throws(StoreError) -> Line {
        let silence = limits.statement.milliseconds
        // Less than an answer is waited for, or a statement that takes too long is taken for a server that is gone.
        let statement = silence * 5 / 6
        return try Line(
            to: address,
            settings: [
                "SET statement_timeout = \(statement)", "SET lock_timeout = \(silence * 2 / 3)",
                // As it is now, also for who becomes another role: `$user` in it is whoever one is.
                "SELECT set_config('search_path', string_agg(quote_ident(name), ', ' ORDER BY place), false) "
                    + "FROM unnest(current_schemas(false)) WITH ORDINALITY AS known (name, place)",
                // Else statements that policies narrow would fail.
                "SET row_security = on",
                // A node that stands still must not keep others from what it has locked.
                "SET idle_in_transaction_session_timeout = \(silence)",
                // Acknowledged means on disk, whatever the server's standard is.
                "SELECT set_config('synchronous_commit', 'on', false) "
                    + "WHERE current_setting('synchronous_commit') IN ('off', 'local')",
            ], suspicion, until: deadline)
    }

    /// Blocks the thread, which is one of the engine's own.
    static func pause(_ duration: Duration) {
        _ = DispatchSemaphore(value: 0).wait(timeout: .now() + .milliseconds(Int(clamping: duration.milliseconds)))
    }
}
