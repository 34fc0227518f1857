import ProductDefinition
import HTTPServing
import HTTPTypes
import Hummingbird
import Logging
import Model
import SignIn

extension WebConsole {
    /// The page for what was thrown. The one place where an error becomes a page; what a user must not learn goes to the
    /// log.
    func reply(to error: any Error, _ onward: Onward, _ context: CallerContext) -> PageReply {
        switch error {
        case is SignInNeeded: return .redirect(onward.signIn, at: site)
        case let problem as PageProblem:
            let words = problem.words(site)
            return errorPage(
                problem.status, words.heading, words.explanation, context, link: link(from: problem, onward)
            ).refused(by: problem.rule)
        case let refusal as SignInRefusal: return reply(to: refusal, onward, context)
        case let cutShort as RequestCutShort:
            let problem = cutShort.problem
            return errorPage(problem.status, problem.title, problem.detail, context).refused(by: cutShort.reason.rule)
        default:
            let problem = ProblemMiddleware.problem(for: error, logger: context.logger, requestID: context.requestID)
            let reply = errorPage(problem.status, problem.title, problem.detail, context)
            guard let seconds = problem.headers[.retryAfter] else { return reply }
            return reply.with(.retryAfter, seconds)
        }
    }

    private func link(from problem: PageProblem, _ onward: Onward) -> PageLink {
        switch problem {
        case .stale, .withoutCookie, .unreadable, .repeated, .tooLarge:
            PageLink(words: "Reload", address: site.link(onward.page))
        // What another page sent says nothing of where its user wants to go.
        case .foreign, .notFound: accountLink
        }
    }

    private var accountLink: PageLink { PageLink(words: "Go to your account", address: site.link(.account)) }

    private func reply(to refusal: SignInRefusal, _ onward: Onward, _ context: CallerContext) -> PageReply {
        signInMeasures.note(refusal)
        return switch refusal {
        case .reauthenticationRequired: .redirect(.signInAgain(ReturnPath(onward.page)), at: site)
        case .throttled(let seconds):
            errorPage(.tooManyRequests, "Too many attempts", SignInWords.text(of: refusal, site.words), context)
                .with(.retryAfter, String(seconds)).refused(by: "sign-in throttle")
        case .busy:
            errorPage(.serviceUnavailable, "Try again in a moment", SignInWords.text(of: refusal, site.words), context)
                .with(.retryAfter, "1").refused(by: "password queue")
        case .wrong, .suspended:
            errorPage(.forbidden, "You can’t sign in", SignInWords.text(of: refusal, site.words), context)
                .refused(by: "sign-in: \(refusal)")
        case .expired:
            overPage(
                PageLink(
                    words: "Sign in",
                    address: site.link(onward.continuation.map(ConsoleURL.signInContinuing) ?? .signIn)),
                requestID: context.requestID)
        case .unavailable:
            errorPage(
                .conflict, "You can’t do this here", SignInWords.text(of: refusal, site.words), context,
                link: accountLink
            )
            .refused(by: "unavailable")
        }
    }

    /// The page of a problem that no page of ours has.
    func page(for problem: PageProblem, _ context: CallerContext) -> Response {
        let reply = reply(to: problem, Onward(page: .account), context)
        if let rule = reply.rule { context.notes.refused(by: rule) }
        return reply.response(writer, requestID: context.requestID)
    }

    /// A link or a step that is over.
    ///
    /// - Parameter link: One of our own pages, or the address that the maker of the link named.
    func overPage(_ link: PageLink, requestID: String) -> PageReply {
        errorPage(
            .forbidden, "This step has expired", SignInWords.text(of: .expired, site.words), requestID: requestID,
            link: link
        ).refused(by: "link or step expired")
    }

    /// An error page. It links to nothing but our own pages, and to what ``overPage(_:requestID:)`` names.
    func errorPage(
        _ status: HTTPResponse.Status, _ heading: String, _ explanation: String, detail: String? = nil,
        _ context: CallerContext, link: PageLink? = nil
    ) -> PageReply {
        errorPage(status, heading, explanation, detail: detail, requestID: context.requestID, link: link)
    }

    func errorPage(
        _ status: HTTPResponse.Status, _ heading: String, _ explanation: String, detail: String? = nil,
        requestID: String, link: PageLink? = nil
    ) -> PageReply {
        .page(
            ErrorPage(heading: heading, explanation: explanation, detail: detail, requestID: requestID, link: link),
            status)
    }
}
