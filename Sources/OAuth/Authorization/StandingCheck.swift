import Model
import Persistence

/// The account of the app is not suspended.
enum StandingCheck {
    static func refuseSuspended(_ app: App, tx: borrowing Transaction) throws {
        guard let standing = try tx.standing(of: app.organization), !standing.isSuspended else {
            throw OAuthError(.unauthorizedClient, "The account of the app is suspended.", rule: "suspended")
        }
    }
}
