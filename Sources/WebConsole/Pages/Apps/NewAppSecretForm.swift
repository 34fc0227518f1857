import CredentialFormat
import Credentials
import Model
import ProductDefinition

/// Asks for how long the secret in force of an app works on beside a new one.
enum NewAppSecretForm {
    private static let offered = [0, 3600, 86_400, 7 * 86_400]

    /// - Parameter chosen: For how long, in seconds.
    static func page(
        _ entered: ConsoleVisit, _ app: App, _ secrets: [ClientSecretSummary], chosen: Int = 0, notice: Notice? = nil
    ) -> FormPage {
        let word = entered.words[.clientSecret]
        let id = app.id.description
        let older = secrets.first { $0.expiresAt != nil }
        let warning = older.map {
            FormItem.remark(.caution("Two work already. \($0.hint.text) ends now, whatever you choose."))
        }
        let most = entered.product.policy.secretOverlapMaximumSeconds
        let overlaps = offered.filter { $0 <= most }.map { seconds in
            RadioField.Option(
                value: "\(seconds)", words: seconds == 0 ? "End it now" : "Keep it for \(Spans.words(seconds))",
                under: seconds == 0
                    ? "Whatever still uses it is refused from the next call on."
                    : "Both work until \(DateWords.minute(entered.now.adding(seconds: seconds))).",
                isChosen: seconds == chosen)
        }
        return FormPage(
            shell: entered.shell(below: "Add \(word.indefinite)", of: app),
            pageHead: PageHead(
                title: "Add \(word.indefinite) to \(app.name)", lead: use(of: secrets, entered), action: nil,
                reason: nil),
            notice: notice, sentTo: entered.formLink(id), token: entered.token(sentTo: .newAppSecret, id),
            fields: [HiddenField.idempotencyKey()]
                + (older == nil ? [] : [HiddenField(name: "force", value: "on")]),
            sections: [
                FormSection(
                    items: [warning].compactMap(\.self) + [
                        .radios(
                            RadioField(
                                legend: "What becomes of the one in force?", name: "overlap", options: overlaps,
                                isRequired: true))
                    ])
            ], verb: "Add \(word.singular)", cancelLink: entered.backLink(or: .appSecrets, id))
    }

    private static func use(of secrets: [ClientSecretSummary], _ entered: ConsoleVisit) -> String {
        guard let use = secrets.last(where: { $0.expiresAt == nil })?.lastUse else {
            return "The one in force was never used."
        }
        return """
            The one in force was last used \(TimeWords(use.at, now: entered.now).words)\
            \(use.address.map { ", from \($0)" } ?? ""). What uses it stops working when it ends.
            """
    }
}
