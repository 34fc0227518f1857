import CredentialFormat
import Credentials
import HTTPTypes
import Model
import Persistence
import Policy
import ProductDefinition
import SignIn

/// An access token that somebody makes by hand for an integration.
extension WebConsole {
    var integrationTokenRoutes: [PageRoute] {
        [shown(.integrationToken, showToken), taken(.integrationToken, takeToken)]
    }

    /// A token that was just made, as it is shown.
    struct ShownToken: Sendable {
        let text: String
        let expiresAt: Instant
        /// For whom it acts: their name, or else their identifier. Nil for the integration itself.
        let contact: String?

        /// What it is good for.
        func sentence(_ product: Product) -> String? {
            contact.map { "It acts for \($0), \(product.words[.contact].indefinite)." }
        }
    }

    /// Those for whom a token by hand can act, as far as who asks may say so.
    func tokenContacts(_ entered: ConsoleVisit) async throws -> TokenContactField {
        let found = try await store.read(as: entered.actor) { [integrations] tx in
            try integrations.contactsForTokens(
                in: entered.organization.id, limit: TokenContactField.most + 1, as: entered.actor, tx: tx)
        }
        return TokenContactField(found, me: entered.me.member.id)
    }

    /// Makes a token once for a form, for the contact that it names.
    ///
    /// - Returns: Nil where the same form made one before, which is not to be had any more.
    func makeToken(of id: ID<Integration>, _ entered: ConsoleVisit, _ form: PageForm) async throws -> ShownToken? {
        let (actor, path, organization) = (entered.actor, entered.visit.path, entered.organization.id)
        let chosen = form.value(of: TokenContactField.name)
        let outcome = try await store.write(as: entered.actor) { [integrations, repetitions, sealToken] tx in
            try repetitions.once(form, sentTo: path, as: actor, tx: tx) { tx in
                let made = try integrations.recordHandmadeToken(
                    of: id, in: organization, contact: chosen, as: actor, tx: tx)
                let name = try made.contact.flatMap { try tx.contact($0)?.name } ?? ""
                return (id: "\(made.expiresAt.seconds) \(name)", secret: try sealToken(made))
            }
        }
        guard case .shown(let words, let text) = outcome, let end = Int64(words.prefix { $0 != " " }) else {
            return nil
        }
        let name = String(words.drop { $0 != " " }.dropFirst())
        return ShownToken(text: text, expiresAt: Instant(seconds: end), contact: name.isEmpty ? nil : name)
    }

    private func showToken(_ entered: ConsoleVisit) async throws -> PageReply {
        let integration = try await integration(entered)
        return .page(tokenPage(integration, try await tokenContacts(entered), entered))
    }

    private func takeToken(_ entered: ConsoleVisit, _ form: PageForm) async throws -> PageReply {
        let integration = try await integration(entered)
        let (id, label) = (integration.id.description, integration.label)
        let token: ShownToken?
        do {
            token = try await makeToken(of: integration.id, entered, form)
        } catch let refusal as Refusal {
            let errors = try FieldErrors(refusal, shown: [TokenContactField.name])
            return .page(
                tokenPage(
                    integration, try await tokenContacts(entered), entered,
                    chosen: form.value(of: TokenContactField.name) ?? "", errors), .unprocessableContent)
        }
        guard let token else {
            return PageReply.redirect(entered.url(.integration, id), at: site).telling(.tokenShownBefore, at: site)
        }
        let commands = TokenCommands(site: site, product: product)
        return .page(
            SecretPage(
                shell: entered.shell(below: "Token", Crumb(words: label, address: entered.link(.integration, id))),
                heading: "Token of \(label)",
                lead: [
                    "It works until \(DateWords.minute(token.expiresAt)), and is shown this once. Whoever has it may do what \(label) may.",
                    token.sentence(product),
                ].compactMap(\.self).joined(separator: " "),
                secret: CodeBlock(token.text, label: "Access token", isSecret: true),
                file: ("\(product.name) \(label) token", [token.text]), commands: [commands.call(token.text)],
                keptWords: "I’ve copied the token", doneLink: entered.link(.integration, id)))
    }

    private func tokenPage(
        _ integration: Integration, _ contacts: TokenContactField, _ entered: ConsoleVisit, chosen: String? = nil,
        _ errors: FieldErrors = .none
    ) -> FormPage {
        let id = integration.id.description
        let seconds = min(
            integration.accessTokenSeconds ?? product.policy.accessTokenSeconds,
            product.policy.accessTokenMaximumSeconds)
        return FormPage(
            shell: entered.shell(
                below: "Token", Crumb(words: integration.label, address: entered.link(.integration, id))),
            pageHead: PageHead(
                title: "Create a token by hand",
                lead:
                    "For trying something out: programs get theirs with the \(product.words[.clientSecret].singular). It’s noted in the audit log that you made it.",
                action: nil, reason: nil),
            notice: errors.notice(besides: [TokenContactField.name]), sentTo: entered.link(.integrationToken, id),
            token: entered.token(sentTo: .integrationToken, id),
            fields: [.idempotencyKey()],
            sections: [
                FormSection(
                    items: [
                        .facts([
                            Fact(term: product.words[.integration].capitalized, text: integration.label),
                            Fact(
                                term: "Valid for", text: Spans.words(seconds),
                                under: "until \(DateWords.minute(entered.now.adding(seconds: seconds)))"),
                            Fact(
                                term: "Scopes",
                                text: integration.scopes.listed(product).map(\.words).joined(separator: ", ")),
                        ])
                    ] + contacts.items(entered, chosen: chosen, errors))
            ], verb: "Create token", cancelLink: entered.link(.integration, id))
    }
}
