import TestSupport

@testable import WebConsole

extension PageLine {
    private static let webhookReaders: Set<Role> = [.owner, .auditor]
    private static let webhookManagers: Set<Role> = [.owner]

    static let webhooks: [PageLine] = [
        PageLine(.webhooks, webhookReaders), PageLine(.newWebhook, webhookManagers),
        PageLine(
            .post, .newWebhook, webhookManagers,
            fields: [("url", "https://receiver.example/"), ("event.credential.expired", "on")]),
        PageLine(.webhook, webhookReaders, with: webhook), PageLine(.editWebhook, webhookManagers, with: webhook),
        PageLine(
            .post, .editWebhook, webhookManagers, fields: [("url", "https://receiver.example/changed")], with: webhook),
        PageLine(.rotateWebhook, webhookManagers, with: webhook),
        PageLine(
            .post, .rotateWebhook, webhookManagers, fields: [("overlap_seconds", "0")], with: webhook),
        PageLine(.post, .testWebhook, webhookManagers, with: webhook),
        PageLine(.webhookDelivery, webhookReaders, with: delivery),
        PageLine(.post, .replayWebhook, webhookManagers, with: delivery),
        PageLine(.deleteWebhook, webhookManagers, with: webhook),
        PageLine(.post, .deleteWebhook, webhookManagers, with: webhook),
    ]

    /// The one that is there, where there is one: of an account there may be so many.
    @Sendable private static func webhook(_ organization: String, _ desk: LedgerDesk) async throws -> [String] {
        let path = "/api/v1/organizations/\(organization)/webhooks"
        if let known = try await desk.found(path).elements.first { return [try known["id"].string] }
        // Port 9 of this machine discards: nobody answers.
        let made = try await desk.server.make(
            path, ["url": "http://127.0.0.1:9/claviger"], as: desk.demo.operatorKey)
        return [try made["id"].string]
    }

    @Sendable private static func delivery(_ organization: String, _ desk: LedgerDesk) async throws -> [String] {
        let id = try await webhook(organization, desk)
        let path = "/api/v1/organizations/\(organization)/webhooks/\(id[0])"
        // Of an account there may be so many in an hour.
        if let known = try await desk.found(path + "/deliveries").elements.first {
            return id + [try known["id"].string]
        }
        return id + [try await desk.server.make(path + "/test", [:], as: desk.demo.operatorKey)["id"].string]
    }
}
