/// `response_type` is `code`: OAuth 2.1 has no other.
enum ResponseTypeCheck {
    static let supported = "code"

    static func require(in parameters: AuthorizationParameters) throws(OAuthError) {
        guard let type = parameters["response_type"] else {
            throw OAuthError(.invalidRequest, "response_type is missing.", rule: "response_type")
        }
        guard type == supported else {
            throw OAuthError(.unsupportedResponseType, "response_type must be code.")
        }
    }
}
