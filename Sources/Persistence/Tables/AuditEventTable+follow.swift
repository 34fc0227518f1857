package import CredentialFormat
package import Model

/// Where an audit event stands in the order in which events became visible: none becomes visible later that stands before one that was
/// read as settled. Identifiers have no such order, because they have the time at which a change was begun.
package struct AuditPlace: Hashable, Sendable, CustomStringConvertible {
    /// 0 for an event from before they were numbered: all of those stand before all others, in the order of their identifiers.
    package let number: Int64
    package let event: ID<AuditEvent>

    package init(number: Int64, event: ID<AuditEvent>) {
        self.number = number
        self.event = event
    }

    /// The place that `text` spells, nil for what is none.
    package init?(parsing text: some StringProtocol) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let number = Int64(parts[0]), number >= 0, let event = ID<AuditEvent>(parsing: parts[1])
        else { return nil }
        self.init(number: number, event: event)
    }

    /// Such as `1796067744409.evt_…`.
    package var description: String { "\(number).\(event)" }
}

/// An audit event where it stands.
package struct PlacedAuditEvent: Sendable {
    package let place: AuditPlace
    package let event: AuditEvent
}

/// What has become of an event after which somebody wants to go on.
package enum AuditPlaceFate: Hashable, Sendable {
    /// It is where it was, or was swept since.
    case known
    /// The log does not have it, or has it elsewhere: the database was restored, or is another one.
    case unknown
    /// The log has events that this PostgreSQL has not numbered: it was restored from another, and no server was started on it since.
    case unsettled
}

extension Transaction {
    /// The next events after a place among those that are settled, in their order.
    ///
    /// - Parameters:
    ///   - place: Nil for the first.
    ///   - time: Where there is no place, the time of the first event.
    package borrowing func settledAuditEvents(
        after place: AuditPlace?, since time: Instant?, limit: Int
    ) throws -> [PlacedAuditEvent] {
        let first = ID<AuditEvent>.first(at: place == nil ? time ?? Instant(milliseconds: 0) : Instant(milliseconds: 0))
        let after = place ?? AuditPlace(number: 0, event: .first(at: Instant(milliseconds: 0)))
        var found: [PlacedAuditEvent] = []
        if after.number == 0 {
            found = try all(
                """
                SELECT \(fixed: auditColumns), COALESCE(place, 0) FROM audit_event
                WHERE place IS NULL AND id > \(after.event) AND id >= \(first) ORDER BY id LIMIT \(limit)
                """, PlacedAuditEvent.init(row:))
        }
        guard found.count < limit else { return found }
        return found
            + (try all(
                """
                SELECT \(fixed: auditColumns), place FROM audit_event
                WHERE place IS NOT NULL AND (place, id) > (\(after.number), \(after.event)) AND id >= \(first)
                AND place < \(fixed: dialect.settledPlace) ORDER BY place, id LIMIT \(limit - found.count)
                """, PlacedAuditEvent.init(row:)))
    }

    /// What has become of an event after which somebody wants to go on.
    ///
    /// - Parameter time: Events from before it may have been swept.
    package borrowing func fate(of place: AuditPlace?, retainedSince time: Instant) throws -> AuditPlaceFate {
        let foreign = try first("SELECT 1 FROM audit_event WHERE place >= \(fixed: dialect.nextPlace) LIMIT 1") { _ in 0
        }
        guard foreign == nil else { return .unsettled }
        guard let place else { return .known }
        let number = try first("SELECT COALESCE(place, 0) FROM audit_event WHERE id = \(place.event)") {
            try $0.integer(0)
        }
        if let number { return number == place.number ? .known : .unknown }
        return place.event < .first(at: time) ? .known : .unknown
    }

    /// Takes from events the numbers that this PostgreSQL has not given, because what it gives from now on may be lower: they stand before
    /// all that it numbers. Where it numbered all of them, nothing is changed.
    package borrowing func settleAuditPlaces() throws {
        try perform("UPDATE audit_event SET place = NULL WHERE place >= \(fixed: dialect.nextPlace)")
    }
}

extension PlacedAuditEvent {
    fileprivate init(row: StoredRow) throws(StoreError) {
        event = try AuditEvent(row: row)
        place = AuditPlace(number: try row.integer(9), event: event.id)
    }
}
