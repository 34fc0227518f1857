import CredentialFormat
import Credentials
import HTTPTypes
import Model
import Persistence
import Policy
import ProductDefinition
import SignIn

// The API backends that verify credentials, for those of the operator's people who manage them.

extension WebConsole {
    var resourceServerRoutes: [PageRoute] {
        [
            shown(.resourceServers, showServers),
            shown(.newResourceServer) { entered in .page(newServerPage(entered, ResourceServerForm())) },
            taken(.newResourceServer, takeNewServer),
            shown(.resourceServer, showServer),
            shown(.editResourceServer) { entered in
                let server = try await server(entered)
                return .page(editServerPage(entered, server, ResourceServerForm(server)))
            },
            taken(.editResourceServer, takeServerEdit),
            shown(.rotateResourceServer) { entered in .page(serverRotationPage(entered, try await known(entered))) },
            taken(.rotateResourceServer, takeServerRotation),
            shown(.deleteResourceServer) { entered in .page(serverDeletionPage(entered, try await known(entered))) },
            taken(.deleteResourceServer, takeServerDeletion),
        ]
    }

    /// A resource server with its secrets that work, oldest first.
    private struct Known: Sendable {
        let server: ResourceServer
        let secrets: [ClientSecretSummary]

        /// The last use of any of them.
        var lastUse: LastUse? { secrets.compactMap(\.lastUse).max { $0.at < $1.at } }
    }

    private func server(_ entered: OperatorVisit) async throws -> ResourceServer {
        let id: ID<ResourceServer> = try entered.id()
        return try await store.read(as: entered.actor) { [resourceServers] tx in
            try resourceServers.get(id, as: entered.actor, tx: tx)
        }
    }

    private func known(_ entered: OperatorVisit) async throws -> Known {
        let id: ID<ResourceServer> = try entered.id()
        return try await store.read(as: entered.actor) { [resourceServers] tx in
            Known(
                server: try resourceServers.get(id, as: entered.actor, tx: tx),
                secrets: try resourceServers.secrets(of: id, as: entered.actor, tx: tx))
        }
    }

    private func showServers(_ entered: OperatorVisit) async throws -> PageReply {
        let request = ListRequest(entered.visit, columns: ResourceServerQuery.Order.allCases.map(\.rawValue))
        var query = ResourceServerQuery()
        (query.search, query.after) = (NameSearch(request.search), request.after)
        (query.order, query.isDescending) = request.order(or: (query.order, query.isDescending))
        let asked = query
        let found = try await store.read(as: entered.actor) { [resourceServers] tx in
            try resourceServers.list(asked, limit: ResourceServerList.pageSize, as: entered.actor, tx: tx)
        }
        return .page(ResourceServerList.page(entered, found, request))
    }

    private func showServer(_ entered: OperatorVisit) async throws -> PageReply {
        let known = try await known(entered)
        let (server, words) = (known.server, product.words)
        let id = server.id.description
        let rows = known.secrets.map { secret in
            DetailTable.Row(
                name: secret.hint.text, isCode: true,
                badge: secret.expiresAt.map {
                    Badge(.info, "Ends in \(Spans.roughly($0.seconds(since: entered.now)))")
                },
                status: secret.expiresAt == nil ? "In force" : nil,
                cells: [
                    ListPage.Cell(time: TimeWords(secret.createdAt, now: entered.now)),
                    IntegrationList.lastUse(secret.lastUse, at: entered.now),
                ], actions: [])
        }
        let secret = words[.clientSecret]
        return .page(
            DetailPage(
                shell: entered.shell(below: server.name),
                pageHead: PageHead(
                    title: server.name, lead: nil,
                    action: PageLink(words: "Edit", address: entered.link(.editResourceServer, id)), reason: nil),
                headBadge: nil, tabs: nil,
                panels: [
                    DetailPanel(
                        "facts", "Details",
                        facts: [
                            Fact(term: words[.clientID].capitalized, text: id, isCode: true, isCopied: true),
                            Fact(
                                term: "Audiences", text: server.audiences.joined(separator: ", "), isCode: true,
                                under: "it’s told of tokens that are meant for one of these"),
                            Fact(term: "Created", time: TimeWords(server.createdAt, now: entered.now)),
                        ],
                        actions: [
                            DetailAction(
                                words: "Rotate \(secret.singular)", address: entered.link(.rotateResourceServer, id)),
                            DetailAction(
                                words: "Delete", address: entered.link(.deleteResourceServer, id), isDanger: true),
                        ]),
                    DetailPanel(
                        "secrets", secret.capitalizedPlural,
                        words: OverlapAdvice.words(known.secrets, now: entered.now),
                        rows: DetailTable(
                            caption: secret.capitalizedPlural,
                            columns: [secret.capitalized, "Status", "Made", "Last used"], rows: rows, nextLink: nil)),
                ], notice: entered.doneNotice))
    }

    // MARK: - Create and edit

    private func newServerPage(
        _ entered: OperatorVisit, _ form: ResourceServerForm, _ errors: FieldErrors = .none
    ) -> FormPage {
        FormPage(
            shell: entered.shell(below: "Create resource server"),
            pageHead: PageHead(
                title: "Create resource server",
                lead: "It gets a \(product.words[.clientSecret].singular), shown once, with which it introspects.",
                action: nil, reason: nil),
            notice: errors.notice(besides: ResourceServerForm.names), sentTo: entered.link(.newResourceServer),
            token: entered.token(sentTo: .newResourceServer),
            fields: [.idempotencyKey()],
            sections: form.sections(product, errors), verb: "Create resource server",
            cancelLink: entered.link(.resourceServers))
    }

    private func takeNewServer(_ entered: OperatorVisit, _ form: PageForm) async throws -> PageReply {
        let written = ResourceServerForm(form)
        let draft = ResourceServerDraft(name: written.name, audiences: written.audienceList)
        do {
            let outcome = try await store.write(as: entered.actor) { [resourceServers, repetitions] tx in
                try repetitions.once(form, sentTo: entered.visit.path, as: entered.actor, tx: tx) { tx in
                    let issued = try resourceServers.create(draft, as: entered.actor, tx: tx)
                    return (issued.credential.id.description, issued.secret)
                }
            }
            return try await serverReply(to: outcome, entered, until: nil)
        } catch let refusal as Refusal {
            let errors = try FieldErrors(refusal, shown: ResourceServerForm.names)
            return .page(newServerPage(entered, written, errors), .unprocessableContent)
        }
    }

    private func editServerPage(
        _ entered: OperatorVisit, _ server: ResourceServer, _ form: ResourceServerForm, _ errors: FieldErrors = .none
    ) -> FormPage {
        let id = server.id.description
        return FormPage(
            shell: entered.shell(below: "Edit \(server.name)"),
            pageHead: PageHead(title: "Edit \(server.name)", lead: nil, action: nil, reason: nil),
            notice: errors.notice(besides: ResourceServerForm.names), sentTo: entered.link(.editResourceServer, id),
            token: entered.token(sentTo: .editResourceServer, id),
            fields: [HiddenField(name: "revision", value: form.revision)], sections: form.sections(product, errors),
            verb: "Save changes", cancelLink: entered.link(.resourceServer, id))
    }

    private func takeServerEdit(_ entered: OperatorVisit, _ form: PageForm) async throws -> PageReply {
        let id: ID<ResourceServer> = try entered.id()
        let written = ResourceServerForm(form)
        let edit = ResourceServerEdit(name: written.name, audiences: written.audienceList)
        do {
            _ = try await store.write(as: entered.actor) { [resourceServers] tx in
                try resourceServers.edit(
                    id, edit, expecting: RevisionCondition(written.revision), as: entered.actor, tx: tx)
            }
        } catch let refusal as Refusal {
            let errors = try FieldErrors(refusal, shown: ResourceServerForm.names)
            return .page(
                editServerPage(entered, try await server(entered), written, errors), .unprocessableContent)
        }
        return PageReply.redirect(.operating(.resourceServer, id.description), at: site)
            .telling(.resourceServerSaved, at: site)
    }

    // MARK: - The secret

    /// The secret, this once; or the way to what was made before.
    private func serverReply(
        to outcome: FormRepetitions.Outcome, _ entered: OperatorVisit, until: Instant?
    ) async throws -> PageReply {
        switch outcome {
        case .over(let id):
            let page = id.map { ConsoleURL.operating(.resourceServer, $0) } ?? .operating(.resourceServers, "-")
            return PageReply.redirect(page, at: site).telling(.secretShownBefore, at: site)
        case .shown(let text, let secret):
            guard let id = ID<ResourceServer>(parsing: text) else { throw PageProblem.notFound }
            let server = try await store.read(as: entered.actor) { [resourceServers] tx in
                try resourceServers.get(id, as: entered.actor, tx: tx)
            }
            return .page(serverSecretPage(server, secret, entered, until: until))
        }
    }

    private func serverSecretPage(
        _ server: ResourceServer, _ secret: String, _ entered: OperatorVisit, until: Instant?
    ) -> SecretPage {
        let (id, words) = (server.id.description, product.words)
        let (clientID, clientSecret) = (words[.clientID], words[.clientSecret])
        let address = site.address.url(product.endpoints.introspect.first ?? "/oauth2/introspect")
        let before = until.map { " The one before it works until \(DateWords.minute($0))." } ?? ""
        return SecretPage(
            shell: entered.shell(below: server.name), heading: "Copy the \(clientSecret.singular) now",
            lead: "Keep it where secrets are kept. It’s shown this once: if it’s lost, rotate it.\(before)",
            codes: [CodeBlock(id, label: clientID.capitalized, isWhole: true)],
            secret: CodeBlock(secret, label: clientSecret.capitalized, isSecret: true),
            file: (
                "\(product.name) \(server.name)",
                [
                    "\(product.name): \(server.name)", "\(clientID.capitalized): \(id)",
                    "\(clientSecret.capitalized): \(secret)", "Introspection: \(address)",
                ]
            ),
            commands: [
                CodeBlock(
                    """
                    curl -u '\(id):\(secret)' \\
                      -d token=ACCESS_TOKEN \\
                      \(address)
                    """, label: "Test it now: ask what a token is worth")
            ], keptWords: "I’ve stored the \(clientSecret.singular)", doneLink: entered.link(.resourceServer, id))
    }

    // MARK: - Rotate

    private func serverRotationPage(
        _ entered: OperatorVisit, _ known: Known, _ errors: FieldErrors = .none
    ) -> FormPage {
        let (id, word) = (known.server.id.description, product.words[.clientSecret].singular)
        var items: [FormItem] = [.facts([lastUseFact(known, entered)])]
        if let until = known.secrets.compactMap(\.expiresAt).min() {
            items.append(
                .tick(
                    TickField(
                        name: "force", words: "End the older one of the last rotation",
                        under: "It still works until \(DateWords.minute(until)); no more than two work at a time.",
                        isRequired: true)))
        }
        return FormPage(
            shell: entered.shell(below: "Rotate \(word)"),
            pageHead: PageHead(
                title: "Rotate the \(word) of \(known.server.name)?",
                lead: "The new one is shown only once. Update the backend that uses the old one.", action: nil,
                reason: nil),
            notice: errors.notice(besides: ["overlap_seconds"]), sentTo: entered.link(.rotateResourceServer, id),
            token: entered.token(sentTo: .rotateResourceServer, id),
            fields: [.idempotencyKey()],
            sections: [
                FormSection(heading: "What will break", words: "What is known of its use.", items: items),
                FormSection(
                    heading: "The old \(word)", words: "How long it goes on working beside the new one.",
                    items: [.radios(Overlap.field(product, secret: word, error: errors["overlap_seconds"]))]),
            ], verb: "Rotate", cancelLink: entered.link(.resourceServer, id))
    }

    private func lastUseFact(_ known: Known, _ entered: OperatorVisit) -> Fact {
        guard let use = known.lastUse else { return Fact(term: "Last used", text: "Never used") }
        return Fact(
            term: "Last used", time: TimeWords(use.at, now: entered.now), after: use.address.map { " from \($0)" })
    }

    private func takeServerRotation(_ entered: OperatorVisit, _ form: PageForm) async throws -> PageReply {
        let id: ID<ResourceServer> = try entered.id()
        let overlap = Overlap(form, product.policy)
        do {
            let (outcome, until) = try await store.write(as: entered.actor) { [resourceServers, repetitions] tx in
                var until: Instant?
                let outcome = try repetitions.once(form, sentTo: entered.visit.path, as: entered.actor, tx: tx) { tx in
                    let issued = try resourceServers.rotate(
                        id, overlapSeconds: overlap.seconds, force: form["force"] == "on", as: entered.actor, tx: tx)
                    until = issued.previousExpiresAt
                    return (issued.credential.id.description, issued.secret)
                }
                return (outcome, until)
            }
            return try await serverReply(to: outcome, entered, until: until)
        } catch let refusal as Refusal {
            let errors = try FieldErrors(refusal, shown: ["overlap_seconds"])
            return .page(serverRotationPage(entered, try await known(entered), errors), .unprocessableContent)
        }
    }

    // MARK: - Delete

    /// A backend that asks would refuse every caller, so its name has to be typed once it has asked.
    private func serverDeletionPage(
        _ entered: OperatorVisit, _ known: Known, _ errors: FieldErrors = .none
    ) -> QuestionPage {
        let (id, name) = (known.server.id.description, known.server.name)
        let use = known.lastUse.map { use in
            """
            It last asked \(TimeWords(use.at, now: entered.now).words): a backend that still asks with it refuses every caller.
            """
        }
        return QuestionPage(
            shell: entered.shell(below: "Delete \(name)"),
            confirmation: Confirmation(
                title: "Delete \(name)?",
                consequence: "\(use ?? "It has never asked.") This can’t be undone.", verb: "Delete resource server",
                action: entered.link(.deleteResourceServer, id),
                token: entered.token(sentTo: .deleteResourceServer, id),
                fields: [], cancelLink: entered.link(.resourceServer, id), alternative: nil,
                isTyped: use != nil || errors != .none,
                expected: name), notice: errors.notice(besides: []))
    }

    private func takeServerDeletion(_ entered: OperatorVisit, _ form: PageForm) async throws -> PageReply {
        let id: ID<ResourceServer> = try entered.id()
        do {
            return try await doneOnce(
                entered.visit, form, as: entered.actor, next: .operating(.resourceServers, "-"),
                .resourceServerDeleted
            ) { [resourceServers] tx in
                let server = try resourceServers.get(id, as: entered.actor, tx: tx)
                let isTyped = form["typed"] == server.name
                do {
                    try resourceServers.delete(id, force: isTyped, as: entered.actor, tx: tx)
                } catch Refusal.conflict {
                    throw Refusal.invalid([InvalidField("", "wrong", "Type \(server.name) to delete it.")])
                }
            }
        } catch let refusal as Refusal {
            let errors = try FieldErrors(refusal, shown: [])
            return .page(serverDeletionPage(entered, try await known(entered), errors), .unprocessableContent)
        }
    }
}
