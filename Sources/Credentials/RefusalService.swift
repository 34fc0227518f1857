package import CredentialFormat
import Events
package import Model
package import Persistence

/// Refused requests of the last day, for whoever may read the credential that was refused. Those above see what is below, and never the
/// other way round.
package struct RefusalService: Sendable {
    /// What it takes to read those of some kind.
    package static let permissions: [Permission] = KeptRefusal.Kind.allCases.map(\.reading)

    private let now: @Sendable () -> Instant

    package init(now: @escaping @Sendable () -> Instant) {
        self.now = now
    }

    /// The refusals of an organization, and on request of those below it, newest first: of the kinds of credentials that the actor may
    /// read.
    ///
    /// - Parameters:
    ///   - credential: The identifier of one API key, client or grant, nil for all.
    ///   - rule: The rule that refused, as the log has it; nil for any.
    /// - Throws: ``Refusal/notFound`` for what the actor must not know of, ``Refusal/forbidden(_:)`` for who may read no kind, or not
    ///   that of the credential.
    package func list(
        in id: ID<Organization>, includeDescendants: Bool = false, credential: String? = nil, rule: String? = nil,
        page: Page, as actor: Actor, tx: borrowing Transaction
    ) throws -> Listing<KeptRefusal> {
        let organization = try Self.organization(id, seenBy: actor, tx)
        let kinds = try Self.kinds(of: credential, readBy: actor)
        let extent: Extent = includeDescendants ? .within(organization.path) : .organization(organization.path)
        let filter = RefusalFilter(credential: credential, rule: rule, kinds: kinds)
        let since = now().adding(seconds: -KeptRefusal.lifetimeSeconds)
        return try Listing(of: page, by: \.id) { after, limit in
            try tx.refusals(extent, matching: filter, since: since, after: after, limit: limit)
        }
    }

    /// The refusal of one request.
    ///
    /// - Throws: As the list; ``Refusal/notFound`` also for one of a credential of a kind that the actor may not read.
    package func get(
        _ requestID: String, in id: ID<Organization>, includeDescendants: Bool = false, as actor: Actor,
        tx: borrowing Transaction
    ) throws -> KeptRefusal {
        let organization = try Self.organization(id, seenBy: actor, tx)
        let filter = RefusalFilter(requestID: requestID, kinds: try Self.kinds(of: nil, readBy: actor))
        let extent: Extent = includeDescendants ? .within(organization.path) : .organization(organization.path)
        let found = try tx.refusals(
            extent, matching: filter, since: now().adding(seconds: -KeptRefusal.lifetimeSeconds), after: nil, limit: 1)
        guard let refusal = found.first else { throw Refusal.notFound }
        return refusal
    }

    static func organization(
        _ id: ID<Organization>, seenBy actor: Actor, _ tx: borrowing Transaction
    ) throws -> Organization {
        guard let organization = try tx.organization(id), actor.sees(organization.path) else {
            throw Refusal.notFound
        }
        return organization
    }

    /// The kinds of credentials that the actor may read, or that one of a credential.
    static func kinds(of credential: String?, readBy actor: Actor) throws(Refusal) -> Set<KeptRefusal.Kind> {
        let readable = Set(
            KeptRefusal.Kind.allCases.filter { kind in
                kind == .resourceServer
                    ? actor.isOperator(holding: kind.reading) : actor.permissions.contains(kind.reading)
            })
        guard !readable.isEmpty else { throw .forbidden(.apiKeysRead) }
        guard let credential, let kind = KeptRefusal.Kind(ofIdentifier: credential) else { return readable }
        guard readable.contains(kind) else { throw .forbidden(kind.reading) }
        return [kind]
    }
}
