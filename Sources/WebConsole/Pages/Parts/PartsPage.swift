/// Every part of the design system on one page, with made-up things. For who works on pages, and for the tests that look
/// at them; only development has it.
struct PartsPage: Page {
    static let template = PageTemplate.parts
    var title: String { "Parts" }

    struct Row: Hashable, Sendable {
        let name: String
        let masked: String
        let link: String
        let organization: String
        let badge: Badge?
        let age: String
        let used: String
        let dayBars: DayBars
        let rowMenu: RowMenu
    }

    let shell: Shell?
    let pageHead: PageHead
    let tabs: Tabs
    let risks: [RiskCard]
    let filters: Chips
    let rows: [Row]
    let paging: Paging
    let nothing: EmptyState
    let nothingMatches: EmptyState
    let facts: [Fact]
    let command: CodeBlock
    let secret: CodeBlock
    let rights: Segmented
    let fixedRights: Segmented
    let confirmation: Confirmation
    let badges: [Badge]
    let notices: [Notice]

    init(shell: Shell) {
        self.shell = shell
        pageHead = PageHead(
            title: "Integrations", lead: "Programs that use the API for Example Ltd. 5 of 500.",
            action: PageLink(words: "Create integration", address: "#main"), reason: nil)
        tabs = Tabs(
            title: "SAP sync",
            items: ["Use", "Secrets", "Settings", "Activity", "Quick start"].enumerated().map { index, words in
                Tabs.Item(words: words, address: "#main", isCurrent: index == 0)
            })
        risks = [
            RiskCard(2, "expire within 30 days", address: "#main", isUrgent: true, isCurrent: true),
            RiskCard(1, "have expired", address: "#main", isUrgent: true), RiskCard(0, "never used", address: "#main"),
            RiskCard(3, "not used for 90 days", address: "#main"),
        ]
        filters = Chips(
            chips: [
                Chip(words: "Status: expired", removeLink: "#main"), Chip(words: "Search: sap", removeLink: "#main"),
            ], clearLink: "#main")
        let sample: [(String, String, Badge?, String)] = [
            ("SAP sync", "Europe", Badge(.caution, "Expires in 5 days"), "2 minutes ago, from 192.0.2.17"),
            ("Data warehouse", "Example Ltd", nil, "3 hours ago, from 2001:db8::17"),
            ("Payroll export of the Northern branch offices", "North America", Badge(.bad, "Expired"), "41 days ago"),
            ("Power BI", "Europe", Badge(.neutral, "Disabled"), "Never used"),
            ("Nightly checks", "Example Ltd", Badge(.info, "Two secrets"), "just now"),
        ]
        rows = sample.enumerated().map { index, sample in
            let (name, organization, badge, used) = sample
            return Row(
                name: name, masked: "int_2aXk…9Qf\(index)", link: "#main", organization: organization, badge: badge,
                age: "\(12 + index * 31) days", used: used,
                dayBars: DayBars(
                    (0..<30).map { ($0 * 7 + index * 5) % (index * 3 + 4) * 11 }, words: "Calls a day in 30 days"),
                rowMenu: RowMenu(
                    of: name, row: index, of: 5,
                    items: [
                        RowMenu.Item(words: "Rotate secret", address: "#main", form: nil),
                        RowMenu.Item(
                            words: "Disable", address: nil,
                            form: RowMenu.Form(action: "#main", token: "", fields: [])),
                    ], dangerous: [RowMenu.Item(words: "Delete", address: "#main", form: nil)]))
        }
        paging = Paging(words: "1 to 5 of 37", nextLink: "#main")
        command = CodeBlock(
            """
            curl -X POST https://id.example.com/oauth2/token \\
              -u 'int_2aXk…:…' \\
              -d grant_type=client_credentials
            """, label: "Get a token with curl",
            tabs: ["curl", "Python", "JavaScript"].map { words in
                Tabs.Item(words: words, address: "#main", isCurrent: words == "curl")
            })
        secret = CodeBlock(
            "clv_cs_" + String(repeating: "example0", count: 6), label: "Client secret", isSecret: true)
        nothing = EmptyState(
            title: "No integrations yet",
            words: "An integration is a program that uses the API with an ID and a secret of its own.",
            action: PageLink(words: "Create integration", address: "#main"), code: command)
        nothingMatches = EmptyState(
            title: "Nothing matches", words: "No integration is expired and has “sap” in its name.",
            action: PageLink(words: "Clear filters", address: "#main"), code: nil)
        facts = [
            Fact(term: "Client ID", text: "int_2aXkT6mB0cYw3Lq9Qf1", isCode: true),
            Fact(term: "Organization", text: "Europe"),
            Fact(term: "Created", text: "12 days ago", under: "by Ada Admin"),
            Fact(term: "Addresses", text: "Any", under: "no rule, so any address may use it"),
        ]
        rights = Segmented(
            legend: "Analytics", name: "analytics",
            options: [
                Segmented.Option(value: "none", words: "None", isChosen: false),
                Segmented.Option(value: "read", words: "Read", isChosen: true),
                Segmented.Option(value: "all", words: "All", isChosen: false),
            ], hint: "Read analytics")
        fixedRights = Segmented(
            legend: "People", name: "people",
            options: [
                Segmented.Option(value: "none", words: "None", isChosen: true),
                Segmented.Option(value: "all", words: "All", isChosen: false, isOff: true),
            ], hint: "Set by Claviger")
        confirmation = Confirmation(
            title: "Delete SAP sync?",
            consequence:
                "2 programs that called in the last day, and 14 tokens, stop working at once. This can’t be undone.",
            verb: "Delete integration", action: "#main", token: "", fields: [], cancelLink: "#main",
            alternative: PageLink(words: "Disable instead", address: "#main"), isTyped: true, expected: "SAP sync")
        badges = [
            Badge(.neutral, "Disabled"), Badge(.good, "New"), Badge(.info, "Two secrets"),
            Badge(.caution, "Expires in 5 days"), Badge(.bad, "Expired"),
        ]
        notices = [
            .good("Integration created."), .caution("Too many attempts. Try again in 8 seconds."),
            .bad("Wrong e-mail or password.", link: PageLink(words: "Reset your password", address: "#main")),
        ]
    }
}
