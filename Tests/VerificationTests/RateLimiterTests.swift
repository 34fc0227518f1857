import CredentialFormat
import Limits
import Model
import Policy
import Testing
import Verification

@Suite("The counters of rate limits")
struct RateLimiterTests {
    private let standing = Standing(
        path: OrganizationPath(root: ID(at: 0)), isSuspended: false, isOperator: false, features: [], validities: [])
    private let terms = KnownTerms(scopes: .empty, addresses: .anywhere)
    private let now = Instant(seconds: 1_800_000_000)

    private func key(_ number: Int) -> KnownCredential {
        let key = APIKey(
            id: ID(value: UInt128(number)), organization: ID(at: 0), name: "", description: nil, scopes: .empty,
            addresses: .anywhere, hint: SecretHint(stored: ""), createdAt: now, expiresAt: now.adding(seconds: 3600),
            disabledAt: nil, rotatedAt: now, previousExpiresAt: nil, createdBy: "", lastUse: nil)
        return .apiKey(
            KnownAPIKey(
                key, by: Fingerprint(of: "\(number)"), expiresAt: key.expiresAt, terms: terms, ownsTerms: false,
                standing: standing, epoch: 0))
    }

    @Test func `they are bounded, those that are nobody's go first, and no full house refuses anybody`() throws {
        let limiter = RateLimiter(capacity: 40)
        let set = try #require(RateLimitSet([RateLimit(name: "one", amount: 1, per: .minute)]))
        func isRefused(_ number: Int, _ now: Instant) -> Bool? {
            guard case .settled(let verdict) = limiter.take(1, by: key(number), under: set, at: now) else { return nil }
            return verdict.isRefused
        }
        for number in 0..<30 { _ = limiter.take(1, by: key(number), under: set, at: now) }
        let later = now.adding(seconds: 59)
        for number in 100..<110 { _ = limiter.take(1, by: key(number), under: set, at: later) }
        #expect(limiter.counterCount == 40)
        // The first thirty are nobody's by now, and the ten are counted on.
        #expect(isRefused(200, now.adding(seconds: 60)) == false)
        #expect(limiter.counterCount == 11)
        #expect(isRefused(105, now.adding(seconds: 60)) == true)
        for number in 1000..<2000 {
            #expect(isRefused(number, now.adding(seconds: 61)) == false)
            #expect(limiter.counterCount <= 41)
        }
    }
}
