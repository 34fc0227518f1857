import CredentialFormat
import Model
import Tokens

/// `id_token_hint` is an ID token that the app was given, and names the user whom it expects (OpenID Connect Core
/// §3.1.2.1). It may have expired.
struct IDTokenHintCheck: Sendable {
    let issuer: String
    let keyRing: KeyRing

    func user(of parameters: AuthorizationParameters, for app: App) throws(OAuthError) -> ID<Member>? {
        guard let text = parameters["id_token_hint"] else { return nil }
        guard let token = IDToken.verify(Array(text.utf8), issuer: issuer, with: keyRing.keys),
            token.audience == app.id
        else {
            throw OAuthError(
                .invalidRequest, "id_token_hint is no ID token of this app, or its key has retired.",
                rule: "id_token_hint")
        }
        return token.subject
    }
}
