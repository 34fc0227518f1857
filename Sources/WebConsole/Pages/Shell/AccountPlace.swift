import Model
import ProductDefinition
import SignIn

/// A page of one's own account, as the navigation knows it.
enum AccountPlace: CaseIterable {
    case account, apps

    func title(_ words: ProductWords) -> String {
        switch self {
        case .account: "Account"
        case .apps: "Your \(words[.app].plural)"
        }
    }

    var url: ConsoleURL {
        switch self {
        case .account: .account
        case .apps: .apps
        }
    }
}

extension WebConsole {
    /// The shell of a page of one's own account.
    ///
    /// - Parameter title: The page's own name, where it stands below `place`.
    func shell(_ visit: Visit, at place: AccountPlace, below title: String? = nil) throws -> Shell {
        let (me, _) = try signedIn(visit)
        let items = AccountPlace.allCases.map { other in
            Navigation.Item(
                words: other.title(site.words), address: site.link(other.url),
                mark: other == place ? (title == nil ? "page" : "true") : nil)
        }
        // The account is no part of the console, and has a way back to it for who sees one.
        let seen = ConsoleSections.seen(by: me.permissions, of: product)
        let back =
            seen.isEmpty
            ? []
            : [Navigation.Item(words: "Back to \(me.organization.name)", address: site.link(.home), mark: nil)]
        return visit.shell(
            me, seeing: seen,
            link: { site.link(.console(ConsoleAddress($0, in: me.organization.id))) },
            navigation: Navigation(
                title: "Your account", groups: [Navigation.Group(heading: nil, items: back + items)],
                current: place.title(site.words)),
            crumbs: title.map {
                [Crumb(words: place.title(site.words), address: site.link(place.url)), Crumb(words: $0)]
            } ?? [],
            site: site)
    }
}
