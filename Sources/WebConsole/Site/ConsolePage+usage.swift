import Model
import ProductDefinition

extension ConsolePage {
    static let apiKeyCalls = ConsolePage(.apiKeys, "/{id}/calls")
    static let integrationCalls = ConsolePage(.integrations, "/{id}/calls")
}
