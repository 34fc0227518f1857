import CredentialFormat
import Model
import Tokens

/// Says that a browser opened the page of a hand-over in time. The link works for a minute, so that a stolen one is soon
/// worth nothing; who reads the page before pressing its button may take longer.
struct HandOverTicket: Sendable {
    /// For how long it is good, in seconds.
    static let seconds = 300
    private static let matter = "hand-over ticket 1"

    let link: ID<OneTimeLink>
    let endsAt: Instant

    /// The text of the hidden field.
    func sealed(for browser: Browser, under keys: KeySet) throws -> String {
        try SealedField.text("\(link) \(endsAt.milliseconds)", for: Self.matter, in: browser, under: keys)
    }

    /// One that may be over: ``endsAt`` is for who uses it to look at.
    ///
    /// - Throws: ``SignInRefusal/expired`` for another browser's, or none of ours.
    init(opening text: String, in browser: Browser, under keys: KeySet) throws {
        let parts = try SealedField.opened(text, for: Self.matter, in: browser, under: keys).split(separator: " ")
        guard parts.count == 2, let link = ID<OneTimeLink>(parsing: parts[0]), let end = Int64(parts[1]) else {
            throw SignInRefusal.expired
        }
        self.init(link: link, endsAt: Instant(milliseconds: end))
    }

    init(link: ID<OneTimeLink>, endsAt: Instant) {
        self.link = link
        self.endsAt = endsAt
    }
}
