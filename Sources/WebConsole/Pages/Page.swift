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
}

extension Page {
    package static var frame: PageFrame { .card }
}

/// How wide a page is.
package enum PageFrame: String, Sendable {
    case card = "frame-card"
    case wide = "frame-wide"
}

/// A sentence above a form or list: something was done, or went wrong.
struct Notice: Hashable, Sendable {
    let look: String
    /// `alert` is read out at once, `status` when there is time.
    let role: String
    let text: String

    static func good(_ text: String) -> Notice { Notice(look: "notice-good", role: "status", text: text) }
    static func bad(_ text: String) -> Notice { Notice(look: "notice-bad", role: "alert", text: text) }
}

/// A link with the words on it.
struct PageLink: Hashable, Sendable {
    let words: String
    let address: String
    var isLast = true
}
