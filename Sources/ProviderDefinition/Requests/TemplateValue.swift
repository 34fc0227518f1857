/// What a template may name. There are no others, and each part of a file may use some of them only.
package enum TemplateValue: Sendable, Hashable {
    case clientIdentifier, clientSecret
    case redirectURI, code, codeVerifier
    case accessToken, refreshToken
    /// Scopes as they were asked for, separated as the provider does.
    case scope
    /// Who connected, by the provider's identifier.
    case accountIdentifier
    /// The child for which a request is made, by the provider's identifier.
    case parentIdentifier
    /// A ``ProviderVariable``.
    case variable(String)
    /// What an answer or the callback gave to keep.
    case metadata(String)

    /// As a template names it.
    package var name: String {
        switch self {
        case .clientIdentifier: "client.id"
        case .clientSecret: "client.secret"
        case .redirectURI: "redirect_uri"
        case .code: "code"
        case .codeVerifier: "code_verifier"
        case .accessToken: "access_token"
        case .refreshToken: "refresh_token"
        case .scope: "scope"
        case .accountIdentifier: "account_id"
        case .parentIdentifier: "parent.id"
        case .variable(let name): "vars.\(name)"
        case .metadata(let name): "meta.\(name)"
        }
    }

    /// Whether it may not be written into a path, a log or an error.
    package var isSecret: Bool {
        switch self {
        case .clientSecret, .code, .codeVerifier, .accessToken, .refreshToken: true
        case .clientIdentifier, .redirectURI, .scope, .accountIdentifier, .parentIdentifier, .variable, .metadata: false
        }
    }

    /// All with a name of their own, which is neither a variable's nor that of a thing kept.
    package static let named: [TemplateValue] = [
        .clientIdentifier, .clientSecret, .redirectURI, .code, .codeVerifier, .accessToken, .refreshToken, .scope,
        .accountIdentifier, .parentIdentifier,
    ]
}
