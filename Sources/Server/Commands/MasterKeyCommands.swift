import ArgumentParser
import Foundation

/// `claviger master-key`
struct MasterKeyCommands: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "master-key", abstract: "The key that is outside of the database, and its change.",
        subcommands: [Status.self, Change.self])

    /// `claviger master-key status`
    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say which master key is in force, what it seals, which nodes have it, and what to do next.",
            discussion: """
                Changes nothing, and may be run beside servers. Master keys are told by their names (mk_…), from which nobody learns what \
                they are. Give it the flags and the environment of a server. The exit status is 1 where a running node, or this command, \
                was not given the master key in force.
                """)

        @OptionGroup var options: ConfigurationOptions

        func run() async throws {
            let configuration = try options.configuration()
            let keys = try await configuration.masterKeys { print($0) }
            let report = MasterKeyReport(
                state: try MasterKeyState(of: configuration.database), keys: keys,
                isShared: configuration.database.isShared)
            print(report.text)
            if report.isFaulty { throw ExitCode(1) }
        }
    }

    /// `claviger master-key change`
    struct Change: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put another master key in force, while servers run.",
            discussion: """
                First give the new one to every node: start each again with the new one as master-key-file (or -command) and the one before \
                as previous-master-key-file. Nothing is sealed under the new one by that. Then run this, with the same two.

                It refuses while a running node lacks the new one. Then the key ring is sealed under the new one, in one transaction; every \
                node opens it; and the keys of organizations are sealed anew, in small steps. Stopped or killed at any moment, it leaves \
                every node able to start with both, and run again it goes on; servers go on by themselves, within ten minutes. At the \
                end it says which nodes may be started again without the one before.

                While a server runs on a SQLite file, the command has that server do it. To go back, run it with the two the other way round.
                """)

        @OptionGroup var options: ConfigurationOptions
        @Flag(help: "Say what would be done and what keeps it from being done, and change nothing.") var dryRun = false

        func run() async throws {
            // Each line at once, also into a file: it waits for nodes in between.
            try await MasterKeyChange(try options.configuration(), isTrial: dryRun) { line in
                FileHandle.standardOutput.write(Data((line + "\n").utf8))
            }.run()
        }
    }
}
