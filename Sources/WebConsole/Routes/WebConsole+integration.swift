import CredentialFormat
import Credentials
import Events
import HTTPTypes
import Model
import OAuth
import Persistence
import Policy
import ProductDefinition

/// One integration: its tabs, and its settings.
extension WebConsole {
    var singleIntegrationRoutes: [PageRoute] {
        [
            shown(.integration, showUse), shown(.integrationSecrets, showSecrets),
            shown(.integrationSettings, showSettings), taken(.integrationSettings, takeSettings),
            shown(.integrationActivity, showActivity), shown(.integrationQuickStart, showQuickStart),
        ]
    }

    /// The tabs of an integration.
    func tabs(_ integration: Integration, _ entered: ConsoleVisit) -> Tabs {
        var pages: [(String, ConsolePage)] = [
            ("Use", .integration), ("Calls", .integrationCalls), ("Secrets", .integrationSecrets),
        ]
        if entered.may(.integrationsManage) { pages.append(("Settings", .integrationSettings)) }
        pages += [("Refused", .integrationRefused), ("What if", .integrationTrial)]
        if entered.may(.auditEventsRead) { pages.append(("Activity", .integrationActivity)) }
        pages.append(("Quick start", .integrationQuickStart))
        return entered.tabs(of: integration.label, integration.id.description, pages)
    }

    private func detail(
        _ integration: Integration, _ entered: ConsoleVisit, part: String? = nil, badge: Badge? = nil,
        notice: Notice? = nil, _ panels: DetailPanel...
    ) -> DetailPage {
        let rotate = PageLink(
            words: "Rotate \(product.words[.clientSecret].singular)",
            address: entered.link(.rotateIntegration, integration.id.description))
        return DetailPage(
            shell: part.map {
                entered.shell(
                    below: $0,
                    Crumb(
                        words: integration.label, address: entered.link(.integration, integration.id.description)))
            } ?? entered.shell(below: integration.label),
            pageHead: PageHead(
                title: integration.label, lead: nil,
                action: entered.may(.integrationsManage) ? rotate : nil, reason: nil),
            part: part, headBadge: badge, tabs: tabs(integration, entered), panels: panels,
            notice: notice ?? entered.doneNotice)
    }

    private func showUse(_ entered: ConsoleVisit) async throws -> PageReply {
        let id: ID<Integration> = try entered.id()
        let (found, names) = try await store.read(as: entered.actor) { [integrations, product] tx in
            let found = try integrations.look(id, in: entered.organization.id, as: entered.actor, tx: tx)
            let integration = found.listed.integration
            let labels =
                [integration.createdBy] + [integration.lastLook?.by, integration.disabling?.by].compactMap(\.self)
            return (found, try ActorNames(labels, for: entered.actor, of: product, tx: tx))
        }
        let integration = found.listed.integration
        let maker = names[integration.createdBy]
        let words = product.words
        let id2 = integration.id.description
        let known = [
            Fact(term: words[.clientID].capitalized, text: id2, isCode: true, isCopied: true),
            Fact(term: words[.organization].capitalized, text: entered.organization.name),
            lastUseFact(found.listed.lastUse, entered),
            Fact(
                term: "\(words[.clientSecret].capitalized)", text: found.secrets.last.map { $0.hint.text } ?? "",
                isCode: true,
                under: "made \(Spans.roughly(entered.now.seconds(since: found.listed.secretAt))) ago"
                    + (found.secrets.count > 1 ? "; the one before it still works" : "")),
            Fact(
                term: "Allowed addresses", text: integration.addresses.words,
                under: integration.addresses == .anywhere ? "no rule, so any address may use it" : nil),
            Fact(
                term: "Tokens", text: integration.tokenFormat == .jwt ? "JWT (RFC 9068)" : "Opaque",
                under: "for \(Spans.words(integration.accessTokenSeconds ?? product.policy.accessTokenSeconds))"),
            Fact(term: "Created", time: TimeWords(integration.createdAt, now: entered.now), after: " by \(maker)"),
        ]
        let disabled = integration.disabling.map { disabling in
            Fact(
                term: "Disabled", time: TimeWords(disabling.at, now: entered.now), after: " by \(names[disabling.by])")
        }
        let facts = known + [disabled].compactMap(\.self) + seenFact(integration.lastLook, names, entered)
        var danger: [DetailAction] = []
        if entered.may(.integrationsManage) {
            danger = [
                DetailAction(words: "Create a token by hand", address: entered.link(.integrationToken, id2)),
                integration.disabling == nil
                    ? DetailAction(
                        words: "Disable", of: integration.label, address: entered.link(.disableIntegration, id2))
                    : DetailAction(
                        words: "Enable", of: integration.label,
                        form: RowMenu.Form(
                            action: entered.link(.enableIntegration, id2),
                            token: entered.token(sentTo: .enableIntegration, id2), fields: [])),
                DetailAction(
                    words: "Delete \(words[.integration].singular)", address: entered.link(.deleteIntegration, id2),
                    isDanger: true),
            ]
        }
        return .page(
            detail(
                integration, entered, badge: IntegrationList.badge(found.listed, at: entered.now, product),
                DetailPanel("facts", "About", facts: facts, actions: danger),
                DetailPanel("rights", "What it can do", listed: integration.scopes.listed(product))))
    }

    /// Who looked at the secret last, where it can be looked at.
    private func seenFact(
        _ look: Integration.Look?, _ names: ActorNames, _ entered: ConsoleVisit
    ) -> [Fact] {
        guard let look else { return [] }
        return [
            Fact(
                term: "\(product.words[.clientSecret].capitalized) seen", time: TimeWords(look.at, now: entered.now),
                after: " by \(names[look.by])")
        ]
    }

    private func lastUseFact(_ use: LastUse?, _ entered: ConsoleVisit) -> Fact {
        guard let use else {
            return Fact(term: "Last used", text: "Never", under: "no token requested so far")
        }
        return Fact(
            term: "Last used", time: TimeWords(use.at, now: entered.now),
            after: use.address.map { " from \($0)" } ?? " from an address that isn’t known",
            under: "\(Numbers.counted(use.count, "token")) requested in all")
    }

    private func showSecrets(_ entered: ConsoleVisit) async throws -> PageReply {
        let id: ID<Integration> = try entered.id()
        let found = try await store.read(as: entered.actor) { [integrations] tx in
            try integrations.look(id, in: entered.organization.id, as: entered.actor, tx: tx)
        }
        let word = product.words[.clientSecret]
        let rows = found.secrets.map { secret in
            DetailTable.Row(
                name: secret.hint.text, isCode: true,
                badge: secret.quarantinedAt.map { _ in Badge(.caution, "In quarantine") }
                    ?? secret.expiresAt.map {
                        Badge(.info, "Ends in \(Spans.roughly($0.seconds(since: entered.now)))")
                    }, status: secret.expiresAt == nil && secret.quarantinedAt == nil ? "In force" : nil,
                cells: [
                    ListPage.Cell(text: "Made ", time: TimeWords(secret.createdAt, now: entered.now)),
                    secret.lastUse.map { use in
                        ListPage.Cell(
                            text: "Used ", time: TimeWords(use.at, now: entered.now),
                            after: (use.address.map { " from \($0)" } ?? "") + ", \(Numbers.counted(use.count, "time"))"
                        )
                    } ?? ListPage.Cell(text: "Not used yet"),
                    secret.expiresAt.map {
                        ListPage.Cell(text: DateWords.minute($0))
                    } ?? ListPage.Cell(text: "No expiry"),
                ], actions: secretActions(secret, of: id, entered))
        }
        return .page(
            detail(
                found.listed.integration, entered, part: "Secrets",
                DetailPanel(
                    "secrets", word.capitalizedPlural,
                    words: OverlapAdvice.quarantine(found.secrets)
                        ?? OverlapAdvice.words(found.secrets, now: entered.now)
                        ?? (keepsSecrets
                            ? "The one in force can be looked at again by who may and has just proved who they are. Each look is on record."
                            : "A secret is shown once, when it’s made. If it’s lost, rotate it."),
                    rows: DetailTable(
                        caption: word.capitalizedPlural,
                        columns: [word.capitalized, "Status", "Made", "Last used", "Expires"],
                        rows: rows, nextLink: nil), actions: revealAction(of: id, entered))))
    }

    private func revealAction(of id: ID<Integration>, _ entered: ConsoleVisit) -> [DetailAction] {
        guard keepsSecrets, entered.may(.integrationsReveal) else { return [] }
        return [
            DetailAction(
                words: "Show \(product.words[.clientSecret].singular)",
                address: entered.link(.revealIntegrationSecret, id.description))
        ]
    }

    private func secretActions(
        _ secret: ClientSecretSummary, of id: ID<Integration>, _ entered: ConsoleVisit
    ) -> [DetailAction] {
        guard entered.may(.integrationsManage) else { return [] }
        let (integration, part) = (id.description, secret.id.description)
        let release = secret.quarantinedAt.map { _ in
            DetailAction(
                words: "Accept again", of: secret.hint.text,
                form: RowMenu.Form(
                    action: entered.link(.releaseIntegrationSecret, integration, part),
                    token: entered.token(sentTo: .releaseIntegrationSecret, integration, part), fields: []))
        }
        guard secret.expiresAt != nil else { return [release].compactMap(\.self) }
        return [release].compactMap(\.self) + [
            DetailAction(
                words: "End now", of: secret.hint.text,
                form: RowMenu.Form(
                    action: entered.link(.endIntegrationSecret, integration, part),
                    token: entered.token(sentTo: .endIntegrationSecret, integration, part), fields: []), isDanger: true),
            DetailAction(
                words: "Extend", of: secret.hint.text,
                address: entered.link(.extendIntegrationSecret, integration, part)),
        ]
    }

    // MARK: - Settings

    private func showSettings(_ entered: ConsoleVisit) async throws -> PageReply {
        let integration = try await integration(entered)
        return .page(settingsPage(integration, IntegrationForm(of: integration), entered))
    }

    func integration(_ entered: ConsoleVisit) async throws -> Integration {
        let id: ID<Integration> = try entered.id()
        return try await store.read(as: entered.actor) { [integrations] tx in
            try integrations.get(id, in: entered.organization.id, as: entered.actor, tx: tx)
        }
    }

    private func takeSettings(_ entered: ConsoleVisit, _ form: PageForm) async throws -> PageReply {
        let before = try await integration(entered)
        var written = IntegrationForm(form, of: product)
        if AddressField.isAskedForMine(form) {
            written.addresses = AddressField.adding(entered.visit.address, to: written.addresses)
            return .page(settingsPage(before, written, entered))
        }
        do {
            let edit = try written.edit
            try await store.write(as: entered.actor) { [integrations] tx in
                _ = try integrations.edit(
                    before.id, in: entered.organization.id, edit,
                    expecting: RevisionCondition(form["revision"]), as: entered.actor, tx: tx)
            }
        } catch let refusal as Refusal {
            let errors = try FieldErrors(refusal, shown: IntegrationForm.names)
            return .page(settingsPage(before, written, entered, errors), .unprocessableContent)
        }
        return PageReply.redirect(entered.url(.integrationSettings, before.id.description), at: site)
            .telling(.integrationSaved, at: site)
    }

    private func settingsPage(
        _ integration: Integration, _ form: IntegrationForm, _ entered: ConsoleVisit, _ errors: FieldErrors = .none
    ) -> FormPage {
        let id = integration.id.description
        return FormPage(
            shell: entered.shell(
                below: "Settings", Crumb(words: integration.label, address: entered.link(.integration, id))),
            pageHead: PageHead(title: integration.label, lead: nil, action: nil, reason: nil),
            tabs: tabs(integration, entered),
            notice: errors.notice(besides: IntegrationForm.names)
                ?? entered.doneNotice
                ?? AddressField.warning(integration.addresses, entered),
            sentTo: entered.link(.integrationSettings, id),
            token: entered.token(sentTo: .integrationSettings, id),
            fields: [HiddenField(name: "revision", value: "\(integration.revision)")],
            sections: form.sections(entered, errors, isNew: false), verb: "Save changes",
            cancelLink: entered.link(.integration, id))
    }

    // MARK: - Activity and quick start

    private func showActivity(_ entered: ConsoleVisit) async throws -> PageReply {
        let id: ID<Integration> = try entered.id()
        let page = Model.Page(limit: 50, after: entered.visit.parameter("after").flatMap { Cursor(parsing: $0) })
        let (integration, listing, names) = try await store.read(as: entered.actor) {
            [integrations, audit, product] tx in
            let integration = try integrations.get(id, in: entered.organization.id, as: entered.actor, tx: tx)
            let listing = try audit.list(
                in: entered.organization.id, matching: AuditFilter(target: id.description), page: page,
                as: entered.actor, tx: tx)
            let names = try ActorNames(listing.items.map(\.actor), for: entered.actor, of: product, tx: tx)
            return (integration, listing, names)
        }
        let changes = AuditTable.panel(listing, names, entered) { cursor in
            entered.link(.integrationActivity, id.description, query: [("after", cursor.description)])
        }
        return .page(detail(integration, entered, part: "Activity", changes))
    }

    private func showQuickStart(_ entered: ConsoleVisit) async throws -> PageReply {
        let integration = try await integration(entered)
        let language = entered.visit.parameter("in").flatMap(TokenCommands.Language.init) ?? .curl
        let id = integration.id.description
        let commands = TokenCommands(site: site, product: product)
        let languages = Tabs(
            title: "Languages",
            items: TokenCommands.Language.allCases.map { other in
                Tabs.Item(
                    words: other.title,
                    address: entered.link(.integrationQuickStart, id, query: [("in", other.rawValue)]),
                    isCurrent: other == language)
            })
        let words = product.words
        return .page(
            detail(
                integration, entered, part: "Quick start",
                DetailPanel(
                    "token", "1. Get a token",
                    words: """
                        Put the \(words[.clientSecret].singular) into the environment of your program, and never into its code. A token \
                        is valid for \(Spans.words(integration.accessTokenSeconds ?? product.policy.accessTokenSeconds)): request \
                        the next one shortly before it expires.
                        """,
                    codeTabs: languages, code: [commands.token(id, in: language)]),
                DetailPanel("call", "2. Call the API with it", code: [commands.call])))
    }
}

extension AddressRule {
    /// In one line.
    var words: String { ranges.map { $0.map(\.description).joined(separator: ", ") } ?? "Anywhere" }
}

extension ScopeSet {
    /// In words, those of the catalogue first.
    func listed(_ product: Product) -> [ListedFact] {
        let known = product.scopes.definitions.filter { contains($0.scope) }.map {
            ListedFact(words: $0.description, code: $0.scope.name, isDanger: $0.danger)
        }
        let others = scopes.filter { !product.scopes.contains($0) }.map {
            ListedFact(words: "At \(product.name)’s credentials API", code: $0.name, isDanger: $0.isManagement)
        }
        return known + others
    }
}
