import CredentialFormat
import Events
import Model
import Persistence
import Policy
import ProductDefinition
import SignIn

/// What was done, as people read it: `API key rotated`.
struct AuditActionWords: Sendable {
    let words: ProductWords

    /// A noun and what was done to it. What is spelled nowhere here is shown as the log has it.
    func title(_ action: String) -> String {
        let parts = action.split(separator: ".", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { return action }
        if let whole = special[action] { return whole }
        return "\(kind(action)) \(parts[1].replacing("-", with: " "))"
    }

    /// What kind of thing it was done to: `Session`.
    func kind(_ action: String) -> String {
        let spelled = String(action.prefix { $0 != "." })
        let noun = AuditAction.Noun(rawValue: spelled).flatMap(term) ?? spelled.replacing("-", with: " ")
        return "\(noun.prefix(1).uppercased())\(noun.dropFirst())"
    }

    /// What a detail of an event is about: `workspace`, `overlap seconds`.
    func detail(_ key: String) -> String {
        Term(rawValue: key).map { words[$0].singular } ?? key.replacing("_", with: " ")
    }

    /// What is said otherwise than by its noun and verb.
    private var special: [String: String] {
        [
            "session.started": "Signed in", "session.ended": "Signed out",
            "session.handed-over": "Handed over, signed in",
            "sign-in.failed": "Sign-in failed",
            "sign-in.throttled": "Too many attempts to sign in",
            "member.invited": "\(words[.member].capitalized) invited",
            "member.joined": "\(words[.member].capitalized) joined",
            "member.email-changed": "E-mail address changed",
            "member.email-change-requested": "Another e-mail address asked for",
            "member.notices-changed": "E-mails chosen",
            "member.deleted": "\(words[.member].capitalized) removed",
            "password.reset-requested": "Password reset link made", "password.changed": "Password changed",
            "second-factor.added": "Two-step verification turned on",
            "second-factor.removed": "Two-step verification turned off",
            "recovery-codes.renewed": "New recovery codes", "recovery-code.used": "Recovery code used",
            "grant.given": "\(words[.app].capitalized) allowed",
            "grant.revoked": "Access of \(words[.app].indefinite) removed",
            "refresh-lineage.reuse-detected": "Token used twice: somebody may have a copy",
            "refresh-lineage.revoked": "Given up by the \(words[.app].singular)",
            "integration.token-issued": "Access token made by hand",
            "integration.secret-extended": "Older \(words[.clientSecret].singular) works for longer",
            "integration.secret-ended": "Older \(words[.clientSecret].singular) ended",
            "integration.secret-quarantined": "\(words[.clientSecret].capitalized) put into quarantine",
            "integration.secret-released": "Quarantine of \(words[.clientSecret].indefinite) ended",
            "app.secret-quarantined": "\(words[.clientSecret].capitalized) put into quarantine",
            "app.secret-released": "Quarantine of \(words[.clientSecret].indefinite) ended",
            "app.secret-extended": "Older \(words[.clientSecret].singular) works for longer",
            "connection.reauthenticated": "\(words[.connection].capitalized) repaired by a new consent",
            "connection.renewal-requested": "Renewal asked for by hand",
            "connection.disconnected": "\(words[.connection].capitalized) ended",
            "connection.revoked": "Access taken back at the provider",
            "webhook.stopped": "Webhook stopped by itself", "webhook.rotated": "Webhook’s secret replaced",
            "webhook.sent": "Sent to a webhook by hand",
            "app.secret-ended": "Older \(words[.clientSecret].singular) ended",
        ]
    }

    /// The product's word for it; nil for what has no word of its own.
    private func term(_ noun: AuditAction.Noun) -> String? {
        switch noun {
        case .account: words[.account].singular
        case .organization: words[.organization].singular
        case .member: words[.member].singular
        case .contact: words[.contact].singular
        case .integration: words[.integration].singular
        case .app: words[.app].singular
        case .apiKey: words[.apiKey].singular
        case .accessKey: words[.accessKey].singular
        case .connection: words[.connection].singular
        case .accessToken, .grant, .installation, .keyRing, .lineage, .masterKey, .password, .providerAccess,
            .recoveryCode, .recoveryCodes, .resourceServer, .secondFactor, .session, .signIn, .webhook:
            nil
        }
    }

    /// The kinds of things that can be searched for, with what was done to them.
    func actions(for isOperator: Bool) -> [AuditAction] {
        AuditAction.allCases.filter { isOperator || $0.noun?.isForOperator == false }
    }
}
