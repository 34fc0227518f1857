import Model
import ProductDefinition

extension ConsolePage {
    static let apiKeys = ConsolePage(.apiKeys)
    static let newAPIKey = ConsolePage(.apiKeys, "/new", needs: .apiKeysManage)
    /// Of what a list shows, some together.
    static let severalAPIKeys = ConsolePage(.apiKeys, "/several", needs: .apiKeysManage)
    static let apiKey = ConsolePage(.apiKeys, "/{id}")
    static let editAPIKey = ConsolePage(.apiKeys, "/{id}/edit", needs: .apiKeysManage)
    static let apiKeyActivity = ConsolePage(.apiKeys, "/{id}/activity", needs: .auditEventsRead)
    static let rotateAPIKey = ConsolePage(.apiKeys, "/{id}/rotate", needs: .apiKeysManage)
    static let deleteAPIKey = ConsolePage(.apiKeys, "/{id}/delete", needs: .apiKeysManage)
    static let disableAPIKey = ConsolePage(.apiKeys, "/{id}/disable", needs: .apiKeysManage)
    static let extendAPIKeySecret = ConsolePage(.apiKeys, "/{id}/secrets/{part}/extend", needs: .apiKeysManage)
    static let endAPIKeySecret = ConsolePage(.apiKeys, "/{id}/secrets/{part}/end", needs: .apiKeysManage)
    static let enableAPIKey = ConsolePage(.apiKeys, "/{id}/enable", needs: .apiKeysManage)
}
