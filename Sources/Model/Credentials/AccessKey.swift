package import CredentialFormat

/// A credential of a contact. It accompanies an integration's own, says for whom the integration acts, and is worth nothing by
/// itself.
package struct AccessKey: Entity, Hashable, Sendable {
    package static let prefix = "ack"

    package let id: ID<AccessKey>
    package let contact: ID<Contact>
    package let name: String
    /// Of the secret in force: the only one.
    package var hint: SecretHint
    /// Counts the secrets that it has had, from 1.
    package var generation: Int
    package let createdAt: Instant
    /// Who made it, as in ``Actor/label``.
    package let createdBy: String
    /// When that member left, nil while they are here, and of who is no member.
    package let creatorLeftAt: Instant?
    /// When the secret in force was made.
    package var rotatedAt: Instant
    package var disabledAt: Instant?
    package let lastUse: LastUse?
    /// Counts the changes to it, from 1. What `ETag` and `If-Match` speak of.
    package var revision: Int

    package init(
        id: ID<AccessKey>, contact: ID<Contact>, name: String, hint: SecretHint, generation: Int = 1,
        createdAt: Instant,
        createdBy: String, rotatedAt: Instant, disabledAt: Instant? = nil, lastUse: LastUse? = nil, revision: Int = 1,
        creatorLeftAt: Instant? = nil
    ) {
        self.id = id
        self.contact = contact
        self.name = name
        self.hint = hint
        self.generation = generation
        self.createdAt = createdAt
        self.createdBy = createdBy
        self.creatorLeftAt = creatorLeftAt
        self.rotatedAt = rotatedAt
        self.disabledAt = disabledAt
        self.lastUse = lastUse
        self.revision = revision
    }
}
