extension Migration {
    /// Policies on PostgreSQL: who runs statements for one account meets no rows of others, and without an account none (record 0040).
    /// They hold for nobody who owns the tables. SQLite has no such thing.
    static let migration0024 = Migration(
        number: 24, name: "rows of accounts", sqlite: "SELECT 1;", postgresParts: migration0024Postgres
    )
}
