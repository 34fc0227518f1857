import CredentialFormat
import Model
import ProductDefinition

extension ConsoleVisit {
    /// The pages of one app.
    func tabs(of app: App) -> Tabs {
        let pages: [(String, ConsolePage)] =
            [("Use", .app)] + (app.isPublic ? [] : [(words[.clientSecret].capitalizedPlural, .appSecrets)])
            + [("Consent page", .appPreview)] + (may(.appsManage) ? [("Settings", .appSettings)] : [])
            + [("Refused", .appRefused)]
        return tabs(of: app.name, app.id.description, pages)
    }

    /// The shell of a page below one app's own.
    func shell(below title: String, of app: App) -> Shell {
        shell(below: title, Crumb(words: app.name, address: link(.app, app.id.description)))
    }
}
