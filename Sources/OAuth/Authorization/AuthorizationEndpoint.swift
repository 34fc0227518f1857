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
        _ query: String, as member: SignedInMember?, from origin: RequestOrigin, at now: Instant
    ) async throws -> AuthorizationOutcome {
        do {
            let parameters = try AuthorizationParameters(parsing: query)
            let place = try await store.read { tx -> ID<Organization> in
                let request = try table.request(parameters, tx: tx)
                let user = try users.user(member, for: request, at: now, tx: tx)
                return try consentedBefore(request, by: user, tx: tx)
            }
            return try await give(parameters, in: place, as: member, from: origin, at: now, isAsked: false)
        } catch {
            return try Self.outcome(of: error)
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
        do {
            let parameters = try AuthorizationParameters(parsing: query)
            return try await store.read { tx in
                _ = try users.user(member, for: try table.request(parameters, tx: tx), at: now, tx: tx)
                return false
            }
        } catch {
            guard case .signIn = try Self.outcome(of: error) else { return false }
            return true
        }
    }

    /// The user approved, for the app to act in one organization.
    ///
    /// - Throws: ``StoreError``.
    package func approve(
        _ query: String, in organization: ID<Organization>, as member: SignedInMember, from origin: RequestOrigin,
        at now: Instant
    ) async throws -> AuthorizationOutcome {
        do {
            let parameters = try AuthorizationParameters(parsing: query)
            return try await give(parameters, in: organization, as: member, from: origin, at: now, isAsked: true)
        } catch {
            return try Self.outcome(of: error)
        }
    }

    /// The question once more, with the organizations whose names contain what the user searches for.
    ///
    /// - Throws: ``StoreError``.
    package func search(
        _ text: String?, _ query: String, as member: SignedInMember, at now: Instant
    ) async throws -> AuthorizationOutcome {
        do {
            let parameters = try AuthorizationParameters(parsing: query)
            return try await store.read { tx in
                let request = try table.request(parameters, tx: tx)
                let user = try users.user(member, for: request, at: now, tx: tx)
                return .consent(request, try question(request, for: user, matching: NameSearch(text), tx: tx))
            }
        } catch {
            return try Self.outcome(of: error)
        }
    }

    /// The user denied.
    ///
    /// - Throws: ``StoreError``.
    package func deny(
        _ query: String, as member: SignedInMember, at now: Instant
    ) async throws -> AuthorizationOutcome {
        do {
            let parameters = try AuthorizationParameters(parsing: query)
            return try await store.read { tx in
                let request = try table.request(parameters, tx: tx)
                _ = try users.user(member, for: request, at: now, tx: tx)
                return .redirect(request.returnAddress.answer(OAuthError(.accessDenied, "The user denied it.")))
            }
        } catch {
            return try Self.outcome(of: error)
        }
    }

    /// What ended the checks early; anything else is thrown on.
    private static func outcome(of error: any Error) throws -> AuthorizationOutcome {
        switch error {
        case let error as AuthorizationError: return .errorPage(error)
        case let early as EarlyOutcome: return early.outcome
        default: throw error
        }
    }

    /// Where the user consented to as much before, if there is one such place and the request may do without a page.
    ///
    /// - Throws: ``EarlyOutcome`` with the question, or with the error of a request that forbids to ask it.
    private func consentedBefore(
        _ request: AuthorizationRequest, by user: ConsentingUser, tx: borrowing Transaction
    ) throws -> ID<Organization> {
        let places = try tx.grants(of: user.member.id, app: request.app.id).filter { grant in
            guard request.scopes.isSubset(of: grant.scopes) else { return false }
            return try tx.standing(of: grant.organization)?.path.isWithin(user.path) ?? false
        }
        if places.count == 1, let place = places.first, request.maySkipConsent { return place.organization }
        guard !request.prompts.contains(.none) else {
            let error =
                places.isEmpty
                ? OAuthError(.consentRequired, "The user has to consent, and prompt none forbids to ask for it.")
                : OAuthError(.interactionRequired, "The user has to be asked, and prompt none forbids it.")
            throw EarlyOutcome(.redirect(request.returnAddress.answer(error)))
        }
        throw EarlyOutcome(.consent(request, try question(request, for: user, tx: tx)))
    }

    private func question(
        _ request: AuthorizationRequest, for user: ConsentingUser, matching search: NameSearch? = nil,
        tx: borrowing Transaction
    ) throws -> ConsentQuestion {
        let last = try lastGrant(request, user, tx: tx)
        let suggested = last?.organization ?? user.path.last
        let most = ConsentQuestion.maximumOrganizations
        let found = try tx.organizations(within: user.path, matching: search, after: nil, limit: most + 1)
        // What is suggested stands in the list, however far down it would be.
        let first = search == nil ? try [user.path.last, suggested].compactMap { try tx.organization($0) } : []
        var seen: Set<ID<Organization>> = []
        let all = (first + found).filter { seen.insert($0.id).inserted }
        return ConsentQuestion(
            app: request.app, owner: try tx.organization(request.app.organization)?.name ?? "",
            isOwnersOwn: try tx.standing(of: request.app.organization)?.path.root == user.path.root,
            organizations: Array(all.prefix(most)), hasMoreOrganizations: all.count > most, search: search,
            suggested: suggested, consentedBefore: last != nil,
            scopes: words.describe(request.scopes, grantedBefore: last?.scopes ?? .empty))
    }

    /// What the user granted the app last, in an organization that is still theirs.
    private func lastGrant(
        _ request: AuthorizationRequest, _ user: ConsentingUser, tx: borrowing Transaction
    ) throws -> Grant? {
        let grants = try tx.grants(of: user.member.id, app: request.app.id)
        return try grants.sorted { $0.consentedAt > $1.consentedAt }.first { grant in
            try tx.standing(of: grant.organization)?.path.isWithin(user.path) ?? false
        }
    }
}

extension AuthorizationEndpoint {
    /// Gives the app a code. Two requests at once may both be the first of a grant; the second finds it.
    ///
    /// - Parameter isAsked: Whether the user was just asked, so that what they granted may grow.
    private func give(
        _ parameters: AuthorizationParameters, in place: ID<Organization>, as member: SignedInMember?,
        from origin: RequestOrigin, at now: Instant, isAsked: Bool
    ) async throws -> AuthorizationOutcome {
        do {
            return try await store.write { tx in
                try give(parameters, in: place, as: member, from: origin, at: now, isAsked: isAsked, tx: tx)
            }
        } catch StoreError.constraint(.unique) {
            return try await store.write { tx in
                try give(parameters, in: place, as: member, from: origin, at: now, isAsked: isAsked, tx: tx)
            }
        }
    }

    private func give(
        _ parameters: AuthorizationParameters, in place: ID<Organization>, as member: SignedInMember?,
        from origin: RequestOrigin, at now: Instant, isAsked: Bool, tx: borrowing Transaction
    ) throws -> AuthorizationOutcome {
        let request = try table.request(parameters, tx: tx)
        let user = try users.user(member, for: request, at: now, tx: tx)
        guard try tx.standing(of: place)?.path.isWithin(user.path) ?? false else {
            throw EarlyOutcome(.consent(request, try question(request, for: user, tx: tx)))
        }
        let consent = Consent(request: request, user: user, place: place, origin: origin, now: now)
        guard let grant = try isAsked ? consent.give(tx) : consent.find(tx) else {
            throw EarlyOutcome(.consent(request, try question(request, for: user, tx: tx)))
        }
        let secret = MintedSecret(.authorizationCode, brand: product.brand)
        try tx.insert(
            AuthorizationCode(
                grant: grant, app: request.app.id,
                redirectURI: request.namesRedirectURI ? request.redirectURI : nil, sentTo: request.redirectURI,
                codeChallenge: request.codeChallenge, scopes: request.scopes, resource: request.resource,
                nonce: request.nonce, authenticatedAt: user.authenticatedAt, signIn: user.signIn,
                expiresAt: now.adding(seconds: product.policy.authorizationCodeSeconds)),
            digest: secret.digest(under: keyRing.keys.peppers))
        try tx.trimAuthorizationCodes(of: grant, toNewest: Self.codesPerGrant)
        return .redirect(request.returnAddress.answer(code: secret.reveal()))
    }
}
