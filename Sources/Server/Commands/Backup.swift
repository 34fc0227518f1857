import ArgumentParser
import Foundation
import Model

/// `claviger backup`
struct Backup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write a copy of a SQLite database, also while a server runs on it.",
        discussion: """
            The copy is one moment of the database, for its owner alone, and appears whole or not at all; writes go on meanwhile. \
            Beside it comes FILE.sha256, which `sha256sum --check` reads and `claviger restore` demands. It opens nothing without \
            the master key: keep that elsewhere.

            Of a PostgreSQL database nothing is written: it prints the commands of PostgreSQL that do it, and ends with 1.
            """)

    @Argument(help: "The file to write.") var file: String
    @OptionGroup var options: ConfigurationOptions
    @Flag(help: "Replace a file that is there.") var force = false

    func validate() throws {
        guard !file.isEmpty, file.last != "/", !file.contains(where: { $0.isNewline || $0 == "\\" }) else {
            throw ValidationError("The file must be a path without line breaks and backslashes.")
        }
    }

    func run() async throws {
        switch try options.configuration().database {
        case .postgres(let address): throw CommandError(PostgresAdvice(address: address).backup(into: file))
        case .sqlite(let path): try DatabaseBackup(of: path, into: file, replacing: force).run()
        }
    }
}
