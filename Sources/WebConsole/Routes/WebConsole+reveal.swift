import CredentialFormat
import Credentials
import HTTPTypes
import Model
import Persistence
import ProductDefinition
import SignIn

/// Looking at a secret again, where the product keeps it.
extension WebConsole {
    var revealRoutes: [PageRoute] {
        [shown(.revealIntegrationSecret, showReveal), taken(.revealIntegrationSecret, takeReveal)]
    }

    /// What came of a look.
    enum Look: Sendable {
        case shown(RevealedSecret)
        /// What to say of it above the question, and for how many seconds to wait, if that is all.
        case refused(Notice, retryAfter: Int?)
    }

    /// Whether the product has secrets be looked at again.
    var keepsSecrets: Bool { product.policy.secretVisibility == .retrievable }

    /// Looks at the secret in force.
    ///
    /// - Throws: ``SignInRefusal/reauthenticationRequired`` for who has to prove first who they are.
    func look(at id: ID<Integration>, _ entered: ConsoleVisit) async throws -> Look {
        let presence = entered.me.presence
        do {
            return .shown(
                try await store.write(as: entered.actor) { [integrations] tx in
                    try integrations.reveal(
                        id, in: entered.organization.id, presence: presence, as: entered.actor, tx: tx)
                })
        } catch Refusal.presenceRequired {
            throw SignInRefusal.reauthenticationRequired
        } catch Refusal.tooOften(let seconds) {
            return .refused(
                .caution("You looked too often. Try again in \(Spans.roughly(seconds))."), retryAfter: seconds)
        } catch let refusal as Refusal {
            let errors = try FieldErrors(of: refusal, product)
            return .refused(errors.notice(besides: []) ?? .bad("Nothing was shown."), retryAfter: nil)
        }
    }

    /// The question once more, with what stood in the way of a look.
    func reply(with question: QuestionPage, retryAfter seconds: Int?) -> PageReply {
        guard let seconds else { return .page(question, .unprocessableContent) }
        return PageReply.page(question, .tooManyRequests).with(.retryAfter, "\(seconds)")
    }

    private func question(
        _ integration: Integration, _ entered: ConsoleVisit, notice: Notice? = nil
    ) -> QuestionPage {
        let id = integration.id.description
        return RevealQuestion.page(
            entered,
            in: entered.shell(
                below: product.words[.clientSecret].capitalized,
                Crumb(words: integration.label, address: entered.link(.integration, id))),
            at: [id], cancelLink: entered.link(.integrationSecrets, id), notice: notice)
    }

    private func showReveal(_ entered: ConsoleVisit) async throws -> PageReply {
        guard keepsSecrets else { throw PageProblem.notFound }
        let integration = try await integration(entered)
        try entered.me.requireRecentAuthentication(at: entered.now)
        return .page(question(integration, entered))
    }

    private func takeReveal(_ entered: ConsoleVisit, _ form: PageForm) async throws -> PageReply {
        guard keepsSecrets else { throw PageProblem.notFound }
        let integration = try await integration(entered)
        switch try await look(at: integration.id, entered) {
        case .shown(let revealed):
            return .page(
                secretPage(
                    revealed.integration, revealed.secret, entered,
                    heading: "\(product.words[.clientSecret].capitalized) of \(revealed.integration.label)",
                    lead: RevealQuestion.lead))
        case .refused(let notice, let seconds):
            return reply(with: question(integration, entered, notice: notice), retryAfter: seconds)
        }
    }
}
