extension Migration {
    /// Permissions that members have beside their roles, by name, with spaces between.
    static let migration0010 = Migration(
        number: 10, name: "permissions of members",
        sqlite: "ALTER TABLE member ADD COLUMN permissions TEXT NOT NULL DEFAULT '';",
        postgres: "ALTER TABLE member ADD COLUMN permissions TEXT COLLATE \"C\" NOT NULL DEFAULT '';"
    )
}
