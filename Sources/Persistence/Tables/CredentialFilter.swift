import CredentialFormat
package import Model
package import Policy

/// Which credentials of an organization a list of the API shows, besides where they are. Each statement reads the rows of the list's
/// organizations by their index and leaves out what does not fit, so a cursor, which is an identifier, leads on under any filter.
package struct CredentialFilter: Hashable, Sendable {
    /// What they are worth at ``now``.
    package var state: CredentialState?
    /// Those alone that were used at least once, or never; nil for both.
    package var isUsed: Bool?
    /// Those alone that were not used since then, and are as old.
    package var unusedSince: Instant?
    /// Those alone that were made before.
    package var createdBefore: Instant?
    /// Those alone whose secret in force was made before. Apps are not asked for it.
    package var secretBefore: Instant?
    /// Those alone whose steward has left, or has not; nil for both.
    package var isLeft: Bool?
    /// Those alone that may be used from anywhere, or have an address rule; nil for both. Apps have none.
    package var isFromAnywhere: Bool?
    /// Those alone that have this scope.
    package var scope: Scope?
    package let now: Instant

    package init(at now: Instant) {
        self.now = now
    }

    /// The condition on the row `k` of `api_key`.
    var onAPIKeys: BoundSQL {
        var condition: BoundSQL = ""
        switch state {
        case nil: break
        case .active?: condition = "AND k.expires_at > \(now) AND k.disabled_at IS NULL"
        case .disabled?: condition = "AND k.expires_at > \(now) AND k.disabled_at IS NOT NULL"
        case .expired?: condition = "AND k.expires_at <= \(now)"
        }
        if let secretBefore { condition = "\(part: condition) AND k.rotated_at < \(secretBefore)" }
        if let isFromAnywhere { condition = "\(part: condition) AND k.addresses \(fixed: Self.null(isFromAnywhere))" }
        if let scope { condition = "\(part: condition) AND \(part: scope.isAmong("k.scopes"))" }
        return "\(part: condition) \(part: shared("k.used_at", "k.created_at", "k.steward_left_at"))"
    }

    /// The condition on the row `i` of `integration`, which never expires.
    var onIntegrations: BoundSQL {
        var condition = stateOfClient("i.disabled_at", "i.id")
        if let secretBefore {
            condition = "\(part: condition) AND COALESCE(i.secret_at, i.created_at) < \(secretBefore)"
        }
        if let isFromAnywhere { condition = "\(part: condition) AND i.addresses \(fixed: Self.null(isFromAnywhere))" }
        if let scope { condition = "\(part: condition) AND \(part: scope.isAmong("i.scopes"))" }
        return "\(part: condition) \(part: shared("i.used_at", "i.created_at", "i.steward_left_at"))"
    }

    /// The condition on the row `p` of `app`, which never expires.
    var onApps: BoundSQL {
        var condition = stateOfClient("p.disabled_at", "p.id")
        if let scope { condition = "\(part: condition) AND \(part: scope.isAmong("p.scopes"))" }
        return "\(part: condition) \(part: shared("p.used_at", "p.created_at", "p.steward_left_at"))"
    }

    /// The state of what never expires.
    private func stateOfClient(_ disabledAt: StaticString, _ id: StaticString) -> BoundSQL {
        switch state {
        case nil: ""
        case .active?: "AND \(fixed: disabledAt) IS NULL"
        case .disabled?: "AND \(fixed: disabledAt) IS NOT NULL"
        case .expired?: "AND \(fixed: id) IS NULL"
        }
    }

    private func shared(_ usedAt: StaticString, _ createdAt: StaticString, _ leftAt: StaticString) -> BoundSQL {
        var condition: BoundSQL = ""
        if let isUsed { condition = "AND \(fixed: usedAt) \(fixed: Self.null(!isUsed))" }
        if let unusedSince {
            condition =
                "\(part: condition) AND COALESCE(\(fixed: usedAt), \(fixed: createdAt)) < \(unusedSince)"
        }
        if let createdBefore { condition = "\(part: condition) AND \(fixed: createdAt) < \(createdBefore)" }
        if let isLeft { condition = "\(part: condition) AND \(fixed: leftAt) \(fixed: Self.null(!isLeft))" }
        return condition
    }

    private static func null(_ isNull: Bool) -> StaticString { isNull ? "IS NULL" : "IS NOT NULL" }
}

extension Scope {
    /// Whether it is one of those in a column, letter by letter: `LIKE` takes `_` and `%` of a name for others, and large letters for
    /// small ones on one engine.
    func isAmong(_ column: StaticString) -> BoundSQL {
        """
        replace(' ' || \(fixed: column) || ' ', \(" \(name) "), '') <> ' ' || \(fixed: column) || ' '
        """
    }
}
