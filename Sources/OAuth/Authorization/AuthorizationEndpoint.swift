package import CredentialFormat
import Events
package import Model
import Organizations
package import Persistence
import Policy
package import ProductDefinition
package import Tokens

/// `GET /oauth2/authorize` (RFC 6749 §3.1, OpenID Connect Core §3.1.2) and the answer of the consent page.
///
/// Nothing of a request is kept between the two: both run the whole ``AuthorizationTable`` (threat R5), and what is given
/// is decided in the transaction that gives it.
package struct AuthorizationEndpoint: Sendable {
    /// How many codes of a grant are kept, spent ones too (law 7).
    private static let codesPerGrant = 50

    private let store: any Store
    private let keyRing: KeyRing
    private let product: Product
    private let table: AuthorizationTable
    private let users: UserCheck
    private let words: ConsentWords

    package init(store: any Store, keyRing: KeyRing, product: Product, audiences: AudiencePolicy) {
        self.store = store
        self.keyRing = keyRing
        self.product = product
        let plans = PlanCheck(plans: product.plans)
        table = AuthorizationTable(
            issuer: audiences.issuer, audiences: audiences,
            pkce: PKCECheck(nonceMayBeMissing: product.policy.confidentialAppsWithoutPKCE),
            scope: ScopeCheck(catalogue: product.scopes),
            hint: IDTokenHintCheck(issuer: audiences.issuer, keyRing: keyRing),
            standing: StandingCheck(plans: plans))
        users = UserCheck(roles: RoleService(product: product), plans: plans)
        words = ConsentWords(product)
    }

    /// What becomes of a request.
    ///
    /// - Parameters:
    ///   - query: As it came, still encoded.
    ///   - member: The user who is signed in, if there is one.
    /// - Throws: ``StoreError``.
    package func answer(
        _ query: String, as member: SignedInMember?, from context: AuditContext, at now: Instant
    ) async throws -> AuthorizationOutcome {
        let parameters: AuthorizationParameters
        do {
            parameters = try AuthorizationParameters(parsing: query)
        } catch {
            return .errorPage(error)
        }
        let consent = try await store.read { tx -> ConsentBefore in
            switch try check(parameters, as: member, at: now, tx: tx) {
            case .ends(let outcome): return .ends(outcome)
            case .ready(let request, let user, let grants):
                return try consentedBefore(request, by: user, grants, tx: tx)
            }
        }
        switch consent {
        case .ends(let outcome): return outcome
        case .given(let organization):
            return try await issueCode(
                Approval(
                    parameters: parameters, organization: organization, member: member, context: context, now: now,
                    isNew: false)
            )
        }
    }

    /// The query of a request that has just led to a sign-in, without what asked for it.
    package static func continuation(of query: String) -> String {
        (try? AuthorizationParameters(parsing: query).continuation) ?? query
    }

    /// Whether a user who is signed in has to sign in for a request all the same. A page of the sign-in that waits asks
    /// this; nothing is given.
    ///
    /// - Throws: ``StoreError``.
    package func wantsSignIn(_ query: String, of member: SignedInMember, at now: Instant) async throws -> Bool {
        guard let parameters = try? AuthorizationParameters(parsing: query) else { return false }
        return try await store.read { tx in
            switch try check(parameters, as: member, at: now, tx: tx) {
            case .ends(.signIn): true
            case .ends(.errorPage), .ends(.redirect), .ends(.consent), .ready: false
            }
        }
    }

    /// The user approved, for the app to act in one organization.
    ///
    /// - Throws: ``StoreError``.
    package func approve(
        _ query: String, in organization: ID<Organization>, as member: SignedInMember, from context: AuditContext,
        at now: Instant
    ) async throws -> AuthorizationOutcome {
        let parameters: AuthorizationParameters
        do {
            parameters = try AuthorizationParameters(parsing: query)
        } catch {
            return .errorPage(error)
        }
        return try await issueCode(
            Approval(
                parameters: parameters, organization: organization, member: member, context: context, now: now,
                isNew: true))
    }

    /// The question once more, with the organizations whose names contain what the user searches for.
    ///
    /// - Throws: ``StoreError``.
    package func search(
        _ text: String?, _ query: String, as member: SignedInMember, at now: Instant
    ) async throws -> AuthorizationOutcome {
        let parameters: AuthorizationParameters
        do {
            parameters = try AuthorizationParameters(parsing: query)
        } catch {
            return .errorPage(error)
        }
        return try await store.read { tx -> AuthorizationOutcome in
            switch try check(parameters, as: member, at: now, tx: tx) {
            case .ends(let outcome): return outcome
            case .ready(let request, let user, let grants):
                return .consent(request, try question(request, for: user, grants, matching: NameSearch(text), tx: tx))
            }
        }
    }

    /// The user denied.
    ///
    /// - Throws: ``StoreError``.
    package func deny(
        _ query: String, as member: SignedInMember, at now: Instant
    ) async throws -> AuthorizationOutcome {
        let parameters: AuthorizationParameters
        do {
            parameters = try AuthorizationParameters(parsing: query)
        } catch {
            return .errorPage(error)
        }
        return try await store.read { tx -> AuthorizationOutcome in
            switch try check(parameters, as: member, at: now, tx: tx) {
            case .ends(let outcome): return outcome
            case .ready(let request, _, _):
                return .redirect(request.returnAddress.answer(OAuthError(.accessDenied, "The user denied it.")))
            }
        }
    }

    /// How far a request comes by itself.
    private enum Checked: Sendable {
        case ends(AuthorizationOutcome)
        /// Nothing is wrong with it, and this user can answer, who granted the app so much in organizations of theirs.
        case ready(AuthorizationRequest, ConsentingUser, [PlacedGrant])
    }

    private func check(
        _ parameters: AuthorizationParameters, as member: SignedInMember?, at now: Instant, tx: borrowing Transaction
    ) throws -> Checked {
        // 1. Who asks, and where the answer goes. While that is unproven, nothing is sent anywhere.
        let asking: AskingApp
        var address: ReturnAddress
        do {
            asking = try table.app(of: parameters, asking: member?.id, tx: tx)
        } catch let error as AuthorizationError {
            return .ends(.errorPage(error))
        }
        do {
            address = try table.returnAddress(of: parameters, for: asking.app, tx: tx)
        } catch let error as AuthorizationError {
            return .ends(.errorPage(error.refusing(asking, parameters)))
        }
        do {
            address.mode = try ResponseModeCheck.mode(of: parameters, to: address.uri)
            // 2. What is asked for.
            let asked = try table.access(askedBy: asking, parameters, in: .redirect, tx: tx)
            let request = AuthorizationRequest(parameters, for: asked, answeredAt: address)
            // 3. Of whom.
            switch try users.user(member, now: asking.user, for: asked, at: now) {
            case .signIn: return .ends(.signIn(request))
            case .user(let user):
                return .ready(request, user, asking.grants.filter { $0.path.isWithin(user.path) })
            }
        } catch let error as OAuthError {
            return .ends(.redirect(address.answer(error)))
        }
    }

    /// Whether the user has to be asked.
    private enum ConsentBefore: Sendable {
        /// They consented to as much before, in this organization.
        case given(in: ID<Organization>)
        /// With the question, or with the error of a request that forbids to ask it.
        case ends(AuthorizationOutcome)
    }

    /// Where the user consented to as much before, if there is one such organization and the request may do without a page.
    private func consentedBefore(
        _ request: AuthorizationRequest, by user: ConsentingUser, _ all: [PlacedGrant], tx: borrowing Transaction
    ) throws -> ConsentBefore {
        let grants = all.map(\.grant).filter { request.scopes.isSubset(of: $0.scopes) }
        if grants.count == 1, let grant = grants.first, request.maySkipConsent { return .given(in: grant.organization) }
        guard !request.asked.prompts.contains(.none) else {
            let error =
                grants.isEmpty
                ? OAuthError(.consentRequired, "The user has to consent, and prompt none forbids to ask for it.")
                : OAuthError(.interactionRequired, "The user has to be asked, and prompt none forbids it.")
            return .ends(.redirect(request.returnAddress.answer(error)))
        }
        return .ends(.consent(request, try question(request, for: user, all, tx: tx)))
    }

    private func question(
        _ request: AuthorizationRequest, for user: ConsentingUser, _ grants: [PlacedGrant],
        matching search: NameSearch? = nil, tx: borrowing Transaction
    ) throws -> ConsentQuestion {
        let last = grants.map(\.grant).max { $0.consentedAt < $1.consentedAt }
        let suggested = last?.organization ?? user.path.last
        let most = ConsentQuestion.maximumOrganizations
        let found = try tx.organizations(within: user.path, matching: search, after: nil, limit: most + 1)
        // What is suggested stands in the list, however far down it would be.
        let first = search == nil ? try [user.path.last, suggested].compactMap { try tx.organization($0) } : []
        var seen: Set<ID<Organization>> = []
        let all = (first + found).filter { seen.insert($0.id).inserted }
        return ConsentQuestion(
            app: request.app, owner: try tx.organization(request.app.organization)?.name ?? "",
            isOwnersOwn: request.asked.owner.path.root == user.path.root,
            organizations: Array(all.prefix(most)), hasMoreOrganizations: all.count > most, search: search,
            suggested: suggested, consentedBefore: last != nil,
            scopes: words.describe(request.scopes, grantedBefore: last?.scopes ?? .empty))
    }
}

extension AuthorizationEndpoint {
    /// A user's consent in one organization, and for which request.
    private struct Approval: Sendable {
        let parameters: AuthorizationParameters
        let organization: ID<Organization>
        let member: SignedInMember?
        let context: AuditContext
        let now: Instant
        /// Whether the user was just asked, so that what they granted may grow.
        let isNew: Bool
    }

    /// Gives the app a code. Two requests at once may both be the first of a grant; the second finds it.
    private func issueCode(_ approval: Approval) async throws -> AuthorizationOutcome {
        do {
            return try await store.write { tx in try code(for: approval, tx: tx) }
        } catch StoreError.constraint(.unique) {
            return try await store.write { tx in try code(for: approval, tx: tx) }
        }
    }

    /// All checks once more, and the code, in one transaction.
    private func code(for approval: Approval, tx: borrowing Transaction) throws -> AuthorizationOutcome {
        // 1. The request and the user, as they are now.
        let request: AuthorizationRequest
        let user: ConsentingUser
        let grants: [PlacedGrant]
        switch try check(approval.parameters, as: approval.member, at: approval.now, tx: tx) {
        case .ends(let outcome): return outcome
        case .ready(let ready, let consenting, let given):
            request = ready
            user = consenting
            grants = given
        }
        // 2. The grant.
        let consent = Consent(
            request: request, user: user, organization: approval.organization, context: approval.context,
            now: approval.now)
        let known = grants.first { $0.grant.organization == approval.organization }?.grant
        guard try known != nil || tx.standing(of: approval.organization)?.path.isWithin(user.path) ?? false,
            let grant = try approval.isNew ? consent.record(over: known, in: tx) : consent.covered(by: known)
        else { return .consent(request, try question(request, for: user, grants, tx: tx)) }
        // 3. The code.
        let secret = MintedSecret(.authorizationCode, brand: product.brand)
        try tx.insert(
            AuthorizationCode(
                grant: grant, app: request.app.id,
                redirectURI: request.namesRedirectURI ? request.redirectURI : nil, sentTo: request.redirectURI,
                codeChallenge: request.asked.codeChallenge, scopes: request.scopes, resource: request.asked.resource,
                nonce: request.asked.nonce, authenticatedAt: user.authenticatedAt, signIn: user.signIn,
                expiresAt: approval.now.adding(seconds: product.policy.authorizationCodeSeconds)),
            digest: secret.digest(under: keyRing.keys.peppers))
        try tx.trimAuthorizationCodes(of: grant, toNewest: Self.codesPerGrant)
        return .redirect(request.returnAddress.answer(code: secret.reveal()))
    }
}
