import CredentialFormat
import Credentials
import HTTPTypes
import Model
import Persistence
import Policy
import ProductDefinition

/// Disabling or deleting several API keys of a list: which ones are chosen on one page, and the next says what it cuts off.
extension WebConsole {
    var severalKeysRoutes: [PageRoute] {
        [shown(.severalAPIKeys, showSeveralKeys), taken(.severalAPIKeys, takeSeveralKeys)]
    }

    /// What stands before a key's identifier in the name of its box.
    private static let box = "key."

    private func listRequest(_ entered: ConsoleVisit) -> ListRequest {
        ListRequest(
            entered.visit, filters: APIKeyList.filters(entered).map(\.name),
            columns: APIKeyQuery.Order.allCases.map(\.rawValue))
    }

    private func showSeveralKeys(_ entered: ConsoleVisit) async throws -> PageReply {
        try await choice(entered, chosen: nil, change: nil)
    }

    private func takeSeveralKeys(_ entered: ConsoleVisit, _ form: PageForm) async throws -> PageReply {
        let ids = Set(form.names(behind: Self.box).compactMap { ID<APIKey>(parsing: $0) })
        let keys = try await store.read(as: entered.actor) { [apiKeys] tx in
            try apiKeys.several(ids, in: entered.organization.id, as: entered.actor, tx: tx)
        }
        let asked = form["do"].flatMap(SeveralKeysChange.init)
        let isConfirmed = form["confirmed"] == "yes"
        guard let change = asked, !keys.isEmpty || isConfirmed else {
            let errors = [
                asked == nil ? InvalidField("do", "required", "Say what to do.") : nil,
                keys.isEmpty ? InvalidField("", "required", "Tick at least one.") : nil,
            ]
            return try await choice(entered, chosen: ids, change: asked, FieldErrors(errors.compactMap(\.self)))
        }
        guard isConfirmed else { return .page(question(entered, keys, change)) }
        do {
            return try await doneOnce(
                entered, form, next: entered.url(.apiKeys, query: listRequest(entered).query()),
                change == .disable ? .apiKeysDisabled : .apiKeysDeleted
            ) { [apiKeys] tx in
                _ = try apiKeys.change(ids, in: entered.organization.id, by: change, as: entered.actor, tx: tx)
            }
        } catch let refusal as Refusal {
            let errors = try FieldErrors(refusal, shown: [])
            return .page(question(entered, keys, change, errors.notice(besides: [])), .unprocessableContent)
        }
    }

    /// Asks which, and what to do.
    ///
    /// - Parameter chosen: Those that were ticked before, nil for the first time: all that were looked for.
    private func choice(
        _ entered: ConsoleVisit, chosen: Set<ID<APIKey>>?, change: SeveralKeysChange?, _ errors: FieldErrors = .none
    ) async throws -> PageReply {
        let request = listRequest(entered)
        var query = APIKeyList.query(request, entered)
        query.after = nil
        let asked = query
        let found = try await store.read(as: entered.actor) { [apiKeys] tx in
            try apiKeys.list(
                in: entered.organization,
                includeDescendants: !request.filters.contains(APIKeyList.Filter.here.rawValue), asked,
                limit: APIKeyService.mostChangedTogether, countingTo: 1, as: entered.actor, tx: tx
            ).page
        }
        let word = product.words[.apiKey]
        let isNarrow = request.search != nil || !request.filters.isEmpty
        let ticks = found.items.map { listed in
            let key = listed.key
            let use = LastUse.sentence(key.lastUse, now: entered.now)
            return FormItem.tick(
                TickField(
                    name: Self.box + key.id.description, words: key.name,
                    under: "\(state(key, at: entered.now)), \(listed.organizationName). \(use)",
                    isTicked: chosen?.contains(key.id) ?? isNarrow))
        }
        let options = SeveralKeysChange.allCases.map { option in
            RadioField.Option(
                value: option.rawValue, words: option == .disable ? "Disable" : "Delete",
                under: option == .disable
                    ? "Refused from the next call on, until somebody enables each again."
                    : "Refused from the next call on. This can’t be undone.", isChosen: option == change)
        }
        let page = FormPage(
            shell: entered.shell(below: "Several"),
            pageHead: PageHead(
                title: "Disable or delete several \(word.plural)",
                lead: found.next == nil
                    ? "Those that the list shows. Before anything is done you’re asked again."
                    : "The first \(found.items.count) that the list shows. Before anything is done you’re asked again.",
                action: nil, reason: nil),
            notice: errors.notice(besides: ["do"]),
            sentTo: entered.link(.severalAPIKeys, query: request.query()),
            token: entered.token(sentTo: .severalAPIKeys),
            sections: [
                FormSection(
                    heading: "What",
                    items: [
                        .radios(
                            RadioField(
                                legend: "What to do", name: "do", options: options, error: errors["do"],
                                isRequired: true))
                    ]),
                FormSection(
                    heading: "Which",
                    words: ticks.isEmpty ? "The list shows none." : "Untick what shall stay as it is.", items: ticks),
            ], verb: "Continue", cancelLink: entered.link(.apiKeys, query: request.query()))
        return errors == .none ? .page(page) : .page(page, .unprocessableContent)
    }

    private func state(_ key: APIKey, at now: Instant) -> String {
        switch key.state(at: now) {
        case .active: "Active"
        case .disabled: "Disabled"
        case .expired: "Expired"
        }
    }

    /// Asks once more, with what it cuts off in numbers.
    private func question(
        _ entered: ConsoleVisit, _ keys: [ListedAPIKey], _ change: SeveralKeysChange, _ notice: Notice? = nil
    ) -> QuestionPage {
        let query = listRequest(entered).query()
        let counted = product.words[.apiKey].counted(keys.count)
        let verb = change == .disable ? "Disable" : "Delete"
        let used = keys.count { listed in
            listed.key.lastUse.map { entered.now.seconds(since: $0.at) < 7 * 86_400 } ?? false
        }
        let names = keys.prefix(10).map { "“\($0.key.name)” in \($0.organizationName)" }
        let more = keys.count - names.count
        let sentences = [
            names.joined(separator: ", ") + (more > 0 ? " and \(more) more." : "."),
            used == 0
                ? "No use within the last 7 days is known."
                : "\(Numbers.words(used)) of them \(used == 1 ? "was" : "were") used in the last 7 days: what does so stops.",
            change == .disable
                ? "Each is refused from the next call on, until somebody enables it again."
                : "Each is refused from the next call on. This can’t be undone.",
        ]
        let fields =
            keys.map { HiddenField(name: Self.box + $0.key.id.description, value: "on") }
            + [
                HiddenField(name: "do", value: change.rawValue), HiddenField(name: "confirmed", value: "yes"),
                .idempotencyKey(),
            ]
        return QuestionPage(
            shell: entered.shell(below: verb),
            confirmation: Confirmation(
                title: "\(verb) \(counted)?", consequence: sentences.joined(separator: " "),
                verb: "\(verb) \(counted)", action: entered.link(.severalAPIKeys, query: query),
                token: entered.token(sentTo: .severalAPIKeys), fields: fields,
                cancelLink: entered.link(.severalAPIKeys, query: query), alternative: nil, isTyped: false, expected: "",
                isHarmless: change == .disable),
            notice: notice)
    }
}
