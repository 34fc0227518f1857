import ArgumentParser
import Foundation

/// `claviger provider secret`
struct SetProviderSecret: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "secret", abstract: "Set the secret of our client at a provider that the product offers.",
        discussion: """
            The secret comes from a file that only its owner may read, or from standard input, and never from the command line, which \
            every user of the machine can read. It is sealed in the database; the audit log has that it was set, under \
            "command:provider secret".

            While a provider accepts two secrets, --overlap-days has the one before work on: set the new one first, then have the \
            provider forget the old one.

            While a server runs on a SQLite file, the command has that server do it. Give it the flags and the environment of the \
            server.
            """)

    @Argument(help: "The provider, such as facebook.") var provider: String
    @OptionGroup var options: ConfigurationOptions
    @Option(help: "The file with the secret; standard input unless said.") var file: String?
    @Option(help: "For how many days the secret before works on, 0 to 90.") var overlapDays = 0

    func validate() throws {
        guard (0...90).contains(overlapDays) else { throw ValidationError("The days must be 0 to 90.") }
    }

    func run() async throws {
        let configuration = try options.configuration()
        let secrets = try file.map { try ProviderSecrets.read($0) } ?? Self.said()
        guard let secret = secrets.first, secrets.count == 1 else {
            throw CommandError("One secret is set at a time: give the new one alone.")
        }
        let request = ProviderSecretRequest(
            provider: provider, secret: secret, overlapSeconds: overlapDays * 86_400)
        print(try await ErrandRun.perform(.setProviderSecret(request), with: configuration))
    }

    private static func said() throws -> [String] {
        if isatty(STDIN_FILENO) == 1 {
            FileHandle.standardError.write(Data("Secret (it is shown as you type; a file is better): ".utf8))
        }
        return try ProviderSecrets.secrets(in: readLine() ?? "", of: "standard input")
    }
}

/// What secret is to be set. It prints as nothing.
struct ProviderSecretRequest: Codable, Sendable, CustomReflectable, CustomStringConvertible {
    let provider: String
    let secret: String
    let overlapSeconds: Int

    var description: String { "a secret of \(provider)" }
    var customMirror: Mirror { Mirror(self, children: []) }
}
