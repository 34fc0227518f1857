/// `max_age` is how many seconds ago the user may have signed in at most (OpenID Connect Core §3.1.2.1).
enum MaxAgeCheck {
    static func seconds(of parameters: AuthorizationParameters) throws(OAuthError) -> Int? {
        guard let text = parameters["max_age"] else { return nil }
        guard text.utf8.count <= 10, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let seconds = Int(text)
        else {
            throw OAuthError(.invalidRequest, "max_age must be a number of seconds.", rule: "max_age")
        }
        return seconds
    }
}
