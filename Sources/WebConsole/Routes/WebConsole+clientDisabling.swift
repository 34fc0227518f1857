import CredentialFormat
import Credentials
import Model
import Persistence
import ProductDefinition

/// The one pair of an organization: refused for a while, and accepted again.
extension WebConsole {
    var clientDisablingRoutes: [PageRoute] {
        [
            shown(.disableClient, showDisablingOfClient), taken(.disableClient, takeDisablingOfClient),
            taken(.enableClient, on: .client, takeEnablingOfClient),
        ]
    }

    private func showDisablingOfClient(_ entered: ConsoleVisit) async throws -> PageReply {
        guard let found = try await client(entered) else { return .redirect(entered.url(.client), at: site) }
        let pair = ClientWords(words: product.words).pair
        let use = found.secrets.compactMap(\.lastUse).max { $0.at < $1.at }
        return .page(
            QuestionPage(
                shell: entered.shell(below: "Disable"),
                confirmation: Confirmation(
                    title: "Disable \(pair)?",
                    consequence: """
                        \(LastUse.sentence(use, now: entered.now)) Programs get no more tokens by them, and those that they have are \
                        refused from the next call on, until you enable it again.
                        """, verb: "Disable \(pair)", action: entered.link(.disableClient),
                    token: entered.token(sentTo: .disableClient), fields: [], cancelLink: entered.link(.client),
                    alternative: nil, isTyped: false, expected: "", isHarmless: true)))
    }

    private func takeDisablingOfClient(_ entered: ConsoleVisit, _ form: PageForm) async throws -> PageReply {
        guard let found = try await client(entered) else { return .redirect(entered.url(.client), at: site) }
        try await store.write(as: entered.actor) { [integrations, id = found.integration.id] tx in
            _ = try integrations.disable(id, in: entered.organization.id, as: entered.actor, tx: tx)
        }
        return PageReply.redirect(entered.url(.client), at: site).telling(.integrationDisabled, at: site)
    }

    private func takeEnablingOfClient(_ entered: ConsoleVisit, _ form: PageForm) async throws -> PageReply {
        guard let found = try await client(entered) else { return .redirect(entered.url(.client), at: site) }
        do {
            try await store.write(as: entered.actor) { [integrations, id = found.integration.id] tx in
                _ = try integrations.enable(id, in: entered.organization.id, as: entered.actor, tx: tx)
            }
        } catch let refusal as Refusal {
            return refused(try FieldErrors(refusal, shown: []), entered, backTo: .client)
        }
        return PageReply.redirect(entered.url(.client), at: site).telling(.integrationEnabled, at: site)
    }
}
