package import CredentialFormat
package import Model

/// The right to mail one member what there is to tell, until the database's clock says that it has lapsed. Its fence counts the claims, so
/// whoever wakes up late is known.
package struct NoticeLease: Hashable, Sendable {
    package let member: ID<Member>
    /// What is told is younger than this one …
    package let after: ID<LifecycleEvent>
    /// … and this one at the latest. It stays the same until the mail was taken, so who sends it again sends the same.
    package let through: ID<LifecycleEvent>
    /// How often it was not taken.
    package let attempts: Int
    package let holder: ID<Node>
    package let fence: Int
}

extension Transaction {
    /// What a member has chosen, nil where they have not and were told nothing yet.
    package borrowing func noticeChoice(of member: ID<Member>) throws -> NoticeChoice? {
        try first("SELECT pace, muted, below FROM notice_mail WHERE member_id = \(member)", NoticeChoice.init(row:))
    }

    /// Keeps what a member has chosen. Who is told nothing does not get it later, either.
    ///
    /// - Parameter due: When what waits for them is sent from now on, nil for as it was planned.
    package borrowing func setNoticeChoice(
        _ choice: NoticeChoice, of member: ID<Member>, due: Instant?, at now: Instant
    ) throws {
        let (begin, muted) = (ID<LifecycleEvent>.first(at: now), choice.muted.map(\.rawValue).sorted())
        try perform(
            """
            INSERT INTO notice_mail (member_id, pace, muted, below, told_after, planned) VALUES (\(member),
            \(choice.pace.rawValue), \(muted.joined(separator: " ")), \(choice.hearsBelow), \(begin), \(begin))
            ON CONFLICT (member_id) DO UPDATE SET
            told_after = CASE WHEN notice_mail.pace = 'paused' THEN excluded.told_after ELSE notice_mail.told_after END,
            pace = excluded.pace, muted = excluded.muted, below = excluded.below
            """)
        switch choice.pace {
        case .paused:
            try perform("UPDATE notice_mail SET due_at = NULL, through = NULL WHERE member_id = \(member)")
        case .daily, .soon:
            guard let due else { return }
            try perform(
                """
                UPDATE notice_mail SET due_at = \(due)
                WHERE member_id = \(member) AND due_at IS NOT NULL AND through IS NULL
                """)
        }
    }

    /// Notes that there is something to tell a member, and has it sent in time.
    ///
    /// - Parameters:
    ///   - first: The oldest of what there is.
    ///   - last: The youngest of it.
    ///   - gathering: For how long more is waited for, in seconds, by pace; and how long there is between two mails.
    package borrowing func plan(
        noticesOf member: ID<Member>, first: ID<LifecycleEvent>, last: ID<LifecycleEvent>, at now: Instant,
        gathering: (NoticeChoice.Pace) -> (wait: Int, between: Int)
    ) throws {
        let known = try self.first("SELECT pace, sent_at, due_at FROM notice_mail WHERE member_id = \(member)") { row in
            (
                pace: try row.parsed(0, NoticeChoice.Pace.init(rawValue:)), sentAt: try row.optionalInstant(1),
                isDue: !row.isNull(2)
            )
        }
        let times = gathering(known?.pace ?? .daily)
        let due = max(
            now.adding(seconds: times.wait), known?.sentAt?.adding(seconds: times.between) ?? now)
        guard let known else {
            return try perform(
                """
                INSERT INTO notice_mail (member_id, pace, muted, below, told_after, planned, due_at) VALUES (\(member),
                'daily', '', \(true), \(ID<LifecycleEvent>(value: first.value &- 1)), \(last), \(due))
                ON CONFLICT (member_id) DO NOTHING
                """)
        }
        guard known.pace != .paused else { return }
        try perform("UPDATE notice_mail SET planned = \(last) WHERE member_id = \(member) AND planned < \(last)")
        guard !known.isDue else { return }
        try perform("UPDATE notice_mail SET due_at = \(due) WHERE member_id = \(member) AND due_at IS NULL")
    }

    /// Whether anybody is to be mailed at `now`: a look that writes nothing.
    package borrowing func hasDueNotices(at now: Instant) throws -> Bool {
        try first(
            """
            SELECT 1 FROM notice_mail WHERE due_at <= \(now) AND lease_until <= \(fixed: dialect.clock) LIMIT 1
            """
        ) { _ in true } ?? false
    }

    /// Some who are to be mailed at `now` and of whom nobody has a lease, the longest due first: claimed for `seconds` by the database's
    /// clock.
    ///
    /// - Parameter through: Up to which event it is known who is told.
    package borrowing func claimDueNotices(
        at now: Instant, through: ID<LifecycleEvent>, by node: ID<Node>, seconds: Int, limit: Int
    ) throws -> [NoticeLease] {
        try all(
            """
            WITH due AS MATERIALIZED (
            SELECT member_id FROM notice_mail WHERE due_at <= \(now) AND lease_until <= \(fixed: dialect.clock)
            ORDER BY due_at LIMIT \(limit) \(fixed: dialect.skippingLocked))
            UPDATE notice_mail SET lease_owner = \(node), fence = fence + 1, through = COALESCE(through, \(through)),
            lease_until = \(fixed: dialect.clock) + \(seconds * 1000) WHERE member_id IN (SELECT member_id FROM due)
            RETURNING member_id, told_after, through, attempts, fence
            """
        ) { row in
            NoticeLease(
                member: try row.id(0), after: try row.id(1), through: try row.id(2), attempts: try row.count(3),
                holder: node, fence: try row.count(4))
        }
    }

    /// Whether a lease is still had, and what the member has chosen meanwhile; nil where it is not.
    package borrowing func noticeChoice(under lease: NoticeLease) throws -> NoticeChoice? {
        try first(
            """
            SELECT pace, muted, below FROM notice_mail WHERE member_id = \(lease.member)
            AND lease_owner = \(lease.holder) AND fence = \(lease.fence)
            """, NoticeChoice.init(row:))
    }

    /// Writes down that a member was told all of it. What was planned meanwhile is sent at `next`.
    ///
    /// - Parameter sentAt: Nil where there was nothing to tell, and no mail.
    package borrowing func settle(_ lease: NoticeLease, sentAt: Instant?, next: Instant) throws {
        try perform(
            """
            UPDATE notice_mail SET told_after = \(lease.through), through = NULL, attempts = 0, lease_until = 0,
            sent_at = COALESCE(\(sentAt.stored), sent_at),
            due_at = CASE WHEN planned > \(lease.through) AND pace <> 'paused' THEN CAST(\(next) AS BIGINT) ELSE NULL END
            WHERE member_id = \(lease.member) AND lease_owner = \(lease.holder) AND fence = \(lease.fence)
            """)
    }

    /// Gives a lease back: the mail was not taken, and is sent again at a time. None for who wants no more by now.
    package borrowing func release(_ lease: NoticeLease, again: Instant) throws {
        try perform(
            """
            UPDATE notice_mail SET attempts = attempts + 1, lease_until = 0,
            due_at = CASE WHEN pace = 'paused' THEN NULL ELSE CAST(\(again) AS BIGINT) END
            WHERE member_id = \(lease.member) AND lease_owner = \(lease.holder) AND fence = \(lease.fence)
            """)
    }

    /// Events of all accounts in the order in which they were written down.
    ///
    /// - Parameters:
    ///   - after: Younger than this one.
    ///   - before: Older than this one.
    package borrowing func lifecycleEvents(
        after: ID<LifecycleEvent>, before: ID<LifecycleEvent>, limit: Int
    ) throws -> [LifecycleEvent] {
        try all(
            """
            SELECT \(fixed: lifecycleEventColumns) FROM lifecycle_event WHERE id > \(after) AND id < \(before)
            AND kind IN (\(anyOf: knownLifecycleKinds)) ORDER BY id LIMIT \(limit)
            """, LifecycleEvent.init(row:))
    }

    /// The same within a part of a tree.
    ///
    /// - Parameter through: This one at the latest.
    package borrowing func lifecycleEvents(
        within path: OrganizationPath, after: ID<LifecycleEvent>, through: ID<LifecycleEvent>, limit: Int
    ) throws -> [LifecycleEvent] {
        // The order of the join is said: by the time alone the events of all accounts would be looked at.
        try all(
            """
            SELECT e.id, e.kind, e.subject, e.occasion, e.organization_path, e.at, e.body
            FROM organization o CROSS JOIN lifecycle_event e
            WHERE o.path >= \(path.stored) AND o.path < \(path.storedEnd) AND e.organization_path = o.path
            AND e.id > \(after) AND e.id <= \(through) AND e.kind IN (\(anyOf: knownLifecycleKinds))
            ORDER BY e.id LIMIT \(limit)
            """, LifecycleEvent.init(row:))
    }

    /// Members of organizations who hold any of some roles, oldest first.
    ///
    /// - Parameters:
    ///   - organizations: Never empty.
    ///   - roles: Never empty.
    package borrowing func members(
        of organizations: [ID<Organization>], holding roles: [String], limit: Int
    ) throws -> [Member] {
        // LIKE would take the `_` of a role's name for any character.
        let held = roles.reduce("" as BoundSQL) { all, role in
            let one: BoundSQL = "replace(' ' || m.roles || ' ', \(" \(role) "), '') <> ' ' || m.roles || ' '"
            return all.text.isEmpty ? one : "\(part: all) OR \(part: one)"
        }
        return try all(
            """
            SELECT \(fixed: memberColumns) FROM member m WHERE m.organization_id IN (\(anyOf: organizations))
            AND (\(part: held)) ORDER BY m.id LIMIT \(limit)
            """, Member.init(row:))
    }

    /// Who looks after credentials, or made them where nobody does, by their identifiers as events have them. Those alone who are there.
    ///
    /// - Parameter subjects: Such as `key_…`.
    package borrowing func keepers(of subjects: [String]) throws -> [String: ID<Member>] {
        var found: [String: ID<Member>] = [:]
        let (keys, integrations) = (Self.ids(subjects, APIKey.self), Self.ids(subjects, Integration.self))
        if !keys.isEmpty {
            try note(
                all(
                    """
                    SELECT k.id, k.steward FROM api_key k WHERE k.id IN (\(anyOf: keys)) AND k.steward IS NOT NULL
                    AND k.steward_left_at IS NULL
                    """
                ) { (try $0.id(0, of: APIKey.self).description, try $0.id(1)) }, in: &found)
        }
        if !integrations.isEmpty {
            try note(
                all(
                    """
                    SELECT i.id, i.steward FROM integration i WHERE i.id IN (\(anyOf: integrations))
                    AND i.steward IS NOT NULL AND i.steward_left_at IS NULL
                    """
                ) { (try $0.id(0, of: Integration.self).description, try $0.id(1)) }, in: &found)
        }
        let (apps, accessKeys) = (Self.ids(subjects, App.self), Self.ids(subjects, AccessKey.self))
        if !apps.isEmpty {
            try note(
                all(
                    """
                    SELECT a.id, a.steward FROM app a WHERE a.id IN (\(anyOf: apps)) AND a.steward IS NOT NULL
                    AND a.steward_left_at IS NULL
                    """
                ) { (try $0.id(0, of: App.self).description, try $0.id(1)) }, in: &found)
        }
        if !accessKeys.isEmpty {
            let made = try all("SELECT id, created_by FROM access_key WHERE id IN (\(anyOf: accessKeys))") { row in
                (try row.id(0, of: AccessKey.self).description, try row.text(1))
            }
            for (id, maker) in made {
                // By themself, or through an app (`mem_… by app_…`).
                found[id] = ID(parsing: maker.prefix { $0 != " " })
            }
        }
        return found
    }

    private static func ids<E: Entity>(_ texts: [String], _: E.Type) -> [ID<E>] { texts.compactMap { ID(parsing: $0) } }

    private borrowing func note(_ rows: [(String, ID<Member>)], in found: inout [String: ID<Member>]) {
        for (id, member) in rows { found[id] = member }
    }
}

extension NoticeChoice {
    fileprivate init(row: StoredRow) throws(StoreError) {
        self.init(
            pace: try row.parsed(0, Pace.init(rawValue:)),
            muted: Set(try row.words(1).compactMap(Group.init(rawValue:))), hearsBelow: try row.bool(2))
    }
}
