package import Templating

/// What stands around a page for who is signed in: the bar above, the navigation at the side, the way from above.
package struct Shell: Hashable, Sendable {
    let name: String
    let email: String
    let initial: String
    let accountLink: String
    let appsLink: String
    /// The product's settings, as entries of one's own menu.
    var settings: [PageLink] = []
    let signOutAction: String
    let signOutToken: String
    /// The page that somebody was handed over from.
    let returnLink: PageLink?
    /// The organization that the page is about, where there are several to be in.
    var picker: OrganizationPicker?
    let navigation: Navigation
    /// Empty where the page stands in the navigation itself.
    let crumbs: [Crumb]
    let hasCrumbs: Bool
}

/// The side of a shell.
struct Navigation: Hashable, Sendable {
    /// What it leads through, for who does not see it.
    let title: String
    let groups: [Group]
    /// The words of the item that is current, or stands above the page; nil for none.
    let current: String?

    struct Group: Hashable, Sendable {
        let heading: String?
        let items: [Item]
    }

    struct Item: Hashable, Sendable {
        let words: String
        let address: String
        /// What `aria-current` says of it: `page` for the page itself, `true` for what stands above it.
        let mark: String?
    }
}

/// A step on the way to a page.
struct Crumb: Hashable, Sendable {
    let words: String
    /// Nil for the page itself.
    var address: String?
}

/// The organizations that one can be in, each as the address of the same page there.
struct OrganizationPicker: Hashable, Sendable {
    /// The one that the page is about.
    let name: String
    /// What the product calls them: `Organization`.
    let word: String
    let searchWords: String
    let choices: [Choice]
    /// Nil where all of them stand in the list.
    let search: Search?

    struct Choice: Hashable, Sendable {
        let name: String
        /// Below which others it stands; nil for the root.
        let place: String?
        let address: String
        let isCurrent: Bool
    }

    struct Search: Hashable, Sendable {
        let action: String
        let text: String
        let fields: [HiddenField]
    }
}

extension Shell: TemplateReadable {
    package static let templateNames: TemplateNames = [
        "name", "email", "initial", "accountLink", "appsLink", "settings", "signOutAction", "signOutToken",
        "returnLink", "picker", "navigation", "crumbs", "hasCrumbs",
    ]
    package var templateValues: [TemplateValue] {
        [
            .of(name), .of(email), .of(initial), .of(accountLink), .of(appsLink), .of(settings), .of(signOutAction),
            .of(signOutToken), .of(returnLink), .of(picker), .of(navigation), .of(crumbs), .of(hasCrumbs),
        ]
    }
}

extension Navigation: TemplateReadable {
    static let templateNames: TemplateNames = ["title", "groups", "current"]
    var templateValues: [TemplateValue] { [.of(title), .of(groups), .of(current)] }
}

extension Navigation.Group: TemplateReadable {
    static let templateNames: TemplateNames = ["heading", "items"]
    var templateValues: [TemplateValue] { [.of(heading), .of(items)] }
}

extension Navigation.Item: TemplateReadable {
    static let templateNames: TemplateNames = ["words", "address", "mark"]
    var templateValues: [TemplateValue] { [.of(words), .of(address), .of(mark)] }
}

extension Crumb: TemplateReadable {
    static let templateNames: TemplateNames = ["words", "address"]
    var templateValues: [TemplateValue] { [.of(words), .of(address)] }
}

extension OrganizationPicker: TemplateReadable {
    static let templateNames: TemplateNames = ["name", "word", "searchWords", "choices", "search"]
    var templateValues: [TemplateValue] { [.of(name), .of(word), .of(searchWords), .of(choices), .of(search)] }
}

extension OrganizationPicker.Choice: TemplateReadable {
    static let templateNames: TemplateNames = ["name", "place", "address", "isCurrent"]
    var templateValues: [TemplateValue] { [.of(name), .of(place), .of(address), .of(isCurrent)] }
}

extension OrganizationPicker.Search: TemplateReadable {
    static let templateNames: TemplateNames = ["action", "text", "fields"]
    var templateValues: [TemplateValue] { [.of(action), .of(text), .of(fields)] }
}
