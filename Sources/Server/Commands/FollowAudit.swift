import ProductDefinition
import ArgumentParser
import Model
import Persistence

/// `claviger audit follow`
struct FollowAudit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "follow",
        abstract: "Print audit events as JSON Lines, oldest first, and go on with those that come.",
        discussion: """
            One event a line, as the API lists it, with its "cursor". Nothing is changed, and servers may run on the database. A database \
            that is away is waited for. An event is printed within a second or two, on PostgreSQL once no transaction is open that \
            began before its own.

            No event is lost, and none comes twice, however this is ended (kill -9), in two cases:
              - The standard output is a file that is appended to (>>): its last whole line says where to go on.
              - --after has the cursor of the last line that was kept.
            Through a pipe, --cursor-file notes how far it came, after the lines were taken: none is lost that the pipe's reader reads, and \
            those of the last moment, 500 at most, may come twice after a kill. They have the same id.

            What says where to go on is, in this order: --after, the file, --cursor-file, --since, and else the oldest event that is kept. \
            Where the log does not have the event after which to go on, as after a restore, it ends with 1.
            """)

    @OptionGroup var options: ConfigurationOptions
    @Option(help: "The cursor of the line after which to go on.") var after: String?
    @Option(help: "A file that says after which line to go on, and is written after each batch of lines.")
    var cursorFile: String?
    @Option(help: "Where nothing says where to go on, the first moment, such as 2026-03-01T09:30:00Z.")
    var since: String?
    @Flag(help: "End once everything is printed that there is.") var noWait = false

    func validate() throws {
        if let since { _ = try RevocationOptions.time(since) }
        if let after, AuditPlace(parsing: after) == nil {
            throw ValidationError("--after must be the cursor of a line, as in 1796067744409.evt_….")
        }
    }

    func run() async throws {
        let configuration = try options.configuration()
        let retentionDays = try configuration.product().policy.auditRetentionDays
        let output = try AuditOutput()
        let cursor = cursorFile.map { CursorFile(path: $0) }
        let place = try after.flatMap { AuditPlace(parsing: $0) } ?? output.place ?? cursor?.place()
        let follower = AuditFollower(
            looks: DatabaseLooks(into: configuration.database), output: output, cursorFile: cursor,
            since: try since.map { try RevocationOptions.time($0) }, retentionDays: retentionDays, now: SystemClock.now,
            say: StandardError.tell)
        do {
            try await follower.run(after: place, waiting: !noWait)
        } catch {
            if ExitStatus(of: error) != nil { throw error }
            throw CommandError(error)
        }
    }
}
