import Model
package import Policy
package import Verification

/// An integration asks for a token of its own. RFC 6749 §4.4, with resource indicators (RFC 8707).
package struct ClientCredentialsGrant: Sendable {
    package static let grantType = "client_credentials"

    /// The parameters that the grant reads.
    package struct Request: Sendable {
        /// Nil for all that the client has.
        package let scopes: ScopeSet?
        /// For which backend, nil for the product's own.
        package let resource: String?

        package init(parsing form: Form) throws(OAuthError) {
            scopes = try form.scopes()
            resource = form["resource"]
        }
    }

    private let audiences: AudiencePolicy

    package init(audiences: AudiencePolicy) {
        self.audiences = audiences
    }

    /// What the client may have, or what is missing to tell.
    ///
    /// - Throws: ``OAuthError``: `unauthorized_client` for a client that is no integration, `invalid_scope` for more than
    ///   it has, `invalid_target` for a backend that nobody registered.
    package func authorize(
        _ request: Request, for client: AuthenticatedClient, findings: Findings
    ) throws(OAuthError) -> Partial<GrantedAccess> {
        guard let integration = client.known.integration else {
            throw OAuthError(.unauthorizedClient, "Only an integration may use this grant.")
        }
        let wanted = request.scopes ?? integration.scopes
        guard wanted.isSubset(of: integration.scopes) else {
            throw OAuthError(
                .invalidScope, "The client does not have all of these scopes.",
                refusing: wanted.subtracting(integration.scopes))
        }
        switch try audiences.audiences(for: wanted, resource: request.resource, findings: findings) {
        case .missing(let missing): return .missing(missing)
        case .answer(let audiences):
            return .answer(
                GrantedAccess(
                    integration: integration, clientText: client.known.identifierText, account: client.known.standing,
                    scopes: wanted, audiences: audiences))
        }
    }
}
