import Templating

/// What a page of the console begins with.
struct PageHead: Hashable, Sendable {
    let title: String
    /// One sentence, with the count against the limit where there is one.
    let lead: String?
    /// The one thing to do here, nil where it cannot be done.
    let action: PageLink?
    /// Said apart, because a nil would be looked for in the page around, which may have an action of its own.
    let hasAction: Bool
    /// Why it cannot be done, in place of ``action``.
    let reason: String?

    init(title: String, lead: String?, action: PageLink?, reason: String?) {
        self.title = title
        self.lead = lead
        self.action = action
        hasAction = action != nil
        self.reason = reason
    }
}

extension PageHead: TemplateReadable {
    static let templateNames: TemplateNames = ["title", "lead", "action", "hasAction", "reason"]
    var templateValues: [TemplateValue] { [.of(title), .of(lead), .of(action), .of(hasAction), .of(reason)] }
}
