package import CredentialFormat

/// What was changed that verification depends on, announced when the change is committed and before it is answered
/// (docs/revocation.md). Identifiers only: who hears of it forgets what it knew and asks again.
package enum Change: Hashable, Sendable {
    case apiKey(ID<APIKey>)
    case integration(ID<Integration>)
    case app(ID<App>)
    case resourceServer(ID<ResourceServer>)
    /// The member, and with it the grants that it gave.
    case member(ID<Member>)
    /// The contact, or one of its access keys.
    case contact(ID<Contact>)
    /// The grant, and with it the lineages that came from it.
    case grant(ID<Grant>)
    case lineage(ID<RefreshLineage>)
    /// The organization, or anything above it.
    case organization(ID<Organization>)
    /// An access token was revoked. It stays so until it would have expired.
    case revokedToken(ID<AccessToken>, expiresAt: Instant)
    /// The keys that seal, sign or digest.
    case keyRing
}
