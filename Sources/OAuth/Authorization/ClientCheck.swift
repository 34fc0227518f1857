import CredentialFormat
import Model
import Persistence

/// `client_id` names an app (RFC 6749 §4.1.1).
enum ClientCheck {
    /// - Parameter member: The user who is signed in, nil for nobody.
    static func app(
        of parameters: AuthorizationParameters, asking member: ID<Member>?, tx: borrowing Transaction
    ) throws -> AskingApp {
        guard !parameters.repeated.contains("client_id") else { throw AuthorizationError.repeated }
        guard let id = parameters["client_id"].flatMap({ ID<App>(parsing: $0) }),
            let app = try tx.askingApp(id, of: member)
        else { throw AuthorizationError.unknownClient }
        return app
    }
}
