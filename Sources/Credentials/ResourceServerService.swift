package import CredentialFormat
import Events
package import Model
package import Persistence
import Policy
package import ProductDefinition

/// What a new resource server needs, as it came in.
package struct ResourceServerDraft: Sendable {
    package var name: String
    package var audiences: [String]

    package init(name: String, audiences: [String]) {
        self.name = name
        self.audiences = audiences
    }
}

/// What is to change of a resource server. Nil leaves a member as it is.
package struct ResourceServerEdit: Sendable {
    package var name: String?
    package var audiences: [String]?

    package init(name: String? = nil, audiences: [String]? = nil) {
        self.name = name
        self.audiences = audiences
    }
}

/// The API backends of the operator. For the operator alone (`resource-servers.manage`).
///
/// Every function runs inside a transaction and throws ``Refusal`` for what may not be done.
package struct ResourceServerService: Sendable {
    /// The most audiences of a resource server.
    package static let maximumAudiences = 16
    /// The longest audience, in bytes.
    package static let maximumAudienceLength = 255

    private let rotation: ClientSecretRotation
    private let now: @Sendable () -> Instant

    package init(
        product: Product, peppers: @escaping @Sendable () -> Peppers, now: @escaping @Sendable () -> Instant
    ) {
        rotation = ClientSecretRotation(product: product, peppers: peppers)
        self.now = now
    }

    /// Makes a resource server with its first secret.
    package func create(
        _ draft: ResourceServerDraft, as actor: Actor, tx: borrowing Transaction
    ) throws -> Issued<ResourceServer> {
        try actor.requiresOperator(.resourceServersManage)
        let now = now()
        var checks = FieldChecks()
        let server = ResourceServer(
            id: ID(at: now.milliseconds), name: checks.line("name", draft.name),
            audiences: check(draft.audiences, &checks), createdAt: now)
        try checks.finish()
        try tx.insert(server)
        let secret = try rotation.issue(to: .resourceServer(server.id), at: now, tx: tx)
        try note(.resourceServerCreated, server, ["name": server.name], by: actor, at: now, tx: tx)
        return Issued(server, secret: secret)
    }

    /// All resource servers, oldest first.
    package func list(page: Page, as actor: Actor, tx: borrowing Transaction) throws -> Listing<ResourceServer> {
        try actor.requiresOperator(.resourceServersManage)
        return try Listing(of: page, by: \.id) { after, limit in try tx.resourceServers(after: after, limit: limit) }
    }

    /// The resource servers that a query asks for.
    ///
    /// - Parameter limit: How many at most.
    package func list(
        _ query: ResourceServerQuery, limit: Int, as actor: Actor, tx: borrowing Transaction
    ) throws -> OrderedListing<ResourceServer> {
        try actor.requiresOperator(.resourceServersManage)
        return try tx.resourceServers(query, limit: limit)
    }

    /// One resource server.
    package func get(_ id: ID<ResourceServer>, as actor: Actor, tx: borrowing Transaction) throws -> ResourceServer {
        try actor.requiresOperator(.resourceServersManage)
        guard let server = try tx.resourceServer(id) else { throw Refusal.notFound }
        return server
    }

    /// The secrets of a resource server that work, oldest first: one, or two in the middle of a rotation.
    package func secrets(
        of id: ID<ResourceServer>, as actor: Actor, tx: borrowing Transaction
    ) throws -> [ClientSecretSummary] {
        _ = try get(id, as: actor, tx: tx)
        return try rotation.secrets(of: .resourceServer(id), at: now(), tx: tx)
    }

    /// Changes what is given.
    ///
    /// - Parameter condition: What the caller demands of the revision.
    package func edit(
        _ id: ID<ResourceServer>, _ edit: ResourceServerEdit, expecting condition: RevisionCondition = .any,
        as actor: Actor,
        tx: borrowing Transaction
    ) throws -> ResourceServer {
        let before = try get(id, as: actor, tx: tx)
        try require(revision: before.revision, meets: condition)
        var checks = FieldChecks()
        var after = before
        if let name = edit.name { after.name = checks.line("name", name) }
        if let audiences = edit.audiences { after.audiences = check(audiences, &checks) }
        try checks.finish()
        guard after != before else { return before }
        after.revision += 1
        try tx.update(after)
        let fields = [
            after.name != before.name ? "name" : nil, after.audiences != before.audiences ? "audiences" : nil,
        ].compactMap(\.self)
        try note(
            .resourceServerChanged, after, ["fields": fields.joined(separator: " ")], by: actor, at: now(), tx: tx)
        return after
    }

    /// Gives another secret. The one in force ends at once, or after `overlapSeconds`.
    ///
    /// - Parameter force: Rotates although an overlap is still running, and ends the oldest secret.
    package func rotate(
        _ id: ID<ResourceServer>, overlapSeconds: Int = 0, force: Bool = false, as actor: Actor,
        tx: borrowing Transaction
    ) throws -> Issued<ResourceServer> {
        var server = try get(id, as: actor, tx: tx)
        let now = now()
        let rotated = try rotation.rotate(
            .resourceServer(id), with: .empty, overlapSeconds: overlapSeconds, force: force, as: actor, at: now,
            tx: tx)
        server.revision += 1
        try note(
            .resourceServerRotated, server, ["overlap_seconds": "\(overlapSeconds)"], by: actor, at: now, tx: tx)
        return Issued(server, secret: rotated.secret, previousExpiresAt: rotated.previousExpiresAt)
    }

    /// Removes a resource server.
    ///
    /// - Parameters:
    ///   - condition: What the caller demands of the revision.
    ///   - force: Does so although one of its secrets was used.
    package func delete(
        _ id: ID<ResourceServer>, expecting condition: RevisionCondition = .any, force: Bool = false, as actor: Actor,
        tx: borrowing Transaction
    ) throws {
        let server = try get(id, as: actor, tx: tx)
        try require(revision: server.revision, meets: condition)
        let wasUsed = try tx.clientSecrets(of: .resourceServer(id)).contains { $0.lastUse != nil }
        guard force || !wasUsed else { throw Refusal.inUse }
        try note(.resourceServerDeleted, server, ["name": server.name], by: actor, at: now(), tx: tx)
        try tx.delete(id)
    }

    private func note(
        _ action: AuditAction, _ server: ResourceServer, _ details: [String: String], by actor: Actor, at now: Instant,
        tx: borrowing Transaction
    ) throws {
        try tx.record(action, target: server.id, in: nil, details: details, by: actor, at: now)
        tx.announce(.resourceServer(server.id))
    }

    /// The audiences, each once and in the order given. Absolute URIs (RFC 8707 §2) or plain names: visible ASCII.
    private func check(_ audiences: [String], _ checks: inout FieldChecks) -> [String] {
        checks.require(!audiences.isEmpty, "audiences", "required", "Must name at least one audience.")
        checks.require(
            audiences.count <= Self.maximumAudiences, "audiences", "too_many",
            "Must be at most \(Self.maximumAudiences) audiences.")
        var known: Set<String> = []
        var result: [String] = []
        for (index, audience) in audiences.prefix(Self.maximumAudiences).enumerated() {
            let bytes = audience.utf8
            checks.require(
                (1...Self.maximumAudienceLength).contains(bytes.count)
                    && bytes.allSatisfy { (0x21...0x7E).contains($0) },
                "audiences.\(index)", "invalid",
                "Must be 1 to \(Self.maximumAudienceLength) visible ASCII characters without spaces.")
            if known.insert(audience).inserted { result.append(audience) }
        }
        return result
    }
}

extension Refusal {
    fileprivate static var inUse: Refusal {
        .conflict(
            code: "in_use",
            explanation: """
                Its secret was used: the backend that introspects with it would refuse every caller. Force it once nobody \
                asks with it any more.
                """)
    }
}
