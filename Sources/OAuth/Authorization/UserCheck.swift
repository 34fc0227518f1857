import Model
import Organizations
import Persistence
import Policy

/// The user at the browser may be asked by this app for this.
struct UserCheck: Sendable {
    let roles: RoleService
    let plans: PlanCheck

    /// - Throws: ``EarlyOutcome``: somebody has to sign in, or an error for the app; what the store throws.
    func user(
        _ signedIn: SignedInMember?, for request: AuthorizationRequest, at now: Instant, tx: borrowing Transaction
    ) throws -> ConsentingUser {
        guard let signedIn, let member = try tx.member(signedIn.id),
            let standing = try tx.standing(of: member.organization),
            isFresh(signedIn, for: request, at: now)
        else { throw signIn(for: request) }
        func refuse(_ error: OAuthError) -> EarlyOutcome {
            EarlyOutcome(.redirect(request.returnAddress.answer(error)))
        }
        guard member.id == request.expectedUser ?? member.id else {
            // Asked once. Whoever signs in again as somebody else would be asked for ever.
            guard request.followsSignIn else { throw signIn(for: request) }
            throw refuse(OAuthError(.loginRequired, "Another user signed in than id_token_hint names."))
        }
        guard !standing.isSuspended else {
            throw refuse(OAuthError(.accessDenied, "The account of the user is suspended.", rule: "suspended"))
        }
        guard plans.hasAPIAccess(standing) else {
            throw refuse(
                OAuthError(.accessDenied, "The plan of the user's account has no access to the API.", rule: "plan"))
        }
        let owner = try tx.standing(of: request.app.organization)?.path.root
        guard request.app.isAvailable(toUsersOf: standing.path.root, from: owner) else {
            throw refuse(
                OAuthError(.unauthorizedClient, "The app is for users of its own account.", rule: "availability"))
        }
        let permissions = roles.permissions(of: member).intersection(signedIn.permissions)
        guard request.scopes.permissions.isSubset(of: permissions), may(signedIn, give: request.scopes) else {
            throw refuse(
                OAuthError(.invalidScope, "The user does not hold all of these rights.", rule: "exceeds_rights"))
        }
        return ConsentingUser(
            member: member, path: standing.path, authenticatedAt: signedIn.authenticatedAt,
            signIn: signedIn.signIn, permissions: permissions)
    }

    /// A session that was carried over gives no app what its maker did not hold (law 11).
    private func may(_ signedIn: SignedInMember, give scopes: ScopeSet) -> Bool {
        guard let grantable = signedIn.grantable else { return true }
        return scopes.subtracting(IdentityScope.all).isSubset(of: grantable)
    }

    private func isFresh(_ signedIn: SignedInMember, for request: AuthorizationRequest, at now: Instant) -> Bool {
        guard request.prompts.isDisjoint(with: [.login, .selectAccount]) else { return false }
        guard let maxAge = request.maxAge else { return true }
        return maxAge > 0 && now.seconds(since: signedIn.authenticatedAt) <= maxAge
    }

    private func signIn(for request: AuthorizationRequest) -> EarlyOutcome {
        guard request.prompts.contains(.none) else { return EarlyOutcome(.signIn(request)) }
        let error = OAuthError(.loginRequired, "The user has to sign in, and prompt none forbids to ask for it.")
        return EarlyOutcome(.redirect(request.returnAddress.answer(error)))
    }
}

/// The user, as the database has them now.
struct ConsentingUser: Sendable {
    let member: Member
    /// That of their organization. They may let an app act there and below.
    let path: OrganizationPath
    let authenticatedAt: Instant
    let signIn: SignInContext?
    let permissions: Set<Permission>
}
