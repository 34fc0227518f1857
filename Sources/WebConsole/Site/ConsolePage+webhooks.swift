import Model
import ProductDefinition

extension ConsolePage {
    static let webhooks = ConsolePage(.webhooks)
    static let newWebhook = ConsolePage(.webhooks, "/new", needs: .webhooksManage)
    static let webhook = ConsolePage(.webhooks, "/{id}")
    static let editWebhook = ConsolePage(.webhooks, "/{id}/edit", needs: .webhooksManage)
    static let rotateWebhook = ConsolePage(.webhooks, "/{id}/rotate", needs: .webhooksManage)
    static let testWebhook = ConsolePage(.webhooks, "/{id}/test", needs: .webhooksManage)
    static let deleteWebhook = ConsolePage(.webhooks, "/{id}/delete", needs: .webhooksManage)
    static let webhookDelivery = ConsolePage(.webhooks, "/{id}/deliveries/{part}")
    static let replayWebhook = ConsolePage(.webhooks, "/{id}/deliveries/{part}/replay", needs: .webhooksManage)
}
