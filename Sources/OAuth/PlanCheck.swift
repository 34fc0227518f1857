import Model
import Persistence
import ProductDefinition

/// What needs the plan of an account. The tokens themselves are judged by the one verifier; what is here keeps requests from
/// making any.
struct PlanCheck: Sendable {
    let plans: PlanCatalogue

    /// The account of an app may have apps.
    ///
    /// - Throws: ``OAuthError`` `unauthorized_client`.
    func requireApps(of standing: StoredStanding) throws(OAuthError) {
        guard features(of: standing).contains(.apps) else { throw .noApps }
    }

    /// A grant's app and user may act under the plans of their accounts.
    ///
    /// - Throws: ``OAuthError`` `unauthorized_client`: never `invalid_grant`, at which clients throw their refresh token
    ///   away, because the plan may come back.
    func require(_ grant: LiveGrant) throws(OAuthError) {
        try requireApps(of: grant.owner)
        guard hasAPIAccess(grant.home) else { throw .noAPIAccess }
    }

    /// Whether an account has access to the API.
    func hasAPIAccess(_ standing: StoredStanding) -> Bool {
        features(of: standing).contains(.apiAccess)
    }

    /// Whether a grant's app and user may act under the plans of their accounts.
    func admits(_ grant: LiveGrant) -> Bool {
        features(of: grant.owner).contains(.apps) && hasAPIAccess(grant.home)
    }

    private func features(of standing: StoredStanding) -> Set<PlanFeature> {
        plans.features(ofPlan: standing.plan, isOperator: standing.isOperator)
    }
}

extension OAuthError {
    static let noAPIAccess = OAuthError(
        .unauthorizedClient, "The plan of the account has no access to the API.", rule: "plan")
    static let noApps = OAuthError(.unauthorizedClient, "The plan of the app's account has no apps.", rule: "plan")
}
