import ProductDefinition
import Model

/// The apps that may use my account.
struct AppsPage: Page {
    static let template = PageTemplate.apps
    /// `Your apps`, in the words of the product.
    let title: String

    /// What one app may do in one organization.
    struct Consent: Hashable, Sendable {
        let initial: String
        let name: String
        let organization: String
        /// `12 permissions, 2 sensitive`
        let summary: String
        let allowed: TimeWords
        /// Nil for never yet.
        let used: TimeWords?
        let groups: [ConsentPage.Group]
        /// What happened to it, nil for nothing.
        let alarm: String?
        let removeLink: String
    }

    let shell: Shell?
    let apps: [Consent]
    let hasApps: Bool
    let nextLink: String?
    var notice: Notice?
}

extension AppsPage {
    /// What a spent token that came back means for the user.
    static func words(for reuse: Grant.Reuse, calling app: ProductWord) -> String {
        let app = app.singular
        let what =
            "On \(DateWords.minute(reuse.at)) a token that this \(app) had used before came back, so the \(app) was signed out."
        guard reuse.successorWasUsed else {
            return "\(what) The token that replaced it was never used: most likely the \(app) lost it."
        }
        return """
            \(what) The token that replaced it was in use: somebody else may have a copy. If you can’t explain it, remove \
            the \(app)’s access and tell whoever runs the \(app).
            """
    }

    /// How many rights these are, in words.
    static func summary(_ rights: [ConsentPage.Right]) -> String {
        let sensitive = rights.count { $0.danger }
        let all = "\(rights.count) permission\(rights.count == 1 ? "" : "s")"
        return sensitive == 0 ? all : "\(all), \(sensitive) sensitive"
    }
}
