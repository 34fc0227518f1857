import ArgumentParser
import Tokens

/// `claviger keys`
struct Keys: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The keys that seal and sign tokens.", subcommands: [Rotate.self])

    /// `claviger keys rotate`
    struct Rotate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make new keys. Tokens made with the old ones stay good until they expire.",
            discussion: """
                A new signing key is published in the key set first, and signs \(RotationPace.prompt.aheadSeconds / 60) minutes \
                later; until then the one before goes on signing. Who checks JWTs by a copy of the key set that is no older \
                than the set's max-age (\(KeySet.maxAgeSeconds) s) refuses nothing. Who keeps it for longer than \
                \(RotationPace.prompt.aheadSeconds) s, whatever the header says, refuses new tokens for the rest of that time: \
                the rotation that the server makes by itself publishes its keys for a day. What only Claviger reads is made \
                with new keys at once.

                --now is for keys that have leaked, and has a price. What was made with the keys before is refused from this \
                moment: access tokens (integrations get new ones by themselves), refresh tokens (users have to sign in to \
                their apps again), replies that are kept for repeated requests. Who keeps a copy of the key set refuses every \
                new JWT until it fetches the set again, and as long believes what is signed with a leaked key: up to \
                \(KeySet.maxAgeSeconds) s, or as long as it is told to keep the set (Envoy: 600 s unless told). --only keeps \
                the price down where it is known what has leaked. The key of the audit logs is replaced by --only audit-log alone: who \
                checks them has to learn of the new one, and what the one before signed stays good.

                While a server runs on a SQLite file, the command has that server do it. On PostgreSQL it rotates in the \
                database, and the servers hear of it within a second.
                """)

        @OptionGroup var options: ConfigurationOptions
        @Flag(help: "Refuse from now on what was made with the keys before, because they have leaked.") var now = false
        @Option(help: "Replace only these keys; may be given several times.") var only: [Kind] = []

        /// What is replaced together.
        enum Kind: String, ExpressibleByArgument, CaseIterable {
            /// Seal access tokens.
            case sealing
            /// Seal refresh tokens.
            case refresh
            /// Sign JWTs and ID tokens, of all algorithms.
            case signing
            /// Seal what is kept for repeated requests.
            case replies
            /// Signs how far audit logs have come. Replaced only where it is named.
            case auditLog = "audit-log"

            fileprivate var purposes: [KeyPurpose] {
                switch self {
                case .sealing: [.sealing]
                case .refresh: [.refresh]
                case .signing: [.signing, .signingEdDSA, .signingRS256]
                case .replies: [.replies]
                case .auditLog: [.auditLog]
                }
            }
        }

        func run() async throws {
            let purposes = only.isEmpty ? Array(KeyPurpose.rotating) : only.flatMap(\.purposes)
            print(
                try await ErrandRun.perform(
                    .rotateKeys(purposes.map(\.rawValue), atOnce: now), with: options.configuration()))
        }
    }
}
