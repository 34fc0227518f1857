import CredentialFormat
import Credentials
import Events
import HTTPTypes
import Model
import Persistence
import Policy
import ProductDefinition

/// One API key.
extension WebConsole {
    var singleKeyRoutes: [PageRoute] {
        [
            shown(.apiKey, showKey), shown(.editAPIKey, showEdit), taken(.editAPIKey, takeEdit),
            shown(.apiKeyActivity, showKeyActivity), shown(.rotateAPIKey, showKeyRotation),
            taken(.rotateAPIKey, takeKeyRotation), shown(.deleteAPIKey, showKeyDeletion),
            taken(.deleteAPIKey, takeKeyDeletion), shown(.disableAPIKey, showDisabling),
            taken(.disableAPIKey, takeDisabling), taken(.enableAPIKey, on: .apiKey, takeEnabling),
            taken(.endAPIKeySecret, on: .apiKey, takeEndOfSecret), shown(.extendAPIKeySecret, showExtensionOfKey),
            taken(.extendAPIKeySecret, takeExtensionOfKey),
        ]
    }

    func key(_ entered: ConsoleVisit) async throws -> APIKey {
        let id: ID<APIKey> = try entered.id()
        return try await store.read(as: entered.actor) { [apiKeys] tx in
            try apiKeys.get(id, in: entered.organization.id, as: entered.actor, tx: tx)
        }
    }

    func tabs(_ key: APIKey, _ entered: ConsoleVisit) -> Tabs {
        var pages: [(String, ConsolePage)] = [
            ("Details", .apiKey), ("Calls", .apiKeyCalls), ("Refused", .apiKeyRefused), ("What if", .apiKeyTrial),
        ]
        if entered.may(.auditEventsRead) { pages.append(("Activity", .apiKeyActivity)) }
        return entered.tabs(of: key.name, key.id.description, pages)
    }

    private func above(_ key: APIKey, _ entered: ConsoleVisit) -> Crumb {
        Crumb(words: key.name, address: entered.link(.apiKey, key.id.description))
    }

    private func showKey(_ entered: ConsoleVisit) async throws -> PageReply {
        let id: ID<APIKey> = try entered.id()
        let (listed, secrets, maker) = try await store.read(as: entered.actor) { [apiKeys, product] tx in
            let listed = try apiKeys.look(id, in: entered.organization.id, as: entered.actor, tx: tx)
            let secrets = try apiKeys.secrets(of: id, in: entered.organization.id, as: entered.actor, tx: tx)
            let maker = listed.key.createdBy
            return (listed, secrets, try ActorNames([maker], for: entered.actor, of: product, tx: tx)[maker])
        }
        let key = listed.key
        let words = product.words
        var facts = [
            Fact(
                term: words[.apiKey].capitalized, text: key.hint.text, isCode: true,
                under: "first and last characters"),
            Fact(term: "ID", text: id.description, isCode: true, isCopied: true),
            Fact(term: words[.organization].capitalized, text: entered.organization.name),
            Fact(term: "Description", text: key.description ?? "None"),
            Fact(
                term: key.state(at: entered.now) == .expired ? "Expired" : "Expires",
                text: DateWords.minute(key.expiresAt),
                under: key.expiresAt > entered.now
                    ? "in \(Spans.roughly(key.expiresAt.seconds(since: entered.now)))" : nil),
            keyUse(key.lastUse, entered),
            Fact(
                term: "Allowed addresses", text: key.addresses.words,
                under: key.addresses == .anywhere ? "no rule, so any address may use it" : nil),
            Fact(term: "Created", time: TimeWords(key.createdAt, now: entered.now), after: " by \(maker)"),
        ]
        if key.rotatedAt != key.createdAt {
            facts.append(Fact(term: "Rotated", time: TimeWords(key.rotatedAt, now: entered.now)))
        }
        return .page(
            DetailPage(
                shell: entered.shell(below: key.name),
                pageHead: PageHead(title: key.name, lead: nil, action: editLink(key, entered), reason: nil),
                headBadge: APIKeyList.badge(listed, at: entered.now, product), tabs: tabs(key, entered),
                panels: [
                    DetailPanel("facts", "Details", facts: facts, actions: keyActions(key, entered)),
                    secrets.count > 1 ? overlapPanel(secrets, of: key, entered) : nil,
                    DetailPanel("rights", "Scopes", listed: key.scopes.listed(product)),
                ].compactMap(\.self), notice: entered.doneNotice))
    }

    /// Both of two that work side by side, with what tells whether the older one can go.
    private func overlapPanel(_ secrets: [APIKeySecret], of key: APIKey, _ entered: ConsoleVisit) -> DetailPanel {
        let rows = secrets.map { secret in
            DetailTable.Row(
                name: secret.hint.text, isCode: true,
                badge: secret.expiresAt.map {
                    Badge(.info, "Ends in \(Spans.roughly($0.seconds(since: entered.now)))")
                },
                status: secret.expiresAt == nil ? "In force" : nil,
                cells: [
                    ListPage.Cell(text: "Made ", time: TimeWords(secret.createdAt, now: entered.now)),
                    secret.lastUse.map { use in
                        ListPage.Cell(
                            text: "Used ", time: TimeWords(use.at, now: entered.now),
                            after: (use.address.map { " from \($0)" } ?? "") + ", \(Numbers.counted(use.count, "time"))"
                        )
                    } ?? ListPage.Cell(text: secret.isCounted ? "Not used yet" : "Not counted"),
                ], actions: overlapActions(secret, of: key, entered))
        }
        return DetailPanel(
            "secrets", "Two work side by side",
            words: OverlapAdvice.words(secrets, now: entered.now),
            rows: DetailTable(
                caption: "Secrets", columns: [product.words[.apiKey].capitalized, "Status", "Made", "Last used"],
                rows: rows, nextLink: nil))
    }

    private func overlapActions(_ secret: APIKeySecret, of key: APIKey, _ entered: ConsoleVisit) -> [DetailAction] {
        guard secret.expiresAt != nil, entered.may(.apiKeysManage) else { return [] }
        let (id, part) = (key.id.description, secret.id.description)
        return [
            DetailAction(
                words: "End now", of: secret.hint.text,
                form: RowMenu.Form(
                    action: entered.link(.endAPIKeySecret, id, part),
                    token: entered.token(sentTo: .endAPIKeySecret, id, part), fields: []), isDanger: true),
            DetailAction(
                words: "Extend", of: secret.hint.text, address: entered.link(.extendAPIKeySecret, id, part)),
        ]
    }

    private func takeEndOfSecret(_ entered: ConsoleVisit, _ form: PageForm) async throws -> PageReply {
        let (key, secret) = (try await key(entered), try entered.id("part", of: APIKeySecret.self))
        return try await done(entered.url(.apiKey, key.id.description), .olderAPIKeyEnded) {
            try await store.write(as: entered.actor) { [apiKeys] tx in
                try apiKeys.endSecret(secret, of: key.id, in: entered.organization.id, as: entered.actor, tx: tx)
            }
        }
    }

    // MARK: - A longer overlap

    /// The key with the older of its two secrets.
    private func overlapping(_ entered: ConsoleVisit) async throws -> (key: APIKey, older: APIKeySecret) {
        let id: ID<APIKey> = try entered.id()
        let part = try entered.id("part", of: APIKeySecret.self)
        return try await store.read(as: entered.actor) { [apiKeys] tx in
            let key = try apiKeys.get(id, in: entered.organization.id, as: entered.actor, tx: tx)
            let secrets = try apiKeys.secrets(of: id, in: entered.organization.id, as: entered.actor, tx: tx)
            guard let older = secrets.first(where: { $0.id == part && $0.expiresAt != nil }) else {
                throw PageProblem.notFound
            }
            return (key, older)
        }
    }

    private func showExtensionOfKey(_ entered: ConsoleVisit) async throws -> PageReply {
        let (key, older) = try await overlapping(entered)
        return .page(extensionPage(key, older, entered))
    }

    private func takeExtensionOfKey(_ entered: ConsoleVisit, _ form: PageForm) async throws -> PageReply {
        let (key, older) = try await overlapping(entered)
        // No secret outlives its key.
        let until = min(entered.now.adding(seconds: Overlap(form, product.policy).seconds), key.expiresAt)
        do {
            try await store.write(as: entered.actor) { [apiKeys] tx in
                _ = try apiKeys.extendSecret(
                    older.id, of: key.id, in: entered.organization.id, until: until, as: entered.actor, tx: tx)
            }
        } catch let refusal as Refusal {
            let errors = try FieldErrors(refusal, shown: [])
            return .page(extensionPage(key, older, entered, errors), .unprocessableContent)
        }
        return PageReply.redirect(entered.url(.apiKey, key.id.description), at: site)
            .telling(.olderAPIKeyExtended, at: site)
    }

    private func extensionPage(
        _ key: APIKey, _ older: APIKeySecret, _ entered: ConsoleVisit, _ errors: FieldErrors = .none
    ) -> FormPage {
        let (id, part, word) = (key.id.description, older.id.description, product.words[.apiKey].singular)
        let use =
            older.lastUse.map { "It was last used \(TimeWords($0.at, now: entered.now).words)." }
            ?? "It wasn’t used since the new one was made."
        return FormPage(
            shell: entered.shell(below: "Extend", above(key, entered)),
            pageHead: PageHead(
                title: "How long may the older \(word) go on?",
                lead: older.expiresAt.map { "\(older.hint.text) works until \(DateWords.minute($0)). \(use)" },
                action: nil, reason: nil),
            notice: errors.notice(besides: []), sentTo: entered.link(.extendAPIKeySecret, id, part),
            token: entered.token(sentTo: .extendAPIKeySecret, id, part),
            sections: [
                FormSection(items: [.radios(Overlap.field(product, secret: word, from: "from now", isFromNow: false))])
            ], verb: "Extend", cancelLink: entered.link(.apiKey, id))
    }

    private func editLink(_ key: APIKey, _ entered: ConsoleVisit) -> PageLink? {
        guard entered.may(.apiKeysManage), key.state(at: entered.now) != .expired else { return nil }
        return PageLink(words: "Edit", address: entered.link(.editAPIKey, key.id.description))
    }

    private func keyUse(_ use: LastUse?, _ entered: ConsoleVisit) -> Fact {
        guard let use else { return Fact(term: "Last used", text: "Never", under: "no calls so far") }
        return Fact(
            term: "Last used", time: TimeWords(use.at, now: entered.now),
            after: use.address.map { " from \($0)" } ?? " from an address that isn’t known",
            under: "\(Numbers.counted(use.count, "call")) in all")
    }

    private func keyActions(_ key: APIKey, _ entered: ConsoleVisit) -> [DetailAction] {
        guard entered.may(.apiKeysManage) else { return [] }
        let id = key.id.description
        let delete = DetailAction(
            words: "Delete", of: key.name, address: entered.link(.deleteAPIKey, id), isDanger: true)
        guard key.state(at: entered.now) != .expired else { return [delete] }
        let switching =
            key.disabledAt == nil
            ? DetailAction(words: "Disable", of: key.name, address: entered.link(.disableAPIKey, id))
            : DetailAction(
                words: "Enable", of: key.name,
                form: RowMenu.Form(
                    action: entered.link(.enableAPIKey, id), token: entered.token(sentTo: .enableAPIKey, id),
                    fields: []))
        return [
            DetailAction(words: "Rotate", of: key.name, address: entered.link(.rotateAPIKey, id)), switching, delete,
        ]
    }

    // MARK: - Edit

    private func showEdit(_ entered: ConsoleVisit) async throws -> PageReply {
        let key = try await key(entered)
        return .page(editPage(key, APIKeyForm(of: key), entered))
    }

    private func takeEdit(_ entered: ConsoleVisit, _ form: PageForm) async throws -> PageReply {
        let before = try await key(entered)
        var written = APIKeyForm(form, of: product)
        if AddressField.isAskedForMine(form) {
            written.addresses = AddressField.adding(entered.visit.address, to: written.addresses)
            return .page(editPage(before, written, entered))
        }
        do {
            let edit = written.edit
            try await store.write(as: entered.actor) { [apiKeys] tx in
                _ = try apiKeys.edit(
                    before.id, in: entered.organization.id, edit, expecting: RevisionCondition(form["revision"]),
                    as: entered.actor, tx: tx)
            }
        } catch let refusal as Refusal {
            let errors = try FieldErrors(refusal, shown: APIKeyForm.names)
            return .page(editPage(before, written, entered, errors), .unprocessableContent)
        }
        return PageReply.redirect(entered.url(.apiKey, before.id.description), at: site)
            .telling(.apiKeySaved, at: site)
    }

    private func editPage(
        _ key: APIKey, _ form: APIKeyForm, _ entered: ConsoleVisit, _ errors: FieldErrors = .none
    ) -> FormPage {
        let id = key.id.description
        return FormPage(
            shell: entered.shell(below: "Edit", above(key, entered)),
            pageHead: PageHead(title: "Edit \(key.name)", lead: nil, action: nil, reason: nil),
            notice: errors.notice(besides: APIKeyForm.names) ?? AddressField.warning(key.addresses, entered),
            sentTo: entered.link(.editAPIKey, id), token: entered.token(sentTo: .editAPIKey, id),
            fields: [HiddenField(name: "revision", value: "\(key.revision)")],
            sections: form.editSections(key, entered, errors), verb: "Save changes",
            cancelLink: entered.link(.apiKey, id))
    }

    // MARK: - Activity

    private func showKeyActivity(_ entered: ConsoleVisit) async throws -> PageReply {
        let id: ID<APIKey> = try entered.id()
        let page = Model.Page(limit: 50, after: entered.visit.parameter("after").flatMap { Cursor(parsing: $0) })
        let (listed, listing, names) = try await store.read(as: entered.actor) { [apiKeys, audit, product] tx in
            let listed = try apiKeys.look(id, in: entered.organization.id, as: entered.actor, tx: tx)
            let listing = try audit.list(
                in: entered.organization.id, matching: AuditFilter(target: id.description), page: page,
                as: entered.actor, tx: tx)
            let names = try ActorNames(listing.items.map(\.actor), for: entered.actor, of: product, tx: tx)
            return (listed, listing, names)
        }
        let key = listed.key
        let changes = AuditTable.panel(listing, names, entered) { cursor in
            entered.link(.apiKeyActivity, id.description, query: [("after", cursor.description)])
        }
        return .page(
            DetailPage(
                shell: entered.shell(below: "Activity", above(key, entered)),
                pageHead: PageHead(title: key.name, lead: nil, action: nil, reason: nil), part: "Activity",
                headBadge: APIKeyList.badge(listed, at: entered.now, product), tabs: tabs(key, entered),
                panels: [changes], notice: nil))
    }

    // MARK: - Rotate

    private func showKeyRotation(_ entered: ConsoleVisit) async throws -> PageReply {
        .page(keyRotationPage(try await key(entered), entered))
    }

    private func takeKeyRotation(_ entered: ConsoleVisit, _ form: PageForm) async throws -> PageReply {
        let id: ID<APIKey> = try entered.id()
        let overlap = Overlap(form, product.policy)
        let lifetime = form["lifetime_seconds"].map { Int($0) ?? 0 }
        do {
            let (outcome, until) = try await store.write(as: entered.actor) { [apiKeys, repetitions] tx in
                var until: Instant?
                let outcome = try repetitions.once(form, sentTo: entered.visit.path, as: entered.actor, tx: tx) { tx in
                    let issued = try apiKeys.rotate(
                        id, in: entered.organization.id, overlapSeconds: overlap.seconds, lifetimeSeconds: lifetime,
                        force: form["force"] == "on", as: entered.actor, tx: tx)
                    until = issued.previousExpiresAt
                    return (issued.credential.id.description, issued.secret)
                }
                return (outcome, until)
            }
            return try await keyReply(to: outcome, entered, until: until) { key in
                "New \(product.words[.apiKey].singular) for \(key.name)"
            }
        } catch let refusal as Refusal {
            let errors = try FieldErrors(refusal, shown: ["overlap_seconds", "lifetime_seconds"])
            return .page(keyRotationPage(try await key(entered), entered, errors), .unprocessableContent)
        }
    }

    private func keyRotationPage(
        _ key: APIKey, _ entered: ConsoleVisit, _ errors: FieldErrors = .none
    ) -> FormPage {
        let (id, word) = (key.id.description, product.words[.apiKey].singular)
        var items: [FormItem] = [.facts([keyUse(key.lastUse, entered)])]
        if let until = key.previousExpiresAt, until > entered.now {
            items.append(
                .tick(
                    TickField(
                        name: "force", words: "End the older one of the last rotation",
                        under: "It still works until \(DateWords.minute(until)); no more than two work at a time.",
                        isRequired: true)))
        }
        return FormPage(
            shell: entered.shell(below: "Rotate", above(key, entered)),
            pageHead: PageHead(
                title: "Rotate \(key.name)?",
                lead: "The new \(word) is shown only once. Update whatever uses the old one.", action: nil,
                reason: nil),
            notice: errors.notice(besides: ["overlap_seconds", "lifetime_seconds"]),
            sentTo: entered.formLink(id), token: entered.token(sentTo: .rotateAPIKey, id),
            fields: [.idempotencyKey()],
            sections: [
                FormSection(
                    heading: "Its use", words: "Whatever uses the old one breaks when that ends.", items: items),
                FormSection(
                    heading: "The old \(word)", words: "How long it keeps working alongside the new one.",
                    items: [.radios(Overlap.field(product, secret: word, error: errors["overlap_seconds"]))]),
                FormSection(
                    heading: "Lifetime", words: "When the new one expires.",
                    items: [
                        .radios(
                            APIKeyForm.lifetimes(
                                entered, chosen: "", kept: key.expiresAt, error: errors["lifetime_seconds"]))
                    ]),
            ], verb: "Rotate", cancelLink: entered.backLink(or: .apiKey, id))
    }

    // MARK: - Delete, disable, enable

    private func showKeyDeletion(_ entered: ConsoleVisit) async throws -> PageReply {
        let key = try await key(entered)
        let (id, word) = (key.id.description, product.words[.apiKey])
        return .page(
            QuestionPage(
                shell: entered.shell(below: "Delete", above(key, entered)),
                confirmation: Confirmation(
                    title: "Delete \(key.name)?",
                    consequence:
                        "\(LastUse.sentence(key.lastUse, now: entered.now)) Whatever still sends it is refused from the next call on. This can’t be undone.",
                    verb: "Delete", action: entered.formLink(id),
                    token: entered.token(sentTo: .deleteAPIKey, id), fields: [],
                    cancelLink: entered.backLink(or: .apiKey, id),
                    alternative: key.state(at: entered.now) == .active
                        ? PageLink(words: "Disable it instead", address: entered.onwardLink(.disableAPIKey, id)) : nil,
                    isTyped: false, expected: word.singular)))
    }

    private func takeKeyDeletion(_ entered: ConsoleVisit, _ form: PageForm) async throws -> PageReply {
        let id: ID<APIKey> = try entered.id()
        do {
            return try await doneOnce(entered, form, next: entered.back(or: .apiKeys), .apiKeyDeleted) { [apiKeys] tx in
                try apiKeys.delete(id, in: entered.organization.id, as: entered.actor, tx: tx)
            }
        } catch let refusal as Refusal {
            return refused(try FieldErrors(refusal, shown: []), entered)
        }
    }

    private func showDisabling(_ entered: ConsoleVisit) async throws -> PageReply {
        let key = try await key(entered)
        let id = key.id.description
        let word = product.words[.apiKey].singular
        let overlap =
            key.previousExpiresAt.map { $0 > entered.now } ?? false
            ? " So is the older one of the last rotation, which would end \(DateWords.minute(key.previousExpiresAt ?? entered.now))."
            : ""
        return .page(
            QuestionPage(
                shell: entered.shell(below: "Disable", above(key, entered)),
                confirmation: Confirmation(
                    title: "Disable \(key.name)?",
                    consequence:
                        "\(LastUse.sentence(key.lastUse, now: entered.now)) Whatever sends it is refused from the next call on, until you enable it again.\(overlap)",
                    verb: "Disable \(word)", action: entered.formLink(id),
                    token: entered.token(sentTo: .disableAPIKey, id), fields: [],
                    cancelLink: entered.backLink(or: .apiKey, id),
                    alternative: PageLink(words: "Rotate it instead", address: entered.onwardLink(.rotateAPIKey, id)),
                    isTyped: false, expected: "", isHarmless: true)))
    }

    private func takeDisabling(_ entered: ConsoleVisit, _ form: PageForm) async throws -> PageReply {
        let id: ID<APIKey> = try entered.id()
        do {
            try await store.write(as: entered.actor) { [apiKeys] tx in
                _ = try apiKeys.disable(id, in: entered.organization.id, as: entered.actor, tx: tx)
            }
        } catch let refusal as Refusal {
            return refused(try FieldErrors(refusal, shown: []), entered)
        }
        return PageReply.redirect(entered.back(or: .apiKey, id.description), at: site)
            .telling(.apiKeyDisabled, at: site)
    }

    private func takeEnabling(_ entered: ConsoleVisit, _ form: PageForm) async throws -> PageReply {
        let id: ID<APIKey> = try entered.id()
        do {
            try await store.write(as: entered.actor) { [apiKeys] tx in
                _ = try apiKeys.enable(id, in: entered.organization.id, as: entered.actor, tx: tx)
            }
        } catch let refusal as Refusal {
            return refused(try FieldErrors(refusal, shown: []), entered)
        }
        return PageReply.redirect(entered.url(.apiKey, id.description), at: site).telling(.apiKeyEnabled, at: site)
    }

    /// Why something was not done that has no form of its own.
    /// That nothing was changed, and why.
    ///
    /// - Parameter list: Where it leads back to.
    func refused(
        _ errors: FieldErrors, _ entered: ConsoleVisit, backTo list: ConsolePage = .apiKeys
    ) -> PageReply {
        .page(
            MessagePage(
                heading: "Nothing was changed", paragraphs: [errors.notice(besides: [])?.text ?? ""],
                link: PageLink(words: "Back to \(entered.sectionTitle)", address: entered.link(list)),
                isQuiet: true,
                shell: entered.shell()), .conflict)
    }
}
