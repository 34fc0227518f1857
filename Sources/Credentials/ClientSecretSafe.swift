import CredentialFormat
import Model

/// Keeps the secrets of integrations so that people may look at them again, where the product wants that. A value opens only
/// for the secret that it was sealed for (threat K11).
package struct ClientSecretSafe: Sendable {
    /// What a sealed secret belongs to. Restored from before a rotation it does not open: the integration counts its secrets.
    struct Belonging: Sendable {
        let integration: ID<Integration>
        let organization: ID<Organization>
        let secret: ID<ClientSecret>
        /// The how manieth of the integration it is.
        let generation: Int

        /// All of it as text.
        var context: String { "client_secret/\(organization)/\(integration)/\(secret)/\(generation)" }
    }

    private let sealing: @Sendable ([UInt8], _ context: String) throws -> [UInt8]
    private let opening: @Sendable ([UInt8], _ context: String) -> [UInt8]?

    /// - Parameters:
    ///   - seal: Seals something for a context.
    ///   - open: What was sealed for that context, nil for anything else.
    package init(
        seal: @escaping @Sendable ([UInt8], _ context: String) throws -> [UInt8],
        open: @escaping @Sendable ([UInt8], _ context: String) -> [UInt8]?
    ) {
        sealing = seal
        opening = open
    }

    func seal(_ text: String, of belonging: Belonging) throws -> [UInt8] {
        try sealing(Array(text.utf8), belonging.context)
    }

    func open(_ sealed: [UInt8], of belonging: Belonging) -> String? {
        opening(sealed, belonging.context).flatMap { String(validating: $0, as: UTF8.self) }
    }
}
