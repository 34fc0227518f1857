import ArgumentParser
import Model

/// `claviger revoke-since`
struct RevokeSince: AsyncParsableCommand {
    /// As other commands tell of it.
    static let example = "claviger revoke-since TIME --audit-export FILE"

    static let configuration = CommandConfiguration(
        commandName: "revoke-since", abstract: "After a restore: end again what was revoked after the backup.",
        discussion: """
            Reads what was done since TIME, the moment of the backup, from audit logs that outlived it: files of `claviger audit \
            export` or of the API's lists (--audit-export), and databases that can still be read (--audit-of). Of that, it does to \
            the restored database again what took something away: deletions, disabling, ended secrets, revoked grants and \
            tokens, removed scopes and roles, suspended accounts. A secret or password that was replaced since is ended, too; \
            its successor is unknown to the database, so whose it was needs another. Nothing is given, and nothing enabled. Five \
            minutes before TIME are read as well: a change may have been begun then that the backup does not have.

            Every refresh token is refused from then on, because those that were used up since would work again: users sign in to \
            their apps once more. --keep-refresh-tokens leaves them.

            Each change is an audit event of "command:revoke-since" that names the one which it repeats. To run it again, with \
            the same logs or more, does only what is left. While a server runs on a SQLite file, that server does it.

            --dry-run shows everything that would be done. Ends with 1 where something could not be done, or is of a kind that this \
            version does not know.
            """)

    @Argument(help: "The moment of the backup, such as 2026-03-01T09:30:00Z.") var time: String
    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var revocation: RevocationOptions
    @Flag(help: "Show what would be done, and change nothing.") var dryRun = false

    func validate() throws {
        _ = try RevocationOptions.time(time)
    }

    func run() async throws {
        let configuration = try options.configuration()
        let changes = try revocation.changes(since: RevocationOptions.time(time))
        try await AfterRestore(changes: changes, keepsRefreshTokens: revocation.keepRefreshTokens).run(
            with: configuration, isTrial: dryRun)
    }
}
