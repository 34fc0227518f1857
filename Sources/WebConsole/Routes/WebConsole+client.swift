import CredentialFormat
import Credentials
import HTTPTypes
import Model
import Organizations
import Persistence
import Policy
import ProductDefinition
import SignIn

extension WebConsole {
    /// The one client ID and secret of an organization, where a product has one.
    var clientRoutes: [PageRoute] {
        [
            shown(.client, showClient),
            shown(.generateClient, showGeneration),
            taken(.generateClient, takeGeneration),
            shown(.regenerateClient, showRegeneration),
            taken(.regenerateClient, takeRegeneration),
            shown(.clientToken, showTokenQuestion),
            taken(.clientToken, takeToken),
            shown(.revealClient, showReveal),
            taken(.revealClient, takeReveal),
        ] + clientDisablingRoutes
    }

    typealias Found = ClientPage.Found

    func client(_ entered: ConsoleVisit) async throws -> Found? {
        let organization = entered.organization.id
        return try await store.read(as: entered.actor) { [integrations] tx -> Found? in
            let held = try integrations.list(
                in: organization, page: Model.Page(limit: 1), as: entered.actor, tx: tx)
            guard let integration = held.items.first else { return nil }
            let secrets = try integrations.secrets(of: integration.id, in: organization, as: entered.actor, tx: tx)
            let maker = ID<Member>(parsing: integration.createdBy)
            let viewer = integration.lastLook.flatMap { ID<Member>(parsing: $0.by) }
            let disabler = integration.disabling.flatMap { ID<Member>(parsing: $0.by) }
            let names = try tx.memberNames(
                Set([maker, viewer, disabler].compactMap(\.self)), within: entered.actor.reach.bound())
            return Found(
                integration: integration, secrets: secrets, maker: maker.flatMap { names[$0] },
                viewer: viewer.flatMap { names[$0] }, disabler: disabler.flatMap { names[$0] })
        }
    }

    private func showClient(_ entered: ConsoleVisit) async throws -> PageReply {
        .page(ClientPage(entered, try await client(entered)))
    }

    // MARK: - Making

    private func showGeneration(_ entered: ConsoleVisit) async throws -> PageReply {
        guard try await client(entered) == nil else { return .redirect(entered.url(.client), at: site) }
        return .page(generation(entered))
    }

    private func generation(_ entered: ConsoleVisit, notice: Notice? = nil) -> QuestionPage {
        let pair = ClientWords(words: product.words).pair
        return QuestionPage(
            shell: entered.shell(below: "Generate"),
            confirmation: Confirmation(
                title: "Generate \(pair)?",
                consequence: """
                    Your programs use the API with them. Do this once: to generate them again later stops every program that \
                    uses them by then, and may lose data. Whoever has both can do what \(entered.organization.name) can.
                    """, verb: "Generate \(pair)", action: entered.link(.generateClient),
                token: entered.token(sentTo: .generateClient),
                fields: [.idempotencyKey()],
                cancelLink: entered.link(.client), alternative: nil, isTyped: false, expected: "", isHarmless: true),
            notice: notice)
    }

    private func takeGeneration(_ entered: ConsoleVisit, _ form: PageForm) async throws -> PageReply {
        let (actor, path, organization) = (entered.actor, entered.visit.path, entered.organization)
        do {
            let outcome = try await store.write(as: entered.actor) { [integrations, repetitions] tx in
                try repetitions.once(form, sentTo: path, as: actor, tx: tx) { tx in
                    let made = try integrations.create(
                        IntegrationDraft(label: organization.name, scopes: nil), in: organization.id, as: actor, tx: tx)
                    return (made.credential.id.description, made.secret)
                }
            }
            return reply(to: outcome, entered)
        } catch let refusal as Refusal {
            // Somebody else was first: what there is now is on the page.
            if case .limitReached(code: "one_integration", explanation: _) = refusal {
                return .redirect(entered.url(.client), at: site)
            }
            let errors = try FieldErrors(of: refusal, product)
            return .page(generation(entered, notice: errors.notice(besides: [])), .unprocessableContent)
        }
    }

    private func reply(to outcome: FormRepetitions.Outcome, _ entered: ConsoleVisit) -> PageReply {
        guard case .shown(let id, let secret) = outcome else {
            return .redirect(entered.back(or: .client), at: site)
        }
        return .page(secretPage(entered, id: id, secret: secret))
    }

    private func secretPage(
        _ entered: ConsoleVisit, id: String, secret: String, lead: String? = nil
    ) -> SecretPage {
        let words = product.words
        return SecretPage(
            shell: entered.shell(below: words[.clientSecret].capitalized),
            heading: keepsSecrets
                ? "Your \(ClientWords(words: words).pair)" : "Copy the \(words[.clientSecret].singular) now",
            lead: lead
                ?? (keepsSecrets
                    ? "You find it here again, once you have proved who you are. Share it only with people who need it."
                    : "It’s shown only once. Share it only with people who need it."),
            codes: [CodeBlock(id, label: words[.clientID].capitalized, isWhole: true)],
            secret: CodeBlock(secret, label: words[.clientSecret].capitalized, isSecret: true),
            file: (
                name: entered.organization.name,
                lines: [
                    entered.organization.name, "\(words[.clientID].capitalized): \(id)",
                    "\(words[.clientSecret].capitalized): \(secret)",
                ]
            ),
            commands: [TokenCommands(site: site, product: product).curl(id, secret)],
            keptWords: keepsSecrets ? "I have what I need" : "I’ve stored the \(words[.clientSecret].singular)",
            doneLink: entered.backLink(or: .client))
    }

    // MARK: - Making anew

    private func showRegeneration(_ entered: ConsoleVisit) async throws -> PageReply {
        guard let found = try await client(entered) else { return .redirect(entered.url(.client), at: site) }
        return .page(RegenerateClientForm.page(entered, found.secrets))
    }

    private func takeRegeneration(_ entered: ConsoleVisit, _ form: PageForm) async throws -> PageReply {
        guard let found = try await client(entered) else { return .redirect(entered.url(.client), at: site) }
        let typed = form.text("typed")
        func again(error: String? = nil, notice: Notice? = nil) -> PageReply {
            .page(
                RegenerateClientForm.page(
                    entered, found.secrets, chosen: form["way"], typed: typed, error: error, notice: notice),
                .unprocessableContent)
        }
        guard let way = RegenerateClientForm.Way(form["way"]) else {
            return again(notice: .bad("Choose what is made anew."))
        }
        guard Self.isName(typed, of: entered.organization) else {
            return again(error: "Type the name as it stands there: \(entered.organization.name).")
        }
        let (actor, path, organization) = (entered.actor, entered.visit.path, entered.organization.id)
        do {
            let outcome = try await store.write(as: entered.actor) { [integrations, repetitions] tx in
                try repetitions.once(form, sentTo: path, as: actor, tx: tx) { tx in
                    switch way {
                    case .secret(let overlap):
                        let issued = try integrations.rotate(
                            found.integration.id, in: organization, overlapSeconds: overlap, force: true, as: actor,
                            tx: tx)
                        return (found.integration.id.description, issued.secret)
                    case .both:
                        let made = try integrations.replace(found.integration.id, in: organization, as: actor, tx: tx)
                        return (made.credential.id.description, made.secret)
                    }
                }
            }
            return reply(to: outcome, entered)
        } catch let refusal as Refusal {
            return again(notice: try FieldErrors(of: refusal, product).notice(besides: []))
        }
    }

    /// Whether somebody typed an organization's name, whatever blanks stand around it.
    private static func isName(_ text: String, of organization: Organization) -> Bool {
        let words = { (text: String) in text.split(whereSeparator: \.isWhitespace).joined(separator: " ") }
        return words(text) == words(organization.name)
    }

    // MARK: - Looking again

    private func showReveal(_ entered: ConsoleVisit) async throws -> PageReply {
        guard keepsSecrets else { throw PageProblem.notFound }
        guard try await client(entered) != nil else { return .redirect(entered.url(.client), at: site) }
        try entered.me.requireRecentAuthentication(at: entered.now)
        return .page(revealQuestion(entered))
    }

    private func revealQuestion(_ entered: ConsoleVisit, notice: Notice? = nil) -> QuestionPage {
        RevealQuestion.page(
            entered, in: entered.shell(below: product.words[.clientSecret].capitalized), at: [],
            cancelLink: entered.link(.client), notice: notice)
    }

    private func takeReveal(_ entered: ConsoleVisit, _ form: PageForm) async throws -> PageReply {
        guard keepsSecrets else { throw PageProblem.notFound }
        guard let found = try await client(entered) else { return .redirect(entered.url(.client), at: site) }
        switch try await look(at: found.integration.id, entered) {
        case .shown(let revealed):
            return .page(
                secretPage(
                    entered, id: revealed.integration.id.description, secret: revealed.secret,
                    lead: RevealQuestion.lead))
        case .refused(let notice, let seconds):
            return reply(with: revealQuestion(entered, notice: notice), retryAfter: seconds)
        }
    }

    // MARK: - Tokens by hand

    private func showTokenQuestion(_ entered: ConsoleVisit) async throws -> PageReply {
        guard let found = try await client(entered) else { return .redirect(entered.url(.client), at: site) }
        return .page(tokenQuestion(entered, found.integration, try await tokenContacts(entered)))
    }

    private func tokenQuestion(
        _ entered: ConsoleVisit, _ integration: Integration, _ contacts: TokenContactField, chosen: String? = nil,
        _ errors: FieldErrors = .none
    ) -> FormPage {
        let seconds = integration.accessTokenSeconds ?? product.policy.accessTokenSeconds
        let items = contacts.items(entered, chosen: chosen, errors)
        return FormPage(
            shell: entered.shell(below: "API Authorization Token"),
            pageHead: PageHead(
                title: "Generate API Authorization Token?",
                lead: """
                    It is good for \(Spans.words(seconds)), for all that your \(ClientWords(words: product.words).pair) may do. \
                    Those before it go on until they expire.
                    """, action: nil, reason: nil),
            notice: errors.notice(besides: [TokenContactField.name]), sentTo: entered.link(.clientToken),
            token: entered.token(sentTo: .clientToken),
            fields: [.idempotencyKey()],
            sections: items.isEmpty ? [] : [FormSection(items: items)], verb: "Generate API Authorization Token",
            cancelLink: entered.link(.client))
    }

    private func takeToken(_ entered: ConsoleVisit, _ form: PageForm) async throws -> PageReply {
        guard let found = try await client(entered) else { return .redirect(entered.url(.client), at: site) }
        let token: ShownToken?
        do {
            token = try await makeToken(of: found.integration.id, entered, form)
        } catch let refusal as Refusal {
            let errors = try FieldErrors(of: refusal, product)
            return .page(
                tokenQuestion(
                    entered, found.integration, try await tokenContacts(entered),
                    chosen: form.value(of: TokenContactField.name) ?? "", errors), .unprocessableContent)
        }
        guard let token else {
            return PageReply.redirect(entered.url(.client), at: site).telling(.tokenShownBefore, at: site)
        }
        let seconds = min(
            found.integration.accessTokenSeconds ?? product.policy.accessTokenSeconds,
            product.policy.accessTokenMaximumSeconds)
        return .page(
            SecretPage(
                shell: entered.shell(below: "API Authorization Token"),
                heading: "Copy the API Authorization Token now",
                lead: [
                    "Valid for \(seconds) seconds, until \(DateWords.minute(token.expiresAt)). It’s shown only once.",
                    token.sentence(product),
                ].compactMap(\.self).joined(separator: " "),
                secret: CodeBlock(token.text, label: "API Authorization Token", isSecret: true),
                file: (
                    name: "authorization token",
                    lines: ["API Authorization Token, good until \(DateWords.minute(token.expiresAt)):", token.text]
                ),
                commands: [
                    CodeBlock("Authorization: Bearer \(token.text)", label: "Send it in this header", isWhole: true)
                ], keptWords: "I’ve copied the token", doneLink: entered.link(.client)))
    }
}
