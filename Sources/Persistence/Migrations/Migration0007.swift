extension Migration {
    /// Keys that are published before they are used. Those from before have been in use.
    static let migration0007 = Migration(
        number: 7, name: "keys ahead of their use",
        sqlite: "ALTER TABLE key_ring ADD COLUMN used_from INTEGER NOT NULL DEFAULT 0;",
        postgres: "ALTER TABLE key_ring ADD COLUMN used_from BIGINT NOT NULL DEFAULT 0;"
    )
}
