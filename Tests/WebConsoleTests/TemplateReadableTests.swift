import Model
import ProductDefinition
import Testing

@testable import Templating
@testable import WebConsole

/// What a type says of itself is what reflection would find.
@Suite("Values that say what templates read")
struct TemplateReadableTests {
    private static let values: [any TemplateReadable & Sendable] = [
        PageLink(words: "w", address: "a"), Notice.good("text"), Notice.bad("text", link: link), shell, navigation,
        Navigation.Group(heading: "h", items: []), Navigation.Item(words: "w", address: "a", mark: "page"),
        Crumb(words: "w", address: "a"), picker,
        OrganizationPicker.Choice(name: "n", place: "p", address: "a", isCurrent: true),
        OrganizationPicker.Search(action: "a", text: "t", fields: []), HiddenField(name: "n", value: "v"), time,
        Badge(.good, "w"), menu, RowMenu.Item(words: "w", address: "a", form: form), form,
        PageHead(title: "t", lead: "l", action: link, reason: "r"), Paging(words: "w", nextLink: "n", firstLink: link),
        Chip(words: "w", removeLink: "r"), Chips(chips: [], clearLink: "c"), RiskCard(3, "w", address: "a"),
        Tabs(title: "t", items: []), Tabs.Item(words: "w", address: "a", isCurrent: true),
        EmptyState(title: "t", words: "w", action: link, code: CodeBlock("t", label: "l")), CodeBlock("t", label: "l"),
        Fact(term: "t", text: "x", time: time, after: "a", under: "u"), DayBars([1, 2], words: "w"),
        DayBars.Bar(x: 1, y: 2, height: 3), DayChart.Bar(x: 1, y: 2, width: 3, height: 4),
        DayChart.Day(day: "d", calls: "c", refused: "r"),
        Segmented(legend: "l", name: "n", options: [option], hint: "h"), option,
        list, forecast, forecast.parts[0], ListPage.Column(words: "w", address: "a", order: "o"), cell, row,
        ListPage.Facet(name: "n", words: "w", isOn: true), AuditLogPage.Detail(term: "t", text: "x"),
        AuditLogPage.Row(
            at: time, what: "w", thing: "t", thingLink: "l", isName: true, who: "w", whoLink: "l", place: "p",
            details: [AuditLogPage.Detail(term: "t", text: "x")], hasDetails: true, request: "r", requestLink: "l",
            address: "a"),
        SelectOption(value: "v", words: "w", isChosen: true),
        ScopeChoice(ofAppsOf: .standard, chosen: [], permissions: [], error: "e"),
        ScopeChoice.Group(
            legend: "l", name: "n", options: [option], hint: "h", boxes: [box], isFolded: true), box,
        ListedFact(words: "w", code: "c", isDanger: true),
        DetailTable(caption: "c", columns: ["c"], rows: [tableRow], nextLink: "n"), tableRow,
        DetailAction(words: "w", of: "o", address: "a", form: form, isDanger: true), surroundings,
        TemplateTerms.Forms(of: ProductWords()[.apiKey]),
    ]

    private static let link = PageLink(words: "w", address: "a")
    private static let time = TimeWords(Instant(seconds: 0), now: Instant(seconds: 90))
    private static let form = RowMenu.Form(action: "a", token: "t", fields: [HiddenField(name: "n", value: "v")])
    private static let menu = RowMenu(
        of: "n", row: 0, of: 1, items: [RowMenu.Item(words: "w", address: nil, form: form)],
        dangerous: [RowMenu.Item(words: "d", address: "a", form: nil)])
    private static let navigation = Navigation(
        title: "t", groups: [Navigation.Group(heading: nil, items: [])], current: "c")
    private static let picker = OrganizationPicker(
        name: "n", word: "w", searchWords: "s",
        choices: [OrganizationPicker.Choice(name: "n", place: nil, address: "a", isCurrent: false)], search: nil)
    private static let shell = Shell(
        name: "n", email: "e", initial: "i", accountLink: "a", appsLink: "b", settings: [link], signOutAction: "s",
        signOutToken: "t", returnLink: link, picker: picker, navigation: navigation, crumbs: [Crumb(words: "w")],
        hasCrumbs: true)
    private static let option = Segmented.Option(value: "v", words: "w", isChosen: true)
    private static let box = ScopeChoice.Box(name: "n", scope: "s", words: "w", isDanger: true, isTicked: true)
    private static let cell = ListPage.Cell(text: "t", time: time, after: "a", isFigure: true, counted: "c")
    private static let row = ListPage.Row(
        name: "n", link: "l", masked: "m", badge: Badge(.info, "w"), status: "s", cells: [cell], rowMenu: menu,
        because: "b", depth: "d")
    private static let tableRow = DetailTable.Row(
        name: "n", isCode: true, badge: nil, status: "s", details: "d", cells: [cell],
        actions: [DetailAction(words: "w")])
    private static let list = ListPage(
        shell: shell, tabTitle: "t", pageHead: PageHead(title: "t", lead: nil, action: nil, reason: nil),
        sectionTabs: Tabs(title: "t", items: []), searchAt: "s", search: "q", searchLabel: "l", sort: "o",
        facets: [ListPage.Facet(name: "n", words: "w", isOn: false)], hasFacets: true, hasFilters: true,
        chips: Chips(chips: [Chip(words: "w", removeLink: "r")], clearLink: "c"), caption: "c",
        columns: [ListPage.Column(words: "w")], rows: [row], hasRows: true,
        paging: Paging(words: "w", nextLink: nil, firstLink: nil), empty: nil, notice: .good("done"), forecast: forecast
    )
    private static let forecast = Forecast(look: "l", parts: [Forecast.Part(words: "w", address: "a")])

    private static let surroundings = PageSurroundings(
        title: "t", product: "p", terms: TemplateTerms(ProductWords()), homeLink: "h", shell: shell, supportLink: "s",
        stylesheet: "c", productStylesheet: "d", productIcon: "i", productLogo: "l", productLogoWords: "w",
        productInitial: "p", productName: "n", frame: "f", page: list, scripts: "<script></script>")

    @Test func `the product's words stand under their terms`() {
        let words = ProductWords()
        #expect(TemplateTerms.templateNames.all == Term.allCases.map { TemplateName($0.rawValue) })
        let said = TemplateTerms(words).templateValues.map(Self.words)
        #expect(said == Term.allCases.map { Self.words(.of(TemplateTerms.Forms(of: words[$0]))) })
    }

    @Test(arguments: values.indices)
    func `say what reflection finds`(_ index: Int) throws {
        let value = Self.values[index]
        let children = Mirror(reflecting: value).children.map { (name: $0.label ?? "", value: $0.value) }
        let type = type(of: value)
        #expect(type.templateNames.all == children.map { TemplateName($0.name) }, "\(type): names as they stand there")
        try #require(value.templateValues.count == children.count)
        for (said, child) in zip(value.templateValues, children) {
            #expect(Self.words(said) == Self.words(.reflecting(child.value)), "\(type).\(child.name)")
        }
    }

    /// All that a value comes to, as one text.
    private static func words(_ value: TemplateValue) -> String {
        switch value {
        case .nothing: "-"
        case .text(let text), .markup(let text): text
        case .truth(let isSo): "\(isSo)"
        case .list(let items): "[" + items.map(words).joined(separator: ",") + "]"
        case .parts(let parts): "(" + parts.values.map(words).joined(separator: ",") + ")"
        case .reflected(let parts): parts.text
        }
    }
}
