/// One of a few words.
struct Segmented: Hashable, Sendable {
    struct Option: Hashable, Sendable {
        let value: String
        let words: String
        let isChosen: Bool
        /// Whether the product does not let it be chosen.
        var isOff = false
    }

    let legend: String
    let name: String
    let options: [Option]
    /// What it means, or who decides.
    let hint: String?
}
