import CredentialFormat
package import Credentials
import Events
package import HTTPServing
package import Hummingbird
import Logging
package import Model
package import OAuth
import Organizations
package import Persistence
import Policy
package import ProductDefinition
package import SignIn
package import Tokens
package import Verification

/// The pages: sign-in, consent, one's own account and apps, and the console of an organization. They call the services that the management API calls.
package struct WebConsole: Sendable {
    let site: Site
    let writer: PageWriter
    let product: Product
    /// Each visitor's part of the database.
    let store: ActorStore
    /// All of it, for the few things that are of no account.
    let unconfined: any Store
    let signIns: SignInService
    let sessions: SessionService
    let secondFactors: SecondFactorService
    let links: OneTimeLinkService
    let emailChanges: EmailChangeService
    let letters: OwnerLetters
    let grants: GrantService
    let authorization: AuthorizationEndpoint
    let endSession: EndSession
    let integrations: IntegrationService
    let members: MembershipService
    let stewards: StewardService
    let organizations: OrganizationService
    let accounts: AccountService
    let resourceServers: ResourceServerService
    let apps: AppService
    let contacts: ContactService
    let accessKeys: AccessKeyService
    let apiKeys: APIKeyService
    let audit: AuditLog
    let refusals: RefusalService
    /// Keeps what an app was refused, under the identifier of the request.
    let keepRefusal: @Sendable (RefusedRequest, String, Instant) -> Void
    let trial: CredentialTrial
    let repetitions: FormRepetitions
    /// Nil where nothing is connected.
    let connections: ConnectionDesk?
    /// Seals or signs an access token made by hand.
    let sealToken: @Sendable (HandmadeToken) throws -> String
    /// Asks all nodes whether they hear, and waits at most so long.
    let confirm: @Sendable (Duration) async -> FeedConfirmation
    /// The nodes as this one sees them, nil where nothing of them is known.
    let nodes: @Sendable () -> FeedView?
    let now: @Sendable () -> Instant
    private let isDevelopment: Bool

    /// - Parameters:
    ///   - issuer: The public base URL. Links, cookies and the check of `Origin` follow it.
    ///   - links: Invitations, forgotten passwords and hand-overs.
    ///   - emailChanges: Other addresses of one's own.
    ///   - letters: Tell members what changed in how they sign in.
    ///   - keepRefusal: Keeps what an app was refused, under the identifier of the request.
    ///   - sealToken: Seals or signs an access token made by hand.
    ///   - confirm: Asks all nodes whether they hear, and waits at most so long.
    ///   - nodes: The nodes as this one sees them, nil where nothing of them is known.
    ///   - connections: What the pages of connections call, nil where nothing is connected.
    ///   - isDevelopment: Whether the page of all parts is shown.
    /// - Throws: What is wrong with a template.
    package init(
        store: any Store, keyRing: KeyRing, product: Product, issuer: String, passwords: PasswordHasher,
        links: OneTimeLinkService, emailChanges: EmailChangeService, letters: OwnerLetters,
        authorization: AuthorizationEndpoint,
        keepRefusal: @escaping @Sendable (RefusedRequest, String, Instant) -> Void,
        sealToken: @escaping @Sendable (HandmadeToken) throws -> String,
        confirm: @escaping @Sendable (Duration) async -> FeedConfirmation = { _ in .alone },
        nodes: @escaping @Sendable () -> FeedView? = { nil }, connections: ConnectionDesk? = nil,
        isDevelopment: Bool, now: @escaping @Sendable () -> Instant
    ) throws {
        site = Site(product: product, issuer: issuer)
        writer = try PageWriter(site: site)
        self.product = product
        self.store = ActorStore(store)
        unconfined = store
        self.now = now
        self.isDevelopment = isDevelopment
        signIns = SignInService(store: store, keyRing: keyRing, product: product, hasher: passwords, now: now)
        sessions = SessionService(store: store, keyRing: keyRing, product: product, now: now)
        secondFactors = SecondFactorService(keyRing: keyRing, product: product, now: now)
        self.links = links
        self.emailChanges = emailChanges
        self.letters = letters
        grants = GrantService(now: now)
        self.authorization = authorization
        endSession = EndSession(store: store, keyRing: keyRing, issuer: issuer)
        let peppers: @Sendable () -> Peppers = { keyRing.keys.peppers }
        integrations = IntegrationService(
            product: product, peppers: peppers, safe: ClientSecretSafe(keyRing: keyRing), now: now)
        apps = AppService(product: product, peppers: peppers, now: now)
        contacts = ContactService(now: now)
        accessKeys = AccessKeyService(product: product, peppers: peppers, now: now)
        apiKeys = APIKeyService(product: product, peppers: peppers, now: now)
        audit = AuditLog()
        refusals = RefusalService(now: now)
        self.keepRefusal = keepRefusal
        trial = CredentialTrial(product: product)
        repetitions = FormRepetitions(keyRing: keyRing, now: now)
        self.sealToken = sealToken
        self.confirm = confirm
        self.nodes = nodes
        self.connections = connections
        members = MembershipService(product: product, now: now)
        stewards = StewardService(now: now)
        organizations = OrganizationService(product: product, now: now)
        accounts = AccountService(product: product, now: now)
        resourceServers = ResourceServerService(product: product, peppers: peppers, now: now)
    }

    /// Every page, and what is sent from it. Where a form alone is sent to, a GET leads to the page that holds it: somebody
    /// came back to the address, or loaded the answer again.
    var routes: [PageRoute] {
        let routes =
            signInRoutes + linkRoutes + accountRoutes + emailRoutes + appRoutes + authorizationRoutes + endSessionRoutes
            + consoleRoutes + operatorRoutes + [connectionCallback] + (isDevelopment ? [.shown(.parts, showParts)] : [])
        let shown = Set(routes.filter { $0.method == .get }.map(\.path))
        return routes
            + routes.filter { $0.method == .post && !shown.contains($0.path) }.map { $0.leading(at: site) }
    }

    private func showParts(_ visit: Visit) async throws -> PageReply {
        .page(PartsPage(shell: try shell(visit, at: .account, below: "Parts")))
    }

    /// The paths of all pages.
    package var pagePaths: Set<String> { Set(routes.map(\.path)) }

    /// Serves the pages and their stylesheet.
    package func register(on router: some RouterMethods<CallerContext>) {
        for asset in [Stylesheet.asset] + site.assets.all { asset.register(on: router) }
        for route in routes {
            router.on(RouterPath(route.path), method: route.method) { request, context in
                await respond(to: request, context, route)
            }
        }
    }

    private func respond(to request: Request, _ context: CallerContext, _ route: PageRoute) async -> Response {
        let reply: PageReply
        do {
            reply = try await answer(request, context, route)
        } catch {
            reply = self.reply(to: error, Onward(page: route.page(at: request.uri.path)), context)
        }
        if let rule = reply.rule { context.notes.refused(by: rule) }
        return reply.response(writer, requestID: context.requestID)
    }

    /// The one place where a form is let in: sent from one of our pages, with the token of that page.
    private func answer(
        _ request: Request, _ context: CallerContext, _ route: PageRoute
    ) async throws -> PageReply {
        switch route.work {
        case .shown(let answer):
            let visit = try await visit(request, context)
            let onward = Onward(
                page: route.page(at: visit.path, query: visit.query),
                continuation: returnPath(visit.parameter("continue")))
            do {
                return try await answer(visit).settingForms(of: visit, at: site)
            } catch {
                return reply(to: error, onward, context)
            }
        case .relayed(let answer): return try await answer(request.uri.path, try await PageForm(request))
        case .taken(let purpose, let answer):
            guard RequestSource.isOurs(request.headers, origin: site.address.origin) else { throw PageProblem.foreign }
            let form = try await PageForm(request)
            let visit = try await visit(request, context)
            let onward = onward(from: form, for: purpose, of: route, at: visit.path)
            do {
                guard purpose.isForVisitors || visit.signedIn != nil else {
                    if let reply = try await replyAgain(to: form, for: purpose, visit) { return reply }
                    throw SignInNeeded()
                }
                guard visit.accepts(form, for: purpose) else {
                    guard purpose == .signIn else {
                        throw visit.hasFreshFormSecret ? PageProblem.withoutCookie : .stale
                    }
                    return try await signInOnceMore(visit, form).settingForms(of: visit, at: site)
                }
                return try await answer(visit, form).settingForms(of: visit, at: site)
            } catch {
                return reply(to: error, onward, context)
            }
        }
    }

    /// What a form was answered that has just given the session another secret, where the browser sent it a second time with
    /// the secret of before.
    private func replyAgain(to form: PageForm, for purpose: FormPurpose, _ visit: Visit) async throws -> PageReply? {
        let (sent, continuation): (SentForm?, ReturnPath?) =
            switch purpose {
            case .signInAgain:
                (
                    .reauthentication(
                        password: form.text("password"), code: form["code"], from: visit.browser),
                    returnPath(form["continue"])
                )
            case .changePassword: (.change(to: form.text("password"), from: visit.browser), nil)
            case .confirmEmail: (.emailChange(token: form.text("token"), from: visit.browser), nil)
            case .confirmSecondFactor:
                (.secondFactor(code: form.text("code"), offer: form.text("offer"), from: visit.browser), nil)
            case .signIn, .secondFactor, .chooseOrganization, .forgotPassword, .setPassword, .handOver, .signOut,
                .endSession, .consent, .changeEmail, .beginSecondFactor, .newRecoveryCodes, .keepRecoveryCodes,
                .removeSecondFactor, .endSessionOfAccount, .endOtherSessions, .takeBack, .manage:
                (nil, nil)
            }
        guard let begun = try await signIns.begun(by: sent, from: visit.browser),
            visit.accepts(form, for: purpose, in: begun.session.id.description)
        else { return nil }
        return begin(begun, continuation)
    }

    private func visit(_ request: Request, _ context: CallerContext) async throws -> Visit {
        let visit = try await Visit(request, context, site: site, now: now()) { cookie in
            try await sessions.signedIn(by: cookie)
        }
        if let signedIn = visit.signedIn { context.notes.admitted(signedIn.member.id.description) }
        return visit
    }
}
