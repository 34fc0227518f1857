import Model
import Organizations
import Persistence
import Policy

/// The user at the browser may be asked by this app for this.
struct UserCheck: Sendable {
    let roles: RoleService
    let plans: PlanCheck

    /// Who can be asked.
    enum Answer: Sendable {
        case user(ConsentingUser)
        /// Nobody yet: somebody has to sign in, or again.
        case signIn
    }

    /// - Parameter user: The same user as the database has them, nil where it has them not.
    /// - Throws: ``OAuthError`` for the app.
    func user(
        _ signedIn: SignedInMember?, now user: AskedUser?, for asked: AskedAccess, at now: Instant
    ) throws(OAuthError) -> Answer {
        // 1. Somebody is signed in, and as lately as the app wants.
        guard let signedIn, let user, isFresh(signedIn, for: asked, at: now) else { return try signIn(for: asked) }
        let (member, standing) = (user.member, user.home)
        // 2. It is the one whom the app expects.
        guard member.id == asked.expectedUser ?? member.id else {
            // Asked once. Whoever signs in again as somebody else would be asked for ever.
            guard asked.followsSignIn else { return try signIn(for: asked) }
            throw OAuthError(.loginRequired, "Another user signed in than id_token_hint names.")
        }
        // 3. Their account lets them, and the app is for them.
        guard !standing.isSuspended else {
            throw OAuthError(.accessDenied, "The account of the user is suspended.", rule: "suspended")
        }
        guard plans.hasAPIAccess(standing) else {
            throw OAuthError(
                .accessDenied, "The plan of the user's account has no access to the API.", rule: "plan")
        }
        guard asked.app.isAvailable(toUsersOf: standing.path.root, from: asked.owner.path.root) else {
            throw OAuthError(.unauthorizedClient, "The app is for users of its own account.", rule: "availability")
        }
        // 4. They hold what they would give.
        let permissions = roles.permissions(of: member).intersection(signedIn.permissions)
        guard asked.scopes.permissions.isSubset(of: permissions), may(signedIn, give: asked.scopes) else {
            throw OAuthError(.invalidScope, "The user does not hold all of these rights.", rule: "exceeds_rights")
        }
        return .user(
            ConsentingUser(
                member: member, path: standing.path, authenticatedAt: signedIn.authenticatedAt,
                signIn: signedIn.signIn, permissions: permissions))
    }

    /// A session that was handed over gives no app what its maker did not hold (law 11).
    private func may(_ signedIn: SignedInMember, give scopes: ScopeSet) -> Bool {
        guard let grantable = signedIn.grantable else { return true }
        return scopes.subtracting(IdentityScope.all).isSubset(of: grantable)
    }

    private func isFresh(_ signedIn: SignedInMember, for asked: AskedAccess, at now: Instant) -> Bool {
        guard asked.prompts.isDisjoint(with: [.login, .selectAccount]) else { return false }
        guard let maxAge = asked.maxAge else { return true }
        return maxAge > 0 && now.seconds(since: signedIn.authenticatedAt) <= maxAge
    }

    private func signIn(for asked: AskedAccess) throws(OAuthError) -> Answer {
        guard !asked.prompts.contains(.none) else {
            throw OAuthError(.loginRequired, "The user has to sign in, and prompt none forbids to ask for it.")
        }
        return .signIn
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
