import CredentialFormat
import Credentials
import HTTPTypes
import Model
import Persistence
import Policy
import ProductDefinition

/// Making integrations and their secrets, and ending them.
extension WebConsole {
    var integrationSecretRoutes: [PageRoute] {
        [
            shown(.newIntegration, showNew), taken(.newIntegration, takeNew),
            shown(.rotateIntegration, showRotation), taken(.rotateIntegration, takeRotation),
            shown(.deleteIntegration, showDeletion), taken(.deleteIntegration, takeDeletion),
            taken(.endIntegrationSecret, on: .integrationSecrets, takeEnd),
            taken(.releaseIntegrationSecret, on: .integrationSecrets, takeRelease),
            shown(.extendIntegrationSecret, showExtension), taken(.extendIntegrationSecret, takeExtension),
        ]
    }

    // MARK: - Create

    private func showNew(_ entered: ConsoleVisit) async throws -> PageReply {
        .page(newPage(IntegrationForm(), entered))
    }

    private func takeNew(_ entered: ConsoleVisit, _ form: PageForm) async throws -> PageReply {
        var written = IntegrationForm(form, of: product)
        if AddressField.isAskedForMine(form) {
            written.addresses = AddressField.adding(entered.visit.address, to: written.addresses)
            return .page(newPage(written, entered))
        }
        let outcome: FormRepetitions.Outcome
        do {
            let draft = try written.draft(of: product)
            outcome = try await store.write(as: entered.actor) { [integrations, repetitions] tx in
                try repetitions.once(form, sentTo: entered.visit.path, as: entered.actor, tx: tx) { tx in
                    let issued = try integrations.create(draft, in: entered.organization.id, as: entered.actor, tx: tx)
                    return (issued.credential.id.description, issued.secret)
                }
            }
        } catch let refusal as Refusal {
            let errors = try FieldErrors(refusal, shown: IntegrationForm.names)
            return .page(newPage(written, entered, errors), .unprocessableContent)
        }
        return try await integrationReply(to: outcome, entered) { integration in
            "\(integration.label) is ready"
        }
    }

    private func newPage(
        _ form: IntegrationForm, _ entered: ConsoleVisit, _ errors: FieldErrors = .none
    ) -> FormPage {
        let word = product.words[.integration]
        let rights =
            IntegrationForm.isLabelAlone(product)
            ? " It gets every permission of the catalogue, from any address; you can narrow that afterwards in its settings."
            : ""
        return FormPage(
            shell: entered.shell(below: "Create \(word.singular)"),
            pageHead: PageHead(
                title: "Create \(word.singular)", lead: entered.ownership + rights, action: nil,
                reason: nil),
            notice: errors.notice(besides: IntegrationForm.names), sentTo: entered.link(.newIntegration),
            token: entered.token(sentTo: .newIntegration),
            fields: [.idempotencyKey()],
            sections: form.sections(entered, errors, isNew: true), verb: "Create",
            cancelLink: entered.link(.integrations))
    }

    /// The secret, this once; or the way to what was made before.
    private func integrationReply(
        to outcome: FormRepetitions.Outcome, _ entered: ConsoleVisit, until: Instant? = nil,
        heading: (Integration) -> String
    ) async throws -> PageReply {
        switch outcome {
        case .over(let id):
            let page = id.map { entered.back(or: .integrationSecrets, $0) } ?? entered.url(.integrations)
            return PageReply.redirect(page, at: site).telling(.secretShownBefore, at: site)
        case .shown(let text, let secret):
            guard let id = ID<Integration>(parsing: text) else { throw PageProblem.notFound }
            let integration = try await store.read(as: entered.actor) { [integrations] tx in
                try integrations.get(id, in: entered.organization.id, as: entered.actor, tx: tx)
            }
            return .page(secretPage(integration, secret, entered, heading: heading(integration), until: until))
        }
    }

    /// - Parameters:
    ///   - until: For how long the secret before works on, nil for none.
    ///   - lead: What is special about it, nil for a new one.
    func secretPage(
        _ integration: Integration, _ secret: String, _ entered: ConsoleVisit, heading: String, until: Instant? = nil,
        lead: String? = nil
    ) -> SecretPage {
        let (id, words) = (integration.id.description, product.words)
        let (clientID, clientSecret) = (words[.clientID], words[.clientSecret])
        let before = until.map { "The one before it works until \(DateWords.minute($0))." }
        let once =
            keepsSecrets
            ? "Copy the \(clientSecret.singular) to where secrets are kept. It’s kept here as well, for who may see it and has just proved who they are."
            : "Copy the \(clientSecret.singular) now, and keep it where secrets are kept. It’s shown this once: if it’s lost, rotate it."
        let hint = PoorLabel.hint(for: integration.label, in: "label").map { hint in
            Notice.hint(
                "“\(integration.label)”: \(hint.message)",
                link: PageLink(words: "Change the label", address: entered.link(.integrationSettings, id)))
        }
        let notices = [hint, AddressField.warning(integration.addresses, entered)].compactMap(\.self)
        let commands = TokenCommands(site: site, product: product)
        return SecretPage(
            shell: entered.shell(below: heading), heading: heading,
            lead: [lead ?? once, before].compactMap(\.self).joined(separator: " "),
            notices: notices,
            codes: [CodeBlock(id, label: clientID.capitalized, isWhole: true)],
            secret: CodeBlock(secret, label: clientSecret.capitalized, isSecret: true),
            file: (
                "\(product.name) \(integration.label)",
                [
                    "\(product.name): \(integration.label)", "\(clientID.capitalized): \(id)",
                    "\(clientSecret.capitalized): \(secret)", "Tokens: \(commands.address)",
                ]
            ),
            commands: [commands.curl(id, secret)],
            keptWords: keepsSecrets ? "I have what I need" : "I’ve stored the \(clientSecret.singular)",
            doneLink: entered.backLink(or: .integration, id))
    }

    // MARK: - Rotate

    private func showRotation(_ entered: ConsoleVisit) async throws -> PageReply {
        .page(rotationPage(try await looked(entered), entered))
    }

    private func looked(_ entered: ConsoleVisit) async throws -> IntegrationInList {
        let id: ID<Integration> = try entered.id()
        return try await store.read(as: entered.actor) { [integrations] tx in
            try integrations.look(id, in: entered.organization.id, as: entered.actor, tx: tx)
        }
    }

    private func takeRotation(_ entered: ConsoleVisit, _ form: PageForm) async throws -> PageReply {
        let id: ID<Integration> = try entered.id()
        let overlap = Overlap(form, product.policy)
        do {
            let (outcome, until) = try await store.write(as: entered.actor) { [integrations, repetitions] tx in
                var until: Instant?
                let outcome = try repetitions.once(form, sentTo: entered.visit.path, as: entered.actor, tx: tx) { tx in
                    let issued = try integrations.rotate(
                        id, in: entered.organization.id, overlapSeconds: overlap.seconds,
                        endsTokens: form["end_tokens"] == "on", force: form["force"] == "on", as: entered.actor, tx: tx)
                    until = issued.previousExpiresAt
                    return (issued.credential.id.description, issued.secret)
                }
                return (outcome, until)
            }
            return try await integrationReply(to: outcome, entered, until: until) { integration in
                "New \(product.words[.clientSecret].singular) for \(integration.label)"
            }
        } catch let refusal as Refusal {
            let errors = try FieldErrors(refusal, shown: ["overlap_seconds"])
            return .page(rotationPage(try await looked(entered), entered, errors), .unprocessableContent)
        }
    }

    private func rotationPage(
        _ found: IntegrationInList, _ entered: ConsoleVisit, _ errors: FieldErrors = .none
    ) -> FormPage {
        let integration = found.listed.integration
        let (id, secret) = (integration.id.description, product.words[.clientSecret].singular)
        let lifetime = Spans.words(integration.accessTokenSeconds ?? product.policy.accessTokenSeconds)
        var items: [FormItem] = [.facts(breaking(found, entered))]
        if let older = found.secrets.compactMap(\.expiresAt).min() {
            items.append(
                .tick(
                    TickField(
                        name: "force", words: "End the older \(secret) of the last rotation",
                        under: "It still works until \(DateWords.minute(older)); no more than two work at a time.",
                        isRequired: true)))
        }
        return FormPage(
            shell: entered.shell(
                below: "Rotate", Crumb(words: integration.label, address: entered.link(.integration, id))),
            pageHead: PageHead(
                title: "Rotate the \(secret) of \(integration.label)?",
                lead: keepsSecrets
                    ? "Update whatever uses the old one."
                    : "The new one is shown only once. Update whatever uses the old one.", action: nil, reason: nil),
            notice: errors.notice(besides: ["overlap_seconds"]), sentTo: entered.formLink(id),
            token: entered.token(sentTo: .rotateIntegration, id),
            fields: [.idempotencyKey()],
            sections: [
                FormSection(
                    heading: "Its use", words: "Whatever uses the old one breaks when that ends.", items: items),
                FormSection(
                    heading: "The old \(secret)", words: "How long it keeps working alongside the new one.",
                    items: [.radios(Overlap.field(product, secret: secret, error: errors["overlap_seconds"]))]),
                FormSection(
                    heading: "Tokens", words: "A rotation alone leaves them as they are.",
                    items: [
                        .tick(
                            TickField(
                                name: "end_tokens", words: "Also end tokens that were issued already",
                                under: """
                                    Otherwise each works until it expires, \(lifetime) after it was issued. Tick this if the \
                                    \(secret) may be in the wrong hands.
                                    """))
                    ]),
            ], verb: "Rotate \(secret)", cancelLink: entered.backLink(or: .integration, id))
    }

    /// Who uses the secret, as far as that is known.
    private func breaking(_ found: IntegrationInList, _ entered: ConsoleVisit) -> [Fact] {
        guard let current = found.secrets.last(where: { $0.expiresAt == nil }) else { return [] }
        guard let use = current.lastUse else {
            return [
                Fact(
                    term: "Last used", text: "Never",
                    under: "no known use of this \(product.words[.clientSecret].singular)")
            ]
        }
        return [
            Fact(
                term: "Last used", time: TimeWords(use.at, now: entered.now),
                after: use.address.map { " from \($0)" } ?? ""),
            Fact(term: "Used", text: "\(Numbers.counted(use.count, "time")) in all"),
        ]
    }

    // MARK: - Delete

    private func showDeletion(_ entered: ConsoleVisit) async throws -> PageReply {
        let found = try await looked(entered)
        let integration = found.listed.integration
        let (id, word) = (integration.id.description, product.words[.integration])
        let use = LastUse.sentence(found.listed.lastUse, now: entered.now)
        return .page(
            QuestionPage(
                shell: entered.shell(
                    below: "Delete", Crumb(words: integration.label, address: entered.link(.integration, id))),
                confirmation: Confirmation(
                    title: "Delete \(integration.label)?",
                    consequence:
                        "\(use) Its \(product.words[.clientID].singular), every secret and every token of it are refused from the next call on. This can’t be undone.",
                    verb: "Delete \(word.singular)", action: entered.formLink(id),
                    token: entered.token(sentTo: .deleteIntegration, id), fields: [],
                    cancelLink: entered.backLink(or: .integration, id),
                    alternative: integration.disabling == nil
                        ? PageLink(
                            words: "Disable it instead", address: entered.onwardLink(.disableIntegration, id)) : nil,
                    isTyped: false, expected: "")))
    }

    private func takeDeletion(_ entered: ConsoleVisit, _ form: PageForm) async throws -> PageReply {
        let id: ID<Integration> = try entered.id()
        return try await doneOnce(entered, form, next: entered.back(or: .integrations), .integrationDeleted) {
            [integrations] tx in
            try integrations.delete(id, in: entered.organization.id, as: entered.actor, tx: tx)
        }
    }

    // MARK: - The older of two secrets

    private func takeEnd(_ entered: ConsoleVisit, _ form: PageForm) async throws -> PageReply {
        let (id, secret) = (try entered.id(of: Integration.self), try entered.id("part", of: ClientSecret.self))
        // Of what belongs to nobody here there is nothing to end; what has ended already counts as done.
        let integration = try await integration(entered)
        return try await done(entered.url(.integrationSecrets, integration.id.description), .secretEnded) {
            try await store.write(as: entered.actor) { [integrations] tx in
                try integrations.endSecret(secret, of: id, in: entered.organization.id, as: entered.actor, tx: tx)
            }
        }
    }

    private func takeRelease(_ entered: ConsoleVisit, _ form: PageForm) async throws -> PageReply {
        let (id, secret) = (try entered.id(of: Integration.self), try entered.id("part", of: ClientSecret.self))
        let integration = try await integration(entered)
        return try await done(entered.url(.integrationSecrets, integration.id.description), .secretReleased) {
            try await store.write(as: entered.actor) { [integrations] tx in
                try integrations.releaseSecret(secret, of: id, in: entered.organization.id, as: entered.actor, tx: tx)
            }
        }
    }

    private func showExtension(_ entered: ConsoleVisit) async throws -> PageReply {
        let (found, secret) = try await older(entered)
        return .page(extensionPage(found, secret, entered))
    }

    private func older(_ entered: ConsoleVisit) async throws -> (IntegrationInList, ClientSecretSummary) {
        let found = try await looked(entered)
        let id = try entered.id("part", of: ClientSecret.self)
        guard let secret = found.secrets.first(where: { $0.id == id && $0.expiresAt != nil }) else {
            throw PageProblem.notFound
        }
        return (found, secret)
    }

    private func takeExtension(_ entered: ConsoleVisit, _ form: PageForm) async throws -> PageReply {
        let (found, secret) = try await older(entered)
        let id = found.listed.integration.id
        let until = entered.now.adding(seconds: Overlap(form, product.policy).seconds)
        do {
            try await store.write(as: entered.actor) { [integrations] tx in
                _ = try integrations.extendSecret(
                    secret.id, of: id, in: entered.organization.id, until: until, as: entered.actor, tx: tx)
            }
        } catch let refusal as Refusal {
            let errors = try FieldErrors(refusal, shown: [])
            return .page(extensionPage(found, secret, entered, errors), .unprocessableContent)
        }
        return PageReply.redirect(entered.url(.integrationSecrets, id.description), at: site)
            .telling(.secretExtended, at: site)
    }

    private func extensionPage(
        _ found: IntegrationInList, _ secret: ClientSecretSummary, _ entered: ConsoleVisit,
        _ errors: FieldErrors = .none
    ) -> FormPage {
        let (id, part) = (found.listed.integration.id.description, secret.id.description)
        let word = product.words[.clientSecret].singular
        return FormPage(
            shell: entered.shell(
                below: "Extend", Crumb(words: found.listed.integration.label, address: entered.link(.integration, id))),
            pageHead: PageHead(
                title: "How long may the older \(word) go on?",
                lead: secret.expiresAt.map { "\(secret.hint.text) works until \(DateWords.minute($0))." }, action: nil,
                reason: nil),
            notice: errors.notice(besides: []), sentTo: entered.link(.extendIntegrationSecret, id, part),
            token: entered.token(sentTo: .extendIntegrationSecret, id, part),
            sections: [
                FormSection(items: [.radios(Overlap.field(product, secret: word, from: "from now", isFromNow: false))])
            ], verb: "Extend", cancelLink: entered.link(.integrationSecrets, id))
    }
}
