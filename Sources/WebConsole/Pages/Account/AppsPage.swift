import Model

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
        /// What happened to it, nil for nothing.
        let alarm: String?
        let token: String
    }

    let tabs: Tabs?
    let apps: [Consent]
    let action: String
    let nextLink: String?
    var notice: Notice?
}

extension AppsPage {
    /// What a spent token that came back means for the user.
    static func words(for reuse: Grant.Reuse) -> String {
        let what =
            "On \(DateWords.minute(reuse.at)) a token that this app had used before came back, so the app was signed out."
        guard reuse.successorWasUsed else {
            return "\(what) The token that it got instead was never used: most likely the app lost it."
        }
        return """
            \(what) The token that it got instead was in use: somebody else may have a copy. If you cannot explain it, take \
            back what the app may do, and tell whoever runs it.
            """
    }
}
