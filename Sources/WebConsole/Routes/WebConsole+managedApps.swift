import CredentialFormat
import Credentials
import HTTPTypes
import Model
import OAuth
import Persistence
import Policy
import ProductDefinition
import SignIn

extension WebConsole {
    /// The apps of an organization.
    var managedAppRoutes: [PageRoute] {
        [
            shown(.apps, showManagedApps),
            shown(.newApp) { entered in .page(AppForm().page(entered, of: nil)) },
            taken(.newApp, takeNewApp),
            shown(.app, showApp),
            shown(.appSecrets, showAppSecrets),
            shown(.appPreview, showAppPreview),
            shown(.appSettings, showAppSettings),
            taken(.appSettings, takeAppSettings),
            shown(.newAppSecret, showNewAppSecret),
            taken(.newAppSecret, takeNewAppSecret),
            shown(.endAppSecret, showEndOfAppSecret),
            taken(.endAppSecret, takeEndOfAppSecret),
            shown(.releaseAppSecret, showReleaseOfAppSecret),
            taken(.releaseAppSecret, takeReleaseOfAppSecret),
            shown(.deleteApp, showDeletionOfApp),
            taken(.deleteApp, takeDeletionOfApp),
        ] + appDisablingRoutes + severalRoutes(.app)
    }

    private func showManagedApps(_ entered: ConsoleVisit) async throws -> PageReply {
        let filters = AppList.filters(entered)
        let request = AppList.request(entered, filters)
        let (query, limit) = (AppList.query(request, entered), entered.terms.maximum(of: .apps))
        let found = try await store.read(as: entered.actor) { [apps] tx in
            try apps.list(
                in: entered.organization, includeDescendants: !request.filters.contains(AppList.here), query,
                limit: AppList.pageSize, countingTo: limit, as: entered.actor, tx: tx)
        }
        return .page(AppList.page(entered, request, filters, found.page, count: found.count, of: limit))
    }

    // MARK: - Making and changing

    private func takeNewApp(_ entered: ConsoleVisit, _ form: PageForm) async throws -> PageReply {
        let entry = AppForm(form)
        guard form["more"] == nil else { return .page(entry.page(entered, of: nil)) }
        let (actor, path) = (entered.actor, entered.visit.path)
        do {
            let draft = try entry.draft()
            let outcome = try await store.write(as: entered.actor) { [apps, repetitions] tx in
                try repetitions.once(form, sentTo: path, as: actor, tx: tx) { tx in
                    let made = try apps.create(draft, in: entered.organization.id, as: actor, tx: tx)
                    return (made.app.id.description, made.issued?.secret ?? Self.noSecret)
                }
            }
            return try await reply(to: outcome, entered, isNew: true)
        } catch let refusal as Refusal {
            let errors = try FieldErrors(of: refusal, product)
            return .page(entry.page(entered, of: nil, errors), .unprocessableContent)
        }
    }

    /// What stands in place of the secret of a public app.
    private static let noSecret = "-"

    /// Shows a secret that was made, or leads on where there is none to show.
    private func reply(
        to outcome: FormRepetitions.Outcome, _ entered: ConsoleVisit, isNew: Bool
    ) async throws -> PageReply {
        switch outcome {
        case .over(let id):
            return .redirect(id.map { entered.back(or: .app, $0) } ?? entered.url(.apps), at: site)
        case .shown(let id, let secret):
            guard secret != Self.noSecret else {
                return PageReply.redirect(entered.url(.app, id), at: site).telling(.appCreated, at: site)
            }
            guard let appID = ID<App>(parsing: id) else { throw PageProblem.notFound }
            let app = try await store.read(as: entered.actor) { [apps] tx in
                try apps.get(appID, in: entered.organization.id, as: entered.actor, tx: tx)
            }
            return .page(secretPage(entered, app, secret, isNew: isNew))
        }
    }

    private func secretPage(
        _ entered: ConsoleVisit, _ app: App, _ secret: String, isNew: Bool
    ) -> SecretPage {
        let (words, id) = (product.words, app.id.description)
        let word = words[.clientSecret]
        let commands = AppCommands(site: site, product: product)
        return SecretPage(
            shell: entered.shell(below: word.capitalized, of: app), heading: "Copy the \(word.singular) now",
            lead: "It’s shown only once. If you lose it, add another.",
            codes: [CodeBlock(id, label: words[.clientID].capitalized, isWhole: true)],
            secret: CodeBlock(secret, label: word.capitalized, isSecret: true),
            file: (
                name: app.name,
                lines: [app.name, "\(words[.clientID].capitalized): \(id)", "\(word.capitalized): \(secret)"]
            ),
            commands: isNew
                ? [commands.authorization(of: app), commands.exchange(of: app, secret: secret)]
                : [commands.exchange(of: app, secret: secret)],
            keptWords: "I’ve stored the \(word.singular)",
            doneLink: entered.backLink(or: isNew ? .app : .appSecrets, id))
    }

    func app(_ entered: ConsoleVisit) async throws -> App {
        let id: ID<App> = try entered.id()
        return try await store.read(as: entered.actor) { [apps] tx in
            try apps.get(id, in: entered.organization.id, as: entered.actor, tx: tx)
        }
    }

    private func showApp(_ entered: ConsoleVisit) async throws -> PageReply {
        let id: ID<App> = try entered.id()
        let (listed, reach, maker, disabler) = try await store.read(as: entered.actor) { [apps] tx in
            let listed = try apps.describe(id, in: entered.organization.id, as: entered.actor, tx: tx)
            let maker = ID<Member>(parsing: listed.app.createdBy)
            let disabler = listed.app.disabling.flatMap { ID<Member>(parsing: $0.by) }
            let names = try tx.memberNames(
                Set([maker, disabler].compactMap(\.self)), within: entered.actor.reach.bound())
            return (
                listed, try apps.reach(of: id, in: entered.organization.id, as: entered.actor, tx: tx),
                maker.flatMap { names[$0] }, disabler.flatMap { names[$0] }
            )
        }
        return .page(AppPage(entered, listed, reach: reach, maker: maker, disabler: disabler))
    }

    private func showAppPreview(_ entered: ConsoleVisit) async throws -> PageReply {
        let app = try await app(entered)
        let index = entered.visit.parameter("uri").flatMap { Int($0) } ?? 0
        guard app.redirectURIs.indices.contains(index) else { throw PageProblem.notFound }
        let logo = app.links.logo.map { [$0.origin] } ?? []
        return .page(
            ConsentPreviewPage(entered, app, at: index), policy: ContentSecurityPolicy(images: logo))
    }

    private func showAppSettings(_ entered: ConsoleVisit) async throws -> PageReply {
        let app = try await app(entered)
        return .page(AppForm(app).page(entered, of: app, tabs: entered.tabs(of: app)))
    }

    private func takeAppSettings(_ entered: ConsoleVisit, _ form: PageForm) async throws -> PageReply {
        let app = try await app(entered)
        let entry = AppForm(form)
        let tabs = entered.tabs(of: app)
        guard form["more"] == nil else { return .page(entry.page(entered, of: app, tabs: tabs)) }
        do {
            let edit = try entry.edit(of: app, saysForWhom: entered.me.isOperator)
            _ = try await store.write(as: entered.actor) { [apps] tx in
                try apps.edit(app.id, in: entered.organization.id, edit, as: entered.actor, tx: tx)
            }
        } catch let refusal as Refusal {
            let errors = try FieldErrors(of: refusal, product)
            return .page(entry.page(entered, of: app, errors, tabs: tabs), .unprocessableContent)
        }
        return PageReply.redirect(entered.url(.appSettings, app.id.description), at: site).telling(.appSaved, at: site)
    }

    // MARK: - Secrets

    private func secrets(_ entered: ConsoleVisit) async throws -> (app: App, secrets: [ClientSecretSummary]) {
        let id: ID<App> = try entered.id()
        let found = try await store.read(as: entered.actor) { [apps] tx in
            (
                try apps.get(id, in: entered.organization.id, as: entered.actor, tx: tx),
                try apps.secrets(of: id, in: entered.organization.id, as: entered.actor, tx: tx)
            )
        }
        // A public app has none, and no page of them.
        guard !found.0.isPublic else { throw PageProblem.notFound }
        return found
    }

    private func showAppSecrets(_ entered: ConsoleVisit) async throws -> PageReply {
        let (app, secrets) = try await secrets(entered)
        return .page(AppSecretsPage(entered, app, secrets))
    }

    private func showNewAppSecret(_ entered: ConsoleVisit) async throws -> PageReply {
        let (app, secrets) = try await secrets(entered)
        return .page(NewAppSecretForm.page(entered, app, secrets))
    }

    private func takeNewAppSecret(_ entered: ConsoleVisit, _ form: PageForm) async throws -> PageReply {
        let (app, secrets) = try await secrets(entered)
        guard let overlap = form["overlap"].flatMap({ Int($0) }) else {
            return .page(
                NewAppSecretForm.page(entered, app, secrets, notice: .bad("Choose what becomes of the one in force.")),
                .unprocessableContent)
        }
        let (actor, path, isForced) = (entered.actor, entered.visit.path, form["force"] != nil)
        do {
            let outcome = try await store.write(as: entered.actor) { [apps, repetitions] tx in
                try repetitions.once(form, sentTo: path, as: actor, tx: tx) { tx in
                    let issued = try apps.rotate(
                        app.id, in: entered.organization.id, overlapSeconds: overlap, force: isForced, as: actor, tx: tx
                    )
                    return (app.id.description, issued.secret)
                }
            }
            return try await reply(to: outcome, entered, isNew: false)
        } catch let refusal as Refusal {
            let errors = try FieldErrors(of: refusal, product)
            return .page(
                NewAppSecretForm.page(entered, app, secrets, chosen: overlap, notice: errors.notice(besides: [])),
                .unprocessableContent)
        }
    }

    private func showEndOfAppSecret(_ entered: ConsoleVisit) async throws -> PageReply {
        let (app, secrets) = try await secrets(entered)
        let (id, part) = (app.id.description, try entered.id("part", of: ClientSecret.self))
        guard let secret = secrets.first(where: { $0.id == part }), let end = secret.expiresAt else {
            return .redirect(entered.url(.appSecrets, id), at: site)
        }
        let use = secret.lastUse.map { "was last used \(TimeWords($0.at, now: entered.now).words)" } ?? "was never used"
        let word = product.words[.clientSecret]
        return .page(
            QuestionPage(
                shell: entered.shell(below: "End \(secret.hint.text)", of: app),
                confirmation: Confirmation(
                    title: "End \(secret.hint.text) now?",
                    consequence:
                        "It \(use), and would end in \(Spans.roughly(end.seconds(since: entered.now))) by itself.",
                    verb: "End \(word.singular)", action: entered.link(.endAppSecret, id, part.description),
                    token: entered.token(sentTo: .endAppSecret, id, part.description), fields: [],
                    cancelLink: entered.link(.appSecrets, id), alternative: nil, isTyped: false, expected: "")))
    }

    private func takeEndOfAppSecret(_ entered: ConsoleVisit, _ form: PageForm) async throws -> PageReply {
        let id: ID<App> = try entered.id()
        let part = try entered.id("part", of: ClientSecret.self)
        let organization = entered.organization.id
        return try await doneOnce(
            entered, form, next: entered.url(.appSecrets, id.description), .secretEnded
        ) { [apps] tx in
            let held = try apps.secrets(of: id, in: organization, as: entered.actor, tx: tx)
            // One that has ended by itself meanwhile counts as ended.
            guard held.contains(where: { $0.id == part }) else { return }
            try apps.endSecret(part, of: id, in: organization, as: entered.actor, tx: tx)
        }
    }

    private func showReleaseOfAppSecret(_ entered: ConsoleVisit) async throws -> PageReply {
        let (app, secrets) = try await secrets(entered)
        let (id, part) = (app.id.description, try entered.id("part", of: ClientSecret.self))
        guard let secret = secrets.first(where: { $0.id == part }), secret.quarantinedAt != nil else {
            return .redirect(entered.url(.appSecrets, id), at: site)
        }
        return .page(
            QuestionPage(
                shell: entered.shell(below: "Accept \(secret.hint.text) again", of: app),
                confirmation: Confirmation(
                    title: "Accept \(secret.hint.text) again?",
                    consequence:
                        "It was found where others may have read it. Whoever has it can use it again, from the next call on.",
                    verb: "Accept again", action: entered.link(.releaseAppSecret, id, part.description),
                    token: entered.token(sentTo: .releaseAppSecret, id, part.description), fields: [],
                    cancelLink: entered.link(.appSecrets, id), alternative: nil, isTyped: false, expected: "")))
    }

    private func takeReleaseOfAppSecret(_ entered: ConsoleVisit, _ form: PageForm) async throws -> PageReply {
        let id: ID<App> = try entered.id()
        let part = try entered.id("part", of: ClientSecret.self)
        let organization = entered.organization.id
        return try await doneOnce(
            entered, form, next: entered.url(.appSecrets, id.description), .secretReleased
        ) { [apps] tx in
            try apps.releaseSecret(part, of: id, in: organization, as: entered.actor, tx: tx)
        }
    }

    // MARK: - Deleting

    private func showDeletionOfApp(_ entered: ConsoleVisit) async throws -> PageReply {
        let id: ID<App> = try entered.id()
        let (app, reach) = try await store.read(as: entered.actor) { [apps] tx in
            (
                try apps.get(id, in: entered.organization.id, as: entered.actor, tx: tx),
                try apps.reach(of: id, in: entered.organization.id, as: entered.actor, tx: tx)
            )
        }
        let text = id.description
        return .page(
            QuestionPage(
                shell: entered.shell(below: "Delete", of: app),
                confirmation: Confirmation(
                    title: "Delete \(app.name)?",
                    consequence: """
                        \(AppWords.consequence(reach)) Its secrets and tokens stop working at once, and people have to \
                        approve it again if you create it anew. This can’t be undone.
                        """, verb: "Delete \(product.words[.app].singular)", action: entered.formLink(text),
                    token: entered.token(sentTo: .deleteApp, text), fields: [],
                    cancelLink: entered.backLink(or: .app, text),
                    alternative: app.disabling == nil
                        ? PageLink(words: "Disable it instead", address: entered.onwardLink(.disableApp, text)) : nil,
                    isTyped: false, expected: "")))
    }

    private func takeDeletionOfApp(_ entered: ConsoleVisit, _ form: PageForm) async throws -> PageReply {
        let id: ID<App> = try entered.id()
        return try await doneOnce(entered, form, next: entered.back(or: .apps), .appDeleted) { [apps] tx in
            try apps.delete(id, in: entered.organization.id, as: entered.actor, tx: tx)
        }
    }
}
