import ProductDefinition
import HTTPTypes
import Model
import SignIn

// Another e-mail address of one's own: asked for under `/account/email`, confirmed behind the link that goes there.

extension WebConsole {
    var emailRoutes: [PageRoute] {
        [
            .shown(.email, showEmail),
            .taken(.email, for: .changeEmail, takeEmail),
            .shown(.emailChange, showEmailLink),
            .taken(.emailChange, for: .confirmEmail, takeConfirmation),
        ]
    }

    private func showEmail(_ visit: Visit) async throws -> PageReply {
        let (me, _) = try signedIn(visit)
        try me.requireOwnSignIn(at: visit.now)
        guard emailChanges.isAvailable else { return .page(try askAnAdmin(visit)) }
        return .page(try emailPage(visit, me))
    }

    private func takeEmail(_ visit: Visit, _ form: PageForm) async throws -> PageReply {
        let (me, _) = try signedIn(visit)
        let wanted = form.text("email")
        do {
            try await emailChanges.request(
                EmailChangeService.Wish(email: wanted, password: form.text("password")), by: me, from: visit.browser)
        } catch Refusal.invalid(let fields) {
            let isAboutEmail = fields.first?.field == "email"
            let notice = Notice.bad(
                fields.first?.message ?? "That did not work.", about: isAboutEmail ? [.email] : [.password])
            return .page(try emailPage(visit, me, wanted, notice), .unprocessableContent)
        } catch let refusal as SignInRefusal where refusal.isAboutInput {
            let notice = SignInWords.notice(of: refusal, to: .password, site.words)
            return stepPage(try emailPage(visit, me, wanted, notice), visit, refusal)
        }
        return .page(
            MessagePage(
                heading: "Check your e-mail",
                paragraphs: [
                    "We’ve sent a link to the new address. Open it where you’re signed in. It works for 1 hour; nothing changes until then.",
                    "Nothing there after a few minutes? Look in your spam folder, then try again.",
                ], link: PageLink(words: "Back to your account", address: site.link(.account)), isQuiet: true))
    }

    private func emailPage(
        _ visit: Visit, _ me: SignedIn, _ wanted: String? = nil, _ notice: Notice? = nil
    ) throws -> ChangeEmailPage {
        try ChangeEmailPage(
            shell: shell(visit, at: .account, below: "Change e-mail address"), action: site.link(.email),
            token: visit.token(for: .changeEmail), current: me.member.email.text,
            wanted: wanted, accountLink: site.link(.account), notice: notice)
    }

    private func askAnAdmin(_ visit: Visit) throws -> MessagePage {
        try MessagePage(
            heading: "Ask an admin to change your e-mail address",
            paragraphs: [
                "\(site.product) can’t send e-mail. An admin of your \(site.words[.organization].singular) can change it."
            ], link: PageLink(words: "Back to your account", address: site.link(.account)), isQuiet: true,
            shell: shell(visit, at: .account, below: "Change e-mail address"))
    }

    private func showEmailLink(_ visit: Visit) async throws -> PageReply {
        let secret = visit.parameter("token") ?? ""
        guard let me = visit.signedIn else {
            guard let page = returnPath(ReturnPath(.emailChange, secret: secret).text) else { throw SignInNeeded() }
            return .redirect(.signInContinuing(page), at: site)
        }
        guard !me.session.isHandedOver else { throw SignInRefusal.unavailable }
        let linked: EmailChangeService.LinkedPage
        do { linked = try await emailChanges.page(for: secret, signedIn: me) } catch SignInRefusal.expired {
            return deadLink(visit, nil, .emailChange)
        }
        switch linked {
        case .another:
            return .page(
                MessagePage(
                    heading: "This link is for somebody else",
                    paragraphs: [
                        "You’re signed in as \(me.member.email) at \(me.organization.name). Sign out, then open the link again and sign in as the one who asked for it."
                    ], link: PageLink(words: "Go to your account", address: site.link(.account))), .forbidden)
        case .confirm(let current, let wanted):
            return .page(
                try ConfirmEmailPage(
                    shell: shell(visit, at: .account, below: "Change e-mail address"), action: site.link(.emailChange),
                    token: visit.token(for: .confirmEmail, about: secret),
                    secret: secret,
                    current: current.text, wanted: wanted.text, organization: me.organization.name,
                    accountLink: site.link(.account)))
        }
    }

    private func takeConfirmation(_ visit: Visit, _ form: PageForm) async throws -> PageReply {
        let (me, _) = try signedIn(visit)
        do {
            let started = try await emailChanges.confirm(form.text("token"), by: me, from: visit.browser)
            return begin(started, nil).telling(.emailChanged, at: site)
        } catch SignInRefusal.expired {
            return deadLink(visit, nil, .emailChange)
        }
    }
}
