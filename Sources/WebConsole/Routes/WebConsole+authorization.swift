import ProductDefinition
import CredentialFormat
import HTTPTypes
import Model
import OAuth
import Policy
import SignIn
import Verification

extension WebConsole {
    /// Where the authorization endpoint answers: the canonical path, and those of the product.
    var authorizationPaths: [String] { product.endpoints.paths(of: .authorize) }

    var authorizationRoutes: [PageRoute] {
        authorizationPaths.flatMap { path in
            let page = ConsoleURL.returning(ReturnPath(authorizationAt: path, query: ""))
            return [
                .shown(page, authorize),
                // OpenID Connect Core §3.1.2.1 wants POST as well, and from pages of others.
                PageRoute(path: path, place: .fixed(page), work: .relayed(relay)),
            ]
        } + [.taken(.consent, for: .consent, on: .account, takeConsent)]
    }

    /// Leads on to the GET of the same path with the same parameters.
    func relay(_ path: String, _ form: PageForm) async throws -> PageReply {
        let address = "\(path)?\(form.text)"
        let isPlain = form.text.utf8.allSatisfy { (0x21...0x7E).contains($0) && !"\"<>\\^`{|}#".utf8.contains($0) }
        guard isPlain else { throw PageProblem.unreadable }
        guard address.utf8.count <= ReturnPath.maximumLength else { throw PageProblem.tooLarge }
        return .redirect(toProven: site.address.link(address))
    }

    private func authorize(_ visit: Visit) async throws -> PageReply {
        let outcome = try await authorization.answer(
            visit.query, as: visit.signedIn?.asUser, from: visit.auditContext, at: visit.now)
        return reply(to: outcome, visit, path: visit.path)
    }

    private func takeConsent(_ visit: Visit, _ form: PageForm) async throws -> PageReply {
        guard let user = visit.signedIn?.asUser else { throw SignInNeeded() }
        let query = form.text("request")
        switch form["decision"] {
        case "approve":
            guard let organization = form["organization"].flatMap({ ID<Organization>(parsing: $0) }) else {
                throw PageProblem.unreadable
            }
            return reply(
                to: try await authorization.approve(
                    query, in: organization, as: user, from: visit.auditContext, at: visit.now),
                visit, path: ServedEndpoint.authorize.path)
        case "search":
            return reply(
                to: try await authorization.search(form["q"], query, as: user, at: visit.now), visit,
                path: ServedEndpoint.authorize.path)
        case "deny":
            return reply(
                to: try await authorization.deny(query, as: user, at: visit.now), visit,
                path: ServedEndpoint.authorize.path)
        default: throw PageProblem.unreadable
        }
    }

    private func reply(to outcome: AuthorizationOutcome, _ visit: Visit, path: String) -> PageReply {
        switch outcome {
        case .errorPage(let error):
            return errorPage(
                .badRequest, "This link doesn’t work",
                error.app.map { app in
                    """
                    \(app) sent you here in a way that it isn’t set up for. Go back and try again. If it happens again, tell \
                    \(error.owner ?? "whoever makes \(app)").
                    """
                } ?? """
                    The \(site.words[.app].singular) that sent you here isn’t known here, or made a mistake. Go back and try again. \
                    If it happens again, tell whoever makes the \(site.words[.app].singular).
                    """, detail: error.explanation.description, requestID: visit.requestID,
                link: keep(error, visit)
            ).refused(by: error.reason.rawValue)
        case .signIn(let request):
            return .redirect(
                // What asks for a sign-in stays in it until there was one: `begin` takes it out.
                .signInContinuing(ReturnPath(authorizationAt: path, query: request.query)), at: site)
        case .consent(let request, let question): return consentPage(visit, request, question, path: path)
        case .redirect(let response): return self.reply(with: response)
        }
    }

    /// Keeps what the app was refused, and leads there whoever may see it.
    private func keep(_ error: AuthorizationError, _ visit: Visit) -> PageLink? {
        guard let refused = error.refused else { return nil }
        keepRefusal(
            RefusedRequest(
                of: refused.app, in: refused.path, by: error.reason.rawValue, asking: refused.scopes,
                from: visit.address), visit.requestID, visit.now)
        guard let signedIn = visit.signedIn,
            ConsoleSections.isSeen(.apps, by: signedIn.permissions, of: product),
            signedIn.actor(requestID: visit.requestID, address: visit.address).may(.appsRead, in: refused.path)
        else { return nil }
        let page = ConsoleAddress(.appRefused, in: refused.path.last, [refused.app.id.description])
        return PageLink(words: "See what was refused", address: site.link(.console(page)))
    }

    private func reply(with response: AuthorizationResponse) -> PageReply {
        let reply: PageReply
        switch response.mode {
        case .query: reply = .redirect(toProven: response.location)
        case .formPost:
            let page = FormPostPage(
                app: response.app, action: response.redirectURI,
                fields: response.parameters.map { FormPostPage.Field(name: $0.name, value: $0.value) })
            reply = .page(
                page,
                policy: ContentSecurityPolicy(
                    formTargets: [response.formAction],
                    scripts: [ContentSecurityPolicy.hash(of: FormPostPage.script)]))
        }
        return response.rule.map(reply.refused) ?? reply
    }

    private func consentPage(
        _ visit: Visit, _ request: AuthorizationRequest, _ question: ConsentQuestion, path: String
    ) -> PageReply {
        guard let signedIn = visit.signedIn else {
            return .redirect(.signIn, at: site)
        }
        let page = ConsentPage(
            question, request: request.query, redirectURI: request.redirectURI, of: signedIn.member,
            calling: site.words,
            action: site.link(.consent),
            token: visit.token(for: .consent, about: request.query),
            otherUserLink: site.link(.returning(ReturnPath(authorizationAt: path, query: request.choosingUser))),
            appsLink: site.link(.apps))
        let logo = question.app.links.logo.map { [$0.origin] } ?? []
        return .page(page, policy: ContentSecurityPolicy(images: logo, formTargets: [request.answerSource]))
    }

    /// The authorization request that a sign-in goes on with, proven: what for, and where the browser may be sent after
    /// the form.
    func request(behind continuation: ReturnPath?, _ visit: Visit) async throws -> AuthorizationRequest? {
        guard let continuation, isAuthorization(continuation) else { return nil }
        let outcome = try await authorization.answer(
            continuation.query, as: nil, from: visit.auditContext, at: visit.now)
        guard case .signIn(let request) = outcome else { return nil }
        return request
    }

    /// Whether it is a request of an app, and no page.
    func isAuthorization(_ path: ReturnPath) -> Bool {
        authorizationPaths.contains(ConsoleURL.returning(path).path)
    }

    /// What a page before the answer to an authorization request may do: Chromium holds the redirects that follow its
    /// form against its policy.
    func policy(before request: AuthorizationRequest?) -> ContentSecurityPolicy {
        ContentSecurityPolicy(formTargets: request.map { [$0.answerSource] } ?? [])
    }
}

extension SignedIn {
    /// As the authorization endpoint knows users.
    var asUser: SignedInMember {
        SignedInMember(
            id: member.id, organization: organization.path, authenticatedAt: session.authenticatedAt,
            signIn: SignInContext(session: session.id, methods: session.methods), permissions: permissions,
            grantable: grantable)
    }
}
