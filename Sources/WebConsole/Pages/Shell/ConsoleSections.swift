import Model
import ProductDefinition

/// Which sections somebody sees.
enum ConsoleSections {
    /// Those that have pages. Each area adds its own as it comes; a test holds this against the routes.
    static let withPages: Set<ConsoleSection> = [
        .overview, .integrations, .client, .apiKeys, .contacts, .apps, .consents, .connections, .people, .organizations,
        .webhooks, .auditLog,
    ]

    /// Whether the product has a section and these permissions show it.
    static func isSeen(_ section: ConsoleSection, by permissions: Set<Permission>, of product: Product) -> Bool {
        guard withPages.contains(section), product.sections.contains(section) else { return false }
        guard let permission = section.permission else {
            return ConsoleSection.allCases.contains { other in
                other.permission != nil && isSeen(other, by: permissions, of: product)
            }
        }
        return permissions.contains(permission)
    }

    /// What somebody with these permissions sees, as the product arranges it.
    static func seen(by permissions: Set<Permission>, of product: Product) -> [ConsolePlaces.Place] {
        product.arrangement.compactMap { place in
            let pages = place.pages.compactMap { page in
                let sections = page.sections.filter { isSeen($0.section, by: permissions, of: product) }
                return sections.isEmpty ? nil : ConsolePlaces.Page(title: page.title, sections: sections)
            }
            return pages.isEmpty ? nil : ConsolePlaces.Place(title: place.title, pages: pages)
        }
    }

    /// The page that a section begins with.
    static func root(_ section: ConsoleSection) -> ConsolePage { roots[section] ?? ConsolePage(section) }

    private static let roots = Dictionary(uniqueKeysWithValues: ConsoleSection.allCases.map { ($0, ConsolePage($0)) })
}
