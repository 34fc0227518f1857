/// What is known of a thing under one term.
struct Fact: Hashable, Sendable {
    let term: String
    let text: String
    /// Whether it is compared letter by letter.
    var isCode = false
    /// What else there is to say of it.
    var under: String?
}
