import Model
import ProductDefinition

extension ConsolePage {
    /// The one pair of an organization, where a product has one.
    static let client = ConsolePage(.client)
    static let generateClient = ConsolePage(.client, "/generate", needs: .integrationsManage)
    static let regenerateClient = ConsolePage(.client, "/regenerate", needs: .integrationsManage)
    static let disableClient = ConsolePage(.client, "/disable", needs: .integrationsManage)
    static let enableClient = ConsolePage(.client, "/enable", needs: .integrationsManage)
    static let clientToken = ConsolePage(.client, "/token", needs: .integrationsManage)
    static let revealClient = ConsolePage(.client, "/secret", needs: .integrationsReveal)
}
