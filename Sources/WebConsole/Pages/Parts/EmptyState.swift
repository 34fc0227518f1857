/// What stands where a list would: nothing yet, or nothing that matches.
struct EmptyState: Hashable, Sendable {
    let title: String
    let words: String
    let action: PageLink?
    let code: CodeBlock?
}
