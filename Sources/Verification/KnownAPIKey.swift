package import CredentialFormat
import Locking
package import Model
import Policy
import Synchronization

/// What memory knows of an API key, by one of its texts: all that the verifier needs to judge it, read once. A million of them are held, so
/// this is one allocation without a text: what is written of it is made when it is written.
package final class KnownAPIKey: RememberedCredential {
    /// What one takes, the allocator's part included.
    static let objectBytes = 176

    package let fingerprint: Fingerprint
    package let id: ID<APIKey>
    package let issuedAt: Instant
    /// The end of the secret that was presented, so it may be before the key's own.
    package let expiresAt: Instant
    /// When that secret was made, the beginning of time where nobody knows.
    private let madeAt: Instant
    package let standing: Standing
    package let terms: KnownTerms
    /// Where its uses are counted, if not here: in what was known of it before, and is waiting to be written down.
    private let counting: KnownAPIKey?
    private let epoch: UInt32
    package let isDisabled: Bool
    /// Whether its terms are nobody else's, and so count with it.
    private let ownsTerms: Bool
    private let ended = Atomic<Bool>(false)
    /// Whether it is the one that counts its organization's standing.
    private let countsStanding = Atomic<Bool>(false)
    private let uses: Lock<Uses>

    /// An API key that was read.
    ///
    /// - Parameters:
    ///   - madeAt: When the secret was made, if it is known: its uses are its own.
    ///   - ownsTerms: Whether `terms` were made for it.
    ///   - epoch: That of memory, taken before it is asked whether the key has changed since it was read.
    ///   - last: The key as it was known before. Its uses go on being counted.
    package init(
        _ key: APIKey, by fingerprint: Fingerprint, secretMadeAt madeAt: Instant? = nil, expiresAt: Instant,
        terms: KnownTerms, ownsTerms: Bool = true, standing: Standing, epoch: UInt32, after last: KnownAPIKey? = nil
    ) {
        self.fingerprint = fingerprint
        id = key.id
        issuedAt = key.createdAt
        self.expiresAt = expiresAt
        self.madeAt = madeAt ?? .distantPast
        self.standing = standing
        self.terms = terms
        self.ownsTerms = ownsTerms
        self.epoch = epoch
        isDisabled = key.disabledAt != nil
        let place = last.map { $0.counting ?? $0 }
        let taken = place?.uses.withLock { $0.takenUnlessListed() }
        counting = taken == nil ? place : nil
        uses = Lock(taken ?? Uses())
    }

    package var bytes: Int {
        Self.objectBytes + APIKeyMemory.listedBytes + (ownsTerms ? terms.bytes : 0)
            + (countsStanding.load(ordering: .relaxed) ? standing.bytes : 0) + countingBytes
    }

    /// What is held for its uses alone.
    private var countingBytes: Int {
        guard let counting else { return 0 }
        return Self.objectBytes + (counting.ownsTerms && counting.terms !== terms ? counting.terms.bytes : 0)
            + (counting.standing === standing ? 0 : counting.standing.bytes)
    }

    package func willBeHeld() {
        if standing.firstHolder.take() { countsStanding.store(true, ordering: .relaxed) }
    }

    package func wasGivenUp() {
        if countsStanding.exchange(false, ordering: .relaxed) { standing.firstHolder.giveUp() }
    }

    /// Whether nothing was announced about it or its organization since it was read.
    ///
    /// - Parameter epoch: Memory's present one.
    package func isCurrent(inEpoch epoch: UInt32) -> Bool {
        !ended.load(ordering: .acquiring) && self.epoch == epoch && standing.isCurrent
    }

    /// From now on, ask again.
    package func end() {
        ended.store(true, ordering: .releasing)
    }

    /// Where its uses are counted.
    package var usage: UsageCell { .apiKey(counting ?? self) }

    /// What uses are counted of.
    var target: UsageTarget { .apiKey(id, secretMadeAt: madeAt == .distantPast ? nil : madeAt) }

    /// The secret that was presented, zero where it is not known which.
    var secret: ID<APIKeySecret> {
        madeAt == .distantPast ? ID(value: 0) : APIKeySecret.id(of: id, madeAt: madeAt)
    }

    func withUses<R>(_ body: (inout Uses) -> R) -> R {
        uses.withLock { body(&$0) }
    }
}

extension Instant {
    fileprivate static let distantPast = Instant(milliseconds: .min)
}
