extension Migration {
    /// Which keys were ever imported, by the digests of their hashes: an import that is sent once more brings back none that has ended
    /// (record 0052). A row for each that the operator imported, however it ends.
    static let migration0034 = Migration(
        number: 34, name: "hashes of imported keys", servedFrom: 26,
        sqlite: """
            CREATE TABLE imported_hash (
                digest BLOB NOT NULL PRIMARY KEY,
                imported_at INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;
            """,
        postgres: """
            CREATE TABLE imported_hash (
                digest BYTEA NOT NULL PRIMARY KEY,
                imported_at BIGINT NOT NULL
            );
            """
    )
}
