import Connections
import Model
import Persistence
import ProductDefinition
import ProviderDefinition

/// The operator's own client at one provider: what it is called there, its secrets, and what is wrong with it.
enum ProviderPanel {
    static let names: Set = ["secret", "overlap_seconds"]

    static func panel(
        _ choice: ProviderChoice, _ state: ProviderAccessState?, isKept: Bool, redirectURI: String,
        _ entered: OperatorVisit
    ) -> DetailPanel {
        let (id, words) = (choice.provider.identifier, entered.words)
        let secret = words[.clientSecret]
        let secrets = state?.secrets ?? []
        let facts = [
            Fact(term: words[.clientID].capitalized, text: choice.offer.clientIdentifier, isCode: true, isCopied: true),
            Fact(term: "Redirect URI", text: redirectURI, isCode: true, isCopied: true),
            isKept
                ? nil
                : choice.offer.secret == .store
                    ? Fact(term: secret.capitalized, text: "From the settings", under: "which each start reads")
                    : Fact(term: secret.capitalized, text: "From a file", under: "as the product definition says"),
            state.flatMap { fault($0.access, entered) },
        ]
        return DetailPanel(
            "provider-\(id)", choice.provider.title, facts: facts.compactMap(\.self),
            rows: secrets.isEmpty ? nil : table(secrets, secret, entered),
            actions: isKept
                ? [
                    DetailAction(
                        words: secrets.isEmpty ? "Set \(secret.singular)" : "Replace \(secret.singular)",
                        of: choice.provider.title, address: entered.link(.providerSecret, id))
                ] : [],
            nothing: secrets.isEmpty ? "No \(secret.singular) yet: nobody can be sent there." : nil)
    }

    private static func fault(_ access: ProviderAccess, _ entered: OperatorVisit) -> Fact? {
        access.fault.map { fault in
            Fact(
                term: "Refused", text: "The provider said \(fault)",
                under: access.faultyFrom.map {
                    "since \(DateWords.minute($0)); what your customers connected is none the worse for it"
                })
        }
    }

    private static func table(
        _ secrets: [ProviderAccessState.Secret], _ word: ProductWord, _ entered: OperatorVisit
    ) -> DetailTable {
        DetailTable(
            caption: word.capitalizedPlural, columns: [word.capitalized, "Status", "Set"],
            rows: secrets.map { secret in
                DetailTable.Row(
                    name: "Number \(secret.generation)", isCode: false,
                    badge: secret.endsAt.map {
                        Badge(.info, "Ends in \(Spans.roughly($0.seconds(since: entered.now)))")
                    }, status: secret.endsAt == nil ? "In force" : nil,
                    cells: [ListPage.Cell(time: TimeWords(secret.createdAt, now: entered.now))], actions: [])
            }, nextLink: nil)
    }

    // MARK: - Another secret

    private static let overlaps = [0, 3600, 86_400, 7 * 86_400, 30 * 86_400]

    /// What a form says. What is none of a number is more than is allowed.
    static func overlap(_ form: PageForm) -> Int { Int(form["overlap_seconds"] ?? "0") ?? Int.max }

    /// The secret is written and never shown.
    static func form(
        _ choice: ProviderChoice, _ state: ProviderAccessState?, _ entered: OperatorVisit,
        _ errors: FieldErrors = .none
    ) -> FormPage {
        let (id, title, word) = (choice.provider.identifier, choice.provider.title, entered.words[.clientSecret])
        let isFirst = state?.secrets.isEmpty ?? true
        let verb = "\(isFirst ? "Set" : "Replace") \(word.singular)"
        var sections = [
            FormSection(
                heading: "The new one", words: "It’s sealed at once, and shown to nobody again.",
                items: [
                    .text(
                        TextField(
                            label: word.capitalized, name: "secret", value: "", hint: "As \(title) gave it to you.",
                            error: errors["secret"], maximum: 4096, type: "password", isRequired: true, isCode: true))
                ])
        ]
        if !isFirst {
            sections.append(
                FormSection(
                    heading: "The old one", words: "\(title) may take a while to forget it; then both are tried.",
                    items: [
                        .radios(
                            RadioField(
                                legend: "When does it end?", name: "overlap_seconds",
                                options: overlaps.map { seconds in
                                    RadioField.Option(
                                        value: "\(seconds)", words: seconds == 0 ? "Now" : "In \(Spans.words(seconds))",
                                        under: nil, isChosen: seconds == 86_400)
                                }, error: errors["overlap_seconds"]))
                    ]))
        }
        return FormPage(
            shell: entered.shell(below: title),
            pageHead: PageHead(title: "\(verb) at \(title)", lead: nil, action: nil, reason: nil),
            notice: errors.notice(besides: names), sentTo: entered.link(.providerSecret, id),
            token: entered.token(sentTo: .providerSecret, id), sections: sections, verb: verb,
            cancelLink: entered.link(.providers))
    }
}
