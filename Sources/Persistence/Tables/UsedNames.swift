package import CredentialFormat
package import Model

/// Where rows have names of the product definition in them.
package enum NameColumn: Hashable, Sendable, CaseIterable {
    case scopesOfAPIKeys, scopesOfIntegrations, scopesOfApps
    case rolesOfMembers, permissionsOfMembers
    case plansOfAccounts
}

/// A row that uses names of the product definition.
package struct UsingRow: Hashable, Sendable {
    /// Its identifier.
    package let id: String
    package let organization: ID<Organization>
    package let organizationName: String
}

// For the start with another product definition, and for who asks beforehand. These read whole tables, and nothing that is
// served waits for them.
extension Transaction {
    /// The different texts of a column, each of names with spaces between. Of keys those that live at `now`; of accounts none
    /// of the operator's own, which no plan limits.
    package borrowing func nameTexts(in column: NameColumn, at now: Instant) throws -> [String] {
        try all("SELECT DISTINCT u.names FROM (\(part: Self.names(in: column, at: now))) u ORDER BY u.names") {
            try $0.text(0)
        }
    }

    /// How many rows have one of these texts, and the first few of them.
    ///
    /// - Parameter texts: Not empty.
    package borrowing func rows(
        using texts: [String], in column: NameColumn, limit: Int, at now: Instant
    ) throws -> (count: Int, first: [UsingRow]) {
        let names = Self.names(in: column, at: now)
        let count = try first("SELECT COUNT(*) FROM (\(part: names)) u WHERE u.names IN (\(list: texts))") {
            try $0.count(0)
        }
        let rows = try all(
            """
            SELECT u.id, o.id, o.name FROM (\(part: names)) u JOIN organization o ON o.id = u.organization_id
            WHERE u.names IN (\(list: texts)) ORDER BY u.id LIMIT \(limit)
            """
        ) { row in
            UsingRow(
                id: try Self.identifier(row, in: column), organization: try row.id(1),
                organizationName: try row.text(2))
        }
        return (count ?? 0, rows)
    }

    private static func names(in column: NameColumn, at now: Instant) -> BoundSQL {
        switch column {
        case .scopesOfAPIKeys:
            "SELECT id, organization_id, scopes AS names FROM api_key WHERE expires_at > \(now)"
        case .scopesOfIntegrations: "SELECT id, organization_id, scopes AS names FROM integration"
        case .scopesOfApps: "SELECT id, organization_id, scopes AS names FROM app"
        case .rolesOfMembers: "SELECT id, organization_id, roles AS names FROM member"
        case .permissionsOfMembers: "SELECT id, organization_id, permissions AS names FROM member"
        case .plansOfAccounts:
            """
            SELECT organization_id AS id, organization_id, plan AS names FROM account
            WHERE plan IS NOT NULL AND is_operator = 0
            """
        }
    }

    private static func identifier(_ row: StoredRow, in column: NameColumn) throws -> String {
        switch column {
        case .scopesOfAPIKeys: try row.id(0, of: APIKey.self).description
        case .scopesOfIntegrations: try row.id(0, of: Integration.self).description
        case .scopesOfApps: try row.id(0, of: App.self).description
        case .rolesOfMembers, .permissionsOfMembers: try row.id(0, of: Member.self).description
        case .plansOfAccounts: try row.id(0, of: Organization.self).description
        }
    }
}
