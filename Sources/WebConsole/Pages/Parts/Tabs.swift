/// Parts of one thing, each at an address of its own; six at most.
struct Tabs: Hashable, Sendable {
    struct Item: Hashable, Sendable {
        let words: String
        let address: String
        let isCurrent: Bool
    }

    /// What they are parts of, for who does not see it.
    let title: String
    let items: [Item]
}
