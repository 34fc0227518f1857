package import CredentialFormat
package import Model
package import ProviderDefinition

/// What a provider is asked for when tokens are renewed. It holds secrets.
package struct RenewalRequest: Sendable, Redacted {
    package let provider: Provider
    package let connection: ID<Connection>
    package let generation: Int
    /// What fills the templates of the provider's file.
    package let values: RequestValues
}

/// What came of asking.
package enum ProviderReply: Sendable {
    /// Tokens, and what is below the connection: nil where nobody asked, or it was not said.
    case tokens(TokenAnswer, children: [ChildAnswer]?)
    /// The provider refused, or could not.
    case failed(AnswerFailure)
    /// The request did not leave this machine, or was not taken: nothing was spent.
    case notSent(code: String)
    /// It may have been taken, and no answer came.
    case lost(code: String)
}

/// Asks a provider once. It returns within 45 s whatever happens, tries nothing a second time by itself, and follows no redirect.
package typealias ProviderCall = @Sendable (RenewalRequest) async -> ProviderReply
