extension Migration {
    /// An account's rows are told by its identifier, by the path of its root, or by the row on which they hang: that one is looked up
    /// under its own policy. A row that hangs on two accounts, as a grant does on the user's and the app's, can be read by both and
    /// written by the first. It is looked up as a value: `EXISTS` may be answered by reading all rows of the account, or of the table,
    /// which a serializable transaction then counts as read.
    ///
    /// The setting that says which account is empty, and not absent, once a transaction that had set it is over. Compared with
    /// nothing, no row is met. Comparisons of bytes and of texts in the order of bytes may be made before a policy is asked, so that
    /// indexes are used as without one.
    static let migration0024Postgres = [functions.joined(separator: "\n")] + policies.map(\.script)

    private struct Policy {
        let table: String
        let condition: String
        /// Of rows of another account, which are read.
        var shared: (name: String, condition: String)?

        /// The name comes last of a table's, so that it is asked first.
        var script: String {
            let own = """
                ALTER TABLE \(table) ENABLE ROW LEVEL SECURITY;
                DROP POLICY IF EXISTS own_rows ON \(table);
                CREATE POLICY own_rows ON \(table) USING (\(condition)) WITH CHECK (\(condition));
                """
            guard let shared else { return own }
            return """
                \(own)
                DROP POLICY IF EXISTS \(shared.name) ON \(table);
                CREATE POLICY \(shared.name) ON \(table) FOR SELECT USING (\(shared.condition));
                """
        }
    }

    private static let account = "decode(nullif(current_setting('claviger.account', true), ''), 'hex')"
    private static let path = "nullif(current_setting('claviger.account_path', true), '')"

    private static let policies: [Policy] = {
        var all: [Policy] = []
        for table in ["organization", "integration", "app", "api_key", "contact", "refusal"] {
            all.append(Policy(table: table, condition: "account_id = \(account)"))
        }
        all.append(Policy(table: "account", condition: "organization_id = \(account)"))
        for table in ["audit_event", "connection", "connection_event"] {
            all.append(Policy(table: table, condition: isBelow))
        }
        all += hanging(
            on: "organization", by: "organization_id",
            ["member", "user_grant", "organization_key", "data_key", "shredding_receipt", "connection_consent"])
        all += hanging(
            on: "member", by: "member_id",
            ["member_session", "member_network", "second_factor", "recovery_code", "one_time_link"])
        all += hanging(on: "member", by: "viewer", ["secret_look"])
        all += hanging(on: "contact", by: "contact_id", ["access_key"])
        for table in ["refresh_lineage", "authorization_code"] {
            let grant = "user_grant p JOIN organization o ON o.id = p.organization_id"
            all.append(Policy(table: table, condition: "(SELECT TRUE FROM \(grant) WHERE p.id = \(table).grant_id)"))
        }
        all += hanging(
            on: "connection", by: "connection_id",
            ["connection_secret", "connection_child", "connection_promise", "connection_health", "renewal_attempt"])
        for (table, client) in [("client_secret", "client_identifier(client)"), ("revoked_token", "client_id")] {
            let condition = "\(isOwn("integration", client)) OR \(isOwn("app", client))"
            all.append(Policy(table: table, condition: condition))
        }
        for index in all.indices { all[index].shared = shared[all[index].table] }
        return all
    }()

    private static let isBelow = "organization_path >= \(path) AND organization_path < rtrim(\(path), '/') || '0'"

    private static func hanging(on parent: String, by column: String, _ tables: [String]) -> [Policy] {
        tables.map { table in
            Policy(table: table, condition: "(SELECT TRUE FROM \(parent) p WHERE p.id = \(table).\(column))")
        }
    }

    /// Whether a client is the account's own, and not one that it may read because somebody of its uses it.
    private static func isOwn(_ table: String, _ client: String) -> String {
        "(SELECT TRUE FROM \(table) p WHERE p.id = \(client) AND p.account_id = \(account))"
    }

    /// Of an app of another account, what is shown of a grant is read; of grants to an app of its own and of what came of them, how
    /// many there are.
    private static let shared = [
        "app": (name: "granted_app", condition: "is_granted_within(id, \(account))"),
        "user_grant": (name: "grants_of_app", condition: isOwn("app", "user_grant.app_id")),
        "refresh_lineage": (name: "lineages_of_app", condition: isOwn("app", "refresh_lineage.app_id")),
    ]

    private static let functions = [
        // The 16 bytes that a client's identifier is written of, in base62 behind its prefix.
        """
        CREATE OR REPLACE FUNCTION client_identifier(written TEXT) RETURNS BYTEA
        LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
        DECLARE
            digits CONSTANT TEXT := '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
            word CONSTANT NUMERIC := 18446744073709551616;
            number NUMERIC := 0;
            high NUMERIC;
            low NUMERIC;
        BEGIN
            FOR place IN strpos(written, '_') + 1 .. length(written) LOOP
                number := number * 62 + strpos(digits, substr(written, place, 1)) - 1;
            END LOOP;
            high := div(number, word);
            low := mod(number, word);
            RETURN int8send((high - CASE WHEN high >= word / 2 THEN word ELSE 0 END)::BIGINT)
                || int8send((low - CASE WHEN low >= word / 2 THEN word ELSE 0 END)::BIGINT);
        END $$;
        """,
        // Looks past the policies, since that of grants asks for apps.
        """
        CREATE OR REPLACE FUNCTION is_granted_within(app BYTEA, account BYTEA) RETURNS BOOLEAN
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
            SELECT EXISTS (
                SELECT 1 FROM user_grant g JOIN organization o ON o.id = g.organization_id
                WHERE g.app_id = app AND o.account_id = account)
        $$;
        """,
    ]
}
