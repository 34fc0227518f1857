import CredentialFormat
import Credentials
import HTTPTypes
import Model
import Persistence
import Policy
import ProductDefinition

/// The list of API keys, and making one.
extension WebConsole {
    var apiKeyRoutes: [PageRoute] {
        [shown(.apiKeys, showKeys), shown(.newAPIKey, showNewKey), taken(.newAPIKey, takeNewKey)]
            + severalRoutes(.apiKey) + singleKeyRoutes
    }

    private func showKeys(_ entered: ConsoleVisit) async throws -> PageReply {
        let filters = APIKeyList.filters(entered)
        let request = APIKeyList.request(entered, filters)
        let query = APIKeyList.query(request, entered)
        let limit = entered.terms.maximum(of: .apiKeys)
        let found = try await store.read(as: entered.actor) { [apiKeys] tx in
            try apiKeys.list(
                in: entered.organization,
                includeDescendants: !request.filters.contains(APIKeyList.Filter.here.rawValue), query,
                limit: APIKeyList.pageSize, countingTo: limit, as: entered.actor, tx: tx)
        }
        let frame = ListFrame(
            entered, .apiKeys, request, filters,
            searchLabel: "Search by name, ID or last four characters",
            standard: ListRequest.Sort(column: "created", isDescending: true)
        ).filtered(by: product.scopes)
        return .page(keysPage(entered, frame, found.page, count: found.count, of: limit))
    }

    private func keysPage(
        _ entered: ConsoleVisit, _ frame: ListFrame, _ found: OrderedListing<ListedAPIKey>, count: Int, of limit: Int
    ) -> ListPage {
        let word = product.words[.apiKey]
        let mayMake = entered.may(.apiKeysManage)
        let isFull = count >= limit
        let create = entered.makingLink("Create \(word.singular)", to: .newAPIKey)
        let head = PageHead(
            title: entered.heading,
            lead:
                "\(word.capitalizedPlural) of \(entered.organization.name). \(Numbers.words(count)) of \(Numbers.words(limit)) in the \(product.words[.account].singular).",
            action: mayMake && !isFull ? create : nil,
            reason: mayMake && isFull ? "All \(Numbers.words(limit)) are taken. Delete one to make room." : nil)
        let commands = TokenCommands(site: site, product: product)
        let nothing = EmptyState(
            title: "No \(word.plural) yet",
            words:
                "\(word.indefinite.capitalizedFirst) is one secret that a program of yours sends with every call, for as long as you say.",
            action: mayMake && !isFull ? create : nil, code: commands.call("…"))
        let isAlone = entered.reachable.count < 2
        let columns =
            [frame.column("Name", by: "name"), ListPage.Column(words: "Status")]
            + (isAlone ? [] : [frame.column(product.words[.organization].capitalized, by: "organization")])
            + [
                ListPage.Column(words: "Scopes"), frame.column("Expires", by: "expires"),
                frame.column("Last used", by: "used", startsDescending: true),
            ]
        let rows = found.items.enumerated().map { index, item in
            keyRow(item, entered, index, of: found.items.count, mayMake: mayMake, isAlone: isAlone)
        }
        return frame.listPage(
            head, columns: columns, rows: rows, next: found.next, nothing: nothing, plural: word.plural,
            advice: frame.request.filters.compactMap(APIKeyList.Filter.init).map(\.advice),
            several: mayMake ? entered.link(.severalAPIKeys, query: frame.request.query()) : nil)
    }

    private func keyRow(
        _ item: ListedAPIKey, _ entered: ConsoleVisit, _ index: Int, of count: Int, mayMake: Bool, isAlone: Bool
    ) -> ListPage.Row {
        let key = item.key
        let (id, home) = (key.id.description, key.organization)
        let link = entered.link(.apiKey, id, in: home)
        let cells = [
            ListPage.Cell(text: key.scopes.summary(product)), APIKeyList.end(key, at: entered.now),
            IntegrationList.lastUse(key.lastUse, at: entered.now),
        ]
        let open = RowMenu.Item(words: "Open", address: link, form: nil)
        return ListPage.Row(
            name: key.name, link: link, masked: key.hint.text, badge: APIKeyList.badge(item, at: entered.now, product),
            status: "Active",
            cells: isAlone ? cells : [ListPage.Cell(text: item.organizationName)] + cells,
            rowMenu: RowMenu(
                of: key.name, row: index, of: count,
                items: [open] + (mayMake ? keyItems(key, id, entered) : []),
                dangerous: mayMake
                    ? [RowMenu.Item(words: "Delete", address: entered.link(.deleteAPIKey, id, in: home), form: nil)]
                    : []))
    }

    /// What can be done to a key besides looking at it and deleting it.
    private func keyItems(_ key: APIKey, _ id: String, _ entered: ConsoleVisit) -> [RowMenu.Item] {
        guard key.state(at: entered.now) != .expired else { return [] }
        let home = key.organization
        let switching =
            key.disabledAt == nil
            ? RowMenu.Item(words: "Disable", address: entered.link(.disableAPIKey, id, in: home), form: nil)
            : RowMenu.Item(
                words: "Enable", address: nil,
                form: RowMenu.Form(
                    action: entered.link(.enableAPIKey, id, in: home),
                    token: entered.token(sentTo: .enableAPIKey, id, in: home), fields: []))
        return [
            RowMenu.Item(words: "Edit", address: entered.link(.editAPIKey, id, in: home), form: nil),
            RowMenu.Item(words: "Rotate", address: entered.link(.rotateAPIKey, id, in: home), form: nil), switching,
        ]
    }

    // MARK: - Create, in two steps

    private func showNewKey(_ entered: ConsoleVisit) async throws -> PageReply {
        .page(detailStep(APIKeyForm(of: product), entered))
    }

    /// Each step is the answer to the form of the one before, with what was written there in hidden fields: nothing is kept
    /// until the key is made.
    private func takeNewKey(_ entered: ConsoleVisit, _ form: PageForm) async throws -> PageReply {
        var written = APIKeyForm(form, of: product)
        if AddressField.isAskedForMine(form) {
            written.addresses = AddressField.adding(entered.visit.address, to: written.addresses)
            return .page(detailStep(written, entered))
        }
        if form["back"] != nil { return .page(detailStep(written, entered)) }
        if form["step"] != "scopes" {
            let errors = apiKeys.problems(with: written.draft, but: ["scopes"])
            return errors.isEmpty
                ? .page(scopeStep(written, entered, form.idempotencyKey ?? FormRepetitions.idempotencyKey()))
                : .page(detailStep(written, entered, FieldErrors(errors)), .unprocessableContent)
        }
        do {
            let draft = written.draft
            let outcome = try await store.write(as: entered.actor) { [apiKeys, repetitions] tx in
                try repetitions.once(form, sentTo: entered.visit.path, as: entered.actor, tx: tx) { tx in
                    let issued = try apiKeys.create(draft, in: entered.organization.id, as: entered.actor, tx: tx)
                    return (issued.credential.id.description, issued.secret)
                }
            }
            return try await keyReply(to: outcome, entered) { key in "\(key.name) is ready" }
        } catch let refusal as Refusal {
            let errors = try FieldErrors(refusal, shown: APIKeyForm.names)
            let isAboutDetails = APIKeyForm.details.contains { errors[$0] != nil }
            return isAboutDetails
                ? .page(detailStep(written, entered, errors), .unprocessableContent)
                : .page(
                    scopeStep(written, entered, form.idempotencyKey ?? FormRepetitions.idempotencyKey(), errors),
                    .unprocessableContent)
        }
    }

    private func detailStep(
        _ form: APIKeyForm, _ entered: ConsoleVisit, _ errors: FieldErrors = .none
    ) -> FormPage {
        let word = product.words[.apiKey]
        return FormPage(
            shell: entered.shell(below: "Create \(word.singular)"),
            pageHead: PageHead(
                title: "Create \(word.singular)",
                lead: "Step 1 of 2: details. \(entered.ownership)",
                action: nil, reason: nil),
            notice: errors.notice(besides: APIKeyForm.details), sentTo: entered.link(.newAPIKey),
            token: entered.token(sentTo: .newAPIKey),
            // What was ticked stays ticked for who goes back.
            fields: form.scopes.sorted().map { HiddenField(name: "scope.\($0)", value: "on") },
            sections: form.detailSections(entered, errors), verb: "Next", cancelLink: entered.link(.apiKeys))
    }

    private func scopeStep(
        _ form: APIKeyForm, _ entered: ConsoleVisit, _ idempotencyKey: String, _ errors: FieldErrors = .none
    ) -> FormPage {
        let word = product.words[.apiKey]
        return FormPage(
            shell: entered.shell(below: "Create \(word.singular)"),
            pageHead: PageHead(
                title: "Create \(word.singular)", lead: "Step 2 of 2: scopes of \(form.name).", action: nil, reason: nil
            ),
            notice: errors.notice(besides: ["scopes"]), sentTo: entered.link(.newAPIKey),
            token: entered.token(sentTo: .newAPIKey),
            fields: form.carried + [
                HiddenField(name: "step", value: "scopes"), HiddenField.idempotencyKey(idempotencyKey),
            ],
            sections: [form.scopeSection(entered, errors)], verb: "Create", cancelLink: entered.link(.apiKeys),
            backButton: FieldButton(words: "Back", name: "back", value: "on"))
    }

    /// The key, this once; or the way to what was made before.
    func keyReply(
        to outcome: FormRepetitions.Outcome, _ entered: ConsoleVisit, until: Instant? = nil,
        heading: (APIKey) -> String
    ) async throws -> PageReply {
        switch outcome {
        case .over(let id):
            let page = id.map { entered.back(or: .apiKey, $0) } ?? entered.url(.apiKeys)
            return PageReply.redirect(page, at: site).telling(.secretShownBefore, at: site)
        case .shown(let text, let secret):
            guard let id = ID<APIKey>(parsing: text) else { throw PageProblem.notFound }
            let key = try await store.read(as: entered.actor) { [apiKeys] tx in
                try apiKeys.get(id, in: entered.organization.id, as: entered.actor, tx: tx)
            }
            return .page(keySecretPage(key, secret, entered, heading: heading(key), until: until))
        }
    }

    private func keySecretPage(
        _ key: APIKey, _ secret: String, _ entered: ConsoleVisit, heading: String, until: Instant?
    ) -> SecretPage {
        let (word, commands) = (product.words[.apiKey], TokenCommands(site: site, product: product))
        let before = until.map { " The one before it works until \(DateWords.minute($0))." } ?? ""
        let hint = PoorLabel.hint(for: key.name, in: "name").map { Notice.hint("“\(key.name)”: \($0.message)") }
        return SecretPage(
            shell: entered.shell(below: heading), heading: heading,
            lead:
                "Copy the \(word.singular) now, and keep it where secrets are kept. It’s shown this once: if it’s lost, rotate it. It works until \(DateWords.minute(key.expiresAt)).\(before)",
            notices: [hint, AddressField.warning(key.addresses, entered)].compactMap(\.self),
            secret: CodeBlock(secret, label: word.capitalized, isSecret: true),
            file: (
                "\(product.name) \(key.name)", [secret]
            ),
            commands: [
                commands.call(secret), commands.check(secret, key.scopes.scopes.first { !$0.isManagement }?.name),
            ], keptWords: "I’ve stored the \(word.singular)",
            doneLink: entered.backLink(or: .apiKey, key.id.description))
    }
}

extension ScopeSet {
    /// In a few words: the one that it is, or how many.
    func summary(_ product: Product) -> String {
        switch scopes.count {
        case 1: scopes[0].name
        default:
            self == product.scopes.all
                ? "All \(scopes.count)" : "\(scopes.count) of \(product.scopes.definitions.count)"
        }
    }
}
