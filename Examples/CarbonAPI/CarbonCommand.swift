import ArgumentParser
import Foundation
import Logging
import ServiceLifecycle
import UnixSignals

/// `CarbonAPI`
@main
struct CarbonCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "CarbonAPI",
        abstract: "A carbon data API behind the credentials desk: an example of a backend.",
        discussion: "`make run-carbon` starts it together with a desk and sample data.",
        subcommands: [ServeCommand.self, SampleCommand.self], defaultSubcommand: ServeCommand.self)
}

/// `CarbonAPI sample`
struct SampleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sample", abstract: "Bring the sample data to an API that runs.",
        discussion: "The token comes by the environment, CARBON_TOKEN.")

    @Option(help: "The API's address.")
    var api = "http://127.0.0.1:8090"

    func run() async throws {
        guard let token = ProcessInfo.processInfo.environment["CARBON_TOKEN"] else {
            throw ValidationError("CARBON_TOKEN is not set.")
        }
        print(try await SampleLoader(base: api, token: token).load())
    }
}

/// `CarbonAPI serve`
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Serve the API.",
        discussion: """
            Each call shows an access token or an API key. Whether it is good is told by the desk, and remembered here as long as \
            that may be: this API is a resource server there (--resource-server), whose secret comes by the environment, \
            CARBON_CLIENT_SECRET. What the caller sees and may do follows from the answer.
            """)

    @Option(help: "Where to listen. Port 0 takes any that is free.")
    var listen = "127.0.0.1:8090"

    @Option(help: "A certificate and those up to its authority (PEM), for TLS. Renewed, it wants a restart.")
    var tlsCertificate: String?

    @Option(help: "The private key of the certificate (PEM).")
    var tlsKey: String?

    @Option(help: "How clients reach it, such as https://api.example. By itself, where it listens.")
    var base: String?

    @Option(help: "The desk's address.")
    var desk = "http://127.0.0.1:8080"

    @Option(help: "The resource server that this API is at the desk (rsv_…).")
    var resourceServer: String?

    @Flag(help: "Ask the desk's /verify about each call instead, as a gateway does.")
    var askVerify = false

    @Flag(help: "With --ask-verify: tell from which address a call came; the desk must trust this address as a proxy.")
    var tellAddress = false

    @Option(help: "A postgres:// address of the schema's owner. Without it, a file in the data folder.")
    var database: String?

    @Option(help: "The folder of database, uploads and exports.")
    var data = "./data-carbon"

    @Option(help: "A file with the names of organizations.")
    var organizations: String?

    @Option(help: "A file with those whose requests for footprints are answered. Secrets are in it: chmod 600.")
    var partners: String?

    func validate() throws {
        _ = try options
        guard askVerify || resourceServer != nil else {
            throw ValidationError("--resource-server is missing (or --ask-verify).")
        }
    }

    func run() async throws {
        signal(SIGPIPE, SIG_IGN)
        let options = try options
        let server = CarbonServer(
            options, verifier: try verifier,
            onRunning: { port in
                print("The carbon API listens on \(options.tls == nil ? "http" : "https")://\(options.host):\(port)")
                fflush(nil)
            })
        try await ServiceGroup(
            services: [server], gracefulShutdownSignals: [.sigterm, .sigint], logger: Logger(label: "carbon")
        ).run()
    }

    // A secret on a command line would be everybody's.
    private var verifier: any CallerVerifier {
        get throws {
            let environment = ProcessInfo.processInfo.environment
            guard let resourceServer, !askVerify else {
                return DeskVerifier(
                    DeskVerifier.Options(
                        address: desk, secret: environment["CARBON_GATEWAY_SECRET"], tellsAddress: tellAddress))
            }
            guard let secret = environment["CARBON_CLIENT_SECRET"], !secret.isEmpty else {
                throw ValidationError("CARBON_CLIENT_SECRET is not set.")
            }
            return LibraryVerifier(address: desk, clientID: resourceServer, clientSecret: secret)
        }
    }

    private var options: CarbonOptions {
        get throws {
            guard let colon = listen.lastIndex(of: ":"), let port = Int(listen[listen.index(after: colon)...]),
                (0...65_535).contains(port), colon > listen.startIndex
            else { throw ValidationError("--listen takes an address and a port, such as 127.0.0.1:8090.") }
            var options = CarbonOptions(data: data, port: port)
            options.host = String(listen[..<colon])
            options.base = base
            switch (tlsCertificate, tlsKey) {
            case (nil, nil): break
            case (.some(let certificate), .some(let key)): options.tls = (certificate, key)
            case (.some, nil), (nil, .some): throw ValidationError("--tls-certificate and --tls-key go together.")
            }
            options.database = database
            options.organizations = organizations
            options.partners = partners
            options.tokenURL = desk + "/api/public/v1/oauth2/token"
            return options
        }
    }
}
