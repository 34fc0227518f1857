import Connections
import Model
import ProductDefinition
import ProviderDefinition

/// What somebody says before they are sent to a provider.
struct ConnectForm: Sendable {
    private static let prefix = "variables."

    var name = ""
    /// By the names of the provider's variables.
    var variables: [String: String] = [:]

    init() {}

    init(_ form: PageForm, _ choice: ProviderChoice) {
        name = form.text("name")
        for variable in choice.variables {
            variables[variable.name] = form.value(of: Self.prefix + variable.name) ?? ""
        }
    }

    /// What is left empty is as the provider's file says.
    func draft(_ choice: ProviderChoice) -> ConnectDraft {
        ConnectDraft(
            provider: choice.provider.identifier, name: name.isEmpty ? nil : name,
            variables: variables.filter { !$0.value.isEmpty })
    }

    static func names(_ choice: ProviderChoice) -> Set<String> {
        Set(["name"] + choice.variables.map { prefix + $0.name })
    }

    func page(_ choice: ProviderChoice, _ entered: ConsoleVisit, _ errors: FieldErrors = .none) -> FormPage {
        let (title, product) = (choice.provider.title, entered.product.name)
        let needed = choice.variables.filter { $0.standard == nil }
        let further = choice.variables.filter { $0.standard != nil }
        var sections = [
            FormSection(
                heading: "What it’s called", words: "For the people here. It can stay empty.",
                items: [
                    .text(
                        TextField(
                            label: "Name", name: "name", value: name, hint: "Empty for what \(title) calls it.",
                            error: errors["name"]))
                ] + needed.map { field($0, errors) })
        ]
        if !further.isEmpty {
            sections.append(
                FormSection(
                    heading: "Further settings", words: "Leave them as they are unless you know otherwise.",
                    isFolded: true, items: further.map { field($0, errors) }))
        }
        sections.append(
            FormSection(
                heading: "What’s asked for",
                words: "\(title) shows it to you, and you decide there.",
                items: [
                    .facts(choice.scopes.map { Fact(term: "Permission", text: $0, isCode: true) })
                ]))
        return FormPage(
            shell: entered.shell(below: title, Self.crumb(entered)),
            pageHead: PageHead(
                title: "Sign in at \(title)",
                lead: "You go to \(title), sign in there and say what \(product) may do. Then you come back here.",
                action: nil, reason: nil),
            notice: errors.notice(besides: Self.names(choice)),
            sentTo: entered.link(.connectTo, choice.provider.identifier),
            token: entered.token(sentTo: .connectTo, choice.provider.identifier), sections: sections,
            verb: "Continue to \(title)", cancelLink: entered.link(.newConnection))
    }

    static func crumb(_ entered: ConsoleVisit) -> Crumb {
        Crumb(words: "New \(entered.words[.connection].singular)", address: entered.link(.newConnection))
    }

    private func field(_ variable: ProviderVariable, _ errors: FieldErrors) -> FormItem {
        let name = Self.prefix + variable.name
        return .text(
            TextField(
                label: variable.title, name: name, value: variables[variable.name] ?? "",
                hint: variable.standard.map { "Empty for \($0)." }, error: errors[name],
                maximum: ProviderVariable.maximumLength, isRequired: variable.standard == nil, isCode: true))
    }

    /// Where something can be connected, as rows that lead there.
    static func choicePage(_ choices: [ProviderChoice], unready: Set<String>, _ entered: ConsoleVisit) -> DetailPage {
        let word = entered.words[.connection]
        let rows = choices.map { choice in
            let (id, title) = (choice.provider.identifier, choice.provider.title)
            let isReady = !unready.contains(id)
            return DetailTable.Row(
                name: title, isCode: false, badge: isReady ? nil : Badge(.neutral, "Not set up yet"),
                status: isReady ? "Ready" : nil,
                cells: [
                    ListPage.Cell(
                        text: isReady
                            ? Numbers.counted(choice.scopes.count, "permission")
                            : "\(entered.product.name) has to set it up first.")
                ],
                actions: isReady
                    ? [DetailAction(words: "Connect", of: title, address: entered.link(.connectTo, id))] : [])
        }
        return DetailPage(
            shell: entered.shell(below: "New \(word.singular)"),
            pageHead: PageHead(
                title: "New \(word.singular)", lead: "Choose where to sign in. You can take it back at any time.",
                action: nil, reason: nil), headBadge: nil, tabs: nil,
            panels: [
                DetailPanel(
                    "choices", "Where",
                    rows: rows.isEmpty
                        ? nil
                        : DetailTable(
                            caption: "Where", columns: ["Name", "Status", "Asks for"], rows: rows, nextLink: nil),
                    nothing: rows.isEmpty ? "There is nothing to choose from." : nil)
            ], notice: nil)
    }
}
