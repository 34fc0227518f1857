/// Asks whether an app may act for the user, where, and to do what.
struct ConsentPage: Page {
    static let template = PageTemplate.consent
    var title: String { "\(app) asks to act for you" }

    /// The organization, if there is one only.
    struct OneOrganization: Hashable, Sendable {
        let id: String
        let name: String
    }

    /// Organizations to choose from.
    struct Organizations: Hashable, Sendable {
        let choices: [Choice]
        /// Whether there are more.
        var isCut = false
    }

    /// The field in which to search among them.
    struct Search: Hashable, Sendable {
        let text: String
    }

    /// Rights under one heading.
    struct Group: Hashable, Sendable {
        let heading: String?
        let rights: [Right]
    }

    /// A scope in words.
    struct Right: Hashable, Sendable {
        let description: String
        let danger: Bool
        var wasGranted = false
    }

    let action: String
    let token: String
    /// The query of the authorization request.
    let request: String
    let app: String
    let owner: String
    /// The picture of the app, nil for its initial.
    let logo: String?
    let initial: String
    let email: String
    /// Begins again with a sign-in as somebody else.
    let otherUserLink: String
    let oneOrganization: OneOrganization?
    let fewOrganizations: Organizations?
    let manyOrganizations: Organizations?
    /// Nil where all there are stand on the page.
    let search: Search?
    /// Whether there is one to approve for.
    let hasOrganizations: Bool
    let groups: [Group]
    /// Where the browser goes afterwards, in words.
    let destination: String
    let appsLink: String
    let links: [PageLink]
    let hasLinks: Bool
    var notice: Notice?
}
