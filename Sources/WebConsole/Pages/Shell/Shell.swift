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
