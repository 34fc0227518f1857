import CredentialFormat
import Credentials
import HTTPTypes
import Model
import Persistence
import Policy
import ProductDefinition

/// Changing several API keys of a list together: which ones are chosen on one page, and the next says what it cuts off.
extension WebConsole {
    var severalKeysRoutes: [PageRoute] {
        [shown(.severalAPIKeys, showSeveralKeys), taken(.severalAPIKeys, takeSeveralKeys)]
    }

    /// What stands before a key's identifier in the name of its box.
    private static let box = "key."

    private func listRequest(_ entered: ConsoleVisit) -> ListRequest {
        APIKeyList.request(entered, APIKeyList.filters(entered))
    }

    /// What was chosen: which keys, what to do with them, and what goes with that.
    private struct Chosen: Sendable {
        var ids: Set<ID<APIKey>> = []
        var change: SeveralKeysChange?
        /// As they were written.
        var addresses = ""

        var blocks: [String] { AddressField.blocks(of: addresses) ?? [] }
    }

    private func showSeveralKeys(_ entered: ConsoleVisit) async throws -> PageReply {
        try await choice(entered, nil)
    }

    private func takeSeveralKeys(_ entered: ConsoleVisit, _ form: PageForm) async throws -> PageReply {
        var chosen = Chosen(
            ids: Set(form.names(behind: Self.box).compactMap { ID<APIKey>(parsing: $0) }),
            change: form["do"].flatMap(SeveralKeysChange.init), addresses: form.text("allowed_addresses"))
        if AddressField.isAskedForMine(form) {
            chosen.addresses = AddressField.adding(entered.visit.address, to: chosen.addresses)
            return try await choice(entered, chosen)
        }
        let asked = chosen
        let keys = try await store.read(as: entered.actor) { [apiKeys] tx in
            try apiKeys.several(asked.ids, in: entered.organization.id, as: entered.actor, tx: tx)
        }
        let isConfirmed = form["confirmed"] == "yes"
        let problems = problems(with: asked, isEmpty: keys.isEmpty && !isConfirmed)
        guard let change = asked.change, problems.isEmpty else {
            return try await choice(entered, asked, FieldErrors(problems))
        }
        guard isConfirmed else { return .page(question(entered, keys, asked, change)) }
        do {
            return try await doneOnce(
                entered, form, next: entered.url(.apiKeys, query: listRequest(entered).query()), done(change)
            ) { [apiKeys] tx in
                try apiKeys.change(
                    asked.ids, in: entered.organization.id, by: change, addresses: asked.blocks, as: entered.actor,
                    tx: tx)
            }
        } catch let refusal as Refusal {
            let errors = try FieldErrors(refusal, shown: [])
            return .page(question(entered, keys, asked, change, errors.notice(besides: [])), .unprocessableContent)
        }
    }

    private func problems(with chosen: Chosen, isEmpty: Bool) -> [InvalidField] {
        let none = isEmpty ? [InvalidField("", "required", "Tick at least one.")] : []
        switch chosen.change {
        case .restrict? where chosen.blocks.isEmpty:
            return none + [InvalidField(AddressField.name, "required", "Say from which addresses.")]
        case .restrict?: return none + apiKeys.problems(withAddresses: chosen.blocks)
        case .disable?, .delete?: return none
        case nil: return none + [InvalidField("do", "required", "Say what to do.")]
        }
    }

    private func done(_ change: SeveralKeysChange) -> Done {
        switch change {
        case .restrict: .apiKeySaved
        case .disable: .apiKeysDisabled
        case .delete: .apiKeysDeleted
        }
    }

    /// Asks which, and what to do.
    ///
    /// - Parameter chosen: What was chosen before, nil for the first time: all that were looked for.
    private func choice(
        _ entered: ConsoleVisit, _ chosen: Chosen?, _ errors: FieldErrors = .none
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
        let ticks = found.items.map { listed in
            let key = listed.key
            let use = LastUse.sentence(key.lastUse, now: entered.now)
            return FormItem.tick(
                TickField(
                    name: Self.box + key.id.description, words: key.name,
                    under: "\(state(key, at: entered.now)), \(listed.organizationName). \(use)",
                    isTicked: chosen?.ids.contains(key.id) ?? request.isNarrow))
        }
        let options = SeveralKeysChange.allCases.map { option in
            let (words, under) = words(of: option)
            return RadioField.Option(
                value: option.rawValue, words: words, under: under, isChosen: option == chosen?.change)
        }
        var addresses = AddressField.field(chosen?.addresses ?? "", entered, errors)
        addresses.hint = "For an address rule alone: one IPv4 or IPv6 address or block a line."
        let which = ticks.isEmpty ? "The list shows none." : "Untick what shall stay as it is."
        let page = FormPage(
            shell: entered.shell(below: "Several"),
            pageHead: PageHead(
                title: "Change several \(word.plural)",
                lead: found.next == nil
                    ? "Those that the list shows. Before anything is done you’re asked again."
                    : "The first \(found.items.count) that the list shows. Before anything is done you’re asked again.",
                action: nil, reason: nil),
            notice: errors.notice(besides: ["do", AddressField.name]),
            sentTo: entered.link(.severalAPIKeys, query: request.query()),
            token: entered.token(sentTo: .severalAPIKeys),
            sections: [
                FormSection(
                    heading: "What",
                    items: [
                        .radios(
                            RadioField(
                                legend: "What to do", name: "do", options: options, error: errors["do"],
                                isRequired: true)),
                        .area(addresses),
                    ]),
                FormSection(heading: "Which", words: which, items: ticks),
            ], verb: "Continue", cancelLink: entered.link(.apiKeys, query: request.query()))
        return errors == .none ? .page(page) : .page(page, .unprocessableContent)
    }

    private func words(of change: SeveralKeysChange) -> (words: String, under: String) {
        switch change {
        case .restrict:
            ("Add an address rule", "Those without one are refused from elsewhere, from the next call on.")
        case .disable: ("Disable", "Refused from the next call on, until somebody enables each again.")
        case .delete: ("Delete", "Refused from the next call on. This can’t be undone.")
        }
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
        _ entered: ConsoleVisit, _ listed: [ListedAPIKey], _ chosen: Chosen, _ change: SeveralKeysChange,
        _ notice: Notice? = nil
    ) -> QuestionPage {
        let query = listRequest(entered).query()
        let keys = listed.map(\.key)
        let use = keys.lateUseSentence(now: entered.now) ?? "No use within the last 7 days is known."
        let counted = product.words[.apiKey].counted(keys.count)
        let names = listed.prefix(10).map { "“\($0.key.name)” in \($0.organizationName)" }
        let more = keys.count - names.count
        let verb: String
        var sentences = [names.joined(separator: ", ") + (more > 0 ? " and \(more) more." : ".")]
        switch change {
        case .restrict:
            verb = "Restrict"
            sentences += restriction(of: keys, chosen)
        case .disable:
            verb = "Disable"
            sentences += [use, "Each is refused from the next call on, until somebody enables it again."]
        case .delete:
            verb = "Delete"
            sentences += [use, "Each is refused from the next call on. This can’t be undone."]
        }
        let fields =
            keys.map { HiddenField(name: Self.box + $0.id.description, value: "on") }
            + [
                HiddenField(name: "do", value: change.rawValue), HiddenField(name: "confirmed", value: "yes"),
                HiddenField(name: AddressField.name, value: chosen.blocks.joined(separator: " ")), .idempotencyKey(),
            ]
        return QuestionPage(
            shell: entered.shell(below: verb),
            confirmation: Confirmation(
                title: "\(verb) \(counted)?", consequence: sentences.joined(separator: " "),
                verb: "\(verb) \(counted)", action: entered.link(.severalAPIKeys, query: query),
                token: entered.token(sentTo: .severalAPIKeys), fields: fields,
                cancelLink: entered.link(.severalAPIKeys, query: query), alternative: nil, isTyped: false, expected: "",
                isHarmless: change != .delete),
            notice: notice)
    }

    /// From where they may be used then, and which of them were used from elsewhere.
    private func restriction(of keys: [APIKey], _ chosen: Chosen) -> [String] {
        let rule = AddressRule(within: chosen.blocks.compactMap { IPRange($0) })
        let free = keys.filter { apiKeys.getsAddressRule($0) }
        let outside = free.count { key in key.lastUse.map { rule?.allows($0.address) != true } ?? false }
        let kept = keys.count - free.count
        return [
            "\(Numbers.words(free.count)) may be used from \(chosen.blocks.joined(separator: ", ")) alone, from the next call on.",
            kept == 0
                ? nil
                : "\(Numbers.words(kept)) \(kept == 1 ? "has a rule or has" : "have a rule or have") expired, and \(kept == 1 ? "stays" : "stay") as \(kept == 1 ? "it is" : "they are").",
            outside == 0
                ? "No last use from elsewhere is known."
                : "\(Numbers.words(outside)) \(outside == 1 ? "was" : "were") used from elsewhere last: what does so stops.",
        ].compactMap(\.self)
    }
}
