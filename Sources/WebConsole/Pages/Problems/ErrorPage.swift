/// Says that something went wrong, and under which name the log has it. Leads nowhere but to us, or back to where the
/// operator's backend said.
struct ErrorPage: Page {
    static let template = PageTemplate.error
    var title: String { heading }

    let heading: String
    let explanation: String
    /// For those who make the app or run the server.
    var detail: String?
    let requestID: String
    var link: PageLink?
}
