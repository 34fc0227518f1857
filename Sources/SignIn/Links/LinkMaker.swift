import CredentialFormat
import Model
import Persistence
import Policy
import Tokens

/// Makes one-time links and says where they lead.
struct LinkMaker: Sendable {
    /// The most open links of a purpose that a member may have.
    static let maximumOpen = 3

    let keyRing: KeyRing
    let brand: Brand
    let address: PublicAddress

    /// Keeps a link.
    ///
    /// - Parameter others: How many older ones of its purpose stay open.
    /// - Returns: Its URL. The secret is in the query, which no log line has.
    func insert(_ link: OneTimeLink, keeping others: Int, tx: borrowing Transaction) throws -> String {
        if others == 0 {
            try tx.deleteOpenLinks(of: link.member, for: link.purpose)
        } else {
            try tx.deleteOldestLinks(of: link.member, for: link.purpose, keeping: others)
        }
        let secret = MintedSecret(.invitation, brand: brand)
        try tx.insert(link, digest: secret.digest(under: keyRing.keys.peppers))
        return address.url("/\(link.purpose.rawValue)?token=\(secret.reveal())")
    }

    /// Keeps a link that proves an address.
    ///
    /// - Returns: Its URL, at which a password is reset.
    func insert(_ link: AddressLink, tx: borrowing Transaction) throws -> String {
        let secret = MintedSecret(.invitation, brand: brand)
        try tx.insert(link, digest: secret.digest(under: keyRing.keys.peppers), keeping: Self.maximumOpen)
        return address.url("/\(OneTimeLink.Purpose.passwordReset.rawValue)?token=\(secret.reveal())")
    }

    /// The digests that a token may be stored under.
    func digests(of token: String) -> [SecretDigest] {
        keyRing.keys.peppers.digests(of: token, .invitation, brand: brand)
    }

    /// The link that a token opens now.
    ///
    /// - Throws: ``SignInRefusal/expired``
    func find(
        _ token: String, for purpose: OneTimeLink.Purpose, at now: Instant, tx: borrowing Transaction
    ) throws -> OneTimeLink {
        let digests = keyRing.keys.peppers.digests(of: token, .invitation, brand: brand)
        guard let link = try tx.oneTimeLink(digests, for: purpose, at: now) else { throw SignInRefusal.expired }
        return link
    }

    /// The link of a token, used or over or not.
    func findOfAnyTime(
        _ token: String, for purpose: OneTimeLink.Purpose, tx: borrowing Transaction
    ) throws -> OneTimeLink? {
        try tx.oneTimeLinkOfAnyTime(keyRing.keys.peppers.digests(of: token, .invitation, brand: brand), for: purpose)
    }
}
