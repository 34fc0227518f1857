/// No parameter comes twice (RFC 6749 §3.1). Of resource indicators the standard allows several (RFC 8707 §2); a token
/// of ours has one backend.
enum RepetitionCheck {
    static let refusal = OAuthError(.invalidRequest, "A parameter is sent twice.", rule: "repeated")
    static let severalResources = OAuthError(
        .invalidTarget, "A request may name one resource.", rule: "resource")

    static func refuseRepeated(_ parameters: AuthorizationParameters) throws(OAuthError) {
        guard parameters.repeated.isSubset(of: ["resource"]) else { throw refusal }
        guard parameters.repeated.isEmpty else { throw severalResources }
    }
}
