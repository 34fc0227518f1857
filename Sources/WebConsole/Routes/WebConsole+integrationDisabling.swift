import CredentialFormat
import Credentials
import Model
import Persistence
import ProductDefinition

/// One integration: refused for a while, and accepted again.
extension WebConsole {
    var integrationDisablingRoutes: [PageRoute] {
        [
            shown(.disableIntegration, showDisablingOfIntegration),
            taken(.disableIntegration, takeDisablingOfIntegration),
            taken(.enableIntegration, on: .integration, takeEnablingOfIntegration),
        ]
    }

    private func showDisablingOfIntegration(_ entered: ConsoleVisit) async throws -> PageReply {
        let id: ID<Integration> = try entered.id()
        let listed = try await store.read(as: entered.actor) { [integrations] tx in
            try integrations.look(id, in: entered.organization.id, as: entered.actor, tx: tx).listed
        }
        let (integration, text) = (listed.integration, id.description)
        return .page(
            QuestionPage(
                shell: entered.shell(
                    below: "Disable", Crumb(words: integration.label, address: entered.link(.integration, text))),
                confirmation: Confirmation(
                    title: "Disable \(integration.label)?",
                    consequence: """
                        \(LastUse.sentence(listed.lastUse, now: entered.now)) It gets no more tokens, and those that it has are \
                        refused from the next call on, until you enable it again.
                        """, verb: "Disable \(product.words[.integration].singular)", action: entered.formLink(text),
                    token: entered.token(sentTo: .disableIntegration, text), fields: [],
                    cancelLink: entered.backLink(or: .integration, text),
                    alternative: PageLink(
                        words: "Rotate its secret instead", address: entered.onwardLink(.rotateIntegration, text)),
                    isTyped: false, expected: "", isHarmless: true)))
    }

    private func takeDisablingOfIntegration(_ entered: ConsoleVisit, _ form: PageForm) async throws -> PageReply {
        let id: ID<Integration> = try entered.id()
        try await store.write(as: entered.actor) { [integrations] tx in
            _ = try integrations.disable(id, in: entered.organization.id, as: entered.actor, tx: tx)
        }
        return PageReply.redirect(entered.back(or: .integration, id.description), at: site)
            .telling(.integrationDisabled, at: site)
    }

    private func takeEnablingOfIntegration(_ entered: ConsoleVisit, _ form: PageForm) async throws -> PageReply {
        let id: ID<Integration> = try entered.id()
        do {
            try await store.write(as: entered.actor) { [integrations] tx in
                _ = try integrations.enable(id, in: entered.organization.id, as: entered.actor, tx: tx)
            }
        } catch let refusal as Refusal {
            return refused(try FieldErrors(refusal, shown: []), entered, backTo: .integrations)
        }
        return PageReply.redirect(entered.url(.integration, id.description), at: site).telling(
            .integrationEnabled, at: site)
    }
}
