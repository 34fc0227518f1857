import ArgumentParser
import Persistence

/// `claviger serve`
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the server until it is told to stop.",
        discussion: """
            SIGTERM and SIGINT end it gracefully: /readyz says so for drain-seconds while calls are served, then what is in \
            flight is answered, for at most 10 seconds. A second one ends the drain at once. SIGHUP looks at the certificate of \
            TLS and reads the level of the log from the file of settings again. SIGUSR1 is how commands reach the server, \
            and SIGUSR2 is ignored.
            """)

    @OptionGroup var options: ConfigurationOptions

    func run() async throws {
        try await Running.whole(options.reading(), for: .serving) { composition in
            guard try await composition.store.read({ try $0.operatorAccount() }) != nil else {
                throw NotInitialized()
            }
        }
    }
}

/// Nobody could sign in to a server that has no operator.
struct NotInitialized: Error, CustomStringConvertible {
    let description = "The database has no operator yet. Run `claviger init` first, with the same settings."
}
