import ArgumentParser
import Foundation
import HTTPAPI
import HTTPServing
import Model

/// `claviger audit`
struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "The audit log, of all accounts.",
        subcommands: [ExportAudit.self, FollowAudit.self, ProveAudit.self, VerifyAudit.self])
}

/// `claviger audit export`
struct ExportAudit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Print audit events as JSON Lines, newest first.",
        discussion: """
            One event a line, as the API lists it. Nothing is changed, and a server may run on the database. Kept elsewhere, it says \
            after a restore what was revoked since the backup: claviger revoke-since.
            """)

    @OptionGroup var options: ConfigurationOptions
    @Option(help: "The first moment, such as 2026-03-01T09:30:00Z.") var since: String
    @Option(help: "The moment after the last; now unless said.") var until: String?

    func validate() throws {
        for time in [since, until].compactMap(\.self) { _ = try RevocationOptions.time(time) }
    }

    func run() async throws {
        let location = try options.configuration().database
        let end = try until.map { try RevocationOptions.time($0) }
        do {
            try location.auditEvents(since: RevocationOptions.time(since), until: end) { event in
                try FileHandle.standardOutput.write(contentsOf: Data(event.line.utf8))
            }
        } catch {
            // What is run each night is told apart by its status: a database that is away may be there later.
            if ExitStatus(of: error) != nil { throw error }
            throw CommandError(error)
        }
    }
}

extension AuditEvent {
    /// As the API lists it, and a line break.
    fileprivate var line: String {
        var json = JSONWriter()
        json.object { write(to: &$0) }
        return String(decoding: json.bytes, as: UTF8.self) + "\n"
    }
}
