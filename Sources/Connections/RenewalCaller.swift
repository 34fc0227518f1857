package import CredentialFormat
package import Model
package import ProviderDefinition

/// What a provider is asked for when tokens are renewed. It holds secrets.
package final class RenewalRequest: Sendable, Redacted {
    package let provider: Provider
    package let connection: ID<Connection>
    package let generation: Int
    /// What fills the templates of the provider's file.
    package let values: RequestValues

    init(_ provider: Provider, for connection: Connection, with values: RequestValues) {
        self.provider = provider
        self.connection = connection.id
        generation = connection.generation
        self.values = values
    }
}

/// What came of asking.
package indirect enum ProviderReply: Sendable {
    /// Tokens, and what is below the connection: nil where nobody asked, or it was not said.
    case tokens(TokenAnswer, children: [ChildAnswer]?)
    /// The provider refused, or could not.
    case failed(AnswerFailure)
    /// The request did not leave this machine, or was not taken: nothing was spent.
    case notSent(code: String)
    /// It may have been taken, and no answer came.
    case lost(code: String)
}

/// Asks providers for new tokens.
///
/// A protocol rather than a closure, and what goes in and comes out of it is on the heap: Swift 6.3 miscompiles an asynchronous closure that
/// is stored and then awaited beside values of some hundred bytes.
package protocol RenewalCaller: Sendable {
    /// Asks once. It returns within 45 s whatever happens, tries nothing a second time by itself, and follows no redirect.
    func renew(_ request: RenewalRequest) async -> ProviderReply
}
