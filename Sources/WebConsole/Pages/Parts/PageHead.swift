/// What a page of the console begins with.
struct PageHead: Hashable, Sendable {
    let title: String
    /// One sentence, with the count against the limit where there is one.
    let lead: String?
    /// The one thing to do here, nil where it cannot be done.
    let action: PageLink?
    /// Why it cannot be done, in place of ``action``.
    let reason: String?
}
