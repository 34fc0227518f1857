package import Templating

/// A page as a value: everything that it shows, decided before it is laid out. Its template lays out and decides nothing.
///
/// A template reads stored properties by name. What it does not find in the innermost value, it looks for in those
/// around it.
package protocol Page: Sendable {
    static var template: PageTemplate { get }
    /// What the browser calls it.
    var title: String { get }
    /// How wide the card is, where the page stands in no shell.
    static var frame: PageFrame { get }
    /// What was done or went wrong before it, nil for nothing.
    var notice: Notice? { get }
    /// What stands around it for who is signed in, nil for a card alone.
    var shell: Shell? { get }
    /// What makes it nicer where scripts may run. It works without.
    static var scripts: [Script] { get }
    /// Those of this one: of all of its kind, unless it says otherwise.
    var scripts: [Script] { get }
}

extension Page {
    package static var frame: PageFrame { .card }
    package var notice: Notice? { nil }
    package var shell: Shell? { nil }
    package static var scripts: [Script] { [] }
    package var scripts: [Script] { Self.scripts }
}

/// How wide a card is.
package enum PageFrame: String, Sendable {
    case card = "frame-card"
    case wide = "frame-wide"
}

/// A sentence about what was done or went wrong: at the one field that it is about, else above the form or list.
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
    /// Whether it stands below its field.
    let isAtField: Bool
    /// What can be done about it.
    let link: PageLink?
    /// The identifier of the element that says it.
    let described: String

    private init(
        look: String, role: String, _ text: String, isError: Bool = false, about fields: Set<Field> = [],
        link: PageLink? = nil
    ) {
        self.look = look
        self.role = role
        self.text = text
        self.isError = isError
        isAboutEmail = fields.contains(.email)
        isAboutPassword = fields.contains(.password)
        isAboutCode = fields.contains(.code)
        isAtField = fields.count == 1
        described = isAtField ? "field-error" : "notice"
        self.link = link
    }

    static func good(_ text: String) -> Notice { Notice(look: "notice-good", role: "status", text) }

    /// - Parameter fields: What has to be entered otherwise, so that its field can say so (WCAG 2.2 §3.3.1).
    static func bad(_ text: String, about fields: Set<Field> = [], link: PageLink? = nil) -> Notice {
        Notice(look: "notice-bad", role: "alert", text, isError: true, about: fields, link: link)
    }

    /// What one may want to know, and nothing went wrong.
    static func hint(_ text: String, link: PageLink? = nil) -> Notice {
        Notice(look: "notice-caution", role: "status", text, link: link)
    }

    /// What went wrong without anybody having done anything wrong: to wait is enough.
    static func caution(_ text: String) -> Notice {
        Notice(look: "notice-caution", role: "alert", text, isError: true)
    }
}

/// A link with the words on it.
struct PageLink: Hashable, Sendable {
    let words: String
    let address: String
    var isLast = true
}

extension PageLink: TemplateReadable {
    static let templateNames: TemplateNames = ["words", "address", "isLast"]
    var templateValues: [TemplateValue] { [.of(words), .of(address), .of(isLast)] }
}

extension Notice: TemplateReadable {
    package static let templateNames: TemplateNames = [
        "look", "role", "text", "isError", "isAboutEmail", "isAboutPassword", "isAboutCode", "isAtField", "link",
        "described",
    ]
    package var templateValues: [TemplateValue] {
        [
            .of(look), .of(role), .of(text), .of(isError), .of(isAboutEmail), .of(isAboutPassword), .of(isAboutCode),
            .of(isAtField), .of(link), .of(described),
        ]
    }
}
