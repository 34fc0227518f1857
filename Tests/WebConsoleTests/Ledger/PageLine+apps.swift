import TestSupport

@testable import WebConsole

extension PageLine {
    private static let appReaders: Set<Role> = [.owner, .auditor]
    private static let appManagers: Set<Role> = [.owner]

    static let apps: [PageLine] = [
        PageLine(.apps, appReaders),
        PageLine(.newApp, appManagers),
        PageLine(.post, .newApp, appManagers),
        PageLine(.severalApps, appManagers),
        PageLine(.post, .severalApps, appManagers, fields: [("do", "delete")]),
        PageLine(.app, appReaders) { try await $1.app(in: $0) },
        PageLine(.appSecrets, appReaders) { try await $1.app(in: $0) },
        PageLine(.appPreview, appReaders) { try await $1.app(in: $0) },
        PageLine(.appRefused, appReaders) { try await $1.app(in: $0) },
        PageLine(.appSettings, appManagers) { try await $1.app(in: $0) },
        PageLine(.post, .appSettings, appManagers) { try await $1.app(in: $0) },
        PageLine(.newAppSecret, appManagers) { try await $1.app(in: $0) },
        PageLine(.post, .newAppSecret, appManagers, fields: [("overlap", "0")]) { try await $1.app(in: $0) },
        PageLine(.endAppSecret, appManagers) { try await $1.appWithTwoSecrets(in: $0) },
        PageLine(.post, .endAppSecret, appManagers) { try await $1.appWithTwoSecrets(in: $0) },
        PageLine(.releaseAppSecret, appManagers) { try await $1.appWithSecretInQuarantine(in: $0) },
        PageLine(.post, .releaseAppSecret, appManagers) { try await $1.appWithSecretInQuarantine(in: $0) },
        PageLine(.disableApp, appManagers) { try await $1.app(in: $0) },
        PageLine(.post, .disableApp, appManagers) { try await $1.app(in: $0) },
        PageLine(.post, .enableApp, appManagers) { try await $1.app(in: $0) },
        PageLine(.deleteApp, appManagers) { try await $1.app(in: $0) },
        PageLine(.post, .deleteApp, appManagers) { try await $1.app(in: $0) },
    ]

    static let consents: [PageLine] = [
        PageLine(.consents, appReaders),
        PageLine(.consent, appReaders) { [try await $1.consent(in: $0).grant] },
        PageLine(.removeConsent, appManagers) { [try await $1.consent(in: $0).grant] },
        PageLine(.post, .removeConsent, appManagers) { [try await $1.consent(in: $0).grant] },
        PageLine(.consentsOfApp, appReaders) { [try await $1.consent(in: $0).app] },
        PageLine(.removeConsentsOfApp, appManagers) { [try await $1.consent(in: $0).app] },
        PageLine(.post, .removeConsentsOfApp, appManagers) { [try await $1.consent(in: $0).app] },
    ]
}

extension PageLine {
    /// The one pair of an organization. Only where the product has one.
    static let client: [PageLine] = [
        PageLine(.client, readers),
        PageLine(.generateClient, managers),
        PageLine(.post, .generateClient, managers),
        PageLine(.regenerateClient, managers),
        PageLine(.post, .regenerateClient, managers),
        PageLine(.disableClient, managers),
        PageLine(.post, .disableClient, managers),
        PageLine(.post, .enableClient, managers),
        PageLine(.clientToken, managers),
        PageLine(.post, .clientToken, managers),
        PageLine(.revealClient, [.owner]),
        PageLine(.post, .revealClient, [.owner]),
    ]
}

extension LedgerDesk {
    func app(in organization: String) async throws -> [String] {
        [try await server.makeApp(in: organization, as: demo.operatorKey).id]
    }

    func appWithTwoSecrets(in organization: String) async throws -> [String] {
        let app = try await server.makeApp(in: organization, as: demo.operatorKey)
        _ = try await server.make("\(app.path)/rotate", ["overlap_seconds": 3600], as: demo.operatorKey)
        let secrets = try await found("\(app.path)/secrets")
        return [app.id, try secrets[0]["id"].string]
    }

    func appWithSecretInQuarantine(in organization: String) async throws -> [String] {
        let app = try await server.makeApp(in: organization, as: demo.operatorKey)
        let secret = try await found("\(app.path)/secrets")[0]["id"].string
        let answer = try await server.call(
            "PATCH", "\(app.path)/secrets/\(secret)", bearer: demo.operatorKey, ["quarantined": true])
        guard answer.status == 200 else { throw ServerFailure(answer.text) }
        return [app.id, secret]
    }

    /// What somebody of an organization let an app do there.
    func consent(in organization: String) async throws -> (grant: String, app: String) {
        let app = try await server.makeApp(in: organization, as: demo.operatorKey)
        let somebody = try await server.makeMember(
            "giver-\(app.id.suffix(12).lowercased())", in: organization, roles: ["guest"], as: demo.operatorKey)
        var visitor = try await PageVisitor.signedIn(somebody, at: server)
        _ = try await visitor.tokens(for: app, ["scope": "openid data.read"])
        let grants = try await found("/api/v1/organizations/\(organization)/grants?limit=200").elements
        guard let grant = try grants.last(where: { try $0["app"]["id"].string == app.id }) else {
            throw ServerFailure("No consent")
        }
        return (try grant["id"].string, app.id)
    }
}
