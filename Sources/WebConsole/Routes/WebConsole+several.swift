import CredentialFormat
import Credentials
import HTTPTypes
import Model
import Persistence
import Policy
import ProductDefinition

/// Changing several credentials of a list together: which ones are chosen on one page, and the next says what it cuts off.
extension WebConsole {
    /// The page of a kind of credentials.
    func severalRoutes(_ kind: StewardedID.Kind) -> [PageRoute] {
        [
            shown(kind.severalPage) { entered in try await severalChoice(entered, kind, nil) },
            taken(kind.severalPage) { entered, form in try await takeSeveral(entered, kind, form) },
        ]
    }

    /// What stands before a credential's identifier in the name of its box.
    private static let box = "one."

    /// What was chosen: which ones, what to do with them, and what goes with that.
    private struct Chosen: Sendable {
        var ids: Set<StewardedID> = []
        var change: SeveralChange?
        /// As they were written.
        var addresses = ""

        var blocks: [String] { AddressField.blocks(of: addresses) ?? [] }
    }

    private func takeSeveral(
        _ entered: ConsoleVisit, _ kind: StewardedID.Kind, _ form: PageForm
    ) async throws -> PageReply {
        var chosen = Chosen(
            ids: Set(form.names(behind: Self.box).compactMap { StewardedID(parsing: $0) }),
            change: form["do"].flatMap(SeveralChange.init), addresses: form.text("allowed_addresses"))
        if AddressField.isAskedForMine(form) {
            chosen.addresses = AddressField.adding(entered.visit.address, to: chosen.addresses)
            return try await severalChoice(entered, kind, chosen)
        }
        let asked = chosen
        let found = try await store.read(as: entered.actor) { [several] tx in
            try several.find(asked.ids, of: kind, in: entered.organization.id, as: entered.actor, tx: tx)
        }
        let isConfirmed = form["confirmed"] == "yes"
        let problems = problems(with: asked, of: kind, isEmpty: found.isEmpty && !isConfirmed)
        guard let change = asked.change, problems.isEmpty else {
            return try await severalChoice(entered, kind, asked, FieldErrors(problems))
        }
        guard isConfirmed else { return .page(question(entered, kind, found, asked, change)) }
        do {
            let list = entered.url(kind.listPage, query: listRequest(entered, kind).query())
            return try await doneOnce(entered, form, next: list, done(change, kind)) { [several] tx in
                try several.change(
                    asked.ids, of: kind, in: entered.organization.id, by: change, addresses: asked.blocks,
                    as: entered.actor, tx: tx)
            }
        } catch let refusal as Refusal {
            let errors = try FieldErrors(refusal, shown: [])
            return .page(
                question(entered, kind, found, asked, change, errors.notice(besides: [])), .unprocessableContent)
        }
    }

    private func problems(with chosen: Chosen, of kind: StewardedID.Kind, isEmpty: Bool) -> [InvalidField] {
        let none = isEmpty ? [InvalidField("", "required", "Tick at least one.")] : []
        guard let change = chosen.change, SeveralChange.offered(for: kind).contains(change) else {
            return none + [InvalidField("do", "required", "Say what to do.")]
        }
        return none + several.problems(with: change, of: kind, addresses: chosen.blocks)
    }

    private func done(_ change: SeveralChange, _ kind: StewardedID.Kind) -> Done {
        switch (change, kind) {
        case (.restrict, .apiKey): .apiKeySaved
        case (.restrict, .integration): .integrationSaved
        case (.restrict, .app): .appSaved
        case (.disable, .apiKey): .apiKeysDisabled
        case (.disable, .integration): .integrationsDisabled
        case (.disable, .app): .appsDisabled
        case (.delete, .apiKey): .apiKeysDeleted
        case (.delete, .integration): .integrationsDeleted
        case (.delete, .app): .appsDeleted
        }
    }

    private func listRequest(_ entered: ConsoleVisit, _ kind: StewardedID.Kind) -> ListRequest {
        switch kind {
        case .apiKey: APIKeyList.request(entered, APIKeyList.filters(entered))
        case .integration: IntegrationList.request(entered, IntegrationList.filters(entered))
        case .app: AppList.request(entered, AppList.filters(entered))
        }
    }

    /// The first ones that a list shows, and whether there are more.
    private func listed(
        _ entered: ConsoleVisit, _ kind: StewardedID.Kind, by request: ListRequest
    ) async throws -> (found: [CredentialOfSeveral], isCut: Bool) {
        let isDeep = !request.filters.contains(AppList.here)
        let (place, actor, limit, now) = (entered.organization, entered.actor, SeveralService.most, entered.now)
        switch kind {
        case .apiKey:
            let query = APIKeyList.query(request, entered)
            let page = try await store.read(as: actor) { [apiKeys] tx in
                try apiKeys.list(
                    in: place, includeDescendants: isDeep, query.fromTheStart, limit: limit, countingTo: 1, as: actor,
                    tx: tx
                ).page
            }
            return (page.items.map { CredentialOfSeveral($0, at: now) }, page.next != nil)
        case .integration:
            let query = IntegrationList.query(request, entered)
            let page = try await store.read(as: actor) { [integrations] tx in
                try integrations.list(
                    in: place, includeDescendants: isDeep, query.fromTheStart, limit: limit, countingTo: 1, as: actor,
                    tx: tx
                ).page
            }
            return (page.items.map(CredentialOfSeveral.init), page.next != nil)
        case .app:
            let query = AppList.query(request, entered)
            let page = try await store.read(as: actor) { [apps] tx in
                try apps.list(
                    in: place, includeDescendants: isDeep, query.fromTheStart, limit: limit, countingTo: 1, as: actor,
                    tx: tx
                ).page
            }
            return (page.items.map(CredentialOfSeveral.init), page.next != nil)
        }
    }

    /// Asks which, and what to do.
    ///
    /// - Parameter chosen: What was chosen before, nil for the first time: all that were looked for.
    private func severalChoice(
        _ entered: ConsoleVisit, _ kind: StewardedID.Kind, _ chosen: Chosen?, _ errors: FieldErrors = .none
    ) async throws -> PageReply {
        let request = listRequest(entered, kind)
        let (found, isCut) = try await listed(entered, kind, by: request)
        let word = product.words[kind.term]
        let ticks = found.map { one in
            FormItem.tick(
                TickField(
                    name: Self.box + one.id.description, words: one.name,
                    under:
                        "\(state(one)), \(one.organizationName). \(LastUse.sentence(one.lastUse, now: entered.now))",
                    isTicked: chosen?.ids.contains(one.id) ?? request.isNarrow))
        }
        let offered = SeveralChange.offered(for: kind)
        let options = offered.map { option in
            let (words, under) = words(of: option)
            return RadioField.Option(
                value: option.rawValue, words: words, under: under,
                isChosen: option == chosen?.change || offered.count == 1)
        }
        var what: [FormItem] = [
            .radios(
                RadioField(
                    legend: "What to do", name: "do", options: options, error: errors["do"], isRequired: true))
        ]
        if offered.contains(.restrict) {
            var addresses = AddressField.field(chosen?.addresses ?? "", entered, errors)
            addresses.hint = "For an address rule alone: one IPv4 or IPv6 address or block a line."
            what.append(.area(addresses))
        }
        let lead = isCut ? "The first \(found.count) that the list shows." : "Those that the list shows."
        let page = FormPage(
            shell: entered.shell(below: "Several"),
            pageHead: PageHead(
                title: "Change several \(word.plural)", lead: "\(lead) Before anything is done you’re asked again.",
                action: nil, reason: nil),
            notice: errors.notice(besides: ["do", AddressField.name]),
            sentTo: entered.link(kind.severalPage, query: request.query()),
            token: entered.token(sentTo: kind.severalPage),
            sections: [
                FormSection(heading: "What", items: what),
                FormSection(
                    heading: "Which",
                    words: ticks.isEmpty ? "The list shows none." : "Untick what shall stay as it is.", items: ticks),
            ], verb: "Continue", cancelLink: entered.link(kind.listPage, query: request.query()))
        return errors == .none ? .page(page) : .page(page, .unprocessableContent)
    }

    private func words(of change: SeveralChange) -> (words: String, under: String) {
        switch change {
        case .restrict:
            ("Add an address rule", "Those without one are refused from elsewhere, from the next call on.")
        case .disable: ("Disable", "Refused from the next call on, until somebody enables each again.")
        case .delete: ("Delete", "Refused from the next call on. This can’t be undone.")
        }
    }

    private func state(_ one: CredentialOfSeveral) -> String {
        switch one.state {
        case .active: "Active"
        case .disabled: "Disabled"
        case .expired: "Expired"
        }
    }

    /// Asks once more, with what it cuts off in numbers.
    private func question(
        _ entered: ConsoleVisit, _ kind: StewardedID.Kind, _ found: [CredentialOfSeveral], _ chosen: Chosen,
        _ change: SeveralChange, _ notice: Notice? = nil
    ) -> QuestionPage {
        let query = listRequest(entered, kind).query()
        let use =
            found.map(\.lastUse).lateUseSentence(now: entered.now) ?? "No use within the last 7 days is known."
        let counted = product.words[kind.term].counted(found.count)
        let names = found.prefix(10).map { "“\($0.name)” in \($0.organizationName)" }
        let more = found.count - names.count
        let verb: String
        var sentences = [names.joined(separator: ", ") + (more > 0 ? " and \(more) more." : ".")]
        switch change {
        case .restrict:
            verb = "Restrict"
            sentences += restriction(of: found, chosen)
        case .disable:
            verb = "Disable"
            sentences += [use, kind.pause]
        case .delete:
            verb = "Delete"
            sentences += [use, kind.end]
        }
        let fields =
            found.map { HiddenField(name: Self.box + $0.id.description, value: "on") }
            + [
                HiddenField(name: "do", value: change.rawValue), HiddenField(name: "confirmed", value: "yes"),
                HiddenField(name: AddressField.name, value: chosen.blocks.joined(separator: " ")), .idempotencyKey(),
            ]
        return QuestionPage(
            shell: entered.shell(below: verb),
            confirmation: Confirmation(
                title: "\(verb) \(counted)?", consequence: sentences.joined(separator: " "),
                verb: "\(verb) \(counted)", action: entered.link(kind.severalPage, query: query),
                token: entered.token(sentTo: kind.severalPage), fields: fields,
                cancelLink: entered.link(kind.severalPage, query: query), alternative: nil, isTyped: false,
                expected: "", isHarmless: change != .delete),
            notice: notice)
    }

    /// From where they may be used then, and which of them were used from elsewhere.
    private func restriction(of found: [CredentialOfSeveral], _ chosen: Chosen) -> [String] {
        let rule = AddressRule(within: chosen.blocks.compactMap { IPRange($0) })
        let free = found.filter { $0.isChanged(by: .restrict) }
        let outside = free.count { one in one.lastUse.map { rule?.allows($0.address) != true } ?? false }
        let kept = found.count - free.count
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

extension StewardedID.Kind {
    fileprivate var listPage: ConsolePage {
        switch self {
        case .apiKey: .apiKeys
        case .integration: .integrations
        case .app: .apps
        }
    }

    fileprivate var severalPage: ConsolePage {
        switch self {
        case .apiKey: .severalAPIKeys
        case .integration: .severalIntegrations
        case .app: .severalApps
        }
    }

    /// What disabling means for what comes with one.
    fileprivate var pause: String {
        switch self {
        case .apiKey: "Each is refused from the next call on, until somebody enables it again."
        case .integration, .app:
            "Each is refused from the next call on, and so are its tokens, until somebody enables it again."
        }
    }

    /// What a deletion means for what comes with one.
    fileprivate var end: String {
        switch self {
        case .apiKey: "Each is refused from the next call on. This can’t be undone."
        case .integration: "Each is refused from the next call on, and so are its tokens. This can’t be undone."
        case .app:
            "Each is refused from the next call on, and so is what people let it do. This can’t be undone."
        }
    }
}

extension APIKeyQuery {
    fileprivate var fromTheStart: APIKeyQuery {
        var query = self
        query.after = nil
        return query
    }
}

extension IntegrationQuery {
    fileprivate var fromTheStart: IntegrationQuery {
        var query = self
        query.after = nil
        return query
    }
}

extension AppQuery {
    fileprivate var fromTheStart: AppQuery {
        var query = self
        query.after = nil
        return query
    }
}
