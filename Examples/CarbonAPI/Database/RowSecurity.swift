/// The second wall, on PostgreSQL: the database itself holds that a transaction sees and writes only rows of the organization that
/// it is for, and of those below, also where a query forgot to say so.
///
/// It is a second wall and not the first: foreign keys and unique indexes look past it, so that no index here is unique
/// across organizations, and each table has a path of its own.
enum RowSecurity {
    /// Who serves calls. It owns nothing, so that policies hold for it without FORCE, under which the owner's own maintenance would
    /// see no row, and neither would `pg_dump`.
    static let role = "carbon_api"

    /// The setting that says for whom a transaction is. `SET LOCAL` leaves an empty text behind for the rest of the session, so empty
    /// counts as unset; compared with nothing, no row is seen.
    private static let organization = "nullif(current_setting('carbon.organization', true), '')"
    /// The same organization, as others know it.
    private static let partner = "nullif(current_setting('carbon.partner', true), '')"
    private static let upkeep = "current_setting('carbon.upkeep', true) = 'on'"

    /// Says in a transaction for whom it is.
    static func announce(_ sight: Sight, in transaction: some Transaction) throws {
        switch sight {
        case .within(let path):
            _ = try transaction.rows(
                """
                SELECT set_config('carbon.organization', \(path), true), set_config('carbon.partner', \(path.uuid), true)
                """)
        case .upkeep:
            _ = try transaction.rows("SELECT set_config('carbon.upkeep', 'on', true)")
        }
    }

    /// What makes the tables of a step safe. Comparisons of texts with an order of bytes are leakproof, so that indexes are still
    /// used; `LIKE` would not be.
    static func statements(for step: Schema.Step) -> [String] {
        var all = [
            // Roles are the whole server's, and another database's may have come first.
            """
            DO $$ BEGIN CREATE ROLE \(role) NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$
            """,
            // Since PostgreSQL 16 who makes a role is its member without the right to become it.
            """
            DO $$ BEGIN
                IF NOT pg_has_role(CURRENT_USER, '\(role)',
                    CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END)
                THEN GRANT \(role) TO CURRENT_USER; END IF;
            END $$
            """,
        ]
        for table in step.tables {
            let condition =
                "organization_path >= \(organization) AND organization_path < \(organization) || '\(OrganizationPath.endMark)'"
            all.append("ALTER TABLE \(table) ENABLE ROW LEVEL SECURITY")
            all.append("GRANT SELECT, INSERT, UPDATE, DELETE ON \(table) TO \(role)")
            all.append(
                "CREATE POLICY own_rows ON \(table) TO \(role) USING (\(condition)) WITH CHECK (\(condition))")
            if let column = step.shared[table] {
                // Read, and nothing else. Of the list of shares each partner sees its own rows. A share counts only where it stands
                // with the footprint's own organization: the foreign key of one that somebody else wrote would look past policies.
                let isShared =
                    table == "footprint_share"
                    ? "partner = \(partner)"
                    : """
                    EXISTS (SELECT 1 FROM footprint_share s
                            WHERE s.footprint_id = \(table).\(column) AND s.partner = \(partner)
                            AND s.organization_path = \(table).organization_path)
                    """
                all.append("CREATE POLICY shared_rows ON \(table) FOR SELECT TO \(role) USING (\(isShared))")
            }
            guard step.upkeep.contains(table) else { continue }
            all.append("CREATE POLICY upkeep ON \(table) TO \(role) USING (\(upkeep)) WITH CHECK (\(upkeep))")
        }
        return all
    }
}
