import CredentialFormat
import Credentials
import HTTPServing
import HTTPTypes
import Model
import Persistence
import Policy
import ProductDefinition
import Verification

/// Why credentials were refused, and what they would be answered.
extension WebConsole {
    var refusalRoutes: [PageRoute] {
        [
            shown(.refusal, showRefusal),
            shown(.apiKeyRefused) { entered in
                try await showRefused(of: try await triedKey(entered).subject, entered)
            },
            shown(.integrationRefused) { entered in
                try await showRefused(of: try await triedIntegration(entered).subject, entered)
            },
            shown(.appRefused, showRefusedOfApp),
            shown(.apiKeyTrial) { entered in try await showTrial(of: try await triedKey(entered), entered) },
            shown(.integrationTrial) { entered in
                try await showTrial(of: try await triedIntegration(entered), entered)
            },
            // Who may not see it is not led anywhere.
            taken(.apiKeyTrial) { entered, form in takeTrial(of: try await triedKey(entered), entered, form) },
            taken(.integrationTrial) { entered, form in
                takeTrial(of: try await triedIntegration(entered), entered, form)
            },
        ]
    }

    /// What such a page is about.
    private struct Subject: Sendable {
        let id: String
        let name: String
        /// The first of its pages, and that of its refusals.
        let pages: (first: ConsolePage, refused: ConsolePage)
        let tabs: Tabs
    }

    /// What a trial is about: a credential that can be judged without a request.
    private struct Tried: Sendable {
        let subject: Subject
        let scopes: ScopeSet
        let page: ConsolePage
        /// What would be answered to it.
        let judge: @Sendable (CredentialTrial.Draft, borrowing Transaction) throws -> CredentialTrial.Outcome
    }

    private func triedKey(_ entered: ConsoleVisit) async throws -> Tried {
        let key = try await key(entered)
        let subject = Subject(
            id: key.id.description, name: key.name, pages: (.apiKey, .apiKeyRefused), tabs: tabs(key, entered))
        return Tried(subject: subject, scopes: key.scopes, page: .apiKeyTrial) { [trial] draft, tx in
            try trial.outcome(of: key, draft, at: entered.now, tx: tx)
        }
    }

    private func triedIntegration(_ entered: ConsoleVisit) async throws -> Tried {
        let integration = try await integration(entered)
        let subject = Subject(
            id: integration.id.description, name: integration.label, pages: (.integration, .integrationRefused),
            tabs: tabs(integration, entered))
        return Tried(subject: subject, scopes: integration.scopes, page: .integrationTrial) { [trial] draft, tx in
            try trial.outcome(of: integration, draft, at: entered.now, tx: tx)
        }
    }

    // MARK: - Refused

    private func showRefusedOfApp(_ entered: ConsoleVisit) async throws -> PageReply {
        let app = try await app(entered)
        let subject = Subject(
            id: app.id.description, name: app.name, pages: (.app, .appRefused), tabs: entered.tabs(of: app))
        return try await showRefused(of: subject, entered)
    }

    private func showRefused(of subject: Subject, _ entered: ConsoleVisit) async throws -> PageReply {
        let page = Model.Page(limit: 50, after: entered.visit.parameter("after").flatMap { Cursor(parsing: $0) })
        let listing = try await store.read(as: entered.actor) { [refusals] tx in
            try refusals.list(
                in: entered.organization.id, credential: subject.id, page: page, as: entered.actor, tx: tx)
        }
        return .page(refused(listing, of: subject, entered))
    }

    private func refused(
        _ listing: Listing<KeptRefusal>, of subject: Subject, _ entered: ConsoleVisit
    ) -> DetailPage {
        let table = RefusalTable.make(listing, entered) { cursor in
            entered.link(subject.pages.refused, subject.id, query: [("after", cursor.description)])
        }
        let isEmpty = listing.items.isEmpty
        return DetailPage(
            shell: shell("Refused", subject, entered),
            pageHead: PageHead(title: subject.name, lead: nil, action: nil, reason: nil), part: "Refused",
            headBadge: nil, tabs: subject.tabs,
            panels: [
                DetailPanel(
                    "refused", "Refused in the last 24 hours",
                    words: "Of many alike within a minute, the first few are here.",
                    rows: isEmpty ? nil : table,
                    nothing: isEmpty ? "Nothing that it asked for was refused." : nil)
            ], notice: nil)
    }

    private func shell(_ title: String, _ subject: Subject, _ entered: ConsoleVisit) -> Shell {
        entered.shell(
            below: title, Crumb(words: subject.name, address: entered.link(subject.pages.first, subject.id)))
    }

    // MARK: - One refusal

    private func showRefusal(_ entered: ConsoleVisit) async throws -> PageReply {
        guard let request = entered.visit.segment("request"), RequestID.isOne(request) else {
            throw PageProblem.notFound
        }
        let refusal = try await store.read(as: entered.actor) { [refusals] tx in
            try refusals.get(request, in: entered.organization.id, as: entered.actor, tx: tx)
        }
        let words = RefusalWords(words: entered.words)
        let organization = product.words[.organization]
        let asked = [
            Fact(term: "Scopes", text: RefusalTable.asked(refusal), isCode: !refusal.asked.scopes.isEmpty),
            Fact(term: "Address", text: refusal.asked.address?.description ?? "Unknown"),
            refusal.asked.organization.map {
                Fact(term: "\(organization.capitalized) named", text: $0.description, isCode: true)
            },
            refusal.asked.grantType.map { Fact(term: "Grant type", text: $0, isCode: true) },
        ]
        let allowed = [
            Fact(
                term: "Scopes", text: refusal.allowed.scopes.isEmpty ? "None" : refusal.allowed.scopes.text,
                isCode: !refusal.allowed.scopes.isEmpty),
            Fact(term: "Addresses", text: refusal.allowed.addresses.words),
            Fact(term: organization.capitalized, text: "\(entered.organization.name) and below"),
        ]
        return .page(
            DetailPage(
                shell: entered.shell(below: refusal.requestID),
                pageHead: PageHead(
                    title: "Why \(refusal.requestID) was refused", lead: nil, action: link(to: refusal, entered),
                    reason: nil),
                headBadge: nil, tabs: nil,
                panels: [
                    DetailPanel(
                        "why", words.title(refusal.rule), words: words.advice(refusal.rule),
                        facts: [
                            Fact(term: "Where", text: words.place(refusal.door)),
                            Fact(term: "When", time: TimeWords(refusal.at, now: entered.now)),
                            Fact(term: "Rule", text: refusal.rule, isCode: true),
                            Fact(term: "ID", text: refusal.credential, isCode: true, isCopied: true),
                            refusal.token.map { Fact(term: "Token", text: $0.description, isCode: true) },
                        ].compactMap(\.self)),
                    DetailPanel("asked", "What was asked", facts: asked.compactMap(\.self)),
                    DetailPanel("allowed", "What would have been allowed", facts: allowed),
                ], notice: nil))
    }

    /// The page of the credential, where it has one.
    private func link(to refusal: KeptRefusal, _ entered: ConsoleVisit) -> PageLink? {
        switch refusal.kind {
        case .apiKey:
            PageLink(
                words: "Go to the \(product.words[.apiKey].singular)",
                address: entered.link(.apiKey, refusal.credential))
        case .integration:
            PageLink(
                words: "Go to the \(product.words[.integration].singular)",
                address: entered.link(.integration, refusal.credential))
        case .app:
            PageLink(
                words: "Go to the \(product.words[.app].singular)", address: entered.link(.app, refusal.credential))
        case .grant, .resourceServer: nil
        }
    }

    // MARK: - What if

    private func showTrial(of tried: Tried, _ entered: ConsoleVisit) async throws -> PageReply {
        guard let draft = Self.draft(entered) else { return .page(trialPage(tried, nil, nil, entered)) }
        do {
            let outcome = try await store.read(as: entered.actor) { tx in try tried.judge(draft, tx) }
            return .page(trialPage(tried, draft, outcome, entered))
        } catch let refusal as Refusal {
            let errors = try FieldErrors(refusal, shown: Self.trialNames)
            return .page(trialPage(tried, draft, nil, entered, errors), .unprocessableContent)
        }
    }

    /// What is asked stands in the address of the page that answers.
    private func takeTrial(of tried: Tried, _ entered: ConsoleVisit, _ form: PageForm) -> PageReply {
        let query =
            Self.trialNames.sorted().map { ($0, String((form.value(of: $0) ?? "").prefix(2000))) } + [("tried", "yes")]
        return .redirect(entered.url(tried.page, tried.subject.id, query: query), at: site)
    }

    private static let trialNames: Set<String> = ["scopes", "address", "organization"]

    /// What the address asks, nil where it asks nothing.
    private static func draft(_ entered: ConsoleVisit) -> CredentialTrial.Draft? {
        guard entered.visit.parameter(named: "tried") != nil else { return nil }
        func text(_ name: String) -> String? {
            entered.visit.parameter(named: name).flatMap {
                $0.split(whereSeparator: \.isWhitespace).first.map(String.init)
            }
        }
        let scopes = entered.visit.parameter(named: "scopes") ?? ""
        return CredentialTrial.Draft(
            scopes: scopes.split { $0.isWhitespace || $0 == "," }.map(String.init), address: text("address"),
            organization: text("organization"))
    }

    private func trialPage(
        _ tried: Tried, _ draft: CredentialTrial.Draft?, _ outcome: CredentialTrial.Outcome?,
        _ entered: ConsoleVisit, _ errors: FieldErrors = .none
    ) -> FormPage {
        let (subject, organization) = (tried.subject, product.words[.organization])
        let asked = FormSection(
            heading: "What if it asked", words: "Nothing is changed, and nothing counts as a use.",
            items: [
                .text(
                    TextField(
                        label: "Scopes", name: "scopes",
                        value: draft.map { $0.scopes.joined(separator: " ") } ?? tried.scopes.text,
                        hint: "With spaces between.", error: errors["scopes"], maximum: 2000, isCode: true)),
                .text(
                    TextField(
                        label: "From the address", name: "address", value: draft?.address ?? "",
                        hint: "Empty for an address that isn’t known.", error: errors["address"], isCode: true)),
                .text(
                    TextField(
                        label: "\(organization.capitalized) named", name: "organization",
                        value: draft?.organization ?? "", hint: "Its ID. Empty for its own.",
                        error: errors["organization"], isCode: true)),
            ])
        return FormPage(
            shell: shell("What if", subject, entered),
            pageHead: PageHead(title: subject.name, lead: nil, action: nil, reason: nil), tabs: subject.tabs,
            notice: errors.notice(besides: Self.trialNames) ?? outcome.map { notice($0) },
            sentTo: entered.link(tried.page, subject.id),
            token: entered.token(sentTo: tried.page, subject.id),
            sections: [outcome.map { answer($0) }, asked].compactMap(\.self), verb: "Try",
            cancelLink: entered.link(subject.pages.first, subject.id))
    }

    private func notice(_ outcome: CredentialTrial.Outcome) -> Notice {
        let words = RefusalWords(words: product.words)
        return outcome.rule.map { .caution("It would be refused. \(words.title($0)): \(words.advice($0))") }
            ?? .good("All of it would pass.")
    }

    private func answer(_ outcome: CredentialTrial.Outcome) -> FormSection {
        let words = RefusalWords(words: product.words)
        var facts = outcome.scopes.map { tried in
            Fact(
                term: tried.scope.name, text: tried.rule.map(words.title) ?? "Passes",
                under: tried.rule.map(words.advice))
        }
        if let passes = outcome.addressPasses {
            facts.append(Fact(term: "Address", text: passes ? "Passes" : words.title(RefusalRule.address.rawValue)))
        }
        if let passes = outcome.organizationPasses {
            facts.append(
                Fact(
                    term: product.words[.organization].capitalized,
                    text: passes ? "Passes" : words.title(RefusalRule.organization.rawValue)))
        }
        return FormSection(heading: "The answer now", items: facts.isEmpty ? [] : [.facts(facts)])
    }
}
