import HTTPTypes
import Model
import SignIn

extension WebConsole {
    var linkRoutes: [PageRoute] {
        [
            .shown(.forgotPassword) { visit in stepPage(forgotPage(visit), visit) },
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
        _ visit: Visit, email: String? = nil, _ refusal: SignInRefusal? = nil
    ) -> ForgotPasswordPage {
        ForgotPasswordPage(
            action: site.link(.forgotPassword), token: visit.token(for: .forgotPassword), email: email,
            signInLink: site.link(.signIn), notice: refusal.map { .bad(SignInWords.text(of: $0)) })
    }

    /// Says the same whether anybody has that address (law 12).
    private func takeForgotten(_ visit: Visit, _ form: PageForm) async throws -> PageReply {
        do {
            try await links.requestReset(email: form.text("email"), from: visit.browser)
        } catch let refusal as SignInRefusal where refusal.isAboutInput {
            return stepPage(forgotPage(visit, email: form["email"], refusal), visit, refusal)
        } catch SignInRefusal.unavailable {
            return .page(
                MessagePage(
                    heading: "Ask an admin",
                    paragraphs: [
                        "No mail is sent from here. An admin of your organization can make you a link to set a new password."
                    ],
                    link: PageLink(words: "Back to sign-in", address: site.link(.signIn))))
        }
        return .page(
            MessagePage(
                heading: "Look into your mail",
                paragraphs: [
                    "If that address is known here, a letter with a link is on its way. The link works for an hour."
                ],
                link: PageLink(words: "Back to sign-in", address: site.link(.signIn))))
    }

    private func showLink(_ visit: Visit, _ purpose: OneTimeLink.Purpose) async throws -> PageReply {
        let secret = visit.parameter("token") ?? ""
        let link = try await links.page(for: secret, purpose)
        return stepPage(passwordPage(visit, link, secret), visit)
    }

    private func takePassword(
        _ visit: Visit, _ form: PageForm, _ purpose: OneTimeLink.Purpose
    ) async throws -> PageReply {
        let secret = form.text("token")
        do {
            let step = try await links.setPassword(
                form.text("password"), token: secret, purpose, from: visit.browser)
            return try await reply(to: step, visit, nil)
        } catch Refusal.invalid(let fields) {
            let link = try await links.page(for: secret, purpose)
            let problem = fields.first?.message ?? PasswordWords.rule
            return .page(passwordPage(visit, link, secret, .bad(problem)), .unprocessableContent)
        }
    }

    private func passwordPage(
        _ visit: Visit, _ link: LinkPage, _ secret: String, _ notice: Notice? = nil
    ) -> SetPasswordPage {
        let isInvitation = link.purpose == .invitation
        return SetPasswordPage(
            heading: isInvitation ? "Welcome, \(link.memberName)" : "Set a new password",
            lead: "\(link.email) · \(link.organizationName)",
            action: site.link(isInvitation ? .invitation : .passwordReset),
            token: visit.token(for: .setPassword, about: secret), secret: secret, email: link.email,
            rule: PasswordWords.rule, button: isInvitation ? "Set password and sign in" : "Set password",
            notice: notice)
    }

    private func showHandOver(_ visit: Visit) async throws -> PageReply {
        let secret = visit.parameter("token") ?? ""
        let link = try await links.page(for: secret, .handOver)
        let continuation = returnPath(visit.parameter("continue"))
        let asked = try await request(behind: continuation, visit)
        return stepPage(
            HandOverPage(
                name: link.memberName, email: link.email, organization: link.organizationName,
                action: site.link(.handOver), token: visit.token(for: .handOver, about: secret), secret: secret,
                continuation: continuation?.text),
            visit, policy: policy(before: asked))
    }

    private func takeHandOver(_ visit: Visit, _ form: PageForm) async throws -> PageReply {
        let started = try await links.handOver(token: form.text("token"), from: visit.browser)
        return begin(started, returnPath(form["continue"]))
    }
}
