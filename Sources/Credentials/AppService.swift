package import CredentialFormat
import Events
package import Model
package import Persistence
import Policy
package import ProductDefinition

/// Clients that act for users.
///
/// Every function runs inside a transaction and throws ``Refusal`` for what may not be done: first what the actor must
/// not know of, then the lacking permission, then all bad fields, then rights that the actor lacks itself (law 11). An
/// edit is held to every rule of a creation again (threat S4).
package struct AppService: Sendable {
    /// How many redirect URIs an app may have.
    package static let redirectURICount = 1...20
    /// How many URIs for after a sign-out.
    package static let signedOutURICount = 0...20

    let product: Product
    let rotation: ClientSecretRotation
    let now: @Sendable () -> Instant

    package init(
        product: Product, peppers: @escaping @Sendable () -> Peppers, now: @escaping @Sendable () -> Instant
    ) {
        self.product = product
        rotation = ClientSecretRotation(product: product, peppers: peppers)
        self.now = now
    }

    /// Makes an app, with its first secret unless it is public.
    ///
    /// An account has so many as the product says; the count and the app share a transaction, so that holds under races.
    package func create(
        _ draft: AppDraft, in id: ID<Organization>, as actor: Actor, tx: borrowing Transaction
    ) throws -> (app: App, issued: Issued<App>?) {
        let organization = try tx.organization(id, where: actor, may: .appsManage)
        let now = now()
        var checks = FieldChecks()
        let authentication = AppAuthentication(
            only: draft.authenticationMethod.map { checks.word("token_endpoint_auth_method", $0, orElse: .basic) })
        let app = App(
            id: ID(at: now.milliseconds), organization: id, name: checks.line("name", draft.name),
            availability: draft.availableTo.map { checks.word("available_to", $0, orElse: .account) } ?? .account,
            authentication: authentication,
            requiresPKCE: check(
                requiresPKCE: draft.requiresPKCE, of: authentication, &checks),
            redirectURIs: check(redirectURIs: draft.redirectURIs, &checks),
            signedOutURIs: check(signedOutURIs: draft.postLogoutRedirectURIs, &checks),
            scopes: checks.scopes(draft.scopes, of: product, orIdentity: true),
            links: AppLinks(
                logo: checks.link("logo_uri", draft.logoURI), homepage: checks.link("client_uri", draft.clientURI),
                policy: checks.link("policy_uri", draft.policyURI), terms: checks.link("tos_uri", draft.termsURI)),
            accessTokenSeconds: check(accessToken: draft.accessTokenSeconds, &checks),
            refreshTokenSeconds: check(refreshToken: draft.refreshTokenSeconds, &checks),
            tokenFormat: draft.tokenFormat.map { checks.word("token_format", $0, orElse: .sealed) } ?? .sealed,
            idTokenAlgorithm: draft.idTokenAlgorithm.map {
                checks.word("id_token_signed_response_alg", $0, orElse: .es256)
            } ?? .es256, callLimit: checks.callLimit(draft.callLimit), createdAt: now, createdBy: actor.label)
        try checks.finish()
        try requireGivable(app, in: organization, by: actor, tx: tx)
        let terms = try tx.terms(of: organization.account, in: product)
        try terms.require(.apps)
        let limit = terms.maximum(of: .apps)
        guard try !tx.holdsApps(account: organization.account, atLeast: limit) else {
            throw Refusal.full(code: "app_limit", of: .app, limit, calling: product.words)
        }
        try tx.insert(app, account: organization.account)
        if let maker = actor.member { try tx.setSteward(maker, of: .app(app.id)) }
        try note(.appCreated, app, ["name": app.name, "scopes": app.scopes.text], by: actor, at: now, tx: tx)
        guard !app.isPublic else { return (app, nil) }
        return (app, Issued(app, secret: try rotation.issue(to: .app(app.id), at: now, tx: tx)))
    }

    /// The apps of an organization that a filter leaves, and on request of those below it, oldest first.
    package func list(
        in id: ID<Organization>, includeDescendants: Bool = false, _ filter: CredentialFilter? = nil, page: Page,
        as actor: Actor, tx: borrowing Transaction
    ) throws -> Listing<App> {
        let extent = try tx.extent(of: id, includeDescendants, where: actor, may: .appsRead)
        return try Listing(of: page, by: \.id) { after, limit in
            try tx.apps(extent, filter, after: after, limit: limit)
        }
    }

    /// The apps of an organization and those below it that a query asks for, and how many the account has.
    ///
    /// - Parameters:
    ///   - limit: How many at most.
    ///   - most: How far is counted.
    package func list(
        in organization: Organization, includeDescendants: Bool = true, _ query: AppQuery, limit: Int,
        countingTo most: Int, as actor: Actor, tx: borrowing Transaction
    ) throws -> (page: OrderedListing<ListedApp>, count: Int) {
        try actor.requires(.appsRead, in: organization.path)
        let extent: Extent = includeDescendants ? .within(organization.path) : .organization(organization.path)
        return try tx.apps(extent, query, limit: limit, countingTo: most)
    }

    /// One app with what a list tells of it.
    package func describe(
        _ id: ID<App>, in organization: ID<Organization>, as actor: Actor, tx: borrowing Transaction
    ) throws -> ListedApp {
        _ = try tx.organization(organization, where: actor, may: .appsRead)
        guard let found = try tx.listedApp(id), found.app.organization == organization else {
            throw Refusal.notFound
        }
        return found
    }

    /// What the deletion of an app would cut off.
    package func reach(
        of id: ID<App>, in organization: ID<Organization>, as actor: Actor, tx: borrowing Transaction
    ) throws -> AppReach {
        _ = try find(id, in: organization, where: actor, may: .appsRead, tx: tx)
        return try tx.reach(of: id, in: nil, at: now())
    }

    /// One app.
    package func get(
        _ id: ID<App>, in organization: ID<Organization>, as actor: Actor, tx: borrowing Transaction
    ) throws -> App {
        try find(id, in: organization, where: actor, may: .appsRead, tx: tx).app
    }

    /// Changes what is given. Tokens that were issued say what they said, and are worth no more than the app is from now on.
    ///
    /// - Parameter condition: What the caller demands of the revision.
    package func edit(
        _ id: ID<App>, in organizationID: ID<Organization>, _ edit: AppEdit,
        expecting condition: RevisionCondition = .any,
        as actor: Actor, tx: borrowing Transaction
    ) throws -> App {
        let (before, organization) = try find(id, in: organizationID, where: actor, may: .appsManage, tx: tx)
        try require(revision: before.revision, meets: condition)
        var checks = FieldChecks()
        var after = changed(before, edit, &checks)
        try checks.finish()
        try actor.requiresRights(in: before.scopes)
        try requireGivable(after, in: organization, by: actor, tx: tx)
        guard after != before else { return before }
        after.revision += 1
        try tx.update(after)
        try note(
            .appChanged, after,
            ["fields": after.fields(otherThanIn: before).joined(separator: " "), "scopes": after.scopes.text],
            by: actor, at: now(), tx: tx)
        return after
    }

    /// Removes an app, with all that users granted it. Its secrets and the tokens that it holds are accepted no more.
    ///
    /// - Parameter condition: What the caller demands of the revision.
    package func delete(
        _ id: ID<App>, in organizationID: ID<Organization>, expecting condition: RevisionCondition = .any,
        as actor: Actor,
        tx: borrowing Transaction
    ) throws {
        let app = try find(id, in: organizationID, where: actor, may: .appsManage, tx: tx).app
        try require(revision: app.revision, meets: condition)
        try note(.appDeleted, app, ["name": app.name], by: actor, at: now(), tx: tx)
        try tx.delete(id)
    }
}

// MARK: - Shared steps

extension AppService {
    func find(
        _ id: ID<App>, in organizationID: ID<Organization>, where actor: Actor, may permission: Permission,
        tx: borrowing Transaction
    ) throws -> (app: App, organization: Organization) {
        let organization = try tx.organization(organizationID, where: actor, may: permission)
        guard let app = try tx.app(id), app.organization == organizationID else { throw Refusal.notFound }
        return (app, organization)
    }

    func note(
        _ action: AuditAction, _ app: App, _ details: [String: String], by actor: Actor, at now: Instant,
        tx: borrowing Transaction
    ) throws {
        try tx.record(action, target: app.id, in: app.organization, details: details, by: actor, at: now)
        tx.announce(.app(app.id))
    }

    /// Users of other accounts are the operator's to offer: whoever has an app that asks everyone as they left it has
    /// its word for it.
    func requireGivable(
        _ app: App, in organization: Organization, by actor: Actor, tx: borrowing Transaction
    ) throws {
        if app.availability == .everyone { try actor.requiresOperator(.accountsManage) }
        try actor.requiresRights(in: app.scopes)
        try tx.requireOperatorsOwn(app.scopes.permissions, in: organization, field: "scopes")
    }

    private func check(redirectURIs texts: [String], _ checks: inout FieldChecks) -> [RedirectURI] {
        checks.redirectURIs(
            "redirect_uris", texts, count: Self.redirectURICount, without: RedirectURI.answerParameters)
    }

    private func check(signedOutURIs texts: [String], _ checks: inout FieldChecks) -> [RedirectURI] {
        checks.redirectURIs(
            "post_logout_redirect_uris", texts, count: Self.signedOutURICount,
            without: RedirectURI.signedOutParameters)
    }

    /// Nil is for the product to say, but never of a public app: nothing else binds a code to who asked for it.
    private func check(
        requiresPKCE: Bool?, of authentication: AppAuthentication, _ checks: inout FieldChecks
    ) -> Bool {
        guard authentication == .none else {
            return requiresPKCE ?? !product.policy.confidentialAppsWithoutPKCE
        }
        checks.require(
            requiresPKCE != false, "require_pkce", "invalid",
            "Must be true for a public \(product.words[.app].singular).")
        return true
    }

    /// How an app is to authenticate from now on: by which of the methods that show a secret. What was made for one who
    /// keeps a secret is not for one who cannot.
    private func check(
        authentication word: String?, instead before: AppAuthentication, _ checks: inout FieldChecks
    ) -> AppAuthentication {
        let field = "token_endpoint_auth_method"
        let after = AppAuthentication(only: word.map { checks.word(field, $0, orElse: .basic) })
        checks.require(
            (after == .none) == (before == .none), field, "immutable",
            "Whether \(product.words[.app].indefinite) keeps a secret cannot be changed.")
        return after
    }

    private func check(accessToken seconds: Int?, _ checks: inout FieldChecks) -> Int? {
        checks.lifetime("access_token_seconds", seconds, maximum: product.policy.accessTokenMaximumSeconds)
    }

    private func check(refreshToken seconds: Int?, _ checks: inout FieldChecks) -> Int? {
        checks.lifetime("refresh_token_seconds", seconds, maximum: product.policy.refreshTokenMaximumSeconds)
    }

    /// It as it is after an edit.
    private func changed(_ app: App, _ edit: AppEdit, _ checks: inout FieldChecks) -> App {
        var app = app
        if let name = edit.name { app.name = checks.line("name", name) }
        if let word = edit.availableTo { app.availability = checks.word("available_to", word, orElse: .account) }
        if let uris = edit.redirectURIs { app.redirectURIs = check(redirectURIs: uris, &checks) }
        if let uris = edit.postLogoutRedirectURIs { app.signedOutURIs = check(signedOutURIs: uris, &checks) }
        if let word = edit.authenticationMethod {
            app.authentication = check(authentication: word, instead: app.authentication, &checks)
        }
        if let requiresPKCE = edit.requiresPKCE {
            app.requiresPKCE = check(requiresPKCE: requiresPKCE, of: app.authentication, &checks)
        }
        if let scopes = edit.scopes { app.scopes = checks.scopes(scopes, of: product, orIdentity: true) }
        if let link = edit.logoURI { app.links.logo = checks.link("logo_uri", link) }
        if let link = edit.clientURI { app.links.homepage = checks.link("client_uri", link) }
        if let link = edit.policyURI { app.links.policy = checks.link("policy_uri", link) }
        if let link = edit.termsURI { app.links.terms = checks.link("tos_uri", link) }
        if let seconds = edit.accessTokenSeconds { app.accessTokenSeconds = check(accessToken: seconds, &checks) }
        if let seconds = edit.refreshTokenSeconds { app.refreshTokenSeconds = check(refreshToken: seconds, &checks) }
        if let format = edit.tokenFormat { app.tokenFormat = checks.word("token_format", format, orElse: .sealed) }
        if let word = edit.idTokenAlgorithm {
            app.idTokenAlgorithm = checks.word("id_token_signed_response_alg", word, orElse: .es256)
        }
        if let limit = edit.callLimit { app.callLimit = checks.callLimit(limit) }
        return app
    }
}

extension App {
    /// The names of what differs, for the audit log.
    fileprivate func fields(otherThanIn before: App) -> [String] {
        [
            name != before.name ? "name" : nil,
            availability != before.availability ? "available_to" : nil,
            authentication != before.authentication ? "token_endpoint_auth_method" : nil,
            requiresPKCE != before.requiresPKCE ? "require_pkce" : nil,
            redirectURIs != before.redirectURIs ? "redirect_uris" : nil,
            signedOutURIs != before.signedOutURIs ? "post_logout_redirect_uris" : nil,
            scopes != before.scopes ? "scopes" : nil,
            links.logo != before.links.logo ? "logo_uri" : nil,
            links.homepage != before.links.homepage ? "client_uri" : nil,
            links.policy != before.links.policy ? "policy_uri" : nil,
            links.terms != before.links.terms ? "tos_uri" : nil,
            accessTokenSeconds != before.accessTokenSeconds ? "access_token_seconds" : nil,
            refreshTokenSeconds != before.refreshTokenSeconds ? "refresh_token_seconds" : nil,
            tokenFormat != before.tokenFormat ? "token_format" : nil,
            idTokenAlgorithm != before.idTokenAlgorithm ? "id_token_signed_response_alg" : nil,
            callLimit != before.callLimit ? "call_limit" : nil,
        ].compactMap(\.self)
    }
}
