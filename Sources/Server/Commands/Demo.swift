import ArgumentParser
import CredentialFormat
import Foundation

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
        let configuration = try options.configuration(forcing: .development)
        let credentials = Prepared()
        try await Running.whole(configuration, for: .settingUp) { composition in
            let made = try await DemoData(composition: composition).prepare()
            try credentialsFile.map { try made.write(to: $0) }
            await credentials.set(made)
        } onReady: { port in
            guard let made = await credentials.made else { return }
            print(made.guide(listeningOn: port))
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
}
