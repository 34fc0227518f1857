import ArgumentParser

/// `claviger restore`
struct Restore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Put a copy that `claviger backup` wrote into the place of a SQLite database.",
        discussion: """
            Stop the server first; beside one it refuses. The copy must have its digest, be whole, have a schema that this version \
            knows, belong to the issuer and the brand of these settings, and open under their master key. What was there is kept \
            beside it under a name that ends in "before-restore-" and the time. Interrupted at whatever moment, there is the old \
            database or the new one.

            What was revoked since the backup is in force again. --then-revoke-since, with the moment that `claviger backup` \
            printed, does at once what `claviger revoke-since` does, and takes the audit log of the database that was replaced \
            as one of those that it reads. Where that cannot be read it ends with 1, after everything else is done.

            Of a PostgreSQL database nothing is restored: it prints the commands of PostgreSQL that do it, and ends with 1.
            """)

    @Argument(help: "The copy.") var file: String
    @OptionGroup var options: ConfigurationOptions
    @Option(name: .customLong("sha256"), help: "The digest that it must have; that in FILE.sha256 unless said.")
    var digest: String?
    @Option(help: "End again what was revoked after this moment, such as 2026-03-01T09:30:00Z.")
    var thenRevokeSince: String?
    @OptionGroup var revocation: RevocationOptions
    @Flag(help: "Check everything, and change nothing.") var dryRun = false

    func validate() throws {
        if let digest, FileDigest(digest) == nil { throw ValidationError("--sha256 must be 64 hexadecimal digits.") }
        try thenRevokeSince.map { _ = try RevocationOptions.time($0) }
        if thenRevokeSince == nil, revocation.isSaid {
            throw ValidationError("Say --then-revoke-since with the moment of the backup.")
        }
    }

    func run() async throws {
        let configuration = try options.configuration()
        let path: String
        switch configuration.database {
        case .postgres(let address): throw CommandError(PostgresAdvice(address: address).restoration(of: file))
        case .sqlite(let ours): path = ours
        }
        // What cannot be read shall be known before anything is changed.
        let named = try thenRevokeSince.map { try revocation.changes(since: RevocationOptions.time($0)) }
        let kept: String?
        do {
            kept = try await DatabaseRestoration(
                configuration: configuration, path: path, file: file, said: digest.flatMap { FileDigest($0) },
                isTrial: dryRun
            ).run()
        } catch {
            throw CommandError(error)
        }
        guard !dryRun else { return print("\nNothing was changed.") }
        print("restored  \(path)" + (kept.map { "\nbefore    \($0)" } ?? ""))
        guard var changes = named else {
            print(
                """

                What was revoked since the backup is in force again. Before you start the server:
                \(RevokeSince.example)\(kept.map { " --audit-of \("sqlite:\($0)".shellQuoted)" } ?? "")
                """)
            return
        }
        var isReadWhole = true
        if let kept {
            do {
                try changes.read(.sqlite(path: kept))
            } catch {
                isReadWhole = false
                print("The audit log of \(kept) cannot be read, and is left out: \(CommandError(error))")
            }
        }
        print("")
        try await AfterRestore(changes: changes, keepsRefreshTokens: revocation.keepRefreshTokens).run(
            with: configuration, isTrial: false)
        guard isReadWhole else { throw ExitCode(1) }
    }
}
