import CredentialFormat
import Credentials
import HTTPTypes
import Model
import Notices
import Persistence
import Policy
import ProductDefinition
import SignIn
import Tokens

/// Where an organization is told what becomes of its credentials: webhooks, their secrets, and what was sent.
extension WebConsole {
    var webhookRoutes: [PageRoute] {
        [
            shown(.webhooks, showWebhooks),
            shown(.newWebhook) { entered in .page(newWebhookPage(entered, WebhookForm())) },
            taken(.newWebhook, takeNewWebhook),
            shown(.webhook, showWebhook),
            shown(.editWebhook) { entered in
                let endpoint = try await webhook(entered)
                return .page(editWebhookPage(entered, endpoint, WebhookForm(endpoint)))
            },
            taken(.editWebhook, takeWebhookEdit),
            shown(.rotateWebhook) { entered in .page(webhookRotationPage(entered, try await webhook(entered))) },
            taken(.rotateWebhook, takeWebhookRotation),
            taken(.testWebhook, on: .webhook, takeWebhookTest),
            shown(.deleteWebhook) { entered in .page(webhookDeletionPage(entered, try await webhook(entered))) },
            taken(.deleteWebhook, takeWebhookDeletion),
            shown(.webhookDelivery, showDelivery),
            taken(.replayWebhook, on: .webhookDelivery, takeReplay),
        ]
    }

    /// - Throws: ``PageProblem/notFound``
    private func desk() throws -> WebhookService {
        guard let webhooks else { throw PageProblem.notFound }
        return webhooks
    }

    private func webhook(_ entered: ConsoleVisit) async throws -> WebhookEndpoint {
        let (service, id) = (try desk(), try entered.id(of: WebhookEndpoint.self))
        return try await store.read(as: entered.actor) { tx in
            try service.get(id, in: entered.organization.id, as: entered.actor, tx: tx)
        }
    }

    // MARK: - All of them

    private func showWebhooks(_ entered: ConsoleVisit) async throws -> PageReply {
        let service = try desk()
        let page = Model.Page(limit: WebhookService.mostOfAccount)
        let found = try await store.read(as: entered.actor) { tx in
            try service.list(in: entered.organization.id, page: page, as: entered.actor, tx: tx)
        }
        let rows = found.items.map { endpoint in
            DetailTable.Row(
                name: endpoint.address, isCode: true, badge: Self.badge(of: endpoint),
                status: Self.badge(of: endpoint) == nil ? "Active" : nil,
                cells: [
                    ListPage.Cell(text: endpoint.kindWords.map { "\($0.count)" } ?? "Everything"),
                    ListPage.Cell(time: TimeWords(endpoint.createdAt, now: entered.now)),
                ],
                actions: [
                    DetailAction(
                        words: "Open", of: endpoint.address, address: entered.link(.webhook, endpoint.id.description))
                ])
        }
        let create =
            entered.may(.webhooksManage)
            ? PageLink(words: "Create webhook", address: entered.link(.newWebhook)) : nil
        let table =
            rows.isEmpty
            ? nil
            : DetailTable(
                caption: "Webhooks", columns: ["Address", "Status", "Told of", "Created"], rows: rows, nextLink: nil)
        return .page(
            DetailPage(
                shell: entered.shell(),
                pageHead: PageHead(
                    title: entered.sectionTitle,
                    lead: "Your systems are told what’s about to break, and what has.", action: create, reason: nil),
                headBadge: nil, tabs: entered.sectionTabs,
                panels: [
                    DetailPanel(
                        "webhooks", "Webhooks", rows: table,
                        nothing: rows.isEmpty ? "Nothing is told to your systems yet." : nil)
                ], notice: entered.doneNotice))
    }

    private static func badge(of endpoint: WebhookEndpoint) -> Badge? {
        switch endpoint.stop {
        case .byHand: Badge(.neutral, "Disabled")
        case .gone: Badge(.bad, "Gone")
        case .failing: Badge(.bad, "Stopped: it took nothing")
        case nil: endpoint.failingSince == nil ? nil : Badge(.caution, "Failing")
        }
    }

    // MARK: - One

    private func showWebhook(_ entered: ConsoleVisit) async throws -> PageReply {
        .page(try await webhookPage(entered, notice: entered.doneNotice))
    }

    /// The page of one, with what stood in the way of sending something by hand.
    private func webhookPage(_ entered: ConsoleVisit, tooOften seconds: Int) async throws -> PageReply {
        let notice = Notice.caution(
            "That was too often: \(WebhookService.mostByHand) at once, and one more each minute. "
                + "Try again in \(Spans.roughly(seconds)).")
        return PageReply.page(try await webhookPage(entered, notice: notice), .tooManyRequests)
            .with(.retryAfter, "\(seconds)")
    }

    private func webhookPage(_ entered: ConsoleVisit, notice: Notice?) async throws -> DetailPage {
        let (service, id) = (try desk(), try entered.id(of: WebhookEndpoint.self))
        let page = Model.Page(limit: 50, after: entered.visit.parameter("after").flatMap { Cursor(parsing: $0) })
        let (endpoint, deliveries) = try await store.read(as: entered.actor) { tx in
            let endpoint = try service.get(id, in: entered.organization.id, as: entered.actor, tx: tx)
            return (
                endpoint,
                try service.deliveries(to: id, in: entered.organization.id, page: page, as: entered.actor, tx: tx)
            )
        }
        let text = id.description
        let rows = deliveries.items.map { delivery in
            DetailTable.Row(
                name: delivery.kind.rawValue, isCode: true, badge: Self.badge(of: delivery),
                status: Self.badge(of: delivery) == nil ? "Taken" : nil,
                cells: [
                    ListPage.Cell(text: delivery.subject),
                    ListPage.Cell(time: TimeWords(delivery.createdAt, now: entered.now)),
                ],
                actions: [
                    DetailAction(
                        words: "Open", of: delivery.id.description,
                        address: entered.link(.webhookDelivery, text, delivery.id.description))
                ])
        }
        let next = deliveries.next.map { entered.link(.webhook, text, query: [("after", $0.description)]) }
        let table =
            rows.isEmpty
            ? nil
            : DetailTable(
                caption: "What was sent", columns: ["Event", "Status", "About", "Since"], rows: rows, nextLink: next)
        let told = endpoint.kindWords?.joined(separator: ", ")
        return DetailPage(
            shell: entered.shell(below: endpoint.address),
            pageHead: PageHead(
                title: endpoint.address, lead: endpoint.description,
                action: entered.may(.webhooksManage)
                    ? PageLink(words: "Edit", address: entered.link(.editWebhook, text)) : nil, reason: nil),
            headBadge: Self.badge(of: endpoint), tabs: nil,
            panels: [
                DetailPanel(
                    "facts", "Details",
                    facts: [
                        Fact(term: "ID", text: text, isCode: true, isCopied: true),
                        Fact(term: "Told of", text: told ?? "Everything", isCode: told != nil),
                        endpoint.publicKey.map {
                            Fact(term: "Public key", text: $0, isCode: true, isCopied: true)
                        } ?? Fact(term: "Signed by", text: "A secret that its receiver has, too"),
                        Fact(
                            term: "Header of its own", text: endpoint.headerName ?? "None",
                            isCode: endpoint.headerName != nil),
                        Fact(term: "Created", time: TimeWords(endpoint.createdAt, now: entered.now)),
                    ], actions: actions(on: endpoint, entered)),
                DetailPanel(
                    "deliveries", "What was sent", words: "Kept for 7 days.", rows: table,
                    nothing: rows.isEmpty ? "Nothing was sent yet." : nil),
            ], notice: notice)
    }

    private func actions(on endpoint: WebhookEndpoint, _ entered: ConsoleVisit) -> [DetailAction] {
        guard entered.may(.webhooksManage) else { return [] }
        let id = endpoint.id.description
        let test = DetailAction(
            words: "Send a test",
            form: RowMenu.Form(
                action: entered.link(.testWebhook, id), token: entered.token(sentTo: .testWebhook, id),
                fields: [.idempotencyKey()]))
        return (endpoint.stoppedAt == nil ? [test] : []) + [
            DetailAction(words: "Replace secret", address: entered.link(.rotateWebhook, id)),
            DetailAction(words: "Delete", address: entered.link(.deleteWebhook, id), isDanger: true),
        ]
    }

    private static func badge(of delivery: WebhookDelivery) -> Badge? {
        switch delivery.state {
        case .waiting: Badge(.neutral, "Waits")
        case .due: delivery.attempts == 0 ? Badge(.info, "On its way") : Badge(.caution, "Tried again")
        case .delivered: nil
        case .failed: Badge(.bad, "Not taken")
        case .abandoned: Badge(.neutral, "Dropped")
        }
    }

    private func takeWebhookTest(_ entered: ConsoleVisit, _ form: PageForm) async throws -> PageReply {
        let (service, id) = (try desk(), try entered.id(of: WebhookEndpoint.self))
        let page = entered.url(.webhook, id.description)
        do {
            return try await doneOnce(entered, form, next: page, .webhookSent) { tx in
                _ = try service.test(id, in: entered.organization.id, as: entered.actor, tx: tx)
            }
        } catch Refusal.tooOften(let seconds) {
            return try await webhookPage(entered, tooOften: seconds)
        } catch Refusal.conflict {
            // It was disabled meanwhile: how it is now is said on its page.
            return .redirect(page, at: site)
        }
    }

    // MARK: - Deliveries

    private func showDelivery(_ entered: ConsoleVisit) async throws -> PageReply {
        let (service, id) = (try desk(), try entered.id(of: WebhookEndpoint.self))
        let part: ID<WebhookDelivery> = try entered.id("part")
        let (endpoint, described) = try await store.read(as: entered.actor) { tx in
            (
                try service.get(id, in: entered.organization.id, as: entered.actor, tx: tx),
                try service.delivery(part, to: id, in: entered.organization.id, as: entered.actor, tx: tx)
            )
        }
        let delivery = described.delivery
        let rows = described.attempts.map { attempt in
            DetailTable.Row(
                name: "\(attempt.number)", isCode: false, badge: attempt.error.map { Badge(.bad, $0) },
                status: attempt.error == nil ? "Taken" : nil,
                cells: [
                    ListPage.Cell(text: attempt.status.map { "\($0)" } ?? "None"),
                    ListPage.Cell(text: attempt.response.isEmpty ? "Nothing" : String(attempt.response.prefix(500))),
                    ListPage.Cell(time: TimeWords(attempt.at, now: entered.now)),
                ], actions: [])
        }
        let table =
            rows.isEmpty
            ? nil
            : DetailTable(
                caption: "Attempts", columns: ["Attempt", "Outcome", "Status", "Answer", "When"], rows: rows,
                nextLink: nil)
        let (text, partText) = (id.description, part.description)
        let replay = DetailAction(
            words: "Send again",
            form: RowMenu.Form(
                action: entered.link(.replayWebhook, text, partText),
                token: entered.token(sentTo: .replayWebhook, text, partText), fields: [.idempotencyKey()]))
        let mayReplay = entered.may(.webhooksManage) && endpoint.stoppedAt == nil && described.event != nil
        var facts = [
            Fact(term: "webhook-id", text: delivery.event.description, isCode: true, isCopied: true),
            Fact(term: "About", text: delivery.subject, isCode: true, isCopied: true),
            Fact(term: "Since", time: TimeWords(delivery.createdAt, now: entered.now)),
        ]
        if let next = delivery.nextAt {
            facts.append(Fact(term: "Next attempt", time: TimeWords(next, now: entered.now)))
        }
        return .page(
            DetailPage(
                shell: entered.shell(
                    below: delivery.kind.rawValue,
                    Crumb(words: endpoint.address, address: entered.link(.webhook, text))),
                pageHead: PageHead(title: delivery.kind.rawValue, lead: endpoint.address, action: nil, reason: nil),
                headBadge: Self.badge(of: delivery), tabs: nil,
                panels: [
                    DetailPanel("facts", "Details", facts: facts, actions: mayReplay ? [replay] : []),
                    DetailPanel(
                        "body", "What is sent",
                        code: described.event.map { [CodeBlock($0.body, label: "Body", isWhole: true)] } ?? [],
                        nothing: described.event == nil ? "It isn’t kept any longer." : nil),
                    DetailPanel(
                        "attempts", "Attempts", rows: table,
                        nothing: rows.isEmpty ? "None is kept." : nil),
                ], notice: entered.doneNotice))
    }

    private func takeReplay(_ entered: ConsoleVisit, _ form: PageForm) async throws -> PageReply {
        let (service, id) = (try desk(), try entered.id(of: WebhookEndpoint.self))
        let part: ID<WebhookDelivery> = try entered.id("part")
        let page = entered.url(.webhook, id.description)
        do {
            return try await doneOnce(entered, form, next: page, .webhookSent) { tx in
                _ = try service.replay(part, to: id, in: entered.organization.id, as: entered.actor, tx: tx)
            }
        } catch Refusal.tooOften(let seconds) {
            return try await webhookPage(entered, tooOften: seconds)
        } catch Refusal.conflict {
            return .redirect(page, at: site)
        }
    }

    // MARK: - Create and edit

    private func newWebhookPage(
        _ entered: ConsoleVisit, _ form: WebhookForm, _ errors: FieldErrors = .none
    ) -> FormPage {
        FormPage(
            shell: entered.shell(below: "Create webhook"),
            pageHead: PageHead(
                title: "Create webhook", lead: "It gets what your server needs to know who calls.",
                action: nil, reason: nil),
            notice: errors.notice(besides: WebhookForm.names), sentTo: entered.link(.newWebhook),
            token: entered.token(sentTo: .newWebhook), fields: [.idempotencyKey()],
            sections: form.sections(product.words, errors), verb: "Create webhook",
            cancelLink: entered.link(.webhooks))
    }

    private func takeNewWebhook(_ entered: ConsoleVisit, _ form: PageForm) async throws -> PageReply {
        let (service, written) = (try desk(), WebhookForm(form))
        let draft = WebhookDraft(
            address: written.address, description: written.description, kinds: written.chosen,
            scheme: written.scheme.rawValue, header: written.header(insteadOf: nil) ?? nil)
        do {
            // As the API does: before a key of the organization is made.
            try await store.read(as: entered.actor) { [product] tx in
                try service.admit(entered.actor, to: entered.organization.id, tx: tx)
                try tx.terms(of: entered.organization.account, in: product).require(.webhooks)
            }
            let key = try await service.vault.key(of: entered.organization.id)
            let outcome = try await store.write(as: entered.actor) { [repetitions] tx in
                try repetitions.once(form, sentTo: entered.visit.path, as: entered.actor, tx: tx) { tx in
                    let issued = try service.create(
                        draft, in: entered.organization.id, under: key, as: entered.actor, tx: tx)
                    return (issued.endpoint.id.description, issued.secret ?? Self.noSecret)
                }
            }
            return try await webhookReply(to: outcome, entered, until: nil)
        } catch let refusal as Refusal {
            let errors = try FieldErrors(refusal, shown: WebhookForm.names)
            return .page(newWebhookPage(entered, written, errors), .unprocessableContent)
        }
    }

    private func editWebhookPage(
        _ entered: ConsoleVisit, _ endpoint: WebhookEndpoint, _ form: WebhookForm, _ errors: FieldErrors = .none
    ) -> FormPage {
        let id = endpoint.id.description
        return FormPage(
            shell: entered.shell(
                below: "Edit", Crumb(words: endpoint.address, address: entered.link(.webhook, id))),
            pageHead: PageHead(title: "Edit webhook", lead: nil, action: nil, reason: nil),
            notice: errors.notice(besides: WebhookForm.names), sentTo: entered.link(.editWebhook, id),
            token: entered.token(sentTo: .editWebhook, id),
            fields: [HiddenField(name: "revision", value: form.revision)],
            sections: form.sections(product.words, errors), verb: "Save changes",
            cancelLink: entered.link(.webhook, id))
    }

    private func takeWebhookEdit(_ entered: ConsoleVisit, _ form: PageForm) async throws -> PageReply {
        let (service, id) = (try desk(), try entered.id(of: WebhookEndpoint.self))
        let written = WebhookForm(form)
        let edit = WebhookEdit(
            address: written.address, description: .some(written.description), kinds: .some(written.chosen),
            isStopped: written.isStopped, header: written.header(insteadOf: try await webhook(entered).headerName))
        do {
            var key: OrganizationKey?
            if edit.header.flatMap(\.self) != nil {
                try await store.read(as: entered.actor) { tx in
                    try service.admit(entered.actor, to: entered.organization.id, tx: tx)
                }
                key = try await service.vault.key(of: entered.organization.id)
            }
            _ = try await store.write(as: entered.actor) { [key] tx in
                try service.edit(
                    id, in: entered.organization.id, edit, expecting: RevisionCondition(written.revision),
                    under: key, as: entered.actor, tx: tx)
            }
        } catch let refusal as Refusal {
            let errors = try FieldErrors(refusal, shown: WebhookForm.names)
            return .page(
                editWebhookPage(entered, try await webhook(entered), written, errors), .unprocessableContent)
        }
        return PageReply.redirect(entered.url(.webhook, id.description), at: site).telling(.webhookSaved, at: site)
    }

    // MARK: - The secret

    /// In place of the secret of who verifies by a public key.
    private static let noSecret = "-"

    /// The secret, this once; or the way to what was made before.
    private func webhookReply(
        to outcome: FormRepetitions.Outcome, _ entered: ConsoleVisit, until: Instant?
    ) async throws -> PageReply {
        switch outcome {
        case .over(let id):
            let page = id.map { entered.url(.webhook, $0) } ?? entered.url(.webhooks)
            return PageReply.redirect(page, at: site).telling(.secretShownBefore, at: site)
        case .shown(let id, Self.noSecret):
            // What its receiver needs stands on its page.
            return PageReply.redirect(entered.url(.webhook, id), at: site).telling(.webhookSaved, at: site)
        case .shown(let id, let secret):
            let before = until.map { " The one before it signs too until \(DateWords.minute($0))." } ?? ""
            return .page(
                SecretPage(
                    shell: entered.shell(below: "Secret"), heading: "Copy the secret now",
                    lead: "Keep it where secrets are kept. It’s shown this once: if it’s lost, replace it.\(before)",
                    codes: [CodeBlock(id, label: "ID", isWhole: true)],
                    secret: CodeBlock(secret, label: "Secret", isSecret: true),
                    file: (
                        "\(product.name) webhook", ["\(product.name): webhook \(id)", "Secret: \(secret)"]
                    ),
                    commands: [], keptWords: "I’ve stored the secret", doneLink: entered.link(.webhook, id)))
        }
    }

    private func webhookRotationPage(
        _ entered: ConsoleVisit, _ endpoint: WebhookEndpoint, _ errors: FieldErrors = .none
    ) -> FormPage {
        let id = endpoint.id.description
        func option(_ seconds: Int, _ words: String, isChosen: Bool = false) -> RadioField.Option {
            RadioField.Option(value: "\(seconds)", words: words, under: nil, isChosen: isChosen)
        }
        return FormPage(
            shell: entered.shell(
                below: "Replace secret", Crumb(words: endpoint.address, address: entered.link(.webhook, id))),
            pageHead: PageHead(
                title: "Replace the secret?", lead: "A new secret is shown only once; a public key stays on its page.",
                action: nil, reason: nil),
            notice: errors.notice(besides: ["overlap_seconds", "signature_scheme"]),
            sentTo: entered.link(.rotateWebhook, id),
            token: entered.token(sentTo: .rotateWebhook, id), fields: [.idempotencyKey()],
            sections: [
                FormSection(
                    heading: "The old secret", words: "Meanwhile everything is signed by both.",
                    items: [
                        .radios(
                            RadioField(
                                legend: "How long it signs too", name: "overlap_seconds",
                                options: [
                                    option(0, "Not any more"), option(3600, "An hour"),
                                    option(86_400, "A day", isChosen: true), option(604_800, "A week"),
                                ], error: errors["overlap_seconds"]))
                    ]),
                FormSection(
                    heading: "The new one", words: nil,
                    items: [.radios(WebhookForm.schemeField(endpoint.scheme, error: errors["signature_scheme"]))]),
            ], verb: "Replace secret", cancelLink: entered.link(.webhook, id))
    }

    private func takeWebhookRotation(_ entered: ConsoleVisit, _ form: PageForm) async throws -> PageReply {
        let (service, id) = (try desk(), try entered.id(of: WebhookEndpoint.self))
        let endpoint = try await webhook(entered)
        do {
            try await store.read(as: entered.actor) { tx in
                try service.admit(entered.actor, to: entered.organization.id, tx: tx)
            }
            let key = try await service.vault.key(of: entered.organization.id)
            let seconds = form["overlap_seconds"].map { Int($0) ?? -1 }
            let (outcome, until) = try await store.write(as: entered.actor) { [repetitions] tx in
                var until: Instant?
                let outcome = try repetitions.once(form, sentTo: entered.visit.path, as: entered.actor, tx: tx) { tx in
                    let issued = try service.rotate(
                        id, in: entered.organization.id, overlapSeconds: seconds, scheme: form["signature_scheme"],
                        under: key, as: entered.actor, tx: tx)
                    until = issued.previousEndsAt
                    return (issued.endpoint.id.description, issued.secret ?? Self.noSecret)
                }
                return (outcome, until)
            }
            return try await webhookReply(to: outcome, entered, until: until)
        } catch let refusal as Refusal {
            let errors = try FieldErrors(refusal, shown: ["overlap_seconds", "signature_scheme"])
            return .page(webhookRotationPage(entered, endpoint, errors), .unprocessableContent)
        }
    }

    // MARK: - Delete

    private func webhookDeletionPage(_ entered: ConsoleVisit, _ endpoint: WebhookEndpoint) -> QuestionPage {
        let id = endpoint.id.description
        return QuestionPage(
            shell: entered.shell(
                below: "Delete", Crumb(words: endpoint.address, address: entered.link(.webhook, id))),
            confirmation: Confirmation(
                title: "Delete this webhook?",
                consequence: "\(endpoint.address) is told nothing any more, and what was sent is forgotten.",
                verb: "Delete webhook", action: entered.link(.deleteWebhook, id),
                token: entered.token(sentTo: .deleteWebhook, id), fields: [], cancelLink: entered.link(.webhook, id),
                alternative: nil, isTyped: false, expected: ""))
    }

    private func takeWebhookDeletion(_ entered: ConsoleVisit, _ form: PageForm) async throws -> PageReply {
        let (service, id) = (try desk(), try entered.id(of: WebhookEndpoint.self))
        return try await doneOnce(entered, form, next: entered.url(.webhooks), .webhookDeleted) { tx in
            try service.delete(id, in: entered.organization.id, as: entered.actor, tx: tx)
        }
    }
}
