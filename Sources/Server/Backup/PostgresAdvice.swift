import PersistencePostgres

/// How a PostgreSQL database is backed up and restored: by its own programs. The commands hold no password.
struct PostgresAdvice {
    let address: PostgresAddress

    private var database: String { address.textWithoutSecrets.shellQuoted }

    func backup(into file: String) -> String {
        """
        A PostgreSQL database is backed up by PostgreSQL's own programs. For a copy of this one, beside running servers:

          pg_dump --format=custom --file=\(file.shellQuoted) --dbname=\(database)
          sha256sum \(file.shellQuoted) > \((file + ".sha256").shellQuoted)

        For going back to any moment: pg_basebackup, with the log archived (archive_command). A password belongs into \
        ~/.pgpass or PGPASSWORD. Write down the moment at which it begins: \(RevokeSince.example) takes it after a restore.
        """
    }

    func restoration(of file: String) -> String {
        """
        A PostgreSQL database is restored by PostgreSQL's own programs. Stop all servers first, then:

          sha256sum --check \((file + ".sha256").shellQuoted)
          pg_restore --clean --if-exists --exit-on-error --single-transaction --dbname=\(database) \(file.shellQuoted)
          \(RevokeSince.example)

        and start the servers. If a later version has run on that database since, restore into a new, empty one: what its steps of the \
        schema made would stay there, and the same steps would fail at the next start. A password belongs into ~/.pgpass or PGPASSWORD.
        """
    }
}
