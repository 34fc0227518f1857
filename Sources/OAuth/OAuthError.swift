/// A refusal in the words of RFC 6749 §4.1.2.1 and §5.2 (and RFC 7009 §2.2.1, RFC 8707 §2, OpenID Connect Core §3.1.2.6).
///
/// Two are equal when their codes are.
package struct OAuthError: Error, Equatable {
    /// The registered codes.
    package enum Code: String, Sendable {
        case invalidRequest = "invalid_request"
        case invalidClient = "invalid_client"
        case invalidGrant = "invalid_grant"
        case invalidScope = "invalid_scope"
        case invalidTarget = "invalid_target"
        case unauthorizedClient = "unauthorized_client"
        case unsupportedGrantType = "unsupported_grant_type"
        case unsupportedTokenType = "unsupported_token_type"
        case unsupportedResponseType = "unsupported_response_type"
        case accessDenied = "access_denied"
        case loginRequired = "login_required"
        case consentRequired = "consent_required"
        case interactionRequired = "interaction_required"
        case requestNotSupported = "request_not_supported"
        case requestURINotSupported = "request_uri_not_supported"
        case registrationNotSupported = "registration_not_supported"
        /// Too many requests of a kind; RFC 6749 §4.1.2.1 has the code, we send it with 429.
        case temporarilyUnavailable = "temporarily_unavailable"
    }

    package let code: Code
    /// `error_description`: fixed text, so nothing that a caller sent and no secret can get into it.
    package let explanation: StaticString
    /// The rule that refused, for the log alone.
    package let rule: String

    package init(_ code: Code, _ explanation: StaticString, rule: String? = nil) {
        self.code = code
        self.explanation = explanation
        self.rule = rule ?? code.rawValue
    }

    package static func == (left: Self, right: Self) -> Bool {
        left.code == right.code
    }
}
