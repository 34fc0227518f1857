import ArgumentParser
import Foundation

/// The command line.
@main
struct Claviger: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "claviger",
        abstract:
            "The credentials desk of an API: issues, checks, rotates, watches and revokes what software signs in with.",
        discussion: """
            A first look:  claviger demo
            For real:      claviger init, then claviger serve
            Settings come from flags, CLAVIGER_* variables and a file, in that order; claviger doctor shows them.

            Exit status:
            \(ExitStatus.list)
            """,
        version: ClavigerVersion.current,
        subcommands: [
            Serve.self, Initialize.self, Demo.self, Doctor.self, PrintSettings.self, ListNodes.self, Migrate.self,
            Keys.self, MasterKeyCommands.self, OperatorKey.self, Apply.self, Adopt.self, Backup.self, Restore.self,
            RevokeSince.self, AuditCommand.self, ProductCommand.self, ProviderCommand.self,
        ])

    /// As the argument parser runs commands, but with the exit statuses of ours.
    static func main() async {
        ProcessSignals.outliveErrands()
        do {
            var command = try await asyncParseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            guard let status = ExitStatus(of: error) else { exit(withError: error) }
            StandardError.tell(fullMessage(for: error))
            Foundation.exit(status.rawValue)
        }
    }
}
