import Persistence

/// As whom the statements of accounts are run, so that the policies of the tables hold for them (row-level security,
/// record 0040): a role that owns nothing, named like the user that nodes sign in as with `_account` behind it. The user itself owns the
/// tables, and policies do not hold for owners, which migrations, backups and the operator's own work need.
package enum AccountRole: Sendable {
    /// There is none, or the user may not become it: policies hold for nobody.
    case missing
    /// - Parameters:
    ///   - name: Its name.
    ///   - former: What the session's role was set to before.
    case present(name: String, former: String)

    /// A table without a policy, and why it has none.
    package struct ExemptTable: Sendable {
        package let name: String
        package let reason: String
        /// What may be done there for an account all the same.
        package var rights: [String] = []
    }

    /// The tables that hold rows of no account.
    package static let exemptTables = [
        ExemptTable(name: "address_link", reason: "proves a mailbox, which may be of members of many accounts"),
        ExemptTable(name: "audit_log_position", reason: "work that nodes share"),
        ExemptTable(
            name: "idempotent_reply", reason: "found by who acts and their own key, and sealed for both",
            rights: ["SELECT", "INSERT", "UPDATE", "DELETE"]),
        ExemptTable(name: "imported_hash", reason: "digests that outlive their keys, for the operator's imports"),
        ExemptTable(name: "installation", reason: "what all nodes have in common"),
        ExemptTable(name: "key_ring", reason: "keys of the whole installation, sealed"),
        ExemptTable(name: "lease", reason: "work that nodes share"),
        ExemptTable(name: "lifecycle_progress", reason: "work that nodes share"),
        ExemptTable(name: "master_key", reason: "keys of the whole installation"),
        ExemptTable(name: "master_key_holder", reason: "nodes of the whole installation"),
        ExemptTable(name: "node", reason: "what nodes say of themselves"),
        ExemptTable(
            name: "provider_access", reason: "the operator's clients at providers, on which all connections hang",
            rights: ["SELECT"]),
        ExemptTable(name: "provider_access_secret", reason: "of the operator's clients at providers, sealed"),
        ExemptTable(name: "provider_push", reason: "digests of what providers sent, before anybody knows for whom"),
        ExemptTable(name: "rate_count", reason: "work that nodes share"),
        ExemptTable(name: "resource_server", reason: "the operator's"),
        ExemptTable(name: "schema_migration", reason: "the steps of the schema"),
        ExemptTable(name: "sign_in_attempts", reason: "counts guesses, before anybody knows who guesses"),
        ExemptTable(name: "usage_receipt", reason: "work that nodes share"),
    ]

    /// Gives the role what it lacks: every right to rows in tables with policies (but none to change the audit log, nor to write what proves it), those above in the
    /// others, and the functions that policies call, which a database may have taken from everybody. Nothing where there is no role.
    /// It fails where policies hold for the user itself, to whom every table would seem empty.
    static var grants: String {
        let others = exemptTables.flatMap { table in table.rights.map { "('\(table.name)', '\($0)')" } }
        return """
            DO $$
            DECLARE
                account_role CONSTANT TEXT := current_user || '_account';
                step TEXT;
            BEGIN
                IF row_security_active(to_regclass('organization')::oid) THEN
                    RAISE EXCEPTION 'the tables belong to another user than %, who would meet no row', current_user;
                END IF;
                IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = account_role) THEN RETURN; END IF;
                IF NOT has_schema_privilege(account_role::name, current_schema()::text, 'USAGE') THEN
                    EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', current_schema(), account_role);
                END IF;
                FOR step IN
                    SELECT format('GRANT %s ON %s TO %I', wanted.kind, c.oid::regclass, account_role)
                    FROM pg_class c, (VALUES ('SELECT'), ('INSERT'), ('UPDATE'), ('DELETE')) wanted (kind)
                    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'
                    AND (c.relrowsecurity OR (c.relname::text, wanted.kind) IN (\(others.joined(separator: ", "))))
                    AND NOT (c.relname = 'audit_event' AND wanted.kind IN ('UPDATE', 'DELETE'))
                    AND NOT (c.relname IN ('audit_log', 'audit_leaf', 'audit_tile') AND wanted.kind <> 'SELECT')
                    AND NOT has_table_privilege(account_role::name, c.oid, wanted.kind)
                    UNION ALL
                    SELECT format('GRANT EXECUTE ON FUNCTION %s TO %I', f.oid::regprocedure, account_role) FROM pg_proc f
                    WHERE f.pronamespace = current_schema()::regnamespace
                    AND f.proname IN ('client_identifier', 'is_granted_within')
                    AND NOT has_function_privilege(account_role::name, f.oid, 'EXECUTE')
                LOOP EXECUTE step; END LOOP;
            END $$;
            """
    }
}

extension Line {
    /// Has the statements that follow in this transaction meet no rows but those in `scope`. What says so travels with the next one.
    func confine(to scope: RowScope, until deadline: ContinuousClock.Instant) throws {
        guard case .present(let name, let former) = try knownAccountRole(until: deadline) else { return }
        let isConfined = scope != .everything
        try send(
            """
            SELECT set_config('role', $1, true), set_config('claviger.account', $2, true),
            set_config('claviger.account_path', $3, true)
            """, [.text(isConfined ? name : former), .text(scope.account), .text(scope.path)])
        self.isConfined = isConfined
    }

    /// Asked once for each connection, after the schema was brought up to date.
    private func knownAccountRole(until deadline: ContinuousClock.Instant) throws -> AccountRole {
        if let accountRole { return accountRole }
        var found = AccountRole.missing
        _ = try answer(to: AccountRole.search.text, [], until: deadline) { row in
            found = .present(name: try row.text(0), former: try row.text(1))
        }
        accountRole = found
        return found
    }
}

extension AccountRole {
    /// The role, if this user may become it and it has been given its rights, and what the session's own is set to.
    static let search: BoundSQL = """
        SELECT rolname::text, current_setting('role') FROM pg_roles
        WHERE rolname = current_user || '_account'
        AND pg_has_role(
            current_user, oid, CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END)
        AND COALESCE(has_table_privilege(oid, to_regclass('organization')::oid, 'SELECT'), true)
        """
}
