import CredentialFormat
import Events
import Model
import Persistence
import Policy

/// The rate limit on guessing, with exponential back-off: the one place that says whether a password, a code or a recovery code
/// may be tried at all (threat I7), whichever page asks.
///
/// An attempt is counted before it is looked at, so that many at once are no way around, and taken back if it was right.
/// From a number of attempts in vain on each doubles the time for which none is looked at, up to 15 minutes.
struct SignInThrottle: Sendable {
    /// The longest delay, in seconds.
    static let longestDelay = 900
    /// By how many seconds the clocks of two nodes may differ and an attempt still have been the last one.
    private static let clockTolerance = 10

    let peppers: Peppers

    /// What was counted for one attempt.
    struct Attempt: Sendable {
        let measures: Set<SignInMeasure>
        /// Those that let no more through if this attempt was in vain.
        let spent: Set<SignInMeasure>
    }

    /// What is counted of measures, read at once however many they are.
    struct Levels: Sendable {
        fileprivate let attempts: [SignInMeasure: SignInAttempts]
        fileprivate let now: Instant
    }

    func levels(of measures: Set<SignInMeasure>, at now: Instant, tx: borrowing Transaction) throws -> Levels {
        let buckets = measures.map { ($0, $0.bucket(under: peppers)) }
        let found = try tx.signInAttempts(among: buckets.map(\.1), at: now)
        return Levels(
            attempts: Dictionary(
                buckets.compactMap { measure, bucket in found[bucket].map { (measure, $0) } },
                uniquingKeysWith: { first, _ in first }),
            now: now)
    }

    /// For how many seconds nothing is looked at that these measure; 0 for none.
    func wait(_ measures: Set<SignInMeasure>, _ levels: Levels) -> Int {
        measures.map { wait($0, levels) }.max() ?? 0
    }

    private func wait(_ measure: SignInMeasure, _ levels: Levels) -> Int {
        guard let attempts = levels.attempts[measure] else { return 0 }
        // Who has free attempts left waits for nothing, whatever the clocks say.
        let delay = Self.delay(after: left(of: attempts, measure, at: levels.now), measure)
        guard delay > 0 else { return 0 }
        // The last attempt is in the future where a clock was set back. It is long ago then, for all that is known; but a
        // few seconds may be two nodes that differ by as much.
        guard attempts.lastAt.seconds(since: levels.now) <= Self.clockTolerance else { return 0 }
        return min(max(0, -levels.now.seconds(since: attempts.lastAt.adding(seconds: delay))), delay)
    }

    /// Counts an attempt.
    func count(_ measures: Set<SignInMeasure>, _ levels: Levels, tx: borrowing Transaction) throws -> Attempt {
        var spent: Set<SignInMeasure> = []
        var counted: [Counted: [[UInt8]]] = [:]
        for measure in measures {
            let before = levels.attempts[measure].map { left(of: $0, measure, at: levels.now) } ?? 0
            let failures = min(before + 1, 1000)
            counted[Counted(failures: failures, seconds: failures * measure.forgottenAfter), default: []]
                .append(measure.bucket(under: peppers))
            if failures == measure.free { spent.insert(measure) }
        }
        for (count, buckets) in counted {
            try tx.setSignInAttempts(
                SignInAttempts(failures: count.failures, lastAt: levels.now), in: buckets,
                until: levels.now.adding(seconds: count.seconds))
        }
        return Attempt(measures: measures, spent: spent)
    }

    /// What several measures count alike.
    private struct Counted: Hashable {
        let failures: Int
        /// For how long it counts.
        let seconds: Int
    }

    /// Counts an attempt, or refuses it.
    ///
    /// - Throws: ``SignInRefusal/throttled(retryAfterSeconds:)``.
    func begin(_ measures: Set<SignInMeasure>, at now: Instant, tx: borrowing Transaction) throws -> Attempt {
        let levels = try levels(of: measures, at: now, tx: tx)
        let seconds = wait(measures, levels)
        guard seconds == 0 else { throw SignInRefusal.throttled(retryAfterSeconds: seconds) }
        return try count(measures, levels, tx: tx)
    }

    /// Takes back what was counted for what proved right. A member who is let in begins anew; who has shown no more than
    /// a password does not, or the password would buy endless guesses at the code. An address never does: its owner
    /// could sign in as somebody of their own between guesses at others.
    func forgive(
        _ measures: Set<SignInMeasure>, isLetIn: Bool, tx: borrowing Transaction
    ) throws {
        let cleared = isLetIn ? measures.filter(\.beginsAnew) : []
        try tx.clearSignInAttempts(in: cleared.map { $0.bucket(under: peppers) })
        try tx.forgiveSignInAttempt(in: measures.subtracting(cleared).map { $0.bucket(under: peppers) })
    }

    /// Notes in the audit log that nothing more is looked at for a while, where an attempt in vain was the one too many.
    func record(_ attempt: Attempt, from browser: Browser, at now: Instant, tx: borrowing Transaction) throws {
        for measure in attempt.spent {
            switch measure {
            case .member(let id), .device(let id, _):
                guard let member = try tx.member(id) else { continue }
                try tx.record(
                    .signInThrottled, target: id, in: member.organization, by: browser.stranger, at: now)
            case .address(let address), .resetAddress(let address):
                try tx.record(
                    .signInThrottled, target: address?.description ?? "unknown", in: nil, by: browser.stranger, at: now)
            // No event for an address without a member: a stranger could fill the log with them.
            case .email, .reset: continue
            }
        }
    }

    /// What is not forgotten yet.
    private func left(of attempts: SignInAttempts, _ measure: SignInMeasure, at now: Instant) -> Int {
        let forgotten = max(0, now.seconds(since: attempts.lastAt)) / measure.forgottenAfter
        return max(0, attempts.failures - forgotten)
    }

    /// In seconds: 2, 4, 8 and so on from the last free attempt on.
    private static func delay(after failures: Int, _ measure: SignInMeasure) -> Int {
        guard failures >= measure.free else { return 0 }
        return min(longestDelay, 1 << min(failures - measure.free + 1, 10))
    }
}
