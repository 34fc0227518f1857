/// Stands between a hand-over link and the session: programs that look at links beforehand do not press buttons.
struct HandOverPage: Page {
    static let template = PageTemplate.handOver
    var title: String { "Continue as \(name)" }

    let name: String
    let email: String
    let organization: String
    let action: String
    let token: String
    /// That of the link.
    let secret: String
    let continuation: String?
    var notice: Notice?
}
