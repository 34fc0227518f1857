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

    /// Before every other.
    fileprivate static let beginning = AuditPlace(number: 0, event: .first(at: Instant(milliseconds: 0)))

    /// Such as `1796067744409.evt_…`.
    package var description: String { "\(number).\(event)" }
}

/// An audit event where it stands.
package struct PlacedAuditEvent: Sendable {
    package let place: AuditPlace
    package let event: AuditEvent
    /// Nil for what belongs to no organization.
    package let account: ID<Organization>?
}

/// A look at the settled events behind a place. Each is short, however long the log is.
package struct AuditStretch: Sendable {
    /// Those that are wanted, in their order.
    package let events: [PlacedAuditEvent]
    /// How far it was looked, also past events that are not wanted, which need not be a place of one; nil where there was nothing.
    package let end: AuditPlace?
    /// Whether there may be more behind it.
    package let isFull: Bool
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
    /// Looks at the next events after a place among those that are settled.
    ///
    /// - Parameters:
    ///   - place: Nil for the first.
    ///   - time: Only events from it on are wanted.
    ///   - limit: At so many it looks.
    package borrowing func settledAuditEvents(
        after place: AuditPlace?, since time: Instant?, limit: Int
    ) throws -> AuditStretch {
        let first = ID<AuditEvent>.first(at: time ?? Instant(milliseconds: 0))
        let after = place ?? .beginning
        var found: [PlacedAuditEvent] = []
        if after.number == 0 {
            // No index knows which have no place, and to ask for them alone would be to look through the whole log where there are none.
            let events = try all(
                """
                SELECT \(fixed: auditColumns), COALESCE(place, 0) FROM audit_event
                WHERE id > \(max(after.event, first)) ORDER BY id LIMIT \(limit)
                """, PlacedAuditEvent.init(row:))
            found = events.filter { $0.place.number == 0 }
            if events.count == limit, let last = events.last {
                return AuditStretch(events: found, end: AuditPlace(number: 0, event: last.event.id), isFull: true)
            }
        }
        // The time is no condition here: whoever looks for the first that meets it along the index would look through all before.
        let placed = try all(
            """
            SELECT \(fixed: auditColumns), place FROM audit_event
            WHERE place IS NOT NULL AND (place, id) > (\(after.number), \(after.event))
            AND place < \(fixed: dialect.settledPlace) ORDER BY place, id LIMIT \(limit - found.count)
            """, PlacedAuditEvent.init(row:))
        return AuditStretch(
            events: found + placed.filter { $0.event.id >= first }, end: (found + placed).last?.place,
            isFull: placed.count == limit - found.count)
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

    /// The highest place of all where this PostgreSQL has not given that one, as after a restore from another; nil where it gave all.
    package borrowing func highestForeignAuditPlace() throws -> Int64? {
        try first(
            """
            SELECT place FROM audit_event WHERE place IS NOT NULL AND place >= \(fixed: dialect.nextPlace)
            ORDER BY place DESC LIMIT 1
            """
        ) { try $0.integer(0) }
    }

    /// Takes the next places from their events, up to that number: they stand before all that have one.
    ///
    /// - Parameter place: Behind which it goes on, nil for the first.
    /// - Returns: Behind which the next step goes on, nil after the last.
    package borrowing func takeAuditPlaces(
        after place: AuditPlace?, upTo number: Int64, limit: Int
    ) throws -> AuditPlace? {
        let after = place ?? .beginning
        let end = try first(
            """
            SELECT place, id FROM audit_event
            WHERE place IS NOT NULL AND (place, id) > (\(after.number), \(after.event)) AND place <= \(number)
            ORDER BY place, id LIMIT 1 OFFSET \(limit - 1)
            """
        ) { row in AuditPlace(number: try row.integer(0), event: try row.id(1)) }
        let last = end ?? AuditPlace(number: number, event: .last)
        // Whoever stood at one of them would not see what gets a lower one.
        try forgetAuditLogPosition()
        try perform(
            """
            UPDATE audit_event SET place = NULL WHERE place IS NOT NULL
            AND (place, id) > (\(after.number), \(after.event)) AND (place, id) <= (\(last.number), \(last.event))
            """)
        return end
    }
}

extension Store {
    /// Where this PostgreSQL has not given all places of the audit log, takes them all away, because what it gives from now on may be
    /// lower. Also those that it could have given: who stands at one of them would not be told that others behind it have gone before it.
    ///
    /// The lowest go first, so that who is stopped in between finds that there is more to do.
    ///
    /// - Parameter limit: How many events one transaction changes: all at once would take longer than a statement may.
    package func settleAuditPlaces(limit: Int = 2000) async throws {
        guard let number = try await read({ tx in try tx.highestForeignAuditPlace() }) else { return }
        var place: AuditPlace?
        repeat {
            place = try await write { [place] tx in try tx.takeAuditPlaces(after: place, upTo: number, limit: limit) }
        } while place != nil
    }
}

extension PlacedAuditEvent {
    fileprivate init(row: StoredRow) throws(StoreError) {
        event = try AuditEvent(row: row)
        place = AuditPlace(number: try row.integer(9), event: event.id)
        account = row.isNull(4) ? nil : try row.path(4).root
    }
}
