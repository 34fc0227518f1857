import CredentialFormat
import Credentials
import Model
import ProductDefinition

/// The secrets of an app: one, or two while it moves from one to the next.
struct AppSecretsPage: Page {
    static let template = PageTemplate.appSecrets
    static let scripts: [Script] = [.menus, .times]
    let title: String

    struct Row: Hashable, Sendable {
        let hint: String
        let created: TimeWords
        /// `In force`, or when it ends.
        let state: String
        let isInForce: Bool
        /// Nil for never yet.
        let used: TimeWords?
        let from: String?
        let count: String
        /// Nil for one that cannot be ended.
        let endLink: String?
        /// Nil for one that is not in quarantine.
        let releaseLink: String?
    }

    let shell: Shell?
    let pageHead: PageHead
    let tabs: Tabs
    let rows: [Row]
    let advice: String
    let notice: Notice?
}

extension AppSecretsPage {
    init(_ entered: ConsoleVisit, _ app: App, _ secrets: [ClientSecretSummary]) {
        let word = entered.words[.clientSecret]
        let id = app.id.description
        let mayManage = entered.may(.appsManage)
        title = "\(word.capitalizedPlural) of \(app.name)"
        shell = entered.shell(below: word.capitalizedPlural, of: app)
        pageHead = PageHead(
            title: app.name, lead: "Two can work side by side while you move from one to the next.",
            action: mayManage
                ? PageLink(words: "Add \(word.indefinite)", address: entered.link(.newAppSecret, id)) : nil,
            reason: nil)
        tabs = entered.tabs(of: app)
        rows = secrets.map { secret in
            Row(
                hint: secret.hint.text, created: TimeWords(secret.createdAt, now: entered.now),
                state: secret.quarantinedAt != nil
                    ? "In quarantine"
                    : secret.expiresAt.map {
                        "Ends in \(Spans.roughly($0.seconds(since: entered.now))), \(DateWords.minute($0))"
                    } ?? "No expiry", isInForce: secret.expiresAt == nil && secret.quarantinedAt == nil,
                used: secret.lastUse.map { TimeWords($0.at, now: entered.now) },
                from: secret.lastUse?.address.map { ", from \($0)" },
                count: secret.lastUse.map { "\($0.count)" } ?? "0",
                endLink: mayManage && secret.expiresAt != nil
                    ? entered.link(.endAppSecret, id, secret.id.description) : nil,
                releaseLink: mayManage && secret.quarantinedAt != nil
                    ? entered.link(.releaseAppSecret, id, secret.id.description) : nil)
        }
        let lasting = """
            The one in force doesn’t expire and can’t be ended on its own: add another to replace it, or delete the \
            \(entered.words[.app].singular).
            """
        advice = [OverlapAdvice.quarantine(secrets) ?? OverlapAdvice.words(secrets, now: entered.now), lasting]
            .compactMap(\.self).joined(separator: " ")
        notice = entered.doneNotice
    }
}
