import Model
import ProductDefinition

extension ConsolePage {
    static let apiKeyRefused = ConsolePage(.apiKeys, "/{id}/refused")
    static let apiKeyTrial = ConsolePage(.apiKeys, "/{id}/what-if")
    static let integrationRefused = ConsolePage(.integrations, "/{id}/refused")
    static let appRefused = ConsolePage(.apps, "/{id}/refused")
    static let integrationTrial = ConsolePage(.integrations, "/{id}/what-if")
}
