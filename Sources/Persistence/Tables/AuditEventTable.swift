package import CredentialFormat
package import Model
import Policy

let auditColumns: StaticString = """
    id, at, action, target, organization_path, actor, request_id, address, details
    """

/// An audit event with names that are known by now, and may be told.
package struct NamedAuditEvent: Sendable {
    package let event: AuditEvent
    /// Of the member who acted, by themself or through an app.
    package let actor: String?
    /// Of the member who was changed.
    package let target: String?
    /// Of the organization whose thing it is.
    package let organization: String?
}

/// Which audit events are wanted. Nil stands for any.
package struct AuditFilter: Hashable, Sendable {
    /// Such as `api-key.created`.
    package var action: String?
    /// The identifier of what was changed.
    package var target: String?
    /// Each as in ``Actor/label``: whoever is one of them.
    package var actors: [String]?
    /// The request in which it was done.
    package var requestID: String?
    /// Not before it.
    package var since: Instant?
    /// Before it.
    package var until: Instant?

    package init(
        action: String? = nil, target: String? = nil, actor: String? = nil, since: Instant? = nil,
        until: Instant? = nil, requestID: String? = nil
    ) {
        self.action = action
        self.target = target
        actors = actor.map { [$0] }
        self.requestID = requestID
        self.since = since
        self.until = until
    }
}

/// Where audit events are looked for.
package enum AuditExtent: Hashable, Sendable {
    /// Everywhere, with what belongs to no organization.
    case everything
    /// In a part of a tree, with organizations that were deleted since.
    case part(Extent)
    /// In a part of the operator's own tree, with what belongs to no organization.
    case operatorsPart(Extent)
}

extension Transaction {
    /// Adds an event. It keeps the path of its organization, so that those above see it when the organization is gone;
    /// hence a deletion is recorded before it is made.
    package borrowing func record(_ event: AuditEvent) throws {
        try perform(
            """
            INSERT INTO audit_event (id, at, action, target, organization_path, actor, request_id, address, details,
            acting_member, target_member)
            VALUES (\(event.id), \(event.at), \(event.action), \(event.target),
            (SELECT path FROM organization WHERE id = \(event.organization.stored)), \(event.actor), \(event.requestID),
            \((event.address?.description).stored), \(AuditDetails.text(of: event.details)),
            \(event.actingMember.stored), \(ID<Member>(parsing: event.target).stored))
            """)
    }

    /// The events that meet a filter, newest first.
    package borrowing func auditEvents(
        _ extent: AuditExtent, matching filter: AuditFilter, after: ID<AuditEvent>?, limit: Int
    ) throws -> [AuditEvent] {
        switch extent {
        case .everything: return try auditEvents(in: nil, matching: filter, after: after, limit: limit)
        case .part(let part):
            return try auditEvents(in: Self.condition(part), matching: filter, after: after, limit: limit)
        case .operatorsPart(let part):
            // Each along the index, and no further than is wanted of it. Together they would be sorted whole.
            let own = try auditEvents(in: Self.condition(part), matching: filter, after: after, limit: limit)
            let others = try auditEvents(
                in: "organization_path IS NULL", matching: filter, after: after, limit: limit)
            return Array((own + others).sorted { $0.id > $1.id }.prefix(limit))
        }
    }

    private static func condition(_ part: Extent) -> BoundSQL {
        switch part {
        case .within(let path):
            "organization_path >= \(path.stored) AND organization_path < \(path.storedEnd)"
        case .organization(let path): "organization_path = \(path.stored)"
        }
    }

    /// The events that meet a filter, with the names of those whom they are about and where they are of, in one statement.
    ///
    /// - Parameters:
    ///   - path: Where members must belong whose names are told, nil for anywhere.
    ///   - oldestFirst: Whether they come from the oldest on, else from the newest.
    package borrowing func namedAuditEvents(
        _ extent: AuditExtent, matching filter: AuditFilter, namesWithin path: OrganizationPath?,
        oldestFirst: Bool = false, after: ID<AuditEvent>?, limit: Int
    ) throws -> [NamedAuditEvent] {
        func selection(_ bound: BoundSQL?) -> BoundSQL {
            Self.selection(in: bound, matching: filter, oldestFirst: oldestFirst, after: after, limit: limit)
        }
        let found: BoundSQL
        switch extent {
        case .everything: found = selection(nil)
        case .part(let part): found = selection(Self.condition(part))
        case .operatorsPart(let part):
            let (own, others) = (selection(Self.condition(part)), selection("organization_path IS NULL"))
            found = "SELECT * FROM (\(part: own)) live UNION ALL SELECT * FROM (\(part: others)) live"
        }
        let known: BoundSQL = path.map { "AND o.path >= \($0.stored) AND o.path < \($0.storedEnd)" } ?? ""
        return try all(
            """
            SELECT \(fixed: auditColumns),
            (SELECT m.name FROM member m JOIN organization o ON o.id = m.organization_id
            WHERE m.id = live.acting_member \(part: known)),
            (SELECT m.name FROM member m JOIN organization o ON o.id = m.organization_id
            WHERE m.id = live.target_member \(part: known)),
            (SELECT o.name FROM organization o WHERE o.path = live.organization_path)
            FROM (\(part: found)) live ORDER BY live.id \(part: Self.direction(oldestFirst)) LIMIT \(limit)
            """
        ) { row in
            NamedAuditEvent(
                event: try AuditEvent(row: row), actor: try row.optionalText(9), target: try row.optionalText(10),
                organization: try row.optionalText(11))
        }
    }

    /// - Parameter bound: A condition on the organization, nil for everywhere.
    private borrowing func auditEvents(
        in bound: BoundSQL?, matching filter: AuditFilter, after: ID<AuditEvent>?, limit: Int
    ) throws -> [AuditEvent] {
        try all(
            Self.selection(in: bound, matching: filter, oldestFirst: false, after: after, limit: limit),
            AuditEvent.init(row:))
    }

    private static func direction(_ oldestFirst: Bool) -> BoundSQL { oldestFirst ? "" : "DESC" }

    private static func selection(
        in bound: BoundSQL?, matching filter: AuditFilter, oldestFirst: Bool, after: ID<AuditEvent>?, limit: Int
    ) -> BoundSQL {
        let end = filter.until.map(ID<AuditEvent>.first(at:)) ?? .last
        var condition: BoundSQL = "id < \(oldestFirst ? end : min(after ?? .last, end))"
        if oldestFirst, let after { condition = "\(part: condition) AND id > \(after)" }
        if let since = filter.since { condition = "\(part: condition) AND id >= \(ID<AuditEvent>.first(at: since))" }
        if let bound { condition = "\(part: condition) AND \(part: bound)" }
        if let action = filter.action { condition = "\(part: condition) AND action = \(action)" }
        if let target = filter.target { condition = "\(part: condition) AND target = \(target)" }
        if let request = filter.requestID { condition = "\(part: condition) AND request_id = \(request)" }
        if let actors = filter.actors {
            condition = actors.isEmpty ? "1 = 0" : "\(part: condition) AND actor IN (\(list: actors))"
        }
        return """
            SELECT \(fixed: auditColumns), acting_member, target_member FROM audit_event
            WHERE \(part: condition) ORDER BY id \(part: direction(oldestFirst)) LIMIT \(limit)
            """
    }

    /// Removes at most `limit` events from before `time`, and says how many. Of an account's log, what remains is a whole end of it: an event
    /// waits for those before it that are younger, as may be where one was begun earlier and committed later; and for the log to take it.
    ///
    /// - Parameter untaken: Those from before then go also where no log has taken them.
    package borrowing func sweepAuditEvents(before time: Instant, untaken: Instant, limit: Int) throws -> Int {
        let first = ID<AuditEvent>.first(at: time)
        return try execute(
            """
            DELETE FROM audit_event WHERE id IN
            (SELECT id FROM audit_event WHERE id < \(first)
            AND (id < \(ID<AuditEvent>.first(at: untaken)) OR EXISTS (SELECT 1 FROM audit_leaf WHERE event_id = id))
            AND NOT EXISTS (SELECT 1 FROM audit_leaf l JOIN audit_leaf kept ON kept.account_id = l.account_id
            WHERE l.event_id = audit_event.id AND kept.leaf < l.leaf AND kept.event_id >= \(first))
            ORDER BY id LIMIT \(limit))
            """)
    }
}

extension AuditEvent {
    /// The member who acted, by themself or through an app.
    fileprivate var actingMember: ID<Member>? { actor.split(separator: " ").first.flatMap { ID(parsing: $0) } }

    init(row: StoredRow) throws(StoreError) {
        self.init(
            id: try row.id(0), at: try row.instant(1), action: try row.text(2), target: try row.text(3),
            organization: row.isNull(4) ? nil : try row.path(4).last, actor: try row.text(5),
            requestID: try row.text(6), address: row.isNull(7) ? nil : try row.address(7),
            details: AuditDetails.parse(try row.text(8)))
    }
}

/// The details of an event as text: a line `name=value` each, in the order of the names, so that a person at the
/// database can read them. In a value, `\` and line breaks are written `\\` and `\n`.
enum AuditDetails {
    static func text(of details: [String: String]) -> String {
        details.sorted { $0.key < $1.key }
            .map { "\($0.key)=\(escape($0.value))" }
            .joined(separator: "\n")
    }

    static func parse(_ text: String) -> [String: String] {
        var details: [String: String] = [:]
        for line in text.unicodeScalars.split(separator: "\n") {
            guard let separator = line.firstIndex(of: "=") else { continue }
            details[String(line[..<separator])] = unescape(line[line.index(after: separator)...])
        }
        return details
    }

    private static func escape(_ value: String) -> String {
        guard value.unicodeScalars.contains(where: { $0 == "\\" || $0 == "\n" }) else { return value }
        return value.unicodeScalars.reduce(into: "") { text, scalar in
            switch scalar {
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            default: text.unicodeScalars.append(scalar)
            }
        }
    }

    private static func unescape(_ value: Substring.UnicodeScalarView) -> String {
        var text = ""
        var escaped = false
        for scalar in value {
            if escaped {
                text.unicodeScalars.append(scalar == "n" ? "\n" : scalar)
                escaped = false
            } else if scalar == "\\" {
                escaped = true
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
