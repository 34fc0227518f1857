import CredentialFormat
import Events
import Foundation
import Model
import Persistence

/// What audit logs say was done since the moment of a backup.
struct LostChanges: Sendable {
    /// As many as are kept in memory. A restore that goes back further is helped by a later moment, several times.
    static let maximum = 1_000_000
    /// Bytes of the longest line: a page of the API's.
    private static let longestLine = 4 << 20
    /// How much of the time before the backup is looked at, too, in seconds. An event has the time at which its change was begun, by the
    /// clock of who made it, and a copy lacks what was committed after it began. What the copy has is told by its own log.
    private static let margin = 300

    let since: Instant
    private(set) var byID: [ID<AuditEvent>: LostChange] = [:]
    /// What this version has no word for, as lines of an answer: it may have taken something away.
    private(set) var unknown: [ID<AuditEvent>: String] = [:]
    /// Files that end within a list, as lines of an answer: what follows there may have taken something away.
    private(set) var incomplete: [String] = []
    /// Where they come from, for people.
    private(set) var sources: [String] = []

    init(since: Instant) {
        self.since = since
    }

    /// The first moment that is looked at.
    var start: Instant { since.adding(seconds: -Self.margin) }

    /// Oldest first.
    var inOrder: [LostChange] { byID.values.sorted { $0.id < $1.id } }

    mutating func add(_ event: AuditEvent) throws {
        guard event.at >= start else { return }
        guard byID.count + unknown.count < Self.maximum else {
            throw CommandError("These are more than \(Self.maximum) changes.")
        }
        if let change = LostChange(event) {
            byID[change.id] = change
        } else {
            unknown[event.id] = "\(event.action) \(event.target) (\(event.id))"
        }
    }

    /// Reads JSON Lines. A line that is none is refused: what it said would be left in force.
    ///
    /// - Throws: ``CommandError``.
    mutating func read(file: String) throws {
        guard let handle = FileHandle(forReadingAtPath: file) else {
            throw CommandError("\(file) cannot be read: \(String(cString: strerror(errno))).")
        }
        defer { try? handle.close() }
        var (rest, number) = (Data(), 0)
        // Lists have the newest first, so the next page has older events.
        var open: (number: Int, last: ID<AuditEvent>?)?
        func take(_ line: Data, into changes: inout LostChanges) throws {
            number += 1
            guard line.contains(where: { ![0x20, 0x09, 0x0D].contains($0) }) else { return }
            let events: [AuditEvent]
            do {
                let isPage, hasMore: Bool
                (events, isPage, hasMore) = try ExportedEvent.line(line)
                if isPage {
                    if let before = open, let last = before.last, let first = events.first?.id, first >= last {
                        changes.incomplete.append(Self.listEnds(file, before.number))
                    }
                    open = hasMore ? (number, events.last?.id) : nil
                }
            } catch {
                throw CommandError("\(file), line \(number), is no audit event as `claviger audit export` writes it.")
            }
            for event in events { try changes.add(event) }
        }
        while let piece = try handle.read(upToCount: 1 << 20), !piece.isEmpty {
            rest.append(piece)
            var start = rest.startIndex
            while let end = rest[start...].firstIndex(of: 0x0A) {
                try take(rest[start..<end], into: &self)
                start = rest.index(after: end)
            }
            rest = Data(rest[start...])
            guard rest.count <= Self.longestLine else {
                throw CommandError("\(file), line \(number + 1), is too long for an audit event.")
            }
        }
        try take(rest, into: &self)
        if let open { incomplete.append(Self.listEnds(file, open.number)) }
        sources.append(file)
    }

    private static func listEnds(_ file: String, _ number: Int) -> String {
        "what follows on the page in line \(number) of \(file)"
    }

    /// Reads the audit log of a database that is not changed by it.
    mutating func read(_ location: DatabaseLocation) throws {
        try location.auditEvents(since: start) { try add($0) }
        sources.append(location.description)
    }
}

extension DatabaseLocation {
    /// The audit events since a moment, newest first, without owning the database.
    func auditEvents(since time: Instant, until end: Instant? = nil, _ take: (AuditEvent) throws -> Void) throws {
        try peek { tx in
            guard try MigrationRunner().hasBegun(tx) else { throw CommandError("It is no database of Claviger's.") }
            let filter = AuditFilter(since: time, until: end)
            var last: ID<AuditEvent>?
            while true {
                let events = try tx.auditEvents(.everything, matching: filter, after: last, limit: 500)
                for event in events { try take(event) }
                guard events.count == 500 else { return }
                last = events.last?.id
            }
        }
    }
}
