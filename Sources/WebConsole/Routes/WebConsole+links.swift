import CredentialFormat
import HTTPTypes
import ProductDefinition
import Model
import SignIn

extension WebConsole {
    var linkRoutes: [PageRoute] {
        [
            .shown(.forgotPassword) { visit in
                let continuation = returnPath(visit.parameter("continue"))
                // Nothing is asked for where nothing can be sent.
                guard links.sendsMail else { return askAnAdmin(continuation) }
                return stepPage(forgotPage(visit, continuation), visit)
            },
            .taken(.forgotPassword, for: .forgotPassword, takeForgotten),
            .shown(.invitation) { visit in try await showLink(visit, .invitation) },
            .taken(.invitation, for: .setPassword) { visit, form in try await takePassword(visit, form, .invitation) },
            .shown(.passwordReset) { visit in try await showLink(visit, .passwordReset) },
            .taken(.passwordReset, for: .setPassword) { visit, form in
                try await takePassword(visit, form, .passwordReset)
            },
            .shown(.handOver, showHandOver),
            .taken(.handOver, for: .handOver, takeHandOver),
        ]
    }

    private func forgotPage(
        _ visit: Visit, _ continuation: ReturnPath?, email: String? = nil, _ refusal: SignInRefusal? = nil
    ) -> ForgotPasswordPage {
        ForgotPasswordPage(
            action: site.link(.forgotPassword), token: visit.token(for: .forgotPassword),
            continuation: continuation?.text, email: email, signInLink: signInLink(continuation),
            notice: refusal.map { SignInWords.notice(of: $0, to: .emailAndPassword, site.words) })
    }

    private func signInLink(_ continuation: ReturnPath?) -> String {
        site.link(continuation.map(ConsoleURL.signInContinuing) ?? .signIn)
    }

    /// Says the same whether anybody has that address (law 12).
    private func takeForgotten(_ visit: Visit, _ form: PageForm) async throws -> PageReply {
        let continuation = returnPath(form["continue"])
        do {
            try await links.requestReset(
                email: form.text("email"), from: visit.browser, adding: continuation?.asParameter ?? "")
        } catch let refusal as SignInRefusal where refusal.isAboutInput {
            return stepPage(forgotPage(visit, continuation, email: form["email"], refusal), visit, refusal)
        } catch SignInRefusal.unavailable {
            return askAnAdmin(continuation)
        }
        return .page(
            MessagePage(
                heading: "Check your e-mail",
                paragraphs: [
                    "If there’s an account with that address, we’ve sent it a link. The link works for 1 hour.",
                    "Nothing there after a few minutes? Look in your spam folder, then try again.",
                ], link: backToSignIn(continuation), isQuiet: true))
    }

    private func askAnAdmin(_ continuation: ReturnPath?) -> PageReply {
        .page(
            MessagePage(
                heading: "Ask an admin for a new password",
                paragraphs: [
                    "\(site.product) can’t send e-mail. An admin of your \(site.words[.organization].singular) can give you a link to set a new password."
                ], link: backToSignIn(continuation), isQuiet: true))
    }

    private func backToSignIn(_ continuation: ReturnPath?) -> PageLink {
        PageLink(words: "Back to sign-in", address: signInLink(continuation))
    }

    private func showLink(_ visit: Visit, _ purpose: OneTimeLink.Purpose) async throws -> PageReply {
        let secret = visit.parameter("token") ?? ""
        let continuation = returnPath(visit.parameter("continue"))
        return try await leadingOn(visit, continuation, purpose) {
            let chosen = visit.parameter("member").flatMap { ID<Member>(parsing: $0) }
            switch try await links.passwordPage(for: secret, purpose, of: chosen, visit.organizationListPart) {
            case .password(let link, let member):
                return try await passwordPage(visit, link, secret, member, continuation)
            case .choose(let list):
                return stepPage(
                    ChooseOrganizationPage(
                        title: chooseOrganizationTitle,
                        lead: "In which \(site.words[.organization].singular) do you want to set a new password?",
                        action: site.link(.passwordReset), isPosted: false, token: nil,
                        fields: [HiddenField(name: "token", value: secret)] + HiddenField.continuing(continuation),
                        list: list), visit)
            }
        } from: {
            try await links.link(of: secret, purpose)
        }
    }

    private func takePassword(
        _ visit: Visit, _ form: PageForm, _ purpose: OneTimeLink.Purpose
    ) async throws -> PageReply {
        let (secret, continuation) = (form.text("token"), returnPath(form["continue"]))
        let member = form["member"].flatMap { ID<Member>(parsing: $0) }
        do {
            return try await leadingOn(visit, continuation, purpose) {
                let step = try await links.setPassword(
                    OneTimeLinkService.NewPassword(form.text("password"), token: secret, purpose, for: member),
                    from: visit.browser)
                return try await reply(to: step, visit, continuation)
                    .telling(purpose == .invitation ? .passwordSet : .passwordChanged, at: site)
            } from: {
                try await links.link(of: secret, purpose)
            }
        } catch Refusal.invalid(let fields) {
            guard case .password(let link, let member) = try await links.passwordPage(for: secret, purpose, of: member)
            else { throw SignInRefusal.expired }
            let notice = Notice.bad(fields.first?.message ?? PasswordWords.rule, about: [.password])
            return try await passwordPage(visit, link, secret, member, continuation, notice)
        }
    }

    private func passwordPage(
        _ visit: Visit, _ link: LinkPage, _ secret: String, _ member: ID<Member>?, _ continuation: ReturnPath?,
        _ notice: Notice? = nil
    ) async throws -> PageReply {
        let isInvitation = link.purpose == .invitation
        let asked = try await request(behind: continuation, visit)
        let page = SetPasswordPage(
            name: isInvitation ? link.memberName : nil, organization: link.organizationName, invitation: isInvitation,
            inviter: link.invitedBy, roles: roleWords(link.roles),
            action: site.link(.oneTime(link.purpose, secret: secret, continuation)),
            token: visit.token(for: .setPassword, about: secret), secret: secret,
            member: member?.description, continuation: continuation?.text, email: link.email, rule: PasswordWords.rule,
            button: isInvitation ? "Set password and sign in" : "Set password", notice: notice)
        return .page(page, notice == nil ? .ok : .unprocessableContent, policy: policy(before: asked))
    }

    private func showHandOver(_ visit: Visit) async throws -> PageReply {
        let secret = visit.parameter("token") ?? ""
        let continuation = returnPath(visit.parameter("continue"))
        return try await leadingOn(visit, continuation, .handOver) {
            let (link, ticket) = try await links.handOverPage(for: secret, in: visit.answeredBrowser)
            let asked = try await request(behind: continuation, visit)
            return stepPage(
                HandOverPage(
                    name: link.memberName, email: link.email, organization: link.organizationName,
                    action: site.link(.handOver), token: visit.token(for: .handOver, about: ticket), ticket: ticket,
                    continuation: continuation?.text),
                visit, policy: policy(before: asked))
        } from: {
            try await links.link(of: secret, .handOver)
        }
    }

    private func takeHandOver(_ visit: Visit, _ form: PageForm) async throws -> PageReply {
        let continuation = returnPath(form["continue"])
        let ticket = form.text("ticket")
        return try await leadingOn(visit, continuation, .handOver) {
            begin(try await links.handOver(ticket: ticket, from: visit.browser), continuation)
        } from: {
            try await links.link(ofTicket: ticket, in: visit.browser)
        }
    }

    /// Answers what a link is for. Where that is over: whom it let in goes on, and others are shown the way back that whoever
    /// made the link named.
    private func leadingOn(
        _ visit: Visit, _ continuation: ReturnPath?, _ purpose: OneTimeLink.Purpose,
        _ answer: () async throws -> PageReply, from link: () async throws -> OneTimeLink?
    ) async throws -> PageReply {
        do { return try await answer() } catch SignInRefusal.expired {
            guard let link = try await link() else { return deadLink(visit, continuation, purpose) }
            if visit.signedIn?.member.id == link.member {
                return .redirect(continuation.map(ConsoleURL.returning) ?? .account, at: site)
            }
            guard let address = link.returnURL else { return deadLink(visit, continuation, purpose) }
            return overPage(
                PageLink(words: "Back to \(HostWords.of(address))", address: address), requestID: visit.requestID)
        }
    }

    /// What to do about a link that opens nothing any more depends on what it was for.
    func deadLink(
        _ visit: Visit, _ continuation: ReturnPath?, _ purpose: OneTimeLink.Purpose
    ) -> PageReply {
        let expired = "This link has expired or was already used"
        let signIn = PageLink(words: "Sign in", address: signInLink(continuation))
        let (words, link) =
            switch purpose {
            case .passwordReset:
                (
                    "Each link works once, and for 1 hour.",
                    PageLink(
                        words: "Request a new link",
                        address: site.link(continuation.map(ConsoleURL.forgotPasswordContinuing) ?? .forgotPassword))
                )
            case .invitation:
                (
                    "If you’ve already set a password, sign in. Otherwise ask your admin for a new invitation.", signIn
                )
            case .emailChange:
                (
                    "Each link works once, and for 1 hour. Ask for the change again.",
                    PageLink(words: "Change your e-mail address", address: site.link(.email))
                )
            case .handOver: ("Go back to the page that you came from and try again, or sign in here.", signIn)
            }
        return errorPage(.forbidden, expired, words, requestID: visit.requestID, link: link)
            .refused(by: "link or step expired")
    }

    /// Roles as people read them: `Administrator, Auditor`.
    private func roleWords(_ roles: [String]) -> String? {
        roles.isEmpty ? nil : roles.map { product.role($0)?.title ?? $0 }.joined(separator: ", ")
    }
}
