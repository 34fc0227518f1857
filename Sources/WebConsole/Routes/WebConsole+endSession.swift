import HTTPTypes
import Model
import OAuth
import Policy
import ProductDefinition
import SignIn

/// Where an app leads a user to end the session (OpenID Connect RP-Initiated Logout 1.0).
extension WebConsole {
    var endSessionRoutes: [PageRoute] {
        [
            .shown(.endSession, showEndSession),
            PageRoute(path: ConsoleURL.endSession.path, place: .fixed(.account), work: .relayed(relay)),
            .taken(.confirmEndSession, for: .endSession, on: .account, takeEndSession),
        ]
    }

    private func showEndSession(_ visit: Visit) async throws -> PageReply {
        try await endSession(visit, query: visit.query, isConfirmed: false)
    }

    private func takeEndSession(_ visit: Visit, _ form: PageForm) async throws -> PageReply {
        try await endSession(visit, query: form.text("request"), isConfirmed: true)
    }

    private func endSession(_ visit: Visit, query: String, isConfirmed: Bool) async throws -> PageReply {
        let outcome: EndSession.Outcome
        do {
            let request = try EndSessionRequest(form: Form(parsing: Array(query.utf8)))
            outcome = try await endSession.outcome(of: request, signedIn: visit.signedIn?.member.id)
        } catch let error as OAuthError {
            return errorPage(
                .badRequest, "This link doesn’t work",
                "The \(site.words[.app].singular) that sent you here made a mistake.",
                detail: error.explanation.description, requestID: visit.requestID
            ).refused(by: error.rule)
        }
        switch (outcome, visit.signedIn) {
        case (.confirm(let target), .some(let signedIn)) where !isConfirmed:
            let page = SignOutPage(
                action: site.link(.confirmEndSession), token: visit.token(for: .endSession, about: query),
                request: query, email: signedIn.member.email.text, accountLink: site.link(.account))
            return .page(page, policy: ContentSecurityPolicy(formTargets: target.map(Self.source) ?? []))
        case (.confirm(let target), _), (.end(let target), _):
            try await signOut(visit)
            guard let target else { return signedOut() }
            return PageReply.redirect(toProven: target)
                .setting(SignInCookie.clearingSession(at: site.address))
        }
    }

    private static func source(of address: String) -> [String] {
        guard let uri = try? RedirectURI(parsing: address) else { return [] }
        return [uri.origin ?? uri.privateUseScheme.map { "\($0):" }].compactMap(\.self)
    }
}
