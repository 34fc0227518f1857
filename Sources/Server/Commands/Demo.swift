import ArgumentParser
import CredentialFormat
import Foundation
import Policy
import ProductDefinition

/// `claviger demo`
struct Demo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the server with sample data, and say what to try.",
        discussion: """
            Sample data is made once; its secrets are made anew at every start, because only their digests are kept. \
            For trying out, not for real use.
            """)

    @OptionGroup var options: ConfigurationOptions
    @Option(help: "Also write the credentials to this file, as JSON readable by its owner alone.")
    var credentialsFile: String?

    func run() async throws {
        let read = options.reading(forcing: .development)
        let configuration = try read().outcome.get()
        let credentials = Prepared()
        try await Running.whole(read, for: .settingUp) { composition in
            let made = try await DemoData(composition: composition).prepare()
            try credentialsFile.map { try made.write(to: $0) }
            if configuration.providerSimulator != nil {
                try await composition.providers.makeUpSecrets(as: InitialSetup.actor("demo"))
            }
            await credentials.set(made)
            await credentials.set(composition.providers.offers.map(\.provider))
        } onReady: { port in
            guard let made = await credentials.made else { return }
            print(made.guide(listeningOn: port))
            if let guide = await ConnectingGuide(configuration, credentials.providers) { print(guide.text) }
            fflush(nil)
        }
    }
}

/// What was prepared, handed from before the start to after it.
private actor Prepared {
    private(set) var made: DemoCredentials?

    func set(_ made: DemoCredentials) {
        self.made = made
    }

    /// Those that the product offers.
    private(set) var providers: [String] = []

    func set(_ providers: [String]) {
        self.providers = providers
    }
}

/// What to try with accounts at providers, nil where the product offers none.
private struct ConnectingGuide {
    let text: String

    init?(_ configuration: ServerConfiguration, _ providers: [String]) {
        guard !providers.isEmpty else { return nil }
        let names = providers.joined(separator: ", ")
        guard let simulator = configuration.providerSimulator else {
            text = """

                The product offers \(names). Without their secrets no account can be connected: start the providers' simulator and \
                say --\(ConfigurationKey.providerSimulator.name), as `make run PRODUCT=…` does.
                """
            return
        }
        let said =
            "\nAccounts can be connected at \(names), all simulated at \(simulator): no account anywhere is needed."
        guard let meta = providers.first(where: { ["facebook", "instagram"].contains($0) }) else {
            text = said
            return
        }
        let push = PublicAddress(issuer: configuration.issuer).url("/connections/push/\(meta)/deauthorize")
        text = """
            \(said)

              # the user who connected account 1 removes our app there
              curl -s -d '{"provider":"\(meta)","kind":"deauthorize","account":1,"to":"\(push)"}' \(simulator)/_simulator/push
            """
    }
}
