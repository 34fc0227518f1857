import CredentialFormat
import FoundationEssentials
import Model
import Persistence

/// What a renewal brought, sealed: all that must not be lost once the token before it is spent. It holds nothing in clear.
package struct RenewedTokens: Sendable, Codable {
    /// A sealed field.
    struct Field: Sendable, Codable {
        let name: String
        let dataKey: String
        let sealed: Data
    }

    /// A new data key.
    struct Key: Sendable, Codable {
        let id: String
        let wrapped: Data
        let createdAt: Int64
    }

    /// Something below the connection.
    struct Child: Sendable, Codable {
        let kind: String
        let identifier: String
        let name: String?
        let metadata: [String: String]
    }

    let connection: String
    let attempt: String
    /// That was renewed.
    let generation: Int
    let fields: [Field]
    let key: Key?
    let children: [Child]?
    let accountFingerprint: Data?
    let scopes: [String]?
    let metadata: [String: String]
    let issuedAt: Int64
    let accessExpiresAt: Int64?
    let refreshExpiresAt: Int64?
    let dataAccessExpiresAt: Int64?
    /// Nil for a renewal that extended something.
    let note: String?

    var connectionID: ID<Connection>? { ID(parsing: connection) }
    var attemptID: ID<RenewalAttempt>? { ID(parsing: attempt) }

    /// The connection with all this.
    ///
    /// - Returns: It, and what is to be told.
    func applied(to connection: Connection) -> (Connection, [ConnectionEvent.Kind]) {
        var next = connection
        next.generation = generation + 1
        if let accountFingerprint { next.accountFingerprint = Array(accountFingerprint) }
        if let scopes { next.scopes = scopes }
        next.metadata.merge(metadata) { $1 }
        next.clocks.issuedAt = Instant(milliseconds: issuedAt)
        next.clocks.consentedAt = next.clocks.consentedAt ?? next.clocks.issuedAt
        next.clocks.accessExpiresAt = accessExpiresAt.map(Instant.init(milliseconds:))
        next.clocks.refreshExpiresAt = refreshExpiresAt.map(Instant.init(milliseconds:))
        next.clocks.dataAccessExpiresAt = dataAccessExpiresAt.map(Instant.init(milliseconds:))
        next.trouble = Connection.Trouble()
        next.lastProvenAt = next.clocks.issuedAt
        var events: [ConnectionEvent.Kind] = []
        if let event = next.become(.connected, because: note) { events.append(event) }
        events.append(.rotated)
        return (next, events)
    }

    var rows: [ConnectionSecretRow] {
        guard let id = connectionID else { return [] }
        return fields.compactMap { field in
            ID<DataKeyRow>(parsing: field.dataKey).map { key in
                ConnectionSecretRow(
                    connection: id, generation: generation + 1, field: field.name, dataKey: key,
                    sealed: Array(field.sealed))
            }
        }
    }

    func keyRow(of connection: Connection) -> DataKeyRow? {
        guard let key, let id = ID<DataKeyRow>(parsing: key.id) else { return nil }
        return DataKeyRow(
            id: id, organization: connection.organization, holder: connection.id.description,
            wrapped: Array(key.wrapped), createdAt: Instant(milliseconds: key.createdAt))
    }
}
