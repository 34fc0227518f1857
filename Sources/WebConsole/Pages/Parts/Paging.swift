/// The end of a list.
struct Paging: Hashable, Sendable {
    /// `1 to 50 of 500`
    let words: String
    let nextLink: String?
    /// Back to the beginning, nil where this is it.
    var firstLink: PageLink?
}
