extension Migration {
    /// Each account's audit events as leaves of a Merkle log (record 0051): how far each log has come, as its key signed it, which event is
    /// which leaf, the hashes of the tree, and how far events were taken. Leaves go when events go; hashes stay as long as the account.
    ///
    /// No event is taken twice and no leaf is two: the tables say so, whoever writes. Who runs statements for one account reads its own
    /// log and changes none (``AccountRole``).
    static let migration0032 = Migration(
        number: 32, name: "audit log that can be checked", servedFrom: 26,
        sqlite: """
            CREATE TABLE audit_log (
                account_id BLOB NOT NULL PRIMARY KEY,
                size INTEGER NOT NULL,
                checkpoint TEXT NOT NULL,
                is_gone INTEGER NOT NULL DEFAULT 0
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX audit_log_gone ON audit_log (account_id) WHERE is_gone = 1;
            CREATE TRIGGER audit_log_gone AFTER DELETE ON account BEGIN
                UPDATE audit_log SET is_gone = 1 WHERE account_id = OLD.organization_id;
            END;
            CREATE TABLE audit_leaf (
                account_id BLOB NOT NULL,
                leaf INTEGER NOT NULL,
                event_id BLOB NOT NULL,
                PRIMARY KEY (account_id, leaf)
            ) STRICT, WITHOUT ROWID;
            CREATE UNIQUE INDEX audit_leaf_event ON audit_leaf (event_id);
            CREATE TABLE audit_tile (
                account_id BLOB NOT NULL,
                tile INTEGER NOT NULL,
                hashes BLOB NOT NULL,
                PRIMARY KEY (account_id, tile)
            ) STRICT, WITHOUT ROWID;
            CREATE TABLE audit_log_position (
                name TEXT NOT NULL PRIMARY KEY,
                place INTEGER NOT NULL,
                event_id BLOB NOT NULL
            ) STRICT, WITHOUT ROWID;
            """,
        postgresParts: [
            """
            CREATE TABLE IF NOT EXISTS audit_log (
                account_id BYTEA NOT NULL PRIMARY KEY,
                size BIGINT NOT NULL,
                checkpoint TEXT COLLATE "C" NOT NULL,
                is_gone BIGINT NOT NULL DEFAULT 0
            );
            CREATE INDEX IF NOT EXISTS audit_log_gone ON audit_log (account_id) WHERE is_gone = 1;
            \(ownRows("audit_log"))
            """,
            """
            CREATE TABLE IF NOT EXISTS audit_leaf (
                account_id BYTEA NOT NULL,
                leaf BIGINT NOT NULL,
                event_id BYTEA NOT NULL,
                PRIMARY KEY (account_id, leaf)
            );
            CREATE UNIQUE INDEX IF NOT EXISTS audit_leaf_event ON audit_leaf (event_id);
            \(ownRows("audit_leaf"))
            """,
            """
            CREATE TABLE IF NOT EXISTS audit_tile (
                account_id BYTEA NOT NULL,
                tile BIGINT NOT NULL,
                hashes BYTEA NOT NULL,
                PRIMARY KEY (account_id, tile)
            );
            \(ownRows("audit_tile"))
            """,
            """
            CREATE OR REPLACE FUNCTION audit_log_gone() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                UPDATE audit_log SET is_gone = 1 WHERE account_id = OLD.organization_id;
                RETURN NULL;
            END $$;
            DROP TRIGGER IF EXISTS audit_log_gone ON account;
            CREATE TRIGGER audit_log_gone AFTER DELETE ON account FOR EACH ROW EXECUTE FUNCTION audit_log_gone();
            """,
            """
            CREATE TABLE audit_log_position (
                name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
                place BIGINT NOT NULL,
                event_id BYTEA NOT NULL
            );
            """,
        ]
    )

    private static func ownRows(_ table: String) -> String {
        let condition = "account_id = decode(nullif(current_setting('claviger.account', true), ''), 'hex')"
        return """
            ALTER TABLE \(table) ENABLE ROW LEVEL SECURITY;
            DROP POLICY IF EXISTS own_rows ON \(table);
            CREATE POLICY own_rows ON \(table) USING (\(condition)) WITH CHECK (\(condition));
            """
    }
}
