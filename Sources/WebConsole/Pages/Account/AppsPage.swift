/// The apps that act for me.
struct AppsPage: Page {
    static let template = PageTemplate.apps
    static let frame = PageFrame.wide
    var title: String { "Your apps" }

    /// What one app may do in one organization.
    struct Consent: Hashable, Sendable {
        let id: String
        let initial: String
        let name: String
        let organization: String
        let when: String
        let rights: [ConsentPage.Right]
        let token: String
    }

    let tabs: Tabs?
    let apps: [Consent]
    let action: String
    let nextLink: String?
    var notice: Notice?
}
