import Model
import Persistence

/// The app is not disabled, its account is not suspended, and its plan has apps.
struct StandingCheck: Sendable {
    let plans: PlanCheck

    /// - Parameter standing: That of the app's organization.
    func require(_ app: App, in standing: StoredStanding) throws(OAuthError) {
        guard app.disabling == nil else {
            throw OAuthError(.unauthorizedClient, "The app is disabled.", rule: "disabled")
        }
        guard !standing.isSuspended else {
            throw OAuthError(.unauthorizedClient, "The account of the app is suspended.", rule: "suspended")
        }
        try plans.requireApps(of: standing)
    }
}
