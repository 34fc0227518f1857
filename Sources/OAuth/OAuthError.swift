package import Policy

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
    /// Fixed text, so nothing that a caller sent and no secret can get into it.
    package let explanation: StaticString
    /// The scopes that are refused, where that is what is wrong.
    private let refused: [Scope]
    /// The rule that refused, for the log alone.
    package let rule: String

    package init(_ code: Code, _ explanation: StaticString, refusing refused: ScopeSet = .empty, rule: String? = nil) {
        self.code = code
        self.explanation = explanation
        self.refused = refused.scopes
        self.rule = rule ?? code.rawValue
    }

    /// `error_description`: the explanation, and the scopes that are refused by their names.
    ///
    /// Names come from the caller, so only those that can do no harm are told, wherever an app shows them: letters, digits
    /// and `.:/_-`, too short to be a secret or a token that was put into the wrong parameter.
    package var description: String {
        let names = refused.lazy.map(\.name).filter(Self.isHarmless).prefix(Self.maximumNames)
        return names.isEmpty ? "\(explanation)" : "\(explanation) Refused: \(names.joined(separator: " "))"
    }

    private static let maximumNames = 8
    /// In bytes. A secret of ours has 55 or more.
    private static let maximumNameLength = 48

    private static func isHarmless(_ name: String) -> Bool {
        name.utf8.count <= maximumNameLength
            && name.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D...0x2F, 0x3A, 0x5F: true
                default: false
                }
            }
    }

    package static func == (left: Self, right: Self) -> Bool {
        left.code == right.code
    }
}
