/// A question before what cannot be undone, on a page of its own.
struct Confirmation: Hashable, Sendable {
    /// `Delete SAP sync?`
    let title: String
    /// What it cuts off, in numbers.
    let consequence: String
    /// What the button does, the verb of the title and the thing.
    let verb: String
    let action: String
    let token: String
    let fields: [HiddenField]
    let cancelLink: String
    /// What would do instead.
    let alternative: PageLink?
    /// Whether ``expected`` has to be typed.
    let isTyped: Bool
    let expected: String
    /// Whether it is a question before something that can be undone.
    var isHarmless = false
}
