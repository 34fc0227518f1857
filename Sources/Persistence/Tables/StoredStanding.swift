package import CredentialFormat
package import Model

/// Where an organization stands and what holds for its account: what the verification of every credential depends on.
package struct StoredStanding: Sendable {
    package let path: OrganizationPath
    /// Whether nothing of the account is accepted.
    package let isSuspended: Bool
    /// Whether it is the operator's own account.
    package let isOperator: Bool
    /// The name of the account's plan, nil where it was given none.
    package let plan: String?
    /// By whose calendar its quotas begin, nil where nobody said or where it was not read: the verification of credentials alone asks.
    package let timeZone: String?

    package init(
        path: OrganizationPath, isSuspended: Bool, isOperator: Bool, plan: String?, timeZone: String? = nil
    ) {
        self.path = path
        self.isSuspended = isSuspended
        self.isOperator = isOperator
        self.plan = plan
        self.timeZone = timeZone
    }
}

extension Transaction {
    /// The standing of an organization, nil where there is none.
    package borrowing func standing(of id: ID<Organization>) throws -> StoredStanding? {
        try first(
            """
            SELECT o.path, a.suspended_at, a.is_operator, a.plan, a.time_zone FROM organization o
            JOIN account a ON a.organization_id = o.account_id WHERE o.id = \(id)
            """
        ) { try StoredStanding(row: $0, timeZone: $0.optionalText(4)) }
    }
}

extension StoredStanding {
    /// Reads `path` of an organization and `suspended_at`, `is_operator` and `plan` of its account.
    init(row: StoredRow, timeZone: String? = nil) throws(StoreError) {
        self.init(
            path: try row.path(0), isSuspended: !row.isNull(1), isOperator: try row.bool(2),
            plan: try row.optionalText(3), timeZone: timeZone)
    }

    /// Reads `suspended_at`, `is_operator` and `plan` of the account from `column` on.
    init(of organization: Organization, row: StoredRow, from column: Int) throws(StoreError) {
        self.init(
            path: organization.path, isSuspended: !row.isNull(column), isOperator: try row.bool(column + 1),
            plan: try row.optionalText(column + 2))
    }
}

extension APIKeyForVerification {
    /// The standing of its organization.
    package var standing: StoredStanding {
        StoredStanding(
            path: organization, isSuspended: accountSuspendedAt != nil, isOperator: accountIsOperator,
            plan: accountPlan, timeZone: accountTimeZone)
    }
}

extension IntegrationForVerification {
    /// The standing of its organization.
    package var standing: StoredStanding {
        StoredStanding(
            path: organization, isSuspended: accountSuspendedAt != nil, isOperator: accountIsOperator,
            plan: accountPlan, timeZone: accountTimeZone)
    }
}
