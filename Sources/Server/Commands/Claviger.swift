import ArgumentParser

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
            """,
        version: "0.1.0",
        subcommands: [
            Serve.self, Initialize.self, Demo.self, Doctor.self, Migrate.self, Keys.self, OperatorKey.self, Adopt.self,
            Backup.self, Restore.self, RevokeSince.self, AuditCommand.self, ProductCommand.self, ProviderCommand.self,
        ])
}
