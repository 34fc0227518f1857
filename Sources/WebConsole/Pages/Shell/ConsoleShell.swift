import CredentialFormat
import Model
import ProductDefinition
import SignIn

extension ConsoleVisit {
    /// Where this page stands among those that one sees.
    private var place: (page: ConsolePlaces.Page, section: ConsolePlaces.Section)? {
        for page in seen.flatMap(\.pages) {
            for section in page.sections where section.section == self.page.section { return (page, section) }
        }
        return nil
    }

    /// The button of this section that makes something, called as the product says.
    ///
    /// - Parameter standard: What it is called where the product says nothing.
    func makingLink(_ standard: String, to form: ConsolePage) -> PageLink {
        PageLink(words: page.section.flatMap { product.places.button(in: $0) } ?? standard, address: link(form))
    }

    /// Whose a credential is that is made here, and what becomes of it when its maker leaves.
    var ownership: String {
        "It belongs to \(organization.name), sees nothing above it, and goes on working when whoever made it leaves."
    }

    /// The section's title, in the product's words.
    var sectionTitle: String { place?.section.title ?? page.section?.title(in: words) ?? "" }

    /// What a section's first page is headed by: its title, or that of the page that it shares with others.
    var heading: String {
        guard let place else { return sectionTitle }
        return place.page.sections.count > 1 ? place.page.title : place.section.title
    }

    /// The sections of the same page, nil where there is one alone.
    var sectionTabs: Tabs? {
        guard let place, place.page.sections.count > 1 else { return nil }
        return Tabs(
            title: place.page.title,
            items: place.page.sections.map { section in
                Tabs.Item(
                    words: section.title, address: link(ConsoleSections.root(section.section)),
                    isCurrent: section.section == page.section)
            })
    }

    /// The shell of this page.
    ///
    /// - Parameters:
    ///   - title: The page's own name, where it stands below the section's first one.
    ///   - above: What stands between the two.
    func shell(below title: String? = nil, _ above: Crumb...) -> Shell {
        let section = page.section
        let way = title.map { title -> [Crumb] in
            let root = section.map { Crumb(words: sectionTitle, address: link(ConsoleSections.root($0))) }
            return [root].compactMap(\.self) + above + [Crumb(words: title)]
        }
        let groups = seen.map { place in
            Navigation.Group(
                heading: place.title,
                items: place.pages.map { other in
                    let isHere = other.sections.contains { $0.section == section }
                    return Navigation.Item(
                        words: other.title,
                        address: other.sections.first.map { link(ConsoleSections.root($0.section)) } ?? "",
                        mark: isHere ? (title == nil ? "page" : "true") : nil)
                })
        }
        let operating = OperatorPage.places(of: product).filter { actor.isOperator(holding: $0.needs) }
        let desk = Navigation.Group(
            heading: "Operator",
            items: operating.map {
                Navigation.Item(
                    words: OperatorVisit.title($0, words), address: site.link(.operating($0, "-")), mark: nil)
            })
        return visit.shell(
            me, seeing: seen, link: { link($0, in: me.organization.id) },
            picker: OrganizationPicker(of: self),
            navigation: Navigation(
                title: organization.name, groups: groups + (operating.isEmpty ? [] : [desk]),
                current: place.map { $0.page.title }),
            crumbs: way ?? [], site: site)
    }
}

extension ConsolePlaces.Place {
    /// Where an entry of everybody's own menu leads, nil for what stands above all groups.
    fileprivate func entry(_ link: (ConsolePage) -> String) -> PageLink? {
        guard let title, let section = pages.first?.sections.first else { return nil }
        return PageLink(words: title, address: link(ConsoleSections.root(section.section)))
    }
}

extension Visit {
    /// What stands around every page of who is signed in.
    ///
    /// - Parameters:
    ///   - places: What one sees of the product.
    ///   - link: Where a page of one's own organization stands.
    func shell(
        _ me: SignedIn, seeing places: [ConsolePlaces.Place], link: (ConsolePage) -> String,
        picker: OrganizationPicker? = nil,
        navigation: Navigation, crumbs: [Crumb], site: Site
    ) -> Shell {
        Shell(
            name: me.member.name, email: me.member.email.text, initial: Initial.of(me.member.name),
            accountLink: site.link(.account), appsLink: site.link(.apps),
            settings: places.compactMap { $0.entry(link) },
            signOutAction: site.link(.signOut), signOutToken: token(for: .signOut),
            returnLink: me.session.returnURL.map { PageLink(words: "Back to \(HostWords.of($0))", address: $0) },
            picker: picker, navigation: navigation, crumbs: crumbs, hasCrumbs: !crumbs.isEmpty)
    }
}

extension OrganizationPicker {
    /// How many stand in the menu. Where there are more, they are looked for on a page of their own.
    static let most = 8

    /// Nil where there is nowhere else to go.
    init?(of visit: ConsoleVisit) {
        guard visit.reachable.count > 1 || visit.reachable.first.map({ $0.id != visit.organization.id }) ?? false else {
            return nil
        }
        let list = OrganizationTree(visit.reachable)
        let isWhole = visit.reachable.count <= Self.most
        // Its sections are the same there; what it shows of one is not.
        let root = visit.page.section.map(ConsoleSections.root)
        name = visit.organization.name
        word = visit.words[.organization].capitalized
        searchWords = "Search for \(visit.words[.organization].indefinite)"
        choices = (isWhole ? list.ordered : list.ordered.filter { $0.id == visit.organization.id }).map { other in
            Choice(
                name: other.name, place: list.place(of: other),
                address: visit.link(root ?? ConsolePage(.overview), in: other.id),
                isCurrent: other.id == visit.organization.id)
        }
        search =
            isWhole
            ? nil
            : Search(
                action: visit.link(.choice), text: "",
                fields: visit.page.section.map { [HiddenField(name: "section", value: $0.rawValue)] } ?? [])
    }
}

/// Organizations of one tree, each below the one that it belongs to.
struct OrganizationTree {
    /// From the highest down.
    let ordered: [Organization]
    private let names: [ID<Organization>: String]

    init(_ organizations: [Organization]) {
        ordered = organizations.sorted { first, second in
            first.path.identifiers.map(\.value).lexicographicallyPrecedes(second.path.identifiers.map(\.value))
        }
        names = Dictionary(organizations.map { ($0.id, $0.name) }) { first, _ in first }
    }

    /// Below which others one stands, as far as they are known; nil for the highest.
    func place(of organization: Organization) -> String? {
        let above = organization.path.identifiers.dropLast().compactMap { names[$0] }
        return above.isEmpty ? nil : above.joined(separator: " › ")
    }
}
