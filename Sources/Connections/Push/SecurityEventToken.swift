import JWTKit
import Model
import TextForms

/// A security event token (RFC 8417), as Google's Cross-Account Protection sends them (RISC).
struct SecurityEventToken: JWTPayload {
    /// Whom an event is about, in any of the forms that are in use.
    struct Subject: Codable, Sendable {
        let iss: String?
        let sub: String?
    }

    /// What one event says. Of the rest we need nothing.
    struct Event: Codable, Sendable {
        let subject: Subject?
        let reason: String?
    }

    let iss: String
    let aud: AudienceClaim
    /// In seconds since 1970.
    let iat: Int64
    let jti: String
    let events: [String: Event]

    /// There is no claim that a library could judge: such tokens have no end.
    func verify(using algorithm: some JWTAlgorithm) throws {}

    /// What its events say of accounts of an issuer.
    func notices(of issuer: String, at time: Instant) -> [AccountNotice] {
        events.sorted { $0.key < $1.key }.compactMap { type, event in
            guard let subject = event.subject, let account = subject.sub, !account.isEmpty,
                subject.iss.map({ Self.isSame($0, issuer) }) ?? true
            else { return nil }
            let name = type.split(separator: "/").last.map(String.init) ?? ""
            let kind: AccountNotice.Kind
            switch name {
            case "tokens-revoked": kind = .revoked
            case "sessions-revoked", "account-disabled", "account-enabled", "account-credential-change-required",
                "account-purged":
                kind = .doubtful
            default: return nil
            }
            return AccountNotice(
                account: account, kind: kind, code: name.replacing("-", with: "_"), at: time)
        }
    }

    /// Google writes its issuer with a slash at the end in some places and without in others.
    static func isSame(_ issuer: String, _ other: String) -> Bool {
        func bare(_ text: String) -> Substring { text.hasSuffix("/") ? text.dropLast() : text[...] }
        return bare(issuer) == bare(other)
    }
}

/// The head of a token: by which key it says to be signed.
struct SecurityEventHeader: Codable, Sendable {
    let alg: String
    let kid: String
}
