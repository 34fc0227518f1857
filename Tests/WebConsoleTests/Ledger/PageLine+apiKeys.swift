import TestSupport

@testable import WebConsole

extension PageLine {
    static let apiKeys: [PageLine] = [
        PageLine(.apiKeys, readers),
        PageLine(.newAPIKey, managers), PageLine(.post, .newAPIKey, managers, fields: [("name", "Made")]),
        PageLine(.severalAPIKeys, managers),
        // Nothing is ticked: who may is told so.
        PageLine(.post, .severalAPIKeys, managers, fields: [("do", "disable")]),
        PageLine(.apiKey, readers, with: key), PageLine(.editAPIKey, managers, with: key),
        PageLine(.post, .editAPIKey, managers, with: key), PageLine(.apiKeyActivity, [.owner, .auditor], with: key),
        PageLine(.apiKeyCalls, readers, with: key), PageLine(.usage, readers),
        PageLine(.apiKeyRefused, readers, with: key), PageLine(.apiKeyTrial, readers, with: key),
        PageLine(.post, .apiKeyTrial, readers, fields: [("scopes", "data.read data.write")], with: key),
        PageLine(.refusal, readers, with: refusal),
        PageLine(.rotateAPIKey, managers, with: key), PageLine(.post, .rotateAPIKey, managers, with: key),
        PageLine(.deleteAPIKey, managers, with: key), PageLine(.post, .deleteAPIKey, managers, with: key),
        PageLine(.post, .endAPIKeySecret, managers, with: olderSecret),
        PageLine(.extendAPIKeySecret, managers, with: olderSecret),
        PageLine(.post, .extendAPIKeySecret, managers, fields: [("overlap_seconds", "3600")], with: olderSecret),
        PageLine(.disableAPIKey, managers, with: key),
        PageLine(.post, .disableAPIKey, managers, with: key), PageLine(.post, .enableAPIKey, managers, with: key),
    ]

    /// A request that was refused.
    private static let refusal: @Sendable (String, LedgerDesk) async throws -> [String] = { organization, desk in
        let made = try await desk.server.makeKey(in: organization, as: desk.demo.operatorKey)
        let list = "/api/v1/organizations/\(organization)/refusals?credential=\(made.id)"
        var known: [String] = []
        // Of an account so many are kept a minute, and the callers of the ledger are refused much: then it is tried in the next one.
        let isKept = try await eventually(within: .seconds(120)) {
            _ = try await desk.server.verify(made.secret, scope: "data.write")
            known = try await desk.found(list).elements.prefix(1).map { try $0["request_id"].string }
            return !known.isEmpty
        }
        guard isKept else { throw ServerFailure("The refusal is not kept.") }
        return known
    }

    private static let olderSecret: @Sendable (String, LedgerDesk) async throws -> [String] = { organization, desk in
        let made = try await key(organization, desk)
        let path = "/api/v1/organizations/\(organization)/api-keys/\(made[0])"
        _ = try await desk.server.make("\(path)/rotate", ["overlap_seconds": 3600], as: desk.demo.operatorKey)
        let secrets = try await desk.found("\(path)/secrets")
        return made + [try secrets[0]["id"].string]
    }

    private static let key: @Sendable (String, LedgerDesk) async throws -> [String] = { organization, desk in
        [try await desk.server.makeKey(in: organization, as: desk.demo.operatorKey).id]
    }
}
