/// What pages the app wants the user to see, or not to see (OpenID Connect Core §3.1.2.1).
enum Prompt: String, Sendable, CaseIterable {
    case none
    case login
    case consent
    /// Treated as ``login``: a user who signs in anew chooses as whom.
    case selectAccount = "select_account"
}

/// `prompt` has words of the standard, and `none` stands alone.
enum PromptCheck {
    static func prompts(of parameters: AuthorizationParameters) throws(OAuthError) -> Set<Prompt> {
        guard let text = parameters["prompt"] else { return [] }
        var prompts: Set<Prompt> = []
        for word in text.split(separator: " ") {
            guard let prompt = Prompt(rawValue: String(word)) else {
                throw OAuthError(
                    .invalidRequest, "prompt must be of none, login, consent and select_account.", rule: "prompt")
            }
            prompts.insert(prompt)
        }
        guard !prompts.contains(.none) || prompts.count == 1 else {
            throw OAuthError(.invalidRequest, "prompt none stands alone.", rule: "prompt")
        }
        return prompts
    }
}
