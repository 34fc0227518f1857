import ArgumentParser
import Model

/// What says how revocations are done again.
struct RevocationOptions: ParsableArguments {
    @Option(help: "A file with audit events, one JSON object a line; may be given several times.")
    var auditExport: [String] = []
    @Option(help: "A database whose audit log is read: sqlite:<path> or a postgres:// URI; may be given several times.")
    var auditOf: [String] = []
    @Flag(help: "Leave refresh tokens in force, also those that were used up after the backup.")
    var keepRefreshTokens = false

    var isSaid: Bool { !auditExport.isEmpty || !auditOf.isEmpty || keepRefreshTokens }

    static func time(_ text: String) throws -> Instant {
        guard let time = RFC3339.instant(text) else {
            throw ValidationError("The moment must be as in 2026-03-01T09:30:00Z.")
        }
        return time
    }

    /// What the logs that were named say.
    ///
    /// - Throws: ``CommandError`` for the first that cannot be read.
    func changes(since time: Instant) throws -> LostChanges {
        var changes = LostChanges(since: time)
        for text in auditOf {
            guard let location = DatabaseLocation(text) else {
                throw ValidationError("--audit-of must be sqlite:<path> or a postgres:// URI.")
            }
            if location.holdsPassword {
                throw ValidationError("A password on the command line can be read by others. Use PGPASSFILE.")
            }
            do {
                try changes.read(location)
            } catch {
                throw CommandError("\(location): \(CommandError(error))")
            }
        }
        for file in auditExport { try changes.read(file: file) }
        return changes
    }
}
