import HTTPTypes
import Model
import Notices
import Persistence
import ProductDefinition
import SignIn

// What one is told by e-mail of what becomes of credentials: chosen under `/account/notices`, or stopped by the link in a mail.

extension WebConsole {
    var noticeRoutes: [PageRoute] {
        [
            .shown(.notices, showNotices),
            .taken(.notices, for: .chooseNotices, takeNotices),
            .shown(.pauseNotices, showPause),
            PageRoute(path: ConsoleURL.pauseNotices.path, place: .fixed(.notices), work: .oneClick(takePause)),
        ]
    }

    private func desk() throws -> NoticeChoiceService {
        guard let notices, notices.isOffered else { throw PageProblem.notFound }
        return notices
    }

    private func showNotices(_ visit: Visit) async throws -> PageReply {
        let (_, actor) = try signedIn(visit)
        let service = try desk()
        let standing = try await store.read(as: actor) { tx in try service.standing(of: actor, tx: tx) }
        let unproved = Notice.caution(
            "Nothing is sent to you yet: nobody has shown that your e-mail address is yours. Have a link sent there, by Forgot password?"
        )
        return .page(
            FormPage(
                shell: try shell(visit, at: .account, below: "E-mails"),
                pageHead: PageHead(
                    title: "E-mails", lead: "What you’re told before something breaks, and once it has.", action: nil,
                    reason: nil),
                notice: visit.done.map { .good($0.words(in: product.words)) } ?? (standing.isProved ? nil : unproved),
                sentTo: site.link(.notices), token: visit.token(for: .chooseNotices),
                sections: NoticeForm(standing.choice).sections(product.words, asksBelow: standing.isResponsible),
                verb: "Save changes", cancelLink: site.link(.account), hasScripts: false)
        ).saying(visit.done, at: site)
    }

    private func takeNotices(_ visit: Visit, _ form: PageForm) async throws -> PageReply {
        let (_, actor) = try signedIn(visit)
        let service = try desk()
        try await store.write(as: actor) { tx in
            let standing = try service.standing(of: actor, tx: tx)
            let wanted = NoticeForm(form, besides: standing.choice, asksBelow: standing.isResponsible)
            try service.choose(wanted.choice, as: actor, tx: tx)
        }
        return .redirect(.notices, at: site).telling(.noticesSaved, at: site)
    }

    // MARK: The link in a mail

    /// To look stops nothing: mail programs open links to see what they are.
    private func showPause(_ visit: Visit) async throws -> PageReply {
        let (service, token) = (try desk(), visit.parameter("token") ?? "")
        do {
            try await unconfined.read { tx in try service.check(token, tx: tx) }
        } catch Refusal.notFound {
            return uselessLink(visit)
        }
        return .page(PauseNoticesPage(action: site.link(.pausingNotices(token)), chooseLink: site.link(.notices)))
    }

    private func takePause(_ visit: Visit) async throws -> PageReply {
        let (service, token) = (try desk(), visit.parameter("token") ?? "")
        let (request, address) = (visit.requestID, visit.address)
        do {
            try await unconfined.write { tx in
                try service.pause(token, requestID: request, from: address, tx: tx)
            }
        } catch Refusal.notFound {
            return uselessLink(visit)
        }
        return .page(
            MessagePage(
                heading: "E-mails stopped",
                paragraphs: ["You’ll get no more of them. You can choose what you get whenever you like."],
                link: PageLink(words: "Choose what you get", address: site.link(.notices)), isQuiet: true))
    }

    private func uselessLink(_ visit: Visit) -> PageReply {
        errorPage(
            .forbidden, "This link stops nothing",
            "It isn’t whole, or it was sent to an address that isn’t in use any more. Sign in and choose there what you get.",
            requestID: visit.requestID, link: PageLink(words: "Choose what you get", address: site.link(.notices))
        ).refused(by: "link or step expired")
    }
}
