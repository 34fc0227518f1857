import ArgumentParser
import Foundation

/// `claviger provider verify`
struct VerifySeals: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Say whether everything opens that is sealed for connections.",
        discussion: """
            Opens the tokens of every connection that is looked after, and the secrets of our clients at providers, and names what does \
            not open: after a backup was restored, or a master key was replaced. Nothing is changed and nothing secret is shown. Ends \
            with 1 where something does not open.

            While a server runs on a SQLite file, the command has that server do it. Give it the flags and the environment of the \
            server.
            """)

    @OptionGroup var options: ConfigurationOptions

    func run() async throws {
        let configuration = try options.configuration()
        var (opened, unreadable, place) = (0, [String](), String?.none)
        repeat {
            let text = try await ErrandRun.perform(.verifySeals(after: place), with: configuration)
            let found = try JSONDecoder().decode(SealFindings.self, from: Data(text.utf8))
            opened += found.opened
            unreadable += found.unreadable
            place = found.next
        } while place != nil
        print("Of \(opened) connections everything opens.")
        guard unreadable.isEmpty else {
            throw CommandError("Of these, something does not:\n" + unreadable.joined(separator: "\n"))
        }
    }
}

/// What was found of some connections, between the command and who does it.
struct SealFindings: Codable, Sendable {
    let opened: Int
    let unreadable: [String]
    let next: String?
}
