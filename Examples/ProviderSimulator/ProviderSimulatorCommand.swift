import ArgumentParser
import Glibc
import Logging
import NIOPosix
import ServiceLifecycle
import UnixSignals

/// `ProviderSimulator`
@main
struct ProviderSimulatorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ProviderSimulator",
        abstract:
            "Plays the OAuth side of Facebook, Instagram, Google, TikTok and ten more, on their good and bad days.",
        discussion: """
            One process for all providers. A provider's host is the first part of the path, so that a client reaches \
            https://oauth2.googleapis.com/token as http://127.0.0.1:8199/oauth2.googleapis.com/token. Consent pages are \
            for people and browsers; everything else is for clients.

            Below /_simulator it can be told what to do, by JSON and without a credential:
              POST /_simulator/clock   {"advance": "60d"}          sixty days pass
              POST /_simulator/faults  {"provider": "tiktok", "kind": "lose_response", "role": "renew", "times": 1}
              GET  /_simulator/ledger                              what was spent, and what was spent twice
            README.md beside its source has the rest. All state is in memory and ends with the process. It is for trying \
            and for proofs: whoever reaches it can do anything with it, so leave it on this machine.
            """)

    @Option(help: "Where to listen. Port 0 takes any that is free.")
    var listen = "127.0.0.1:8199"

    @Option(help: "A number or a word. Accounts, pages and tokens are the same for the same seed.")
    var seed = "1"

    @Option(
        help: """
            real, or a time such as 2026-11-29T18:00:00Z (or seconds since 1970) at which the clock stands still until \
            it is moved.
            """)
    var clock = "real"

    @Option(help: "How many accounts a consent page offers.")
    var accounts = 5

    @Option(help: "How many grants are held in memory. Further consents are refused.")
    var grants = 200_000

    func validate() throws {
        _ = try options
    }

    func run() async throws {
        signal(SIGPIPE, SIG_IGN)
        SimulatorServer.raiseDescriptors()
        let host = try options.host
        let server = SimulatorServer(
            try options, eventLoops: MultiThreadedEventLoopGroup(numberOfThreads: 1),
            onRunning: { port in
                print("The simulated providers listen on http://\(host):\(port)")
                fflush(nil)
            })
        try await ServiceGroup(
            services: [server], gracefulShutdownSignals: [.sigterm, .sigint], logger: Logger(label: "simulator")
        ).run()
    }

    private var options: SimulatorOptions {
        get throws {
            var options = SimulatorOptions()
            guard let colon = listen.lastIndex(of: ":"), let port = Int(listen[listen.index(after: colon)...]),
                (0...65_535).contains(port), colon > listen.startIndex
            else { throw ValidationError("--listen takes an address and a port, such as 127.0.0.1:8199.") }
            options.host = String(listen[..<colon])
            options.port = port
            guard let clock = SimulatedClock(clock) else {
                throw ValidationError("--clock takes real, or a time such as 2026-11-29T18:00:00Z.")
            }
            options.clock = clock
            guard (1...1000).contains(accounts) else { throw ValidationError("--accounts takes 1 to 1000.") }
            options.accounts = accounts
            guard (1...5_000_000).contains(grants) else { throw ValidationError("--grants takes 1 to 5000000.") }
            options.mostGrants = grants
            var numbers = SeededNumbers(0, seed, 0)
            options.seed = UInt64(seed) ?? numbers.next()
            return options
        }
    }
}
