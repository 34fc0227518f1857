package import CredentialFormat

/// From how many addresses a credential was used in the last day, and by which software last.
package struct CredentialCallers: Hashable, Sendable {
    /// One of its secrets; nil where none was shown, as with access tokens.
    package struct OfSecret: Hashable, Sendable {
        package let secret: ID<AnyEntity>?
        package let addresses: Int
        package let agent: String?

        package init(secret: ID<AnyEntity>?, addresses: Int, agent: String?) {
            self.secret = secret
            self.addresses = addresses
            self.agent = agent
        }
    }

    /// About how many different addresses (``CallerSketch``).
    package let addresses: Int
    /// What the last caller called itself (`User-Agent`), nil if nobody did.
    package let agent: String?
    package let secrets: [OfSecret]

    package init(addresses: Int, agent: String?, secrets: [OfSecret]) {
        self.addresses = addresses
        self.agent = agent
        self.secrets = secrets
    }
}
