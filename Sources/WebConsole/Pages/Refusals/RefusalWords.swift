import Model
import ProductDefinition

/// The rules that refuse, as people read them: what was wrong, and what to do about it.
struct RefusalWords: Sendable {
    let words: ProductWords

    /// What was wrong. A rule of a later version is shown as the log has it.
    func title(_ rule: String) -> String {
        guard let rule = RefusalRule(rawValue: rule) else { return rule }
        return switch rule {
        case .revoked: "Token revoked"
        case .disabled: "Disabled"
        case .expired: "Expired"
        case .suspended: "\(words[.account].capitalized) suspended"
        case .plan: "Not in the plan"
        case .address: "Address not allowed"
        case .audience: "Token for another API"
        case .organization: "Another \(words[.organization].singular)"
        case .rate: "Too many calls"
        case .scope: "Scope missing"
        case .managementScope: "No scope for this API"
        case .permission: "Permission missing"
        case .presence: "Nobody had just signed in"
        case .client: "Wrong \(words[.clientSecret].singular)"
        case .method: "Sent the wrong way"
        case .unauthorizedClient: "Grant type not for it"
        case .invalidScope: "Scope not available"
        case .accessKeyMissing: "No \(words[.accessKey].singular) sent"
        case .accessKeysOff: "\(words[.accessKey].capitalized) not accepted"
        case .accessKey: "\(words[.accessKey].capitalized) refused"
        case .target: "Unknown API"
        case .resource: "APIs that don’t go together"
        case .grant: "Code or token refused"
        case .codeReuse: "Code used twice"
        case .pkce: "Wrong code verifier"
        case .pkceAttempts: "Too many wrong code verifiers"
        case .redirectURI: "Wrong redirect URI"
        case .refreshReuse: "Refresh token used twice"
        case .request: "Request incomplete"
        case .unknownRedirectURI: "Redirect URI not registered"
        case .missingRedirectURI: "Redirect URI missing"
        case .unsafeRedirectURI: "Redirect URI not usable"
        case .repeated: "Parameter sent twice"
        case .state: "State too long"
        }
    }

    /// What to do.
    func advice(_ rule: String) -> String {
        guard let rule = RefusalRule(rawValue: rule) else { return "Ask whoever runs this server." }
        return switch rule {
        case .revoked: "Request a new token."
        case .disabled: "Enable it, or use another one."
        case .expired: "Rotate it, or request a new token."
        case .suspended: "Nothing is accepted while it is. Ask whoever runs this server."
        case .plan: "The plan doesn’t include it. Another plan does."
        case .address: "Add the caller’s address to the allowed ones, or call from one of them."
        case .audience: "Request a token for this API: name it as the resource."
        case .organization: "Name its own \(words[.organization].singular), or one below it."
        case .rate: "Call less often, or wait as long as the answer says."
        case .scope: "Add the scope, or call what needs less."
        case .managementScope: "Add a scope that begins with claviger:, if it’s meant to manage anything here."
        case .permission: "Add the scope that was asked for, if it’s meant to do that."
        case .presence: "Request a token with prompt=login, for somebody who may do that."
        case .client: "Check that the secret is the one in force, with nothing missing at its ends."
        case .method: "Send the secret the way it was registered: in the header or in the body."
        case .unauthorizedClient: "Use the grant type that it is made for."
        case .invalidScope: "Add the scope, or request less."
        case .accessKeyMissing:
            "Send the \(words[.accessKey].singular) of the \(words[.contact].singular) that it acts for."
        case .accessKeysOff: "Leave the \(words[.accessKey].singular) out."
        case .accessKey:
            "Check that the \(words[.accessKey].singular) is in force, and its \(words[.contact].singular) enabled and in the same \(words[.organization].singular)."
        case .target: "Name an API that’s registered here as the resource."
        case .resource: "Request a token for each of them."
        case .grant: "Start again from the sign-in: it’s used up, expired, or of another \(words[.app].singular)."
        case .codeReuse: "Exchange each code once. What came from it has ended, in case somebody copied it."
        case .pkce: "Send the verifier that the challenge was made of."
        case .pkceAttempts: "Start again from the sign-in."
        case .redirectURI: "Send the address of the first request, and register it."
        case .refreshReuse:
            "Keep the newest refresh token. What came from this one has ended, in case somebody copied it."
        case .request: "Look at the error’s description in the reply."
        case .unknownRedirectURI: "Register the address that it sends, to the letter."
        case .missingRedirectURI: "Send one that is registered. Only a single one may be left out, and not with openid."
        case .unsafeRedirectURI: "Register one without a parameter that the answer has, such as code or state."
        case .repeated: "Send client_id, redirect_uri and state once each."
        case .state: "Send at most 2048 bytes."
        }
    }

    /// Where it was refused.
    func place(_ door: KeptRefusal.Door) -> String {
        switch door {
        case .verify: "At an API"
        case .token: "Requesting a token"
        case .authorize: "Sending somebody here to agree"
        case .managementAPI: "At the API that manages credentials"
        }
    }
}
