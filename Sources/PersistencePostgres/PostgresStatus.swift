package import Model
package import Persistence

/// What a PostgreSQL server says of itself, as far as we depend on it.
package struct PostgresStatus: Sendable {
    /// The oldest major version that we run on.
    package static let oldestVersion = 13

    /// The major version, such as 15.
    package let version: Int
    /// Whether it can be written to, and does not follow another.
    package let isPrimary: Bool
    /// Whether it waits for the disk: `fsync`, and `full_page_writes`, without which a page that was half written when
    /// the machine stopped is lost.
    package let keepsWhatItWrote: Bool
    /// Whether it waits for a standby before a commit is acknowledged.
    package let hasSynchronousStandby: Bool
    /// How many standbys follow it at the moment.
    package let standbys: Int
    /// What its clock shows.
    package let clock: Instant
    /// The name of the role for which policies hold (``AccountRole``).
    package let accountRole: String
    /// Whether it is there, may be become, and has been given its rights.
    package let hasAccountRole: Bool

    /// Asks the server that a transaction runs on.
    ///
    /// - Throws: ``StoreError``.
    package init(_ tx: borrowing Transaction) throws {
        let found = try tx.first(
            """
            SELECT CAST(current_setting('server_version_num') AS BIGINT) / 10000,
                CASE WHEN pg_is_in_recovery() THEN 0 ELSE 1 END,
                CASE WHEN current_setting('fsync') = 'on' AND current_setting('full_page_writes') = 'on' THEN 1 ELSE 0 END,
                CASE WHEN current_setting('synchronous_standby_names') = '' THEN 0 ELSE 1 END,
                (SELECT COUNT(*) FROM pg_stat_replication),
                CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT),
                current_user || '_account',
                CASE WHEN EXISTS (\(part: AccountRole.search)) THEN 1 ELSE 0 END
            """
        ) { row in
            (
                numbers: try (0...4).map { Int(try row.integer($0)) }, clock: try row.instant(5), role: try row.text(6),
                hasRole: try row.bool(7)
            )
        }
        guard let found else { throw StoreError.unreadable("the server says nothing of itself") }
        version = found.numbers[0]
        isPrimary = found.numbers[1] == 1
        keepsWhatItWrote = found.numbers[2] == 1
        hasSynchronousStandby = found.numbers[3] == 1
        standbys = found.numbers[4]
        clock = found.clock
        accountRole = found.role
        hasAccountRole = found.hasRole
    }
}
