import Model
package import Policy
package import ProductDefinition
package import Verification

/// An integration asks for a token of its own. RFC 6749 §4.4, with resource indicators (RFC 8707), and with an access key that
/// says for which contact it acts.
package struct ClientCredentialsGrant: Sendable {
    package static let grantType = "client_credentials"

    /// The parameters that the grant reads.
    package struct Request: Sendable {
        /// Nil for all that the client has.
        package let scopes: ScopeSet?
        /// For which backend, nil for the product's own.
        package let resource: String?
        /// The access key of the contact for whom it acts, nil for none.
        package let accessKey: String?

        package init(parsing form: Form) throws(OAuthError) {
            scopes = try form.scopes()
            resource = form["resource"]
            accessKey = form["access_key"]
        }
    }

    private let audiences: AudiencePolicy
    private let verifier: CredentialVerifier
    private let accessKeys: AccessKeyPolicy

    package init(audiences: AudiencePolicy, verifier: CredentialVerifier, accessKeys: AccessKeyPolicy) {
        self.audiences = audiences
        self.verifier = verifier
        self.accessKeys = accessKeys
    }

    /// What the client may have, or what is missing to tell.
    ///
    /// - Throws: ``OAuthError``: `unauthorized_client` for a client that is no integration, `invalid_scope` for more than
    ///   it has, `invalid_target` for a backend that nobody registered, `invalid_request` without an access key where there
    ///   must be one and with one where there must be none, `invalid_grant` for one that is not good for this client.
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
        let accessKey: KnownAccessKey?
        switch try self.accessKey(request.accessKey, for: integration, findings: findings) {
        case .missing(let missing):
            return .missing(.asked(by: client.id, caller: nil, missing))
        case .answer(let known): accessKey = known
        }
        switch try audiences.audiences(for: wanted, resource: request.resource, findings: findings) {
        case .missing(let missing): return .missing(missing)
        case .answer(let audiences):
            return .answer(
                GrantedAccess(
                    integration: integration, clientText: client.known.identifierText, account: client.known.standing,
                    scopes: wanted, audiences: audiences, accessKey: accessKey))
        }
    }

    /// The access key that is good for an integration: one of a contact of its own organization, neither of them disabled.
    /// Nil inside the answer where none was sent, and none has to be.
    private func accessKey(
        _ text: String?, for integration: Integration, findings: Findings
    ) throws(OAuthError) -> Partial<KnownAccessKey?> {
        guard let text else {
            guard accessKeys != .required else { throw Self.accessKeyMissing }
            return .answer(nil)
        }
        guard accessKeys != .off else { throw Self.noAccessKeys }
        switch verifier.accessKey(text, findings) {
        case .missing(let missing): return .missing(missing)
        case .answer(let known):
            // One refusal for all of it: who does not hold the key learns nothing of it.
            guard let known, known.contact.organization == integration.organization, known.isGood else {
                throw Self.accessKeyRefused
            }
            return .answer(known)
        }
    }

    private static let accessKeyMissing = OAuthError(
        .invalidRequest, "access_key is missing: the access key of the contact for whom the client acts.",
        rule: "access_key_missing")
    private static let noAccessKeys = OAuthError(
        .invalidRequest, "access_key is not accepted here: clients act for themselves alone.", rule: "access_keys_off")
    private static let accessKeyRefused = OAuthError(
        .invalidGrant, "The access key is unknown or disabled, or its contact is, or is another organization's.",
        rule: "access_key")
}
