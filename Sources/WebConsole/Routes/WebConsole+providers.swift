import Connections
import HTTPTypes
import Model
import Persistence
import ProductDefinition
import ProviderDefinition
import SignIn

/// The operator's own clients at the providers, for those of the operator's people who manage connections.
extension WebConsole {
    var providerRoutes: [PageRoute] {
        [
            shown(.providers, showProviders), shown(.providerSecret, showProviderSecret),
            taken(.providerSecret, takeProviderSecret),
        ]
    }

    private typealias Known = (choice: ProviderChoice, state: ProviderAccessState?)

    private func providers(_ entered: OperatorVisit) async throws -> [Known] {
        let desk = try connectionDesk()
        guard !product.providers.isEmpty else { throw PageProblem.notFound }
        return try await store.read(as: entered.actor) { tx in
            try desk.clients.describe(desk.service.choices, at: entered.now, as: entered.actor, tx: tx)
        }
    }

    /// The provider in the path, whose secret is kept here.
    private func provider(_ entered: OperatorVisit) async throws -> Known {
        let (desk, name) = (try connectionDesk(), entered.visit.segment("id"))
        let known = try await providers(entered)
        guard let found = known.first(where: { $0.choice.provider.identifier == name }),
            desk.keptSecrets().contains(found.choice.offer.provider)
        else { throw PageProblem.notFound }
        return found
    }

    private func showProviders(_ entered: OperatorVisit) async throws -> PageReply {
        let desk = try connectionDesk()
        let kept = desk.keptSecrets()
        let panels = try await providers(entered).map { known in
            ProviderPanel.panel(
                known.choice, known.state, isKept: kept.contains(known.choice.offer.provider),
                redirectURI: desk.service.redirectURI(of: known.choice.provider.identifier), entered)
        }
        return .page(
            DetailPage(
                shell: entered.shell(),
                pageHead: PageHead(
                    title: "Providers",
                    lead: "Where your customers sign in through you. Register the redirect URI of each there.",
                    action: nil, reason: nil), headBadge: nil, tabs: nil, panels: panels,
                notice: entered.doneNotice))
    }

    private func showProviderSecret(_ entered: OperatorVisit) async throws -> PageReply {
        let known = try await provider(entered)
        try entered.me.requireRecentAuthentication(at: entered.now)
        return .page(ProviderPanel.form(known.choice, known.state, entered))
    }

    private func takeProviderSecret(_ entered: OperatorVisit, _ form: PageForm) async throws -> PageReply {
        let (desk, known) = (try connectionDesk(), try await provider(entered))
        try entered.me.requireRecentAuthentication(at: entered.now)
        do {
            try await desk.clients.setSecret(
                form.text("secret"), of: known.choice.offer, overlap: ProviderPanel.overlap(form), as: entered.actor)
        } catch let refusal as Refusal {
            let errors = try FieldErrors(refusal, shown: ProviderPanel.names)
            return .page(ProviderPanel.form(known.choice, known.state, entered, errors), .unprocessableContent)
        }
        return PageReply.redirect(.operating(.providers, "-"), at: site).telling(.providerSecretSaved, at: site)
    }
}
