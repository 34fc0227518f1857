import Model
import ProductDefinition

extension ConsolePage {
    static let integrations = ConsolePage(.integrations)
    static let newIntegration = ConsolePage(.integrations, "/new", needs: .integrationsManage)
    /// Of what a list shows, some together.
    static let severalIntegrations = ConsolePage(.integrations, "/several", needs: .integrationsManage)
    /// Use: what is known of one integration.
    static let integration = ConsolePage(.integrations, "/{id}")
    static let integrationSecrets = ConsolePage(.integrations, "/{id}/secrets")
    static let integrationSettings = ConsolePage(.integrations, "/{id}/settings", needs: .integrationsManage)
    static let integrationActivity = ConsolePage(.integrations, "/{id}/activity", needs: .auditEventsRead)
    static let integrationQuickStart = ConsolePage(.integrations, "/{id}/quick-start")
    static let rotateIntegration = ConsolePage(.integrations, "/{id}/rotate", needs: .integrationsManage)
    static let deleteIntegration = ConsolePage(.integrations, "/{id}/delete", needs: .integrationsManage)
    static let disableIntegration = ConsolePage(.integrations, "/{id}/disable", needs: .integrationsManage)
    static let enableIntegration = ConsolePage(.integrations, "/{id}/enable", needs: .integrationsManage)
    static let integrationToken = ConsolePage(.integrations, "/{id}/token", needs: .integrationsManage)
    static let revealIntegrationSecret = ConsolePage(.integrations, "/{id}/reveal", needs: .integrationsReveal)
    static let endIntegrationSecret = ConsolePage(
        .integrations, "/{id}/secrets/{part}/end", needs: .integrationsManage)
    static let releaseIntegrationSecret = ConsolePage(
        .integrations, "/{id}/secrets/{part}/release", needs: .integrationsManage)
    static let extendIntegrationSecret = ConsolePage(
        .integrations, "/{id}/secrets/{part}/extend", needs: .integrationsManage)
}
