import CredentialFormat
import Credentials
import Model
import ProductDefinition

/// Asks for how long the secret in force works on beside a new one.
struct NewAppSecretPage: Page {
    static let template = PageTemplate.newAppSecret
    static let scripts: [Script] = [.menus]
    let title: String

    let shell: Shell?
    let lead: String
    let action: String
    let token: String
    let attempt: String
    let overlaps: [AppFormPage.Kind]
    let verb: String
    let cancelLink: String
    /// What ends besides, nil for nothing.
    let warning: String?
    let isForced: Bool
    let notice: Notice?
}

extension NewAppSecretPage {
    private static let offered = [0, 3600, 86_400, 7 * 86_400]

    init(_ entered: ConsoleVisit, _ app: App, _ secrets: [ClientSecretSummary], chosen: Int = 0, notice: Notice? = nil)
    {
        let word = entered.words[.clientSecret]
        let id = app.id.description
        title = "Add \(word.indefinite) to \(app.name)"
        shell = entered.shell(
            below: "Add \(word.indefinite)", of: app)
        let inForce = secrets.last { $0.expiresAt == nil }
        lead =
            inForce?.lastUse.map { use in
                """
                The one in force was last used \(TimeWords(use.at, now: entered.now).words)\
                \(use.address.map { ", from \($0)" } ?? ""). What uses it stops working when it ends.
                """
            } ?? "The one in force was never used."
        action = entered.formLink(id)
        token = entered.token(sentTo: .newAppSecret, id)
        attempt = FormRepetitions.attempt()
        let most = entered.product.policy.secretOverlapMaximumSeconds
        overlaps = Self.offered.filter { $0 <= most }.map { seconds in
            AppFormPage.Kind(
                value: "\(seconds)", words: seconds == 0 ? "End it now" : "Keep it for \(Spans.words(seconds))",
                detail: seconds == 0
                    ? "The next call with it is refused."
                    : "Both work until \(DateWords.minute(entered.now.adding(seconds: seconds))).",
                isChosen: seconds == chosen)
        }
        verb = "Add \(word.singular)"
        cancelLink = entered.backLink(or: .appSecrets, id)
        let older = secrets.first { $0.expiresAt != nil }
        isForced = older != nil
        warning = older.map { "Two work already. \($0.hint.text) ends now, whatever you choose." }
        self.notice = notice
    }
}
