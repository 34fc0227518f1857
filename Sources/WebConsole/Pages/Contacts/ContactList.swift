import CredentialFormat
import Model
import Persistence
import ProductDefinition

/// The list of contacts, with what is known of their access keys.
enum ContactList {
    static func page(
        _ entered: ConsoleVisit, _ request: ListRequest, _ filters: [(name: String, words: String)],
        _ listing: Listing<Contact>, keys: [ID<Contact>: [AccessKey]], homes: [ID<Organization>: String]
    ) -> ListPage {
        let (words, word, keyWord) = (entered.words, entered.words[.contact], entered.words[.accessKey])
        let mayManage = entered.may(.contactsManage)
        let create = PageLink(words: "Create \(word.singular)", address: entered.link(.newContact))
        let frame = ListFrame(
            entered: entered, page: .contacts, request: request, filters: filters,
            searchLabel: "Search by name or e-mail",
            standard: ListRequest.Sort(column: "created", isDescending: false))
        let need =
            switch entered.product.policy.accessKeys {
            case .required: "A token request must have one of their \(keyWord.plural)."
            case .optional: "A token request may have one of their \(keyWord.plural)."
            case .off: "No token request has \(keyWord.indefinite) here."
            }
        let head = PageHead(
            title: entered.heading,
            lead: "People for whom \(words[.integration].plural) of \(entered.organization.name) act. \(need)",
            action: mayManage ? create : nil, reason: nil)
        let nothing = EmptyState(
            title: "No \(word.plural) yet",
            words: """
                \(word.indefinite.capitalizedFirst) need not be able to sign in. With \(keyWord.indefinite) of theirs, tokens say \
                for whom they act.
                """, action: mayManage ? create : nil, code: nil)
        let isAlone = entered.reachable.count < 2
        let columns =
            [ListPage.Column(words: "Name"), ListPage.Column(words: "Status")]
            + (isAlone ? [] : [ListPage.Column(words: words[.organization].capitalized)])
            + [
                ListPage.Column(words: keyWord.capitalizedPlural, isFigure: true),
                ListPage.Column(words: "Last used"),
            ]
        let rows = listing.items.enumerated().map { index, contact in
            row(
                contact, keys[contact.id] ?? [], home: homes[contact.organization] ?? "", entered, index,
                of: listing.items.count, isAlone: isAlone)
        }
        return frame.listPage(
            head, columns: columns, rows: rows,
            next: listing.next.map { ListPlace(.number(0), $0.id(of: Contact.self)) }, nothing: nothing,
            plural: word.plural)
    }

    private static func row(
        _ contact: Contact, _ keys: [AccessKey], home: String, _ entered: ConsoleVisit, _ index: Int, of count: Int,
        isAlone: Bool
    ) -> ListPage.Row {
        let (id, place) = (contact.id.description, contact.organization)
        func entry(_ words: String, _ page: ConsolePage) -> RowMenu.Item {
            RowMenu.Item(words: words, address: entered.link(page, id, in: place), form: nil)
        }
        let use = keys.compactMap(\.lastUse).max { $0.at < $1.at }
        let cells = [
            ListPage.Cell(text: "\(keys.count { $0.disabledAt == nil })", isFigure: true),
            use.map { use in
                ListPage.Cell(time: TimeWords(use.at, now: entered.now), after: use.address.map { ", from \($0)" })
            } ?? ListPage.Cell(text: "Never used"),
        ]
        let mayManage = entered.may(.contactsManage)
        return ListPage.Row(
            name: contact.name, link: entered.link(.contact, id, in: place), masked: contact.email?.text,
            badge: contact.disabledAt == nil ? nil : Badge(.neutral, "Disabled"), status: "Active",
            cells: isAlone ? cells : [ListPage.Cell(text: home)] + cells,
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
