import CredentialFormat
import Model
import Policy

/// What an app asks a user for, whichever way it asks. What no check has filled in grants nothing and demands nothing.
struct AskedAccess: Sendable {
    let app: App
    /// Never empty once it was checked.
    var scopes = ScopeSet.empty
    var codeChallenge: String?
    var resource: String?
    var nonce: String?
    var prompts: Set<Prompt> = []
    var maxAge: Int?
    /// The user of `id_token_hint`: nobody else may answer.
    var expectedUser: ID<Member>?
    /// For the sign-in page.
    var loginHint: String?
    /// Whether a sign-in was asked for and done.
    let followsSignIn: Bool

    init(by app: App, followsSignIn: Bool) {
        self.app = app
        self.followsSignIn = followsSignIn
    }
}
