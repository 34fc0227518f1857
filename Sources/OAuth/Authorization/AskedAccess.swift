import CredentialFormat
import Model
import Persistence
import Policy

/// What an app asks a user for, whichever way it asks. What no check has filled in grants nothing and demands nothing.
struct AskedAccess: Sendable {
    let app: App
    /// Where the app's organization stands.
    let owner: StoredStanding
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

    init(by asking: AskingApp, followsSignIn: Bool) {
        app = asking.app
        owner = asking.owner
        self.followsSignIn = followsSignIn
    }
}
