package import CredentialFormat
package import Model

private let columns: StaticString = """
    id, endpoint_id, event_id, kind, subject, state, attempts, next_at, created_at, finished_at
    """

private let knownKinds = LifecycleEvent.Kind.allCases.map(\.rawValue)

/// An endpoint that something is on its way to.
package struct WebhookWork: Hashable, Sendable {
    package let endpoint: ID<WebhookEndpoint>
    package let account: ID<Organization>
    /// How many can be claimed now, up to as many as were asked for.
    package let due: Int
    /// Whether nothing is sent there any more: what is on its way is to be dropped.
    package let isStopped: Bool

    package init(
        endpoint: ID<WebhookEndpoint>, account: ID<Organization>, due: Int, isStopped: Bool = false
    ) {
        self.endpoint = endpoint
        self.account = account
        self.due = due
        self.isStopped = isStopped
    }
}

/// The right to send a delivery, until the database's clock says that it has lapsed. Its fence counts the claims, so whoever wakes up
/// late is known.
package struct WebhookLease: Hashable, Sendable {
    package let delivery: WebhookDelivery
    package let holder: ID<Node>
    package let fence: Int
}

extension Transaction {
    /// Puts events on their way to an endpoint, in this order: behind what is on its way about the same credential.
    ///
    /// - Returns: The first of the deliveries, nil for no events.
    @discardableResult
    package borrowing func send(
        _ events: [LifecycleEvent], to endpoint: ID<WebhookEndpoint>, at now: Instant
    ) throws -> ID<WebhookDelivery>? {
        let first = ID<WebhookDelivery>(at: now.milliseconds)
        var open: Set<String> = []
        for subject in Set(events.map(\.subject)) where try isOnItsWay(subject, to: endpoint) { open.insert(subject) }
        var rows: [[StoredValue]] = []
        for (number, event) in events.enumerated() {
            let id = ID<WebhookDelivery>(value: first.value &+ UInt128(number))
            let isBehind = !open.insert(event.subject).inserted
            let state = isBehind ? WebhookDelivery.State.waiting : .due
            rows.append([
                id.stored, endpoint.stored, event.id.stored, event.kind.rawValue.stored, event.subject.stored,
                state.rawValue.stored, (isBehind ? nil : now).stored, now.stored,
            ])
        }
        try BoundSQL.inPieces(rows) { piece in
            try perform(
                """
                INSERT INTO webhook_delivery (id, endpoint_id, event_id, kind, subject, state, next_at, created_at)
                VALUES \(rows: piece)
                """)
        }
        return events.isEmpty ? nil : first
    }

    /// Whether something about a credential is on its way to an endpoint.
    private borrowing func isOnItsWay(_ subject: String, to endpoint: ID<WebhookEndpoint>) throws -> Bool {
        try first(
            """
            SELECT 1 FROM webhook_delivery WHERE endpoint_id = \(endpoint) AND subject = \(subject)
            AND finished_at IS NULL LIMIT 1
            """
        ) { _ in true } ?? false
    }

    /// The endpoints that something is on its way to, in the order of their identifiers, each found by one look into an index however much
    /// waits there.
    ///
    /// - Parameters:
    ///   - after: Behind this one.
    ///   - most: So many that are due at `now` are counted of each.
    ///   - limit: Fewer come where there are no others.
    package borrowing func webhookWork(
        after place: ID<WebhookEndpoint>, at now: Instant, most: Int, limit: Int
    ) throws -> [WebhookWork] {
        try all(
            """
            WITH RECURSIVE walk (id, number) AS (
            SELECT (SELECT endpoint_id FROM webhook_delivery WHERE endpoint_id > \(place) AND next_at IS NOT NULL
            ORDER BY endpoint_id LIMIT 1), 1
            UNION ALL SELECT (SELECT d.endpoint_id FROM webhook_delivery d WHERE d.endpoint_id > walk.id
            AND d.next_at IS NOT NULL ORDER BY d.endpoint_id LIMIT 1), walk.number + 1
            FROM walk WHERE walk.id IS NOT NULL AND walk.number < \(limit))
            SELECT walk.id, e.account_id, (SELECT count(*) FROM (SELECT 1 FROM webhook_delivery d
            WHERE d.endpoint_id = walk.id AND d.next_at <= \(now) AND d.lease_until <= \(fixed: dialect.clock)
            AND d.kind IN (\(anyOf: knownKinds)) LIMIT \(most)) due),
            CASE WHEN e.stopped_at IS NULL THEN 0 ELSE 1 END
            FROM walk JOIN webhook_endpoint e ON e.id = walk.id ORDER BY walk.id
            """
        ) { row in
            WebhookWork(
                endpoint: try row.id(0), account: try row.id(1), due: try row.count(2),
                isStopped: try row.count(3) != 0)
        }
    }

    /// Some for an endpoint that are due at `now` and that nobody has a lease of, the longest due first: claimed for `seconds` by the
    /// database's clock. What a newer node has written, of kinds that this one does not know, is left to it.
    package borrowing func claimDeliveries(
        to endpoint: ID<WebhookEndpoint>, at now: Instant, by node: ID<Node>, seconds: Int, limit: Int
    ) throws -> [WebhookLease] {
        try all(
            """
            WITH due AS MATERIALIZED (
            SELECT id FROM webhook_delivery WHERE endpoint_id = \(endpoint) AND next_at <= \(now)
            AND lease_until <= \(fixed: dialect.clock) AND kind IN (\(anyOf: knownKinds))
            ORDER BY next_at LIMIT \(limit) \(fixed: dialect.skippingLocked))
            UPDATE webhook_delivery SET lease_owner = \(node), fence = fence + 1,
            lease_until = \(fixed: dialect.clock) + \(seconds * 1000) WHERE id IN (SELECT id FROM due)
            RETURNING \(fixed: columns), fence
            """
        ) { row in
            WebhookLease(delivery: try WebhookDelivery(row: row), holder: node, fence: try row.count(10))
        }
    }

    /// Gives a lease back with nothing done.
    package borrowing func release(_ lease: WebhookLease) throws {
        try perform(
            """
            UPDATE webhook_delivery SET lease_until = 0 WHERE id = \(lease.delivery.id)
            AND lease_owner = \(lease.holder) AND fence = \(lease.fence)
            """)
    }

    /// Writes down what came of an attempt, if the lease is still had: it is over, or is sent again at a time. What waited behind one that
    /// is over comes next.
    ///
    /// - Returns: Whether it was.
    package borrowing func settle(
        _ lease: WebhookLease, as state: WebhookDelivery.State, again: Instant?, at now: Instant
    ) throws -> Bool {
        let delivery = lease.delivery
        let finished = again == nil ? now : nil
        let rows = try execute(
            """
            UPDATE webhook_delivery SET state = \(state.rawValue), attempts = attempts + 1, next_at = \(again.stored),
            finished_at = \(finished.stored), lease_until = 0
            WHERE id = \(delivery.id) AND lease_owner = \(lease.holder) AND fence = \(lease.fence)
            AND finished_at IS NULL
            """)
        guard rows == 1 else { return false }
        if finished != nil { try releaseNext(behind: delivery, at: now) }
        return true
    }

    borrowing func releaseNext(behind delivery: WebhookDelivery, at now: Instant) throws {
        try perform(
            """
            UPDATE webhook_delivery SET state = 'due', next_at = \(now) WHERE id = (
            SELECT id FROM webhook_delivery WHERE endpoint_id = \(delivery.endpoint) AND subject = \(delivery.subject)
            AND finished_at IS NULL ORDER BY id LIMIT 1) AND state = 'waiting'
            """)
    }

    /// Ends at most `limit` of what is on its way to an endpoint, and says how many. What waits behind another goes before it: so as long as
    /// something is left, there is something that ``webhookWork(after:at:most:limit:)`` finds.
    package borrowing func abandonDeliveries(
        to id: ID<WebhookEndpoint>, at now: Instant, limit: Int
    ) throws -> Int {
        try execute(
            """
            UPDATE webhook_delivery SET state = 'abandoned', next_at = NULL, finished_at = \(now) WHERE id IN (
            SELECT id FROM webhook_delivery WHERE endpoint_id = \(id) AND finished_at IS NULL
            ORDER BY subject DESC, id DESC LIMIT \(limit)) AND finished_at IS NULL
            """)
    }

    /// The delivery, nil where there is none, or one of a kind that only a newer version knows.
    package borrowing func webhookDelivery(_ id: ID<WebhookDelivery>) throws -> WebhookDelivery? {
        try first(
            """
            SELECT \(fixed: columns) FROM webhook_delivery WHERE id = \(id) AND kind IN (\(anyOf: knownKinds))
            """, WebhookDelivery.init(row:))
    }

    /// Those to an endpoint of kinds that this version knows, newest first.
    ///
    /// - Parameter after: Older than this one, nil for all.
    package borrowing func webhookDeliveries(
        to endpoint: ID<WebhookEndpoint>, after: ID<WebhookDelivery>? = nil, limit: Int
    ) throws -> [WebhookDelivery] {
        try all(
            """
            SELECT \(fixed: columns) FROM webhook_delivery
            WHERE endpoint_id = \(endpoint) AND id < \(after ?? .last) AND kind IN (\(anyOf: knownKinds))
            ORDER BY id DESC LIMIT \(limit)
            """, WebhookDelivery.init(row:))
    }

    /// Adds an attempt.
    package borrowing func insert(_ attempt: WebhookAttempt) throws {
        try perform(
            """
            INSERT INTO webhook_attempt (delivery_id, number, at, milliseconds, status, error, response)
            VALUES (\(attempt.delivery), \(attempt.number), \(attempt.at), \(attempt.milliseconds),
            \(attempt.status.stored), \(attempt.error.stored), \(attempt.response))
            """)
    }

    /// The attempts of a delivery that are still kept, oldest first.
    package borrowing func webhookAttempts(of id: ID<WebhookDelivery>) throws -> [WebhookAttempt] {
        try all(
            """
            SELECT delivery_id, number, at, milliseconds, status, error, response FROM webhook_attempt
            WHERE delivery_id = \(id) ORDER BY number
            """
        ) { row in
            WebhookAttempt(
                delivery: try row.id(0), number: try row.count(1), at: try row.instant(2),
                milliseconds: try row.count(3),
                status: row.isNull(4) ? nil : try row.count(4), error: try row.optionalText(5),
                response: try row.text(6))
        }
    }

    /// Removes at most `limit` attempts from before `time`, and says how many.
    package borrowing func sweepWebhookAttempts(before time: Instant, limit: Int) throws -> Int {
        try execute(
            """
            DELETE FROM webhook_attempt WHERE (delivery_id, number) IN
            (SELECT delivery_id, number FROM webhook_attempt WHERE at < \(time) ORDER BY at LIMIT \(limit))
            """)
    }

    /// Removes at most `limit` deliveries that were over before `time`, and says how many.
    package borrowing func sweepWebhookDeliveries(before time: Instant, limit: Int) throws -> Int {
        try execute(
            """
            DELETE FROM webhook_delivery WHERE id IN
            (SELECT id FROM webhook_delivery WHERE finished_at < \(time) ORDER BY finished_at LIMIT \(limit))
            """)
    }
}

extension WebhookDelivery {
    fileprivate init(row: StoredRow) throws(StoreError) {
        self.init(
            id: try row.id(0), endpoint: try row.id(1), event: try row.id(2),
            kind: try row.parsed(3, LifecycleEvent.Kind.init(rawValue:)), subject: try row.text(4),
            state: try row.parsed(5, State.init(rawValue:)), attempts: try row.count(6),
            nextAt: try row.optionalInstant(7), createdAt: try row.instant(8), finishedAt: try row.optionalInstant(9))
    }
}
