/// Asks whether an app may use the user's account, where, and to do what.
struct ConsentPage: Page {
    static let template = PageTemplate.consent
    var title: String { "\(app) wants to access your account" }

    /// The organization, if there is one only.
    struct OneOrganization: Hashable, Sendable {
        let id: String
        let name: String
    }

    /// Organizations to choose from.
    struct Organizations: Hashable, Sendable {
        let choices: [Choice]
        /// Whether none of them is chosen yet.
        let isOpen: Bool
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
    }

    /// What the user allowed before.
    struct Known: Hashable, Sendable {
        let count: Int
        let rights: [Right]
        /// Whether there is nothing else to see.
        let isOpen: Bool
    }

    /// The host that the browser goes to.
    struct Host: Hashable, Sendable {
        /// With a place to break a line behind each.
        let parts: [String]
    }

    let action: String
    let token: String
    /// The query of the authorization request.
    let request: String
    let app: String
    /// Whether the name is a long one.
    let isLong: Bool
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
    /// What may do harm and was not allowed before, whatever its heading.
    let sensitive: [Right]
    let hasSensitive: Bool
    /// What else was not allowed before.
    let groups: [Group]
    /// Nil for nothing.
    let known: Known?
    /// Where the browser goes afterwards, nil for an app on the own device.
    let host: Host?
    /// The same, where it is one.
    let device: String?
    let appsLink: String
    let links: [PageLink]
    let hasLinks: Bool
    var notice: Notice?
    /// Whether it is only looked at beforehand, and answers nothing.
    var isPreview = false
}
