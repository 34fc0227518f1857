import CredentialFormat
import Model
import Tokens

/// A second factor that somebody is about to turn on, or recovery codes that they are about to keep: shown to them, and
/// sealed in the form that brings it back. Nothing of it counts before that, so a page that was loaded twice, or sent twice,
/// leaves nobody with codes that they have never seen.
struct SecondFactorOffer: Sendable, Redacted {
    /// For how long it is good, in seconds: enough to find the app and to write the codes down.
    static let seconds = 900

    let member: ID<Member>
    let session: ID<MemberSession>
    let endsAt: Instant
    /// Of the authenticator, empty where there are new recovery codes alone.
    let secret: [UInt8]
    let codes: [String]

    /// The text of the hidden field.
    func sealed(for browser: Browser, under keys: KeySet) throws -> String {
        var secret = Array("s".utf8)
        Base62.append(bytes: self.secret, to: &secret)
        let plain = [
            session.description, "\(endsAt.milliseconds)", String(decoding: secret, as: UTF8.self),
            codes.joined(separator: ","),
        ].joined(separator: " ")
        return try SealedField.text(plain, for: Self.matter(member), in: browser, under: keys)
    }

    /// - Throws: ``SignInRefusal/expired`` for what is too old, of another session or browser, or none of ours.
    init(opening text: String, for signedIn: SignedIn, in browser: Browser, under keys: KeySet, at now: Instant) throws
    {
        member = signedIn.member.id
        let plain = try SealedField.opened(text, for: Self.matter(member), in: browser, under: keys)
        let parts = plain.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 4, let session = ID<MemberSession>(parsing: parts[0]), session == signedIn.session.id,
            let end = Int64(parts[1]), now.milliseconds < end,
            let secret = Base62.bytes(Array(parts[2].utf8.dropFirst()))
        else { throw SignInRefusal.expired }
        self.session = session
        endsAt = Instant(milliseconds: end)
        self.secret = secret
        codes = parts[3].split(separator: ",").map(String.init)
    }

    /// Ten fresh recovery codes, with this secret.
    init(of signedIn: SignedIn, secret: [UInt8], at now: Instant) {
        member = signedIn.member.id
        session = signedIn.session.id
        endsAt = now.adding(seconds: Self.seconds)
        self.secret = secret
        codes = (0..<RecoveryCode.count).map { _ in RecoveryCode.make() }
    }

    private static func matter(_ member: ID<Member>) -> String { "second factor offer 1 \(member)" }
}
