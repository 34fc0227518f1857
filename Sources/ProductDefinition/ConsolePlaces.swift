/// Where things stand on the pages of an account: groups in the navigation, pages in each, and on each page one section or
/// several as tabs, under the product's own titles.
package struct ConsolePlaces: Hashable, Sendable {
    /// The most groups, pages of a group, and sections of a page.
    package static let maximumCount = 16
    /// The longest title, in characters.
    package static let maximumTitle = 60

    /// A group of the navigation, and an entry of everybody's own menu.
    package struct Place: Hashable, Sendable {
        /// Nil for what stands above all groups.
        package let title: String?
        package let pages: [Page]

        package init(title: String?, pages: [Page]) {
            self.title = title
            self.pages = pages
        }
    }

    /// An item of the navigation.
    package struct Page: Hashable, Sendable {
        package let title: String
        /// One is the page; several are its tabs. Never empty.
        package let sections: [Section]

        package init(title: String, sections: [Section]) {
            self.title = title
            self.sections = sections
        }
    }

    /// A section under its title.
    package struct Section: Hashable, Sendable {
        package let title: String
        package let section: ConsoleSection
        /// What the button is called that makes something there, nil for the usual words.
        package var button: String?
    }

    /// What the file says; sections that it does not name are not among them.
    package let named: [Place]
    /// What has no page.
    package let hidden: Set<ConsoleSection>

    package init(_ named: [Place] = [], hidden: Set<ConsoleSection> = []) {
        self.named = named
        self.hidden = hidden
    }

    /// What the button is called that makes something in a section, nil for the usual words.
    package func button(in section: ConsoleSection) -> String? {
        named.lazy.flatMap(\.pages).flatMap(\.sections).first { $0.section == section }?.button
    }

    /// These sections, each once: as the file arranges them, and what it does not name under its own words.
    func arranged(_ all: Set<ConsoleSection>, in words: ProductWords) -> [Place] {
        let places = named.isEmpty ? Self.standard(in: words) : named
        let placed = Set(places.flatMap(\.pages).flatMap(\.sections).map(\.section))
        func page(_ section: ConsoleSection) -> Page { Self.page(section, in: words) }
        let others = ConsoleSection.allCases.filter { !placed.contains($0) && $0 != .overview }.map(page)
        let known =
            (placed.contains(.overview) ? [] : [Place(title: nil, pages: [page(.overview)])]) + places
            + [Place(title: "More", pages: others)]
        return known.compactMap { place in
            let pages = place.pages.compactMap { page in
                let sections = page.sections.filter { all.contains($0.section) }
                return sections.isEmpty ? nil : Page(title: page.title, sections: sections)
            }
            return pages.isEmpty ? nil : Place(title: place.title, pages: pages)
        }
    }

    /// For a product that arranges nothing.
    private static func standard(in words: ProductWords) -> [Place] {
        func place(_ title: String, _ sections: ConsoleSection...) -> Place {
            Place(title: title, pages: sections.map { page($0, in: words) })
        }
        return [
            place("Credentials", .client, .integrations, .apiKeys, .contacts),
            place(words[.app].capitalizedPlural, .apps, .consents),
            place(words[.connection].capitalizedPlural, .connections),
            place(words[.account].capitalized, .people, .organizations, .webhooks, .auditLog),
        ]
    }

    private static func page(_ section: ConsoleSection, in words: ProductWords) -> Page {
        let title = section.title(in: words)
        return Page(title: title, sections: [Section(title: title, section: section)])
    }
}
