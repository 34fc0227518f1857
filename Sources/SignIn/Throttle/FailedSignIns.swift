import CredentialFormat
import Events
import Model
import Persistence

/// Notes in the audit log that somebody tried in vain to sign in as a member.
///
/// Strangers cause these events, so they are few whatever strangers do (law 7): one of a member within an hour, so many of an account,
/// and so many of all accounts together. What is noted stands in the table of the attempts, in a bounded number of rows, as they do. For
/// an address that no member has, the same is looked at and written, but for the event: nobody learns by the time that it takes who is
/// a member.
struct FailedSignIns: Sendable {
    /// For how long no other is noted, in seconds.
    static let interval = 3600
    /// Of how many members with one address, at one attempt.
    private static let mostAtOnce = 16

    /// How many are noted within an interval.
    struct Limits: Sendable {
        /// Few beside those of a group: who is in one account does not use up what the others have.
        var perAccount = 20
        /// Accounts fall into so many groups, a power of two.
        var groups = 16
        var perGroup = 60
    }

    let peppers: Peppers
    var limits = Limits()

    /// What was shown and was wrong.
    enum Proof: String, Sendable {
        case password, code
    }

    /// Whom somebody tried to be.
    enum Owner: Hashable, Sendable {
        case member(ID<Member>)
        /// An address that no member has.
        case email(EmailAddress)
    }

    /// Of whom a failure would be noted now.
    func due(_ owners: [Owner], at now: Instant, tx: borrowing Transaction) throws -> [Owner] {
        let buckets = owners.map { ($0, bucket(of: $0)) }
        let noted = try tx.signInAttempts(among: buckets.map(\.1), at: now)
        return buckets.filter { noted[$0.1] == nil }.prefix(Self.mostAtOnce).map(\.0)
    }

    /// Notes a failure of those of whom it is due.
    func note(
        _ owners: [Owner], tried proof: Proof, from browser: Browser, at now: Instant, tx: borrowing Transaction
    ) throws {
        // Again, because another attempt may have been noted meanwhile.
        let due = try due(owners, at: now, tx: tx)
        guard !due.isEmpty else { return }
        try tx.setSignInAttempts(
            SignInAttempts(failures: 1, lastAt: now), in: due.map(bucket), until: now.adding(seconds: Self.interval))
        for owner in due {
            let member = try tx.member(owner.memberOrNobody)
            let organization = try tx.organization(member?.organization ?? ID(value: 0))
            let isLeft = try takesPlace(
                of: organization?.path.root ?? ID(value: 0), isTaken: member != nil, at: now, tx: tx)
            guard let member, isLeft else { continue }
            try tx.record(
                .signInFailed, target: member.id, in: member.organization, details: ["tried": proof.rawValue],
                by: browser.stranger, at: now)
        }
    }

    /// Whether another one may be noted of an account, which counts if it is taken.
    private func takesPlace(
        of account: ID<Organization>, isTaken: Bool, at now: Instant, tx: borrowing Transaction
    ) throws -> Bool {
        let slot = SignInMeasure.slot("account:\(account)", bits: limits.groups.trailingZeroBitCount, pepper)
        let bounds = [
            (bucket: digest("failed-sign-ins:account:\(account)"), most: limits.perAccount),
            (bucket: digest("failed-sign-ins:group:\(slot)"), most: limits.perGroup),
        ]
        let counts = try tx.signInAttempts(among: bounds.map(\.bucket), at: now)
        guard isTaken, bounds.allSatisfy({ (counts[$0.bucket]?.failures ?? 0) < $0.most }) else { return false }
        for bound in bounds {
            // An interval begins with the first that is noted in it.
            let count = counts[bound.bucket] ?? SignInAttempts(failures: 0, lastAt: now)
            try tx.setSignInAttempts(
                SignInAttempts(failures: count.failures + 1, lastAt: count.lastAt), in: [bound.bucket],
                until: count.lastAt.adding(seconds: Self.interval))
        }
        return true
    }

    private func bucket(of owner: Owner) -> [UInt8] {
        switch owner {
        case .member(let id): digest("failed-sign-ins:member:\(id)")
        case .email(let email):
            digest("failed-sign-ins:email:\(SignInMeasure.slot("email:\(email)", bits: 16, pepper))")
        }
    }

    private func digest(_ label: String) -> [UInt8] { pepper.digest(of: label.utf8).bytes }

    private var pepper: Pepper { peppers.oldest }
}

extension FailedSignIns.Owner {
    /// The member, or one that is not there.
    fileprivate var memberOrNobody: ID<Member> {
        switch self {
        case .member(let id): id
        case .email: ID(value: 0)
        }
    }
}
