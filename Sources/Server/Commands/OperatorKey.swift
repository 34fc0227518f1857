import ArgumentParser

/// `claviger operator-key`
struct OperatorKey: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "operator-key", abstract: "The keys by which the operator comes in.", subcommands: [New.self])

    /// `claviger operator-key new`
    struct New: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make another key for the operator, with every right, and print it this once.",
            discussion: """
                The way back in when the last operator key has expired or is lost, and the way to replace one before that. It \
                needs the database and the master key, and no other key; the audit log has it under \
                "command:operator-key new". The keys that there are stay as they are.

                While a server runs on a SQLite file, the command has that server make it. Give it the flags and the \
                environment of the server.
                """)

        @OptionGroup var options: ConfigurationOptions
        @Option(help: "A name for it, by which lists and the audit log show it.") var name = "Operator"
        @Option(help: "How many days it is good; as long as the product allows unless said.") var days: Int?

        func validate() throws {
            if let days, !(1...36_500).contains(days) { throw ValidationError("The days must be 1 to 36500.") }
        }

        func run() async throws {
            let request = OperatorKeyRequest(name: name, lifetimeSeconds: days.map { $0 * 86_400 })
            print(try await ErrandRun.perform(.makeOperatorKey(request), with: options.configuration()))
        }
    }
}
