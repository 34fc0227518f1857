package import CredentialFormat
import Events
package import Model
package import Persistence

/// Who looks after credentials: at first the member who made one, then whoever took it over. It gives no right to it.
///
/// Every function runs inside a transaction and throws ``Refusal`` for what may not be done.
package struct StewardService: Sendable {
    /// How many are handed over together.
    private static let step = 200

    private let now: @Sendable () -> Instant

    package init(now: @escaping @Sendable () -> Instant) {
        self.now = now
    }

    /// The credentials that a member looks after, or did until they left, as far as the actor may see them; oldest first.
    package func list(
        of member: ID<Member>, in organization: ID<Organization>, page: Page, as actor: Actor,
        tx: borrowing Transaction
    ) throws -> Listing<StewardedCredential> {
        let organization = try tx.organization(organization, where: actor, may: .membersRead)
        let kinds = actor.kinds(\.reading)
        try requireKnown(member, in: organization, by: kinds, tx: tx)
        return try list(.member(member), kinds: kinds, page, as: actor, tx: tx)
    }

    /// The credentials of an organization and those below it that nobody looks after because who did has left.
    package func listLeft(
        in organization: ID<Organization>, page: Page, as actor: Actor, tx: borrowing Transaction
    ) throws -> Listing<StewardedCredential> {
        let organization = try tx.organization(organization, where: actor, may: .membersRead)
        return try Listing(of: page, by: \.place) { after, limit in
            try tx.stewarded(
                .left(account: organization.account), kinds: actor.kinds(\.reading), within: organization.path,
                after: after?.value, limit: limit)
        }
    }

    private func list(
        _ filter: StewardFilter, kinds: Set<StewardedID.Kind>, _ page: Page, as actor: Actor,
        tx: borrowing Transaction
    ) throws -> Listing<StewardedCredential> {
        try Listing(of: page, by: \.place) { after, limit in
            try tx.stewarded(filter, kinds: kinds, within: actor.reach.bound(), after: after?.value, limit: limit)
        }
    }

    /// Has another member look after all that one looks after, or did until they left, as far as the actor may change it.
    ///
    /// - Parameter chosen: Which of them, nil for all.
    /// - Returns: How many it were.
    /// - Throws: ``Refusal/invalid(_:)`` with `to` for who is no member of the same account that the actor sees.
    package func handOver(
        from member: ID<Member>, in organizationID: ID<Organization>, to heir: ID<Member>?,
        only chosen: Set<StewardedID>? = nil, as actor: Actor, tx: borrowing Transaction
    ) throws -> Int {
        let organization = try tx.organization(organizationID, where: actor, may: .membersManage)
        let kinds = actor.kinds(\.managing)
        try requireKnown(member, in: organization, by: kinds, tx: tx)
        let heir = try memberOfAccount(heir, of: organization, seenBy: actor, tx: tx)
        var (last, count): (UInt128?, Int) = (nil, 0)
        while true {
            let found = try tx.stewarded(
                .member(member), kinds: kinds, within: actor.reach.bound(), after: last, limit: Self.step)
            for credential in found where chosen?.contains(credential.id) ?? true {
                guard member != heir || credential.leftAt != nil else { continue }
                try handOver(credential.id, of: credential.organization, from: member, to: heir, as: actor, tx: tx)
                count += 1
            }
            guard found.count == Self.step else { break }
            last = found.last?.id.value
        }
        return count
    }

    /// Finds that somebody is known in an organization: as its member, or by what they look after there. Of one who is gone, no
    /// more is known than what they left behind.
    ///
    /// - Throws: ``Refusal/notFound``
    private func requireKnown(
        _ member: ID<Member>, in organization: Organization, by kinds: Set<StewardedID.Kind>,
        tx: borrowing Transaction
    ) throws {
        if try tx.member(member)?.organization == organization.id { return }
        let held = try tx.stewarded(.member(member), kinds: kinds, within: organization.path, after: nil, limit: 1)
        guard !held.isEmpty else { throw Refusal.notFound }
    }

    private func handOver(
        _ id: StewardedID, of organization: ID<Organization>, from member: ID<Member>, to heir: ID<Member>,
        as actor: Actor, tx: borrowing Transaction
    ) throws {
        try tx.setSteward(heir, of: id)
        let action: AuditAction =
            switch id.kind {
            case .apiKey: .apiKeyHandedOver
            case .integration: .integrationHandedOver
            case .app: .appHandedOver
            }
        try tx.record(
            action, target: id, in: organization, details: ["from": member.description, "to": heir.description],
            by: actor, at: now())
    }

    private func memberOfAccount(
        _ id: ID<Member>?, of organization: Organization, seenBy actor: Actor, tx: borrowing Transaction
    ) throws -> ID<Member> {
        if let id, let heir = try tx.member(id), let home = try tx.organization(heir.organization),
            home.account == organization.account, actor.sees(home.path)
        {
            return id
        }
        throw Refusal.invalid([InvalidField("to", "unknown", "Nobody here has this identifier.")])
    }
}

extension Actor {
    /// The kinds of credentials for which it has a right.
    fileprivate func kinds(_ right: KeyPath<StewardedID.Kind, Permission>) -> Set<StewardedID.Kind> {
        Set(StewardedID.Kind.allCases.filter { permissions.contains($0[keyPath: right]) })
    }
}
