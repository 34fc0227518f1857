extension Migration {
    /// What each node says of itself, and in which order audit events became visible: who follows the log needs an order in which
    /// nothing comes later before what was read already, and identifiers have the time at which a change was begun.
    ///
    /// Triggers number the events, so that those of a node of the version before are numbered, too. What is there has no number, and
    /// comes before everything that has one.
    static let migration0028 = Migration(
        number: 28, name: "nodes and followers of the audit log", servedFrom: 26,
        sqlite: """
            CREATE TABLE node (
                id BLOB NOT NULL PRIMARY KEY,
                at INTEGER NOT NULL,
                host TEXT NOT NULL,
                listen TEXT NOT NULL,
                version TEXT NOT NULL,
                clock_offset INTEGER,
                feed_age INTEGER,
                configuration TEXT NOT NULL,
                settings TEXT NOT NULL
            ) STRICT, WITHOUT ROWID;
            ALTER TABLE audit_event ADD COLUMN place INTEGER;
            CREATE INDEX audit_event_place ON audit_event (place, id) WHERE place IS NOT NULL;
            CREATE TRIGGER audit_event_place AFTER INSERT ON audit_event WHEN NEW.place IS NULL BEGIN
                UPDATE audit_event SET place = MAX(
                    COALESCE((SELECT place FROM audit_event WHERE place IS NOT NULL ORDER BY place DESC LIMIT 1), 0) + 1,
                    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER))
                WHERE id = NEW.id;
            END;
            """,
        postgresParts: [
            """
            CREATE TABLE IF NOT EXISTS node (
                id BYTEA NOT NULL PRIMARY KEY,
                at BIGINT NOT NULL,
                host TEXT COLLATE "C" NOT NULL,
                listen TEXT COLLATE "C" NOT NULL,
                version TEXT COLLATE "C" NOT NULL,
                clock_offset BIGINT,
                feed_age BIGINT,
                configuration TEXT COLLATE "C" NOT NULL,
                settings TEXT COLLATE "C" NOT NULL
            );
            """,
            """
            ALTER TABLE audit_event ADD COLUMN IF NOT EXISTS place BIGINT;
            CREATE OR REPLACE FUNCTION audit_event_place() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                NEW.place := CAST(CAST(pg_current_xact_id() AS TEXT) AS BIGINT);
                RETURN NEW;
            END $$;
            DROP TRIGGER IF EXISTS audit_event_place ON audit_event;
            CREATE TRIGGER audit_event_place BEFORE INSERT ON audit_event FOR EACH ROW WHEN (NEW.place IS NULL)
            EXECUTE FUNCTION audit_event_place();
            """,
            "CREATE INDEX audit_event_place ON audit_event (place, id) WHERE place IS NOT NULL;",
        ]
    )
}
