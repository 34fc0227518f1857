import Model
import Persistence

/// The account of the app is not suspended, and its plan has apps.
struct StandingCheck: Sendable {
    let plans: PlanCheck

    /// - Parameter standing: That of the app's organization.
    func require(_ standing: StoredStanding) throws(OAuthError) {
        guard !standing.isSuspended else {
            throw OAuthError(.unauthorizedClient, "The account of the app is suspended.", rule: "suspended")
        }
        try plans.requireApps(of: standing)
    }
}
