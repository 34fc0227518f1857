import ArgumentParser
import Events
import HTTPServing
import Persistence

/// `claviger adopt`
struct Adopt: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Give the database the issuer and the brand of these settings, on purpose.",
        discussion: """
            A server refuses to start with another issuer or brand than its database belongs to, because it would refuse \
            everything that was issued. If that is what you want, stop all servers, run this with the new settings, and start \
            them with the same. After a change of the issuer, access tokens that were issued before are refused and clients \
            fetch new ones; apps and resource servers that name the issuer must be told. After a change of the brand, every API \
            key, client secret and refresh token is refused and must be made anew.
            """)

    @OptionGroup var options: ConfigurationOptions

    func run() async throws {
        let sink = LogSink()
        defer { sink.close() }
        let composition = try await Composition.assemble(try options.configuration(), sink: sink)
        let before: InstallationRow?
        let after: InstallationRow
        do {
            let now = composition.now()
            let installation = composition.installation
            (before, after) = try await composition.store.write { tx in
                let before = try tx.installation()
                let after = installation.row(after: before)
                guard before != after else { return (before, after) }
                try tx.replace(after, at: now)
                try tx.record(
                    .installationChanged, target: "installation", in: nil,
                    details: ["issuer": after.issuer, "brand": after.brand], by: InitialSetup.actor("adopt"), at: now)
                return (before, after)
            }
        } catch {
            await composition.store.close()
            throw error
        }
        await composition.store.close()
        print(
            """
            issuer  \(Self.told(before?.issuer)) → \(Self.told(after.issuer))
            brand   \(Self.told(before?.brand)) → \(Self.told(after.brand))
            """)
    }

    private static func told(_ text: String?) -> String {
        text.map { $0.isEmpty ? "none" : $0 } ?? "none"
    }
}
