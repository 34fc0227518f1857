import CredentialFormat
import Credentials
import HTTPTypes
import Model
import Persistence
import Policy
import ProductDefinition

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
        ]
    }

    private typealias Found = (integration: Integration, secrets: [ClientSecretSummary], maker: String?)

    private func client(_ entered: ConsoleVisit) async throws -> Found? {
        let organization = entered.organization.id
        return try await store.read { [integrations] tx -> Found? in
            let held = try integrations.list(
                in: organization, page: Model.Page(limit: 1), as: entered.actor, tx: tx)
            guard let integration = held.items.first else { return nil }
            let secrets = try integrations.secrets(of: integration.id, in: organization, as: entered.actor, tx: tx)
            let maker = try ID<Member>(parsing: integration.createdBy).flatMap { try tx.member($0) }
            let home = try maker.flatMap { try tx.organization($0.organization) }
            let isKnown = home.map { entered.actor.sees($0.path) } ?? false
            return (integration, secrets, isKnown ? maker?.name : nil)
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

    private func generation(_ entered: ConsoleVisit, notice: Notice? = nil) -> ConsequencePage {
        let pair = ClientWords(words: product.words).pair
        return ConsequencePage(
            shell: entered.shell(below: "Generate"),
            confirmation: Confirmation(
                title: "Generate \(pair)?",
                consequence: """
                    Your programs use the API with them. Do this once: to generate them again later stops every program that \
                    uses them by then, and may lose data. Whoever has both can do what \(entered.organization.name) can.
                    """, verb: "Generate \(pair)", action: entered.link(.generateClient),
                token: entered.token(sentTo: .generateClient),
                fields: [HiddenField(name: "attempt", value: FormRepetitions.attempt())],
                cancelLink: entered.link(.client), alternative: nil, isTyped: false, expected: "", isHarmless: true),
            notice: notice)
    }

    private func takeGeneration(_ entered: ConsoleVisit, _ form: PageForm) async throws -> PageReply {
        let (actor, path, organization) = (entered.actor, entered.visit.path, entered.organization)
        do {
            let outcome = try await store.write { [integrations, repetitions] tx in
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
        guard case .shown(let id, let secret) = outcome else { return .redirect(entered.url(.client), at: site) }
        return .page(secretPage(entered, id: id, secret: secret))
    }

    private func secretPage(_ entered: ConsoleVisit, id: String, secret: String) -> ShownOncePage {
        let words = product.words
        return ShownOncePage(
            "Copy the \(words[.clientSecret].singular) now",
            shell: entered.shell(below: words[.clientSecret].capitalized),
            lead: "It’s shown only once. Share it only with people who need it.",
            secret: CodeBlock(secret, label: words[.clientSecret].capitalized, isSecret: true),
            others: [CodeBlock(id, label: words[.clientID].capitalized, isSecret: true)],
            file: """
                \(entered.organization.name)
                \(words[.clientID].capitalized): \(id)
                \(words[.clientSecret].capitalized): \(secret)

                """, fileName: "\(id).txt",
            commands: [TokenCommands(site: site, product: product).curl(id, secret)], doneLink: entered.link(.client))
    }

    // MARK: - Making anew

    private func showRegeneration(_ entered: ConsoleVisit) async throws -> PageReply {
        guard let found = try await client(entered) else { return .redirect(entered.url(.client), at: site) }
        return .page(RegenerateClientPage(entered, found.secrets))
    }

    private func takeRegeneration(_ entered: ConsoleVisit, _ form: PageForm) async throws -> PageReply {
        guard let found = try await client(entered) else { return .redirect(entered.url(.client), at: site) }
        let typed = form.text("typed")
        func again(error: String? = nil, notice: Notice? = nil) -> PageReply {
            .page(
                RegenerateClientPage(
                    entered, found.secrets, chosen: form["way"], typed: typed, error: error, notice: notice),
                .unprocessableContent)
        }
        guard let way = RegenerateClientPage.Way(form["way"]) else {
            return again(notice: .bad("Choose what is made anew."))
        }
        guard Self.isName(typed, of: entered.organization) else {
            return again(error: "Type the name as it stands there: \(entered.organization.name).")
        }
        let (actor, path, organization) = (entered.actor, entered.visit.path, entered.organization.id)
        do {
            let outcome = try await store.write { [integrations, repetitions] tx in
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

    // MARK: - Tokens by hand

    private func showTokenQuestion(_ entered: ConsoleVisit) async throws -> PageReply {
        guard let found = try await client(entered) else { return .redirect(entered.url(.client), at: site) }
        return .page(tokenQuestion(entered, found.integration))
    }

    private func tokenQuestion(
        _ entered: ConsoleVisit, _ integration: Integration, notice: Notice? = nil
    ) -> ConsequencePage {
        let seconds = integration.accessTokenSeconds ?? product.policy.accessTokenSeconds
        return ConsequencePage(
            shell: entered.shell(below: "API Authorization Token"),
            confirmation: Confirmation(
                title: "Generate API Authorization Token?",
                consequence: """
                    It is good for \(Spans.words(seconds)), for all that your \(ClientWords(words: product.words).pair) may \
                    do. Those before it go on until they expire.
                    """, verb: "Generate API Authorization Token", action: entered.link(.clientToken),
                token: entered.token(sentTo: .clientToken),
                fields: [HiddenField(name: "attempt", value: FormRepetitions.attempt())],
                cancelLink: entered.link(.client),
                alternative: nil, isTyped: false, expected: "", isHarmless: true), notice: notice)
    }

    private func takeToken(_ entered: ConsoleVisit, _ form: PageForm) async throws -> PageReply {
        guard let found = try await client(entered) else { return .redirect(entered.url(.client), at: site) }
        let (actor, path) = (entered.actor, entered.visit.path)
        let outcome: FormRepetitions.Outcome
        do {
            outcome = try await store.write { [integrations, repetitions, sealToken] tx in
                try repetitions.once(form, sentTo: path, as: actor, tx: tx) { tx in
                    let made = try integrations.recordHandmadeToken(
                        of: found.integration.id, in: entered.organization.id, as: actor, tx: tx)
                    return (id: "\(made.expiresAt.seconds)", secret: try sealToken(made))
                }
            }
        } catch let refusal as Refusal {
            let errors = try FieldErrors(of: refusal, product)
            return .page(
                tokenQuestion(entered, found.integration, notice: errors.notice(besides: [])), .unprocessableContent)
        }
        guard case .shown(let end, let text) = outcome, let end = Int64(end) else {
            return .redirect(entered.url(.client), at: site)
        }
        let expiresAt = Instant(seconds: end)
        let seconds = min(
            found.integration.accessTokenSeconds ?? product.policy.accessTokenSeconds,
            product.policy.accessTokenMaximumSeconds)
        return .page(
            ShownOncePage(
                "Copy the API Authorization Token now", shell: entered.shell(below: "API Authorization Token"),
                lead: "Good for \(seconds) seconds, until \(DateWords.minute(expiresAt)). It’s shown only once.",
                secret: CodeBlock(text, label: "API Authorization Token", isSecret: true),
                file: "API Authorization Token, good until \(DateWords.minute(expiresAt)):\n\(text)\n",
                fileName: "authorization-token.txt",
                commands: [CodeBlock("Authorization: Bearer \(text)", label: "Send it in this header", isSecret: true)],
                doneLink: entered.link(.client)))
    }
}
