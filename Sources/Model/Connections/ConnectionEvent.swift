package import CredentialFormat

/// What became of a connection, for those who want to be told. Written in the transaction of the change, once for each change, and
/// without secrets; what came later has the higher generation, or the younger identifier.
package struct ConnectionEvent: Entity, Hashable, Sendable {
    package static let prefix = "cev"

    /// What happened.
    package enum Kind: String, Sendable, CaseIterable {
        case created = "connection.created"
        case updated = "connection.updated"
        case expiring = "connection.expiring"
        case degraded = "connection.degraded"
        case recovered = "connection.recovered"
        case reauthRequired = "connection.reauth_required"
        case permissionChanged = "connection.permission_changed"
        case revoked = "connection.revoked"
        case rotated = "connection.rotated"
        case disconnected = "connection.disconnected"

        /// What a change of the status is.
        init(from before: ConnectionStatus, to next: ConnectionStatus) {
            switch next {
            case .pending: self = .updated
            case .connected: self = before == .pending ? .created : .recovered
            case .degraded, .blocked: self = .degraded
            case .reauthRequired, .userAction, .exhausted, .unreadable: self = .reauthRequired
            case .permissionMissing: self = .permissionChanged
            case .revoked: self = .revoked
            case .disconnected: self = .disconnected
            }
        }
    }

    package let id: ID<ConnectionEvent>
    package let connection: ID<Connection>
    package let path: OrganizationPath
    package let kind: Kind
    package let generation: Int
    package let status: ConnectionStatus
    package let reason: String?
    package let at: Instant

    /// Several of one change: their identifiers are in this order.
    package static func inOrder(_ kinds: [Kind], of connection: Connection, at: Instant) -> [ConnectionEvent] {
        let first = ID<ConnectionEvent>(at: at.milliseconds)
        return kinds.enumerated().map { number, kind in
            ConnectionEvent(
                id: ID(value: first.value &+ UInt128(number)), connection: connection.id, path: connection.path,
                kind: kind, generation: connection.generation, status: connection.status, reason: connection.reason,
                at: at)
        }
    }

    package init(_ kind: Kind, of connection: Connection, at: Instant) {
        self.init(
            id: ID(at: at.milliseconds), connection: connection.id, path: connection.path, kind: kind,
            generation: connection.generation, status: connection.status, reason: connection.reason, at: at)
    }

    package init(
        id: ID<ConnectionEvent>, connection: ID<Connection>, path: OrganizationPath, kind: Kind, generation: Int,
        status: ConnectionStatus, reason: String?, at: Instant
    ) {
        self.id = id
        self.connection = connection
        self.path = path
        self.kind = kind
        self.generation = generation
        self.status = status
        self.reason = reason
        self.at = at
    }
}
