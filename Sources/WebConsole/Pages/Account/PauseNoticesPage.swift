/// Asks whoever opened the link in a mail whether to stop these mails. The form sends what mail programs send by themselves.
struct PauseNoticesPage: Page {
    static let template = PageTemplate.pauseNotices
    var title: String { "Stop these e-mails?" }

    let action: String
    let chooseLink: String
}
