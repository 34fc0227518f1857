package import CredentialFormat
import Model
package import Policy
package import ProductDefinition
package import Verification

/// An integration asks for a token of its own. RFC 6749 §4.4, with resource indicators (RFC 8707), and with an access key that
/// says for which contact it acts.
package struct ClientCredentialsGrant: Sendable {
    /// The parameters that the grant reads.
    package struct Request: Sendable {
        /// Nil for all that the client has.
        package let scopes: ScopeSet?
        /// For which backend, nil for the product's own.
        package let resource: String?
        /// The access key of the contact for whom it acts, nil for none.
        package let accessKey: PresentedText?

        package init(parsing form: Form) throws(OAuthError) {
            scopes = try form.scopes()
            resource = form["resource"]
            accessKey = form["access_key"].map(PresentedText.init)
        }
    }

    private let audiences: AudiencePolicy
    private let accessKeys: AccessKeyPolicy

    package init(audiences: AudiencePolicy, accessKeys: AccessKeyPolicy) {
        self.audiences = audiences
        self.accessKeys = accessKeys
    }

    /// What the client may have.
    ///
    /// - Throws: ``OAuthError``: `unauthorized_client` for a client that is no integration, `invalid_scope` for more than
    ///   it has, `invalid_target` for a backend that nobody registered, `invalid_request` without an access key where there
    ///   must be one and with one where there must be none, `invalid_grant` for one that is not good for this client;
    ///   ``Missing``.
    package func authorize(
        _ request: Request, for client: AuthenticatedClient, _ evidence: Evidence
    ) throws -> GrantedAccess {
        // 1. An integration.
        guard let integration = client.known.integration else {
            throw OAuthError(.unauthorizedClient, "Only an integration may use this grant.")
        }
        // 2. No scopes but its own.
        let wanted = request.scopes ?? integration.scopes
        guard wanted.isSubset(of: integration.scopes) else {
            throw OAuthError(
                .invalidScope, "The client does not have all of these scopes.",
                refusing: wanted.subtracting(integration.scopes))
        }
        // 3. For whom.
        let accessKey = try accessKey(request.accessKey, for: integration, client.id, evidence)
        // 4. At which backends.
        let audiences = try audiences.audiences(for: wanted, resource: request.resource, evidence)
        return GrantedAccess(
            integration: integration, clientText: client.known.identifierText, standing: client.known.standing,
            scopes: wanted, audiences: audiences, accessKey: accessKey)
    }

    /// The access key that is good for an integration: one of a contact of its own organization, neither of them disabled.
    /// Nil where none was sent, and none has to be.
    private func accessKey(
        _ presented: PresentedText?, for integration: Integration, _ client: ClientID, _ evidence: Evidence
    ) throws -> KnownAccessKey? {
        guard let presented else {
            guard accessKeys != .required else { throw Self.accessKeyMissing }
            return nil
        }
        guard accessKeys != .off else { throw Self.noAccessKeys }
        let found: KnownAccessKey?
        do throws(Missing) {
            found = try evidence.accessKey(presented.text)
        } catch {
            throw error.asked(by: client, caller: nil)
        }
        // One refusal for all of it: who does not hold the key learns nothing of it.
        guard let found, found.contact.organization == integration.organization, found.isGood else {
            throw Self.accessKeyRefused
        }
        return found
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
