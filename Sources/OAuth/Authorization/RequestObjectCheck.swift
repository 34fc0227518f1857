/// Requests are parameters alone: no signed request, none to be fetched from somewhere (OpenID Connect Core §6, threat
/// S1), no registration on the way (§7.2.1).
enum RequestObjectCheck {
    static func refuseObjects(_ parameters: AuthorizationParameters) throws(OAuthError) {
        if parameters["request"] != nil {
            throw OAuthError(.requestNotSupported, "The parameter request is not supported.")
        }
        if parameters["request_uri"] != nil {
            throw OAuthError(.requestURINotSupported, "The parameter request_uri is not supported.")
        }
        if parameters["registration"] != nil {
            throw OAuthError(.registrationNotSupported, "The parameter registration is not supported.")
        }
    }
}
