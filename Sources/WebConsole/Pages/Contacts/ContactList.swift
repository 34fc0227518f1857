import CredentialFormat
import Model
import Persistence
import ProductDefinition

/// The list of contacts, with what is known of their access keys.
enum ContactList {
    static let pageSize = 50

    static func page(
        _ entered: ConsoleVisit, _ request: ListRequest, _ filters: ListFrame.Filters,
        _ listing: OrderedListing<ListedContact>, count: Int, of limit: Int
    ) -> ListPage {
        let (words, word, keyWord) = (entered.words, entered.words[.contact], entered.words[.accessKey])
        let mayManage = entered.may(.contactsManage)
        let isFull = count >= limit
        let create = entered.makingLink("Create \(word.singular)", to: .newContact)
        let frame = ListFrame(
            entered, .contacts, request, filters, searchLabel: "Search by name or e-mail",
            standard: ListRequest.Sort(column: "created", isDescending: true))
        let need =
            switch entered.product.policy.accessKeys {
            case .required: "A token request must have one of their \(keyWord.plural)."
            case .optional: "A token request may have one of their \(keyWord.plural)."
            case .off: "No token request has \(keyWord.indefinite) here."
            }
        let head = PageHead(
            title: entered.heading,
            lead: """
                People for whom \(words[.integration].plural) of \(entered.organization.name) act. \(need) \
                \(Numbers.words(count)) of \(Numbers.words(limit)) in the \(words[.account].singular).
                """,
            action: mayManage && !isFull ? create : nil,
            reason: mayManage && isFull ? "All \(Numbers.words(limit)) are taken. Delete one to make room." : nil)
        let nothing = EmptyState(
            title: "No \(word.plural) yet",
            words: """
                \(word.indefinite.capitalizedFirst) need not be able to sign in. With \(keyWord.indefinite) of theirs, tokens say \
                for whom they act.
                """, action: mayManage && !isFull ? create : nil,
            code: mayManage
                ? ManagementCommands(entered).making("contacts", #"{"name":"Grace Hopper"}"#)
                : ManagementCommands(entered).listing("contacts"))
        let isAlone = entered.reachable.count < 2
        let columns =
            [frame.column("Name", by: "name"), ListPage.Column(words: "Status")]
            + (isAlone ? [] : [frame.column(words[.organization].capitalized, by: "organization")])
            + [
                ListPage.Column(words: keyWord.capitalizedPlural, isFigure: true),
                frame.column("Last used", by: "used", startsDescending: true),
            ]
        let rows = listing.items.enumerated().map { index, item in
            row(item, entered, index, of: listing.items.count, isAlone: isAlone)
        }
        var page = frame.listPage(
            head, columns: columns, rows: rows, next: listing.next, nothing: nothing, plural: word.plural)
        if !rows.isEmpty {
            page.forecast = Forecast(
                look: "",
                parts: [
                    Forecast.Part(words: "Each has \(keyWord.plural) of their own. "),
                    Forecast.Part(words: "See all \(keyWord.plural)", address: entered.link(.accessKeys)),
                ])
        }
        return page
    }

    private static func row(
        _ item: ListedContact, _ entered: ConsoleVisit, _ index: Int, of count: Int, isAlone: Bool
    ) -> ListPage.Row {
        let contact = item.contact
        let (id, place) = (contact.id.description, contact.organization)
        func entry(_ words: String, _ page: ConsolePage) -> RowMenu.Item {
            RowMenu.Item(words: words, address: entered.link(page, id, in: place), form: nil)
        }
        let cells = [
            ListPage.Cell(
                text: "\(item.keyCount)", isFigure: true, counted: entered.words[.accessKey].capitalizedPlural),
            IntegrationList.lastUse(item.lastUse, at: entered.now),
        ]
        let mayManage = entered.may(.contactsManage)
        return ListPage.Row(
            name: contact.name, link: entered.link(.contact, id, in: place), masked: contact.email?.text,
            badge: contact.disabledAt == nil ? nil : Badge(.neutral, "Disabled"), status: "Active",
            cells: isAlone ? cells : [ListPage.Cell(text: item.organizationName)] + cells,
            rowMenu: RowMenu(
                of: contact.name, row: index, of: count,
                items: [entry("Open", .contact)]
                    + (mayManage
                        ? [
                            entry("Create \(entered.words[.accessKey].singular)", .newAccessKey),
                            entry("Edit", .contactSettings),
                        ] : []),
                dangerous: mayManage ? [entry("Delete", .deleteContact)] : []))
    }
}
