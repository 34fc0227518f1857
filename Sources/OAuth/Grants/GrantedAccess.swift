package import Model
package import Policy
package import Verification

/// What a grant allows a token to say. Grants make it, ``TokenIssuer`` turns it into a token.
package struct GrantedAccess: Sendable {
    package let integration: Integration
    /// The `client_id` of the integration, as memory has it.
    package let clientText: String
    package let standing: Standing
    package let scopes: ScopeSet
    package let audiences: [String]
    /// The access key that came with the client's own credentials, which says for whom it acts.
    package let accessKey: KnownAccessKey?

    package init(
        integration: Integration, clientText: String, standing: Standing, scopes: ScopeSet, audiences: [String],
        accessKey: KnownAccessKey? = nil
    ) {
        self.integration = integration
        self.clientText = clientText
        self.standing = standing
        self.scopes = scopes
        self.audiences = audiences
        self.accessKey = accessKey
    }
}
