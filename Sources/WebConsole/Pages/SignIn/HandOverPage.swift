/// Stands between a hand-over link and the session: programs that look at links beforehand do not press buttons.
struct HandOverPage: Page {
    static let template = PageTemplate.handOver
    var title: String { "Continue as \(name)" }

    let name: String
    let email: String
    let organization: String
    let action: String
    let token: String
    /// Lets this browser press the button when the link's own time is over.
    let ticket: String
    let continuation: String?
    var notice: Notice?
}
