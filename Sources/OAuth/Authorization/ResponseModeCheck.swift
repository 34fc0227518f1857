import Policy

/// `response_mode` is one of ours: `query` if it is left out. A form cannot be posted to a native app.
enum ResponseModeCheck {
    static func mode(
        of parameters: AuthorizationParameters, to uri: String
    ) throws(OAuthError) -> AuthorizationResponse.Mode {
        guard !parameters.repeated.contains("response_mode") else { throw RepetitionCheck.refusal }
        guard let text = parameters["response_mode"] else { return .query }
        guard let mode = AuthorizationResponse.Mode(rawValue: text) else {
            throw OAuthError(.invalidRequest, "response_mode must be query or form_post.", rule: "response_mode")
        }
        guard mode == .query || (try? RedirectURI(parsing: uri))?.origin != nil else {
            throw OAuthError(
                .invalidRequest, "response_mode form_post is for http and https alone.", rule: "response_mode")
        }
        return mode
    }
}
