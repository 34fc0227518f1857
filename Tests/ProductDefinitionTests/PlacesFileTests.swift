import DefinitionFile
import ProductDefinition
import Testing

@Suite("Product definition: places")
struct PlacesFileTests {
    static let yaml = """
        product: {name: Acme}
        scopes: {read: {description: Read}}
        words: {integration: connector, member: {singular: person, plural: people}}
        places:
          - title: Settings
            pages:
              - title: Credentials
                sections:
                  - {title: Client credentials, shows: integrations}
                  - {shows: api-keys, button: Add}
              - {shows: people, button: Add a person}
          - title: Records
            pages:
              - {title: What happened, shows: audit-log}
        hidden_sections: [apps, consents]
        """

    private func outline(_ product: Product) -> [String] {
        product.arrangement.flatMap { place in
            [place.title ?? "-"]
                + place.pages.map { page in
                    "\(page.title): "
                        + page.sections.map { "\($0.title)=\($0.section.rawValue)" }.joined(separator: ", ")
                }
        }
    }

    @Test func `everything stands where the file says, under its titles or the product's words`() throws {
        let product = try Product(yaml: Self.yaml, file: "claviger.yaml")
        #expect(
            outline(product) == [
                "-", "Overview: Overview=overview", "Settings",
                "Credentials: Client credentials=integrations, API keys=api-keys", "People: People=people", "Records",
                "What happened: What happened=audit-log", "More", "Contacts: Contacts=contacts",
                "Organizations: Organizations=organizations", "Webhooks: Webhooks=webhooks",
            ])
        #expect(
            !product.sections.contains(.apps) && product.sections.contains(.integrations)
                && !product.sections.contains(.client))
        #expect(product.places.button(in: .apiKeys) == "Add" && product.places.button(in: .people) == "Add a person")
        #expect(product.places.button(in: .integrations) == nil)
    }

    @Test func `a product that says nothing has a sensible arrangement, in its words`() throws {
        let yaml = """
            product: {name: Acme}
            scopes: {read: {description: Read}}
            words: {account: company, integration: connector}
            policy: {integrations_per_organization: one}
            """
        #expect(
            outline(try Product(yaml: yaml, file: "claviger.yaml")) == [
                "-", "Overview: Overview=overview", "Credentials", "Connector: Connector=client",
                "API keys: API keys=api-keys", "Contacts: Contacts=contacts", "Apps", "Apps: Apps=apps",
                "Consents: Consents=consents", "Company", "Members: Members=people",
                "Organizations: Organizations=organizations", "Webhooks: Webhooks=webhooks",
                "Audit log: Audit log=audit-log",
            ])
    }

    static let mistakes: [Mistake] = [
        Mistake(after: 3, "places", "must have at least one place", "places: []"),
        Mistake(after: 3, "places[0]", "title is missing", "places: [{pages: [{shows: people}]}]"),
        Mistake(after: 3, "places[0]", "pages is missing", "places: [{title: A}]"),
        Mistake(after: 3, "places[0].pages", "must have at least one page", "places: [{title: A, pages: []}]"),
        Mistake(
            after: 3, "places[0].pages[0]", "must have either shows or sections",
            "places: [{title: A, pages: [{title: B}]}]"),
        Mistake(
            after: 3, "places[0].pages[0]", "must have either shows or sections",
            "places: [{title: A, pages: [{shows: people, sections: [{shows: apps}]}]}]"),
        Mistake(
            after: 3, "places[0].pages[0]", "must have at least one section",
            "places: [{title: A, pages: [{title: B, sections: []}]}]"),
        Mistake(
            after: 3, "places[0].pages[0].sections[0]", "shows is missing",
            "places: [{title: A, pages: [{title: B, sections: [{title: C}]}]}]"),
        Mistake(
            after: 3, "places[0].pages[0].button", "belongs to one of the sections",
            "places: [{title: A, pages: [{title: B, button: Add, sections: [{shows: apps}]}]}]"),
        Mistake(
            after: 3, "places[0].pages[0].button", "nothing is made in audit-log",
            "places: [{title: A, pages: [{shows: audit-log, button: Add}]}]"),
        Mistake(
            after: 3, "places[0].pages[0].shows", "did you mean integrations?",
            "places: [{title: A, pages: [{shows: integration}]}]"),
        Mistake(
            after: 3, "places[0].pages[1].shows", "stands in places twice",
            "places: [{title: A, pages: [{shows: people}, {shows: people}]}]"),
        Mistake(
            after: 4, "hidden_sections[0]", "stands in places, too",
            "places: [{title: A, pages: [{shows: people}]}]\nhidden_sections: [people]"),
        Mistake(after: 3, "hidden_sections[1]", "stands here twice", "hidden_sections: [apps, apps]"),
        Mistake(
            after: 3, "places[0].pages[0].show", "unknown key", "places: [{title: A, pages: [{show: people}]}]"),
        Mistake(after: 3, "policy.rotation_reminder", "span of time from 86400", "policy: {rotation_reminder: 1h}"),
    ]

    @Test(arguments: mistakes)
    func `a mistake is told with its line and key`(_ mistake: Mistake) throws {
        let error = try #require(throws: DefinitionError.self) {
            try Product(yaml: mistake.yaml, file: "claviger.yaml")
        }
        #expect(error.line == mistake.line)
        #expect(error.key == mistake.key)
        #expect(error.problem.contains(mistake.says), "\(error.problem)")
    }
}
