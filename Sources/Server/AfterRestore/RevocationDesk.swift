import CredentialFormat
import Credentials
import Events
import Model
import Persistence
import Policy
import ProductDefinition
import Tokens

/// Ends again what a restore put in force again, by the services that ended it before.
struct RevocationDesk: Sendable {
    static let command = "revoke-since"

    let store: any Store
    let product: Product
    let keyRing: KeyRing
    let now: @Sendable () -> Instant

    /// All of a batch in one transaction; keys of the ring, which take one of their own, come alone.
    ///
    /// - Returns: How it went, in the order of the batch.
    func perform(_ batch: RevocationBatch) async throws -> [RevocationOutcome] {
        if let first = batch.revocations.first, case .replaceKeys = first.deed {
            return [try await replaceKeys(first, isTrial: batch.isTrial)]
        }
        do {
            return try await store.write { tx in
                let outcomes = try batch.revocations.map { try outcome(of: $0, tx) }
                if batch.isTrial { throw Trial(outcomes: outcomes) }
                return outcomes
            }
        } catch let trial as Trial {
            return trial.outcomes
        }
    }

    /// Undoes the transaction of a trial.
    private struct Trial: Error {
        let outcomes: [RevocationOutcome]
    }

    private func replaceKeys(_ revocation: Revocation, isTrial: Bool) async throws -> RevocationOutcome {
        guard let purpose = KeyPurpose(rawValue: revocation.target), KeyPurpose.rotating.contains(purpose) else {
            return RevocationOutcome(kind: .left, reason: "this version knows no such keys")
        }
        if !isTrial {
            try await keyRing.rotateAll(
                [purpose], pace: .immediate, at: now(), by: Self.command, remarks: revocation.remarks)
        }
        return RevocationOutcome(kind: .done)
    }

    private func outcome(of revocation: Revocation, _ tx: borrowing Transaction) throws -> RevocationOutcome {
        do {
            let actor = InitialSetup.actor(Self.command, remarks: revocation.remarks)
            return RevocationOutcome(kind: try repeated(revocation, by: actor, tx) ? .done : .needless)
        } catch Refusal.notFound {
            return RevocationOutcome(kind: .needless)
        } catch let refusal as Refusal {
            return RevocationOutcome(kind: .left, reason: CommandError(refusal).description)
        }
    }

    /// - Returns: Whether anything was changed.
    private func repeated(_ revocation: Revocation, by actor: Actor, _ tx: borrowing Transaction) throws -> Bool {
        let time = Instant(milliseconds: revocation.at)
        let text = revocation.target
        switch revocation.deed {
        case .revokeToken(let client): return try revokeToken(text, of: client, by: actor, tx)
        case .endSessions: return try endSessions(of: text, since: time, by: actor, tx)
        case .endLinks(let purpose): return try endLinks(of: text, for: purpose, since: time, by: actor, tx)
        case .forgetPassword: return try forgetPassword(of: text, since: time, by: actor, tx)
        case .replaceKeys: throw CommandError("Keys are replaced by themselves.")
        case .end, .disable, .replaceSecret, .endSecret, .narrow: break
        }
        if let id = ID<APIKey>(parsing: text) { return try repeated(revocation.deed, on: id, at: time, by: actor, tx) }
        if let id = ID<Integration>(parsing: text) {
            return try repeated(revocation.deed, on: id, at: time, by: actor, tx)
        }
        if let id = ID<App>(parsing: text) { return try repeated(revocation.deed, on: id, at: time, by: actor, tx) }
        if let id = ID<AccessKey>(parsing: text) {
            return try repeated(revocation.deed, on: id, at: time, by: actor, tx)
        }
        if let id = ID<ResourceServer>(parsing: text) {
            return try repeated(revocation.deed, on: id, at: time, by: actor, tx)
        }
        if let id = ID<Contact>(parsing: text) { return try repeated(revocation.deed, on: id, by: actor, tx) }
        if let id = ID<Member>(parsing: text) { return try repeated(revocation.deed, on: id, by: actor, tx) }
        if let id = ID<Organization>(parsing: text) { return try repeated(revocation.deed, on: id, by: actor, tx) }
        if let id = ID<Grant>(parsing: text), case .end = revocation.deed {
            guard let grant = try tx.grant(id) else { return false }
            try GrantService(now: now).revoke(id, in: grant.organization, as: actor, tx: tx)
            return true
        }
        if let id = ID<RefreshLineage>(parsing: text), case .end = revocation.deed {
            return try end(id, by: actor, tx)
        }
        throw Self.unknown
    }

    /// What an event of another version may ask for.
    static var unknown: Refusal {
        .conflict(code: "unknown", explanation: "This version does not know how that is done.")
    }

    var peppers: @Sendable () -> Peppers { { [keyRing] in keyRing.keys.peppers } }

    /// What is left of an overlap, in seconds.
    func rest(of overlapUntil: Int64?) -> Int {
        overlapUntil.map { max(0, Instant(milliseconds: $0).seconds(since: now())) } ?? 0
    }

    func narrowed(_ scopes: ScopeSet, to kept: [String]?) throws -> [String]? {
        guard let kept else { throw Self.unknown }
        let left = scopes.scopes.map(\.name).filter(kept.contains)
        return left.count == scopes.scopes.count ? nil : left
    }
}
