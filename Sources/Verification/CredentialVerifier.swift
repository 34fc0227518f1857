import CredentialFormat
package import Model
import Organizations
package import Persistence
package import Policy
package import ProductDefinition
package import Tokens

/// The one verifier of law 4: every bearer credential, on every route, is judged here.
///
/// A judgement is synchronous and asks ``Evidence``: of ``evidence()`` memory alone. What that lacks it names;
/// ``complete(from:at:_:)`` looks it up. Every door does the one, and if need be the other and then the one again.
///
/// Memory (the cache) is asked only while ``hearing`` is current. Otherwise all of it is missing: the credential, its client, its
/// organization, whether it was revoked, and the keys.
package final class CredentialVerifier: FeedListener {
    package let memory: VerifierMemory
    package let revoked: RevokedTokens
    package let usage: UsageLedger
    package let meter: UsageMeter
    package let refusals: RefusalQueue
    package let hearing: Hearing
    package let verdicts = VerdictMeasures()
    package let lookUps = LookUpMeasures()
    let store: any Store
    let keyRing: KeyRing
    let limit: LookUpLimit
    let newcomers = Newcomers()
    let roles: RoleService
    let plans: PlanCatalogue
    let rateLimits: RateLimitCatalogue
    let zonedLimits = ZonedLimits()
    /// What is counted under them.
    package let limiter: RateLimiter
    let seal: AccessTokenSeal
    let issuer: String
    let formats: SecretFormats
    var brand: Brand { formats.brand }

    /// A verifier over `store`. Register ``hear(_:at:)`` with the store, so that it hears of changes.
    ///
    /// - Parameters:
    ///   - hearing: Whether memory may be believed. Where others write to the same database, ``RevocationFeed`` says so.
    ///   - callers: By which different addresses are counted; the same on every node.
    package init(
        store: any Store, keyRing: KeyRing, product: Product, issuer: String, revoked: RevokedTokens,
        memory: VerifierMemory = VerifierMemory(), limit: LookUpLimit = LookUpLimit(), hearing: Hearing = .always,
        limiter: RateLimiter = RateLimiter(), callers: CallerHash = CallerHash()
    ) {
        self.store = store
        self.keyRing = keyRing
        self.issuer = issuer
        self.revoked = revoked
        self.memory = memory
        self.limit = limit
        self.hearing = hearing
        formats = product.secretFormats
        roles = RoleService(product: product)
        plans = product.plans
        rateLimits = product.rateLimits
        self.limiter = limiter
        seal = AccessTokenSeal(brand: product.brand, issuer: issuer)
        usage = UsageLedger(store: store, capacity: memory.waitingUses)
        meter = UsageMeter(store: store) { callers($0) }
        refusals = RefusalQueue(store: store, catalogue: product.scopes)
    }

    /// Hears what was committed, before it is answered.
    package func hear(_ changes: [Change], at now: Instant) {
        for change in changes {
            if case .revokedToken(let id, let expiresAt) = change {
                revoked.insert(id, expiresAt: expiresAt, now: now)
            }
            memory.forget(change)
            newcomers.note(change)
        }
    }

    /// Believes nothing any longer that memory holds.
    package func forgetEverything() {
        memory.forgetEverything()
    }

    /// What was announced of late, for whoever else remembers what was read.
    package var changes: ChangeLog { memory.changes }

    /// What a judgement may believe that is made now, from memory alone.
    package func evidence() -> Evidence { Evidence(self) }

    /// Measures the verdict of a judgement. Called once for each answer that goes out.
    package func measure(_ record: JudgementRecord) {
        verdicts.note(record)
    }

    /// Counts what a judgement used. Called once for each answer that goes out, with the record of the judgement that it gives.
    package func count(_ record: JudgementRecord, at now: Instant) {
        record.count(in: usage, at: now)
    }

    /// Counts the calls that a judgement was made for. Called once for each answer that goes out.
    ///
    /// - Parameters:
    ///   - status: What is answered, as in HTTP.
    ///   - agent: What the caller calls itself. It is seldom asked.
    package func countCall(
        _ record: JudgementRecord, answering status: Int, at now: Instant, by agent: () -> String? = { nil }
    ) {
        record.count(in: meter, answering: status, at: now, by: agent)
    }

    /// Notes what a judgement refused, for whoever looks it up by the request's identifier. Called once for each answer that goes out.
    package func keepRefusal(_ record: JudgementRecord, under requestID: String, at now: Instant) {
        if let refused = record.refused { refusals.note(refused, under: requestID, at: now) }
    }

    /// Notes that a client did not prove who it is, if one did not. Called once for each answer that goes out.
    ///
    /// - Returns: Whether so many wrong secrets of it came from there lately that no more is said about them.
    package func hasTooManyWrongSecrets(
        _ record: JudgementRecord, from address: @autoclosure () -> IPAddress?, at now: Instant
    ) -> Bool {
        guard let client = record.unproven else { return false }
        let isTooMany = limit.wrongSecret(of: client, from: address(), at: now)
        lookUps.noteWrongSecret(isTooMany: isTooMany)
        return isTooMany
    }

    /// Whether `text` has the form of an API key of ours.
    package func isAPIKey(_ text: String) -> Bool {
        PresentedSecret(parsing: Array(text.utf8), in: formats)?.kind == .apiKey
    }

    func isKnownNotToExist(_ fingerprint: Fingerprint) -> Bool {
        memory.unknownCredentials[fingerprint] == keyRing.edition
    }
}
