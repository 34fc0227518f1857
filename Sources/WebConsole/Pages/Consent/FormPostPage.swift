/// Sends the answer to an authorization request as a form (OAuth 2.0 Form Post Response Mode). By itself where scripts may
/// run, else by a button.
struct FormPostPage: Page {
    static let template = PageTemplate.formPost
    var title: String { "Returning to \(app)" }

    /// The one script of all pages, as it stands in the template. The page's policy names its hash.
    static let script = "document.forms[0].submit()"

    struct Field: Hashable, Sendable {
        let name: String
        let value: String
    }

    let app: String
    let action: String
    /// Where that is, as people read it.
    let host: String
    let fields: [Field]

    init(app: String, action: String, fields: [Field]) {
        self.app = app
        self.action = action
        host = HostWords.of(action)
        self.fields = fields
    }
}
