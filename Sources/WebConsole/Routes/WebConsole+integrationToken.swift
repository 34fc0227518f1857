import CredentialFormat
import Credentials
import HTTPTypes
import Model
import Persistence
import Policy
import ProductDefinition

/// An access token that somebody makes by hand for an integration.
extension WebConsole {
    var integrationTokenRoutes: [PageRoute] {
        [shown(.integrationToken, showToken), taken(.integrationToken, takeToken)]
    }

    private func showToken(_ entered: ConsoleVisit) async throws -> PageReply {
        .page(tokenPage(try await integration(entered), entered))
    }

    private func takeToken(_ entered: ConsoleVisit, _ form: PageForm) async throws -> PageReply {
        let id: ID<Integration> = try entered.id()
        let token: HandmadeToken
        do {
            token = try await store.write { [integrations] tx in
                try integrations.recordHandmadeToken(of: id, in: entered.organization.id, as: entered.actor, tx: tx)
            }
        } catch let refusal as Refusal {
            let errors = try FieldErrors(refusal, shown: [])
            return .page(tokenPage(try await integration(entered), entered, errors), .unprocessableContent)
        }
        let text = try sealToken(token)
        let label = token.integration.label
        let commands = TokenCommands(site: site, product: product)
        return .page(
            SecretPage(
                shell: entered.shell(
                    below: "Token", Crumb(words: label, address: entered.link(.integration, id.description))),
                heading: "Token of \(label)",
                lead:
                    "It works until \(DateWords.minute(token.expiresAt)), and is shown this once. Whoever has it may do what \(label) may.",
                secret: CodeBlock(text, label: "Access token", isSecret: true),
                file: ("\(product.name) \(label) token", [text]), commands: [commands.call(text)],
                keptWords: "I’ve copied the token", doneLink: entered.link(.integration, id.description)))
    }

    private func tokenPage(
        _ integration: Integration, _ entered: ConsoleVisit, _ errors: FieldErrors = .none
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
            notice: errors.notice(besides: []), sentTo: entered.link(.integrationToken, id),
            token: entered.token(sentTo: .integrationToken, id),
            sections: [
                FormSection(items: [
                    .facts([
                        Fact(term: product.words[.integration].capitalized, text: integration.label),
                        Fact(
                            term: "Good for", text: Spans.words(seconds),
                            under: "until \(DateWords.minute(entered.now.adding(seconds: seconds)))"),
                        Fact(
                            term: "May", text: integration.scopes.listed(product).map(\.words).joined(separator: ", ")),
                    ])
                ])
            ], verb: "Create token", cancelLink: entered.link(.integration, id))
    }
}
