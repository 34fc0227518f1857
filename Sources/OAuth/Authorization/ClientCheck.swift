import CredentialFormat
import Model
import Persistence

/// `client_id` names an app (RFC 6749 §4.1.1).
enum ClientCheck {
    static func app(of parameters: AuthorizationParameters, tx: borrowing Transaction) throws -> App {
        guard !parameters.repeated.contains("client_id") else { throw AuthorizationError.repeated }
        guard let id = parameters["client_id"].flatMap({ ID<App>(parsing: $0) }), let app = try tx.app(id) else {
            throw AuthorizationError.unknownClient
        }
        return app
    }
}
