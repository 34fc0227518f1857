import Model
import ProductDefinition

extension ConsolePage {
    static let apps = ConsolePage(.apps)
    static let newApp = ConsolePage(.apps, "/new", needs: .appsManage)
    /// Of what a list shows, some together.
    static let severalApps = ConsolePage(.apps, "/several", needs: .appsManage)
    /// Use: what is known of one app.
    static let app = ConsolePage(.apps, "/{id}")
    static let appSecrets = ConsolePage(.apps, "/{id}/secrets")
    /// What the consent page will look like.
    static let appPreview = ConsolePage(.apps, "/{id}/consent-page")
    static let appSettings = ConsolePage(.apps, "/{id}/settings", needs: .appsManage)
    static let newAppSecret = ConsolePage(.apps, "/{id}/new-secret", needs: .appsManage)
    static let endAppSecret = ConsolePage(.apps, "/{id}/secrets/{part}/end", needs: .appsManage)
    static let releaseAppSecret = ConsolePage(.apps, "/{id}/secrets/{part}/release", needs: .appsManage)
    static let disableApp = ConsolePage(.apps, "/{id}/disable", needs: .appsManage)
    static let enableApp = ConsolePage(.apps, "/{id}/enable", needs: .appsManage)
    static let deleteApp = ConsolePage(.apps, "/{id}/delete", needs: .appsManage)

    static let consents = ConsolePage(.consents)
    static let consent = ConsolePage(.consents, "/{id}")
    static let removeConsent = ConsolePage(.consents, "/{id}/remove", needs: .grantsManage)
    static let consentsOfApp = ConsolePage(.consents, "/apps/{id}")
    static let removeConsentsOfApp = ConsolePage(.consents, "/apps/{id}/remove", needs: .grantsManage)
}
