package import CredentialFormat

/// An API backend of the operator that verifies credentials. It belongs to the operator and authenticates as a client
/// does, for introspection alone.
package struct ResourceServer: Entity, Hashable, Sendable {
    package static let prefix = "rsv"

    package let id: ID<ResourceServer>
    package var name: String
    /// The values of `aud` that mean this backend (RFC 8707, RFC 9068 §3). Never empty.
    package var audiences: [String]
    package let createdAt: Instant
    /// Counts the changes to it, from 1. What `ETag` and `If-Match` speak of.
    package var revision: Int

    package init(id: ID<ResourceServer>, name: String, audiences: [String], createdAt: Instant, revision: Int = 1) {
        self.id = id
        self.name = name
        self.audiences = audiences
        self.createdAt = createdAt
        self.revision = revision
    }
}
