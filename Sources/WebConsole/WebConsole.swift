import CredentialFormat
package import HTTPServing
package import Hummingbird
import Logging
import Model
import OAuth
import Policy
import ProductDefinition
import SignIn

/// The pages: sign-in, consent, one's own account and apps, and the console of an organization. They call the services that the
/// management API calls.
package struct WebConsole: Sendable {
    let services: ConsoleServices
    /// What is measured of people who sign in.
    package let signInMeasures = SignInMeasures()

    /// The pages over what they call.
    package init(_ services: ConsoleServices) {
        self.services = services
    }

    /// Every page, and what is sent from it. Where a form alone is sent to, a GET leads to the page that holds it: somebody
    /// came back to the address, or loaded the answer again.
    var routes: [PageRoute] {
        let routes =
            signInRoutes + linkRoutes + accountRoutes + emailRoutes + noticeRoutes + appRoutes + authorizationRoutes
            + endSessionRoutes + consoleRoutes + operatorRoutes + [connectionCallback]
            + (isDevelopment ? [.shown(.parts, showParts)] : [])
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
        case .oneClick(let answer):
            try await OneClick.require(in: request)
            return try await answer(try await visit(request, context))
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
                .endSession, .consent, .changeEmail, .chooseNotices, .beginSecondFactor, .newRecoveryCodes,
                .keepRecoveryCodes,
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
        if let signedIn = visit.signedIn {
            context.notes.admitted(signedIn.member.id.description, of: signedIn.member.organization.description)
        }
        return visit
    }
}
