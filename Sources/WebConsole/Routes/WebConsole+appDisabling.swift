import CredentialFormat
import Credentials
import Model
import Persistence
import ProductDefinition

/// One app: refused for a while, and accepted again.
extension WebConsole {
    var appDisablingRoutes: [PageRoute] {
        [
            shown(.disableApp, showDisablingOfApp), taken(.disableApp, takeDisablingOfApp),
            taken(.enableApp, on: .app, takeEnablingOfApp),
        ]
    }

    private func showDisablingOfApp(_ entered: ConsoleVisit) async throws -> PageReply {
        let id: ID<App> = try entered.id()
        let listed = try await store.read(as: entered.actor) { [apps] tx in
            try apps.describe(id, in: entered.organization.id, as: entered.actor, tx: tx)
        }
        let (app, text) = (listed.app, id.description)
        return .page(
            QuestionPage(
                shell: entered.shell(below: "Disable", of: app),
                confirmation: Confirmation(
                    title: "Disable \(app.name)?",
                    consequence: """
                        \(LastUse.sentence(listed.lastUse, now: entered.now)) Nobody can give it access meanwhile, and its tokens are \
                        refused from the next call on, until you enable it again. What people gave it stays.
                        """, verb: "Disable \(product.words[.app].singular)", action: entered.formLink(text),
                    token: entered.token(sentTo: .disableApp, text), fields: [],
                    cancelLink: entered.backLink(or: .app, text),
                    alternative: nil, isTyped: false, expected: "", isHarmless: true)))
    }

    private func takeDisablingOfApp(_ entered: ConsoleVisit, _ form: PageForm) async throws -> PageReply {
        let id: ID<App> = try entered.id()
        try await store.write(as: entered.actor) { [apps] tx in
            _ = try apps.disable(id, in: entered.organization.id, as: entered.actor, tx: tx)
        }
        return PageReply.redirect(entered.back(or: .app, id.description), at: site)
            .telling(.appDisabled, at: site)
    }

    private func takeEnablingOfApp(_ entered: ConsoleVisit, _ form: PageForm) async throws -> PageReply {
        let id: ID<App> = try entered.id()
        do {
            try await store.write(as: entered.actor) { [apps] tx in
                _ = try apps.enable(id, in: entered.organization.id, as: entered.actor, tx: tx)
            }
        } catch let refusal as Refusal {
            return refused(try FieldErrors(refusal, shown: []), entered, backTo: .apps)
        }
        return PageReply.redirect(entered.url(.app, id.description), at: site).telling(.appEnabled, at: site)
    }
}
