import Foundation
import Model
import Persistence

/// Passes on audit events in the order in which they became visible, and notes how far it came after they were taken.
struct AuditFollower {
    let looks: DatabaseLooks
    let output: AuditOutput
    let cursorFile: CursorFile?
    /// Where there is nothing to go on after, the time of the first event.
    let since: Instant?
    /// How long events are kept, in days: what is older may have been swept.
    let retentionDays: Int
    /// As many go out at once as are read at once.
    var batch = 500
    let now: @Sendable () -> Instant
    /// Hears, for the standard error, that the database is away.
    let say: (String) -> Void

    /// Passes on all that there is, and what comes as long as nobody ends the process.
    ///
    /// - Parameters:
    ///   - place: After which to go on, nil for the first event.
    ///   - waits: Whether it waits for more.
    /// - Throws: ``CommandError`` where nothing can be told of what comes after that place, or nobody takes lines; the database's error where
    ///   it is away and nobody waits.
    func run(after place: AuditPlace?, waiting waits: Bool) async throws {
        var since = place == nil ? since : nil
        var (last, position) = (place, place)
        var isAway = false
        while true {
            var isFull = false
            do {
                let stretch = try next(after: position, since: since, told: last)
                if isAway { say("the database is back") }
                isAway = false
                isFull = stretch.isFull
                if let newest = stretch.events.last {
                    try output.append(stretch.events.flatMap(FollowedEvent.line))
                    try cursorFile?.save(newest.place)
                    (last, since) = (newest.place, nil)
                }
                position = stretch.end ?? position
            } catch {
                guard waits, ExitStatus(of: error) == .databaseAway else { throw error }
                if !isAway { say("the database is away, and is waited for: \(error)") }
                isAway = true
            }
            guard !isFull else { continue }
            guard waits else { return }
            try await Task.sleep(for: .seconds(1))
        }
    }

    /// - Parameters:
    ///   - position: Behind which it looks.
    ///   - place: That of the last event that was passed on, before it perhaps.
    private func next(after position: AuditPlace?, since: Instant?, told place: AuditPlace?) throws -> AuditStretch {
        let retained = now().adding(seconds: -retentionDays * 86_400)
        return try looks.look { tx in
            try MigrationRunner().requireAll(tx)
            switch try tx.fate(of: place, retainedSince: retained) {
            case .known: break
            case .unknown:
                throw CommandError(
                    """
                    The audit log does not have the event after which to go on\(place.map { " (\($0.event))" } ?? ""): the database was \
                    restored, or is another one. Begin anew: with another file, without the cursor, and with --since and the moment of \
                    the backup.
                    """)
            case .unsettled:
                throw CommandError(
                    "The database was restored from another PostgreSQL. Start a server on it once: that numbers its audit log anew."
                )
            }
            return try tx.settledAuditEvents(after: position, since: since, limit: batch)
        }
    }
}
