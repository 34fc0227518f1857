import CredentialFormat
import Events
import Model
import Persistence
import Policy

/// The one place that says whether a password, a code or a recovery code may be tried at all (threat I7), whichever page
/// asks.
///
/// An attempt is counted before it is looked at, so that many at once are no way around, and taken back if it was right.
/// From a number of attempts in vain on each doubles the time for which none is looked at, up to 15 minutes.
struct SignInThrottle: Sendable {
    /// The longest delay, in seconds.
    static let longestDelay = 900

    let peppers: Peppers

    /// What was counted for one attempt.
    struct Attempt: Sendable {
        let measures: Set<SignInMeasure>
        /// Those that let no more through if this attempt was in vain.
        let spent: Set<SignInMeasure>
    }

    /// For how many seconds nothing is looked at that these measure; 0 for none.
    func wait(_ measures: Set<SignInMeasure>, at now: Instant, tx: borrowing Transaction) throws -> Int {
        var longest = 0
        for measure in measures {
            guard let attempts = try tx.signInAttempts(measure.bucket(under: peppers), at: now) else { continue }
            let end = attempts.lastAt.adding(seconds: Self.delay(after: left(of: attempts, measure, at: now), measure))
            // Rounded up, and bounded where another node's clock is ahead.
            longest = max(longest, min(-now.seconds(since: end), Self.longestDelay))
        }
        return longest
    }

    /// Counts an attempt.
    func count(
        _ measures: Set<SignInMeasure>, at now: Instant, tx: borrowing Transaction
    ) throws -> Attempt {
        var spent: Set<SignInMeasure> = []
        for measure in measures {
            let bucket = measure.bucket(under: peppers)
            let before = try tx.signInAttempts(bucket, at: now).map { left(of: $0, measure, at: now) } ?? 0
            let failures = min(before + 1, 1000)
            try tx.setSignInAttempts(
                SignInAttempts(failures: failures, lastAt: now), in: bucket,
                until: now.adding(seconds: failures * measure.forgottenAfter))
            if failures == measure.free { spent.insert(measure) }
        }
        return Attempt(measures: measures, spent: spent)
    }

    /// Counts an attempt, or refuses it.
    ///
    /// - Throws: ``SignInRefusal/throttled(retryAfterSeconds:)``.
    func begin(_ measures: Set<SignInMeasure>, at now: Instant, tx: borrowing Transaction) throws -> Attempt {
        let seconds = try wait(measures, at: now, tx: tx)
        guard seconds == 0 else { throw SignInRefusal.throttled(retryAfterSeconds: seconds) }
        return try count(measures, at: now, tx: tx)
    }

    /// Takes back what was counted for what proved right. A member who is let in begins anew; who has shown no more than
    /// a password does not, or the password would buy endless guesses at the code. An address never does: its owner
    /// could sign in as somebody of their own between guesses at others.
    func forgive(
        _ measures: Set<SignInMeasure>, isLetIn: Bool, tx: borrowing Transaction
    ) throws {
        for measure in measures {
            let bucket = measure.bucket(under: peppers)
            switch measure {
            case .member, .device, .email:
                if isLetIn {
                    try tx.clearSignInAttempts(in: bucket)
                } else {
                    try tx.forgiveSignInAttempt(in: bucket)
                }
            case .address, .reset, .resetAddress: try tx.forgiveSignInAttempt(in: bucket)
            }
        }
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
            // Who writes an address that nobody has writes no line either.
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
