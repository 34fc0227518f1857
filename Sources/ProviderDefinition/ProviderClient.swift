/// How our client at a provider names itself and proves itself where nothing else is said.
package struct ProviderClient: Sendable, Equatable {
    /// What the authorization request calls the client's identifier: `client_id`, or `client_key` at TikTok.
    package let identifierParameter: String
    /// How it proves itself at the token endpoint.
    package let authentication: RequestAuthentication

    package init(identifierParameter: String = "client_id", authentication: RequestAuthentication) {
        self.identifierParameter = identifierParameter
        self.authentication = authentication
    }
}
