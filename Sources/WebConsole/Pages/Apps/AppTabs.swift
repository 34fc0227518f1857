import CredentialFormat
import Model
import ProductDefinition

extension ConsoleVisit {
    /// The pages of one app.
    func tabs(of app: App) -> Tabs {
        let id = app.id.description
        let all: [(String, ConsolePage)] =
            [("Use", .app)] + (app.isPublic ? [] : [(words[.clientSecret].capitalizedPlural, .appSecrets)])
            + [("Consent page", .appPreview)] + (may(.appsManage) ? [("Settings", .appSettings)] : [])
            + [("Refused", .appRefused)]
        return Tabs(
            title: app.name,
            items: all.map { Tabs.Item(words: $0.0, address: link($0.1, id), isCurrent: $0.1 == page) })
    }

    /// The shell of a page below one app's own.
    func shell(below title: String, of app: App) -> Shell {
        shell(below: title, Crumb(words: app.name, address: link(.app, app.id.description)))
    }
}
