import CredentialFormat
import Credentials
import HTTPTypes
import Model
import Persistence
import ProductDefinition
import SignIn

/// Disabling all API keys that somebody looks after, or that were left behind.
extension WebConsole {
    /// What is disabled, and what knows no disabling and stays as it is.
    private struct Affected: Sendable {
        let keys: [APIKey]
        let integrations: Int
        let apps: Int
        /// Whose it is or was, nil for all that was left behind.
        let name: String?
        let isHere: Bool

        /// `that Ada looks after`, nil for all that was left behind.
        var whose: String? { name.map { isHere ? "that \($0) looks after" : "that \($0) left behind" } }
    }

    /// Asks, with what it cuts off in numbers.
    ///
    /// - Parameter id: Whose keys, nil for all that were left behind.
    func askToDisable(_ entered: ConsoleVisit, ofPerson id: ID<Member>?) async throws -> PageReply {
        let affected = try await affected(entered, id)
        guard affected.keys.isEmpty else { return .page(question(entered, id, affected)) }
        return .page(
            MessagePage(
                heading: "Nothing to disable",
                paragraphs: [
                    "No \(product.words[.apiKey].singular) \(affected.whose ?? "that was left behind") works any more.",
                    others(affected),
                ].compactMap(\.self),
                link: PageLink(words: "Back", address: site.link(page(entered, id, affected))), isQuiet: true,
                shell: entered.shell(below: "Disable")))
    }

    func takeDisabling(
        _ entered: ConsoleVisit, _ form: PageForm, ofPerson id: ID<Member>?
    ) async throws -> PageReply {
        let affected = try await affected(entered, id)
        let filter = filter(entered, id)
        do {
            return try await doneOnce(entered, form, next: page(entered, id, affected), .apiKeysDisabled) {
                [apiKeys] tx in
                _ = try apiKeys.disableWorkingKeys(filter, in: entered.organization.id, as: entered.actor, tx: tx)
            }
        } catch let refusal as Refusal {
            let errors = try FieldErrors(refusal, shown: [])
            return .page(question(entered, id, affected, errors.notice(besides: [])), .conflict)
        }
    }

    private func filter(_ entered: ConsoleVisit, _ id: ID<Member>?) -> StewardFilter {
        id.map(StewardFilter.member) ?? .left(account: entered.organization.account)
    }

    private func affected(_ entered: ConsoleVisit, _ id: ID<Member>?) async throws -> Affected {
        let (organization, actor, filter) = (entered.organization, entered.actor, filter(entered, id))
        let kinds = entered.readableKinds
        return try await store.read(as: entered.actor) { [apiKeys, stewards] tx in
            // Whoever is not known here is not found.
            let first =
                try id.map {
                    try stewards.list(of: $0, in: organization.id, page: Model.Page(limit: 1), as: actor, tx: tx).items
                        .first
                } ?? nil
            let member = try id.flatMap { try tx.member($0) }
            let path = try id == nil ? organization.path : actor.reach.bound()
            return Affected(
                keys: try apiKeys.workingKeys(filter, in: organization.id, as: actor, tx: tx),
                integrations: try tx.stewardedCount(
                    filter, kinds: kinds.intersection([.integration]), within: path,
                    limit: PeopleList.countedTo),
                apps: try tx.stewardedCount(
                    filter, kinds: kinds.intersection([.app]), within: path, limit: PeopleList.countedTo),
                name: id.map { _ in member?.name ?? first?.formerName ?? "somebody who left" },
                isHere: member?.organization == organization.id)
        }
    }

    /// Where it is seen what became of it.
    private func page(_ entered: ConsoleVisit, _ id: ID<Member>?, _ affected: Affected) -> ConsoleURL {
        guard let id, affected.isHere else { return entered.url(.leftBehind) }
        return entered.url(.person, id.description)
    }

    private func question(
        _ entered: ConsoleVisit, _ id: ID<Member>?, _ affected: Affected, _ notice: Notice? = nil
    ) -> QuestionPage {
        let words = product.words
        let count = affected.keys.count
        let identifiers = id.map { [$0.description] } ?? []
        let keys = words[.apiKey].counted(count)
        let sentences: [String?] = [
            "\(keys) \(affected.whose ?? "left behind") \(count == 1 ? "is" : "are") refused from the next call on, until somebody enables \(count == 1 ? "it" : "each of them") again.",
            affected.keys.map(\.lastUse).lateUseSentence(now: entered.now) ?? "None was used in the last 7 days.",
            count == APIKeyService.mostDisabledTogether
                ? "No more than \(Numbers.words(count)) are disabled at a time." : nil,
            others(affected),
        ]
        return QuestionPage(
            shell: entered.shell(
                below: "Disable",
                Crumb(
                    words: affected.isHere ? affected.name ?? "Left behind" : "Left behind",
                    address: site.link(page(entered, id, affected)))),
            confirmation: Confirmation(
                title: "Disable \(keys)?", consequence: sentences.compactMap(\.self).joined(separator: " "),
                verb: "Disable \(count == 1 ? words[.apiKey].singular : words[.apiKey].plural)",
                action: entered.link(entered.page, at: identifiers),
                token: id.map { entered.token(sentTo: entered.page, $0.description) }
                    ?? entered.token(sentTo: entered.page),
                fields: [.idempotencyKey()],
                cancelLink: site.link(page(entered, id, affected)), alternative: nil, isTyped: false, expected: ""),
            notice: notice)
    }

    /// What knows no disabling, nil where there is none of it.
    private func others(_ affected: Affected) -> String? {
        let others = [(affected.integrations, Term.integration), (affected.apps, .app)].filter { $0.0 > 0 }
            .map { product.words[$0.1].counted($0.0) }
        guard !others.isEmpty else { return nil }
        let isOne = affected.integrations + affected.apps == 1
        return
            "\(others.joined(separator: " and ")) can’t be disabled and \(isOne ? "goes" : "go") on: rotate or delete \(isOne ? "it" : "each")."
    }
}
