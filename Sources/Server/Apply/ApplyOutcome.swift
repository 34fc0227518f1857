import Crypto
import Foundation
import TextForms

/// What was done, or would be.
struct ApplyOutcome: Codable, Sendable {
    var steps: [ApplyStep] = []
    /// Of what was made: shown this once. None of what would be made.
    var secrets: [AppliedSecret] = []

    /// The digest of the steps as they could be said before they were done, so that nothing else is done than was shown.
    var planDigest: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = .sortedKeys
            return Hexadecimal.text(SHA256.hash(data: try encoder.encode(steps.map(\.planned))))
        }
    }
}

/// The secret of a client that was made. It prints without it.
struct AppliedSecret: Codable, Sendable, CustomStringConvertible, CustomReflectable {
    let kind: AppliedKind
    let name: String
    let within: [String]
    let clientID: String
    let clientSecret: String

    private enum CodingKeys: String, CodingKey {
        case kind, name, within
        case clientID = "client_id"
        case clientSecret = "client_secret"
    }

    /// What it is the secret of, for people.
    var whose: String { kind.told(of: name, within: within) }
    var description: String { "the secret of \(whose) (\(clientID))" }
    var customMirror: Mirror { Mirror(self, children: ["clientID": clientID]) }
}
