import Model
import Persistence

/// The account of the app is not suspended, and its plan has apps.
struct StandingCheck: Sendable {
    let plans: PlanCheck

    func require(of app: App, tx: borrowing Transaction) throws {
        guard let standing = try tx.standing(of: app.organization), !standing.isSuspended else {
            throw OAuthError(.unauthorizedClient, "The account of the app is suspended.", rule: "suspended")
        }
        try plans.requireApps(of: standing)
    }
}
