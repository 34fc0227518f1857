/// A page as a value: everything that it shows, decided before it is laid out. Its template lays out and decides nothing.
///
/// A template reads stored properties by name. What it does not find in the innermost value, it looks for in those
/// around it.
package protocol Page: Sendable {
    static var template: PageTemplate { get }
    /// What the browser calls it.
    var title: String { get }
    /// One card in the middle, or a wide column.
    static var frame: PageFrame { get }
    /// What was done or went wrong before it, nil for nothing.
    var notice: Notice? { get }
    /// The links above it, for a page of one's own account.
    var tabs: Tabs? { get }
}

extension Page {
    package static var frame: PageFrame { .card }
    package var notice: Notice? { nil }
    package var tabs: Tabs? { nil }
}

/// How wide a page is.
package enum PageFrame: String, Sendable {
    case card = "frame-card"
    case wide = "frame-wide"
}

/// A sentence above a form or list: something was done, or went wrong.
package struct Notice: Hashable, Sendable {
    /// What a form asks for, and a notice may be about.
    enum Field: Hashable, Sendable {
        case email, password, code
    }

    let look: String
    /// `alert` is read out at once, `status` when there is time.
    let role: String
    let text: String
    let isError: Bool
    let isAboutEmail: Bool
    let isAboutPassword: Bool
    let isAboutCode: Bool

    private init(look: String, role: String, _ text: String, isError: Bool = false, about fields: Set<Field> = []) {
        self.look = look
        self.role = role
        self.text = text
        self.isError = isError
        isAboutEmail = fields.contains(.email)
        isAboutPassword = fields.contains(.password)
        isAboutCode = fields.contains(.code)
    }

    static func good(_ text: String) -> Notice { Notice(look: "notice-good", role: "status", text) }

    /// - Parameter fields: What has to be entered otherwise, so that its field can say so (WCAG 2.2 §3.3.1).
    static func bad(_ text: String, about fields: Set<Field> = []) -> Notice {
        Notice(look: "notice-bad", role: "alert", text, isError: true, about: fields)
    }
}

/// A link with the words on it.
struct PageLink: Hashable, Sendable {
    let words: String
    let address: String
    var isLast = true
}
