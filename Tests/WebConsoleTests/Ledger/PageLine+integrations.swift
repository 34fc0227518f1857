import TestSupport

@testable import WebConsole

extension PageLine {
    static let integrations: [PageLine] = [
        PageLine(.integrations, readers),
        PageLine(.newIntegration, managers), PageLine(.post, .newIntegration, managers, fields: [("label", "Made")]),
        PageLine(.severalIntegrations, managers),
        PageLine(.post, .severalIntegrations, managers, fields: [("do", "delete")]),
        PageLine(.integration, readers, with: integration), PageLine(.integrationSecrets, readers, with: integration),
        PageLine(.integrationSettings, managers, with: integration),
        PageLine(.post, .integrationSettings, managers, with: integration),
        PageLine(.integrationActivity, [.owner, .auditor], with: integration),
        PageLine(.integrationCalls, readers, with: integration),
        PageLine(.integrationRefused, readers, with: integration),
        PageLine(.integrationTrial, readers, with: integration),
        PageLine(.post, .integrationTrial, readers, fields: [("address", "192.0.2.1")], with: integration),
        PageLine(.integrationQuickStart, readers, with: integration),
        PageLine(.rotateIntegration, managers, with: integration),
        PageLine(.post, .rotateIntegration, managers, with: integration),
        PageLine(.deleteIntegration, managers, with: integration),
        PageLine(.post, .deleteIntegration, managers, with: integration),
        PageLine(.disableIntegration, managers, with: integration),
        PageLine(.post, .disableIntegration, managers, with: integration),
        PageLine(.post, .enableIntegration, managers, with: integration),
        PageLine(.integrationToken, managers, with: integration),
        PageLine(.post, .integrationToken, managers, with: integration),
        PageLine(.revealIntegrationSecret, [.owner], with: integration),
        PageLine(.post, .revealIntegrationSecret, [.owner], with: integration),
        PageLine(.extendIntegrationSecret, managers, with: olderSecret),
        PageLine(.post, .extendIntegrationSecret, managers, fields: [("overlap_seconds", "3600")], with: olderSecret),
        PageLine(.post, .endIntegrationSecret, managers, with: olderSecret),
        PageLine(.post, .releaseIntegrationSecret, managers, with: olderSecret),
    ]

    private static let integration: @Sendable (String, LedgerDesk) async throws -> [String] = { organization, desk in
        try await desk.integration(in: organization)
    }

    private static let olderSecret: @Sendable (String, LedgerDesk) async throws -> [String] = { organization, desk in
        let made = try await desk.integration(in: organization)
        let path = "/api/v1/organizations/\(organization)/integrations/\(made[0])"
        _ = try await desk.server.make("\(path)/rotate", ["overlap_seconds": 3600], as: desk.demo.operatorKey)
        let secrets = try await desk.found("\(path)/secrets")
        return made + [try secrets[0]["id"].string]
    }
}
