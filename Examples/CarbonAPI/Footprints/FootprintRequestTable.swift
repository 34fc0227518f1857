private let columns: SQLText =
    "id, organization_path, source, event, version, asked, base, status, attempts, next_at, received_at"

/// A request that is to be answered.
struct DueFootprintRequest: Sendable {
    let id: String
    let request: Result<FootprintRequest, any Error>
}

extension Transaction {
    func hasFootprintRequest(_ event: String, of source: String, for organization: OrganizationPath) throws -> Bool {
        try count(
            """
            SELECT count(*) AS n FROM footprint_request
            WHERE organization_path = \(organization) AND source = \(source) AND event = \(event)
            """) > 0
    }

    func waitingFootprintRequests(of organization: OrganizationPath) throws -> Int {
        try count(
            """
            SELECT count(*) AS n FROM footprint_request
            WHERE organization_path = \(organization) AND status = \(FootprintRequest.Status.waiting.rawValue)
            """)
    }

    /// Keeps one. Where another call was quicker with the same event, that one's stays.
    func insert(_ request: FootprintRequest) throws {
        try run(
            """
            INSERT INTO footprint_request (\(sql: columns))
            VALUES (\(request.id), \(request.organization), \(request.source), \(request.event),
                \(request.version.rawValue), \(request.asked.description), \(request.base), \(request.status.rawValue),
                \(request.attempts), \(request.nextAt), \(request.receivedAt)) ON CONFLICT DO NOTHING
            """)
    }

    func update(_ request: FootprintRequest) throws {
        try run(
            """
            UPDATE footprint_request SET asked = \(request.asked.description), status = \(request.status.rawValue),
                attempts = \(request.attempts), next_at = \(request.nextAt)
            WHERE id = \(request.id) AND \(sql: sees("organization_path"))
            """)
    }

    /// Those to be answered now, of all organizations. One that cannot be read is no reason not to answer the others.
    func dueFootprintRequests(at now: Timestamp, limit: Int) throws -> [DueFootprintRequest] {
        try rows(
            """
            SELECT \(sql: columns) FROM footprint_request
            WHERE status = \(FootprintRequest.Status.waiting.rawValue) AND next_at <= \(now)
            ORDER BY next_at, id LIMIT \(limit)
            """
        ).map { row in
            DueFootprintRequest(id: try row.text("id"), request: Result { try FootprintRequest(row) })
        }
    }

    /// Has them wait, so that those behind them come first.
    func postponeFootprintRequests(_ ids: [String], until moment: Timestamp) throws {
        try run(
            """
            UPDATE footprint_request SET next_at = \(moment)
            WHERE id IN \(list: ids) AND \(sql: sees("organization_path"))
            """)
    }

    /// Forgets the oldest of an organization that wait no longer, so that no more than so many are left.
    func deleteEndedFootprintRequests(of organization: OrganizationPath, keeping most: Int) throws {
        let ended = [FootprintRequest.Status.answered.rawValue, FootprintRequest.Status.givenUp.rawValue]
        let kept = try count(
            """
            SELECT count(*) AS n FROM footprint_request
            WHERE organization_path = \(organization) AND status IN \(list: ended)
            """)
        guard kept > most else { return }
        try run(
            """
            DELETE FROM footprint_request WHERE organization_path = \(organization) AND id IN (
                SELECT id FROM footprint_request WHERE organization_path = \(organization) AND status IN \(list: ended)
                ORDER BY received_at, id LIMIT \(kept - most))
            """)
    }

    /// Forgets those that came before a moment.
    func deleteFootprintRequests(receivedBefore moment: Timestamp) throws {
        try run("DELETE FROM footprint_request WHERE received_at < \(moment)")
    }
}

extension FootprintRequest {
    fileprivate init(_ row: StoredRow) throws {
        id = try row.text("id")
        organization = try row.path("organization_path")
        source = try row.text("source")
        event = try row.text("event")
        guard let version = PactVersion(rawValue: try row.text("version")) else {
            throw StoreFailure.unreadable("version")
        }
        self.version = version
        asked = try row.json("asked")
        base = try row.text("base")
        guard let status = Status(rawValue: try row.text("status")) else { throw StoreFailure.unreadable("status") }
        self.status = status
        attempts = try row.integer("attempts")
        nextAt = try row.time("next_at")
        receivedAt = try row.time("received_at")
    }
}
