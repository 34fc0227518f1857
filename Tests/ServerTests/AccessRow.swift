import Foundation
import TestSupport

/// How one route of the management API is called upon something in Europe that is there for it. The access matrix calls
/// each as everybody; the document is held against what it answers.
struct AccessRow: Sendable {
    /// A call: what follows the server's address, and the body.
    typealias Target = (path: String, body: JSON?)

    /// The `operationId`.
    let operation: String
    /// What whoever may is answered.
    let status: Int
    /// The same for an app whose user has just signed in, nil where it makes no difference.
    let statusForUsers: Int?
    /// Whether the path or the body names an organization, which not everybody sees.
    let namesOrganization: Bool
    /// Whether it is called upon the account itself, which those in Europe do not see.
    let isOfAccount: Bool
    /// Makes what is called upon.
    let target: @Sendable (Estate) async throws -> Target
    /// What those aim at who may not, nil for the same.
    let bait: (@Sendable (Estate) async throws -> Target)?

    private init(
        _ operation: String, _ status: Int, forUsers statusForUsers: Int? = nil, namesOrganization: Bool = true,
        isOfAccount: Bool = false,
        bait: (@Sendable (Estate) async throws -> Target)? = nil,
        _ target: @escaping @Sendable (Estate) async throws -> Target
    ) {
        self.operation = operation
        self.status = status
        self.statusForUsers = statusForUsers
        self.namesOrganization = namesOrganization
        self.isOfAccount = isOfAccount
        self.bait = bait
        self.target = target
    }
}

extension AccessRow {
    static let all =
        general + accounts + resourceServers + organizations + integrations + apps + grants + apiKeys + contacts
        + accessKeys + connections + webhooks + members + signIn + refusals + audit

    /// The body of a change of several: of the one at a path.
    private static func several(_ path: String, _ change: String) -> JSON {
        let id = path.split(separator: "/").last.map(String.init) ?? ""
        return ["change": .text(change), "ids": [.text(id)], "allowed_addresses": ["192.0.2.0/24"], "dry_run": true]
    }

    private static let general = ["getMe": "me", "listScopes": "scopes", "listRoles": "roles", "getProduct": "product"]
        .map { operation, path in
            AccessRow(operation, 200, namesOrganization: false) { _ in ("/api/v1/\(path)", nil) }
        }

    private static let accounts = [
        AccessRow("listAccounts", 200, namesOrganization: false) { _ in ("/api/v1/accounts", nil) },
        AccessRow("createAccount", 201, namesOrganization: false) { _ in
            ("/api/v1/accounts", ["name": "Made"])
        },
        AccessRow("getAccount", 200) { ("/api/v1/accounts/\(try await $0.account())", nil) },
        AccessRow("editAccount", 200) { ("/api/v1/accounts/\(try await $0.account())", ["suspended": true]) },
        AccessRow("deleteAccount", 204) { ("/api/v1/accounts/\(try await $0.account())", nil) },
    ]

    private static let resourceServers = [
        AccessRow("listResourceServers", 200, namesOrganization: false) { _ in ("/api/v1/resource-servers", nil) },
        AccessRow("createResourceServer", 201, namesOrganization: false) { _ in
            ("/api/v1/resource-servers", ["name": "Backend", "audiences": ["https://api.example.com"]])
        },
        AccessRow("getResourceServer", 200) { (try await $0.resourceServer(), nil) },
        AccessRow("editResourceServer", 200) { (try await $0.resourceServer(), ["name": "Renamed"]) },
        AccessRow("deleteResourceServer", 204) { (try await $0.resourceServer(), nil) },
        AccessRow("rotateResourceServer", 200) { (try await $0.resourceServer() + "/rotate", [:]) },
    ]

    private static let organizations = [
        AccessRow("listOrganizations", 200, namesOrganization: false) { _ in ("/api/v1/organizations", nil) },
        AccessRow("createOrganization", 201) { ("/api/v1/organizations", $0.draftBelowEurope) },
        AccessRow("getOrganization", 200) { ($0.inEurope(""), nil) },
        AccessRow("editOrganization", 200) { ($0.inEurope(""), ["name": "Europe"]) },
        AccessRow("deleteOrganization", 204, bait: { ($0.inEurope(""), nil) }) { estate in
            let id = try await estate.server.makeOrganization(
                "Leaf", below: estate.europe, as: estate.demo.operatorKey)
            return ("/api/v1/organizations/\(id)", nil)
        },
    ]

    private static let integrations = [
        AccessRow("listIntegrations", 200) { estate in
            _ = try await estate.integration()
            return (estate.inEurope("/integrations"), nil)
        },
        AccessRow("createIntegration", 201) {
            ($0.inEurope("/integrations"), ["label": "ERP", "scopes": ["data.read"]])
        },
        AccessRow("getIntegration", 200) { (try await $0.integration(), nil) },
        AccessRow("editIntegration", 200) { (try await $0.integration(), ["label": "Renamed"]) },
        AccessRow("changeSeveralIntegrations", 200) { estate in
            let path = try await estate.integration()
            return (estate.inEurope("/integrations/several"), Self.several(path, "restrict"))
        },
        AccessRow("deleteIntegration", 204) { (try await $0.integration(), nil) },
        AccessRow("disableIntegration", 200) { (try await $0.integration() + "/disable", [:]) },
        AccessRow("enableIntegration", 200) { (try await $0.integration() + "/enable", [:]) },
        AccessRow("rotateIntegration", 200) {
            (try await $0.integration() + "/rotate", ["overlap_seconds": 60, "end_tokens": true])
        },
        AccessRow("listIntegrationSecrets", 200) { (try await $0.integration() + "/secrets", nil) },
        AccessRow("extendIntegrationSecret", 200) { estate in
            let end = Date().addingTimeInterval(3600).formatted(.iso8601)
            return (try await estate.endingSecret(of: estate.integration()), ["expires_at": .text(end)])
        },
        AccessRow("endIntegrationSecret", 204) { (try await $0.endingSecret(of: $0.integration()), nil) },
        // This product keeps none.
        AccessRow("revealIntegrationSecret", 409) { (try await $0.integration() + "/reveal", [:]) },
        AccessRow("issueIntegrationToken", 201) { (try await $0.integration() + "/tokens", [:]) },
        AccessRow("tryIntegration", 200) { (try await $0.integration() + "/try", ["address": "192.0.2.1"]) },
    ]

    private static let apps = [
        AccessRow("listApps", 200) { estate in
            _ = try await estate.app()
            return (estate.inEurope("/apps"), nil)
        },
        AccessRow("createApp", 201) { ($0.inEurope("/apps"), $0.appDraft) },
        AccessRow("getApp", 200) { (try await $0.app(), nil) },
        AccessRow("editApp", 200) { (try await $0.app(), ["name": "Renamed"]) },
        AccessRow("deleteApp", 204) { (try await $0.app(), nil) },
        AccessRow("changeSeveralApps", 200) { estate in
            let path = try await estate.app()
            return (estate.inEurope("/apps/several"), Self.several(path, "delete"))
        },
        AccessRow("disableApp", 200) { (try await $0.app() + "/disable", [:]) },
        AccessRow("enableApp", 200) { (try await $0.app() + "/enable", [:]) },
        AccessRow("rotateApp", 200) { (try await $0.app() + "/rotate", ["overlap_seconds": 60]) },
        AccessRow("listAppSecrets", 200) { (try await $0.app() + "/secrets", nil) },
        AccessRow("extendAppSecret", 200) { estate in
            let end = Date().addingTimeInterval(3600).formatted(.iso8601)
            return (try await estate.endingSecret(of: estate.app()), ["expires_at": .text(end)])
        },
        AccessRow("endAppSecret", 204) { (try await $0.endingSecret(of: $0.app()), nil) },
    ]

    private static let grants = [
        AccessRow("listGrants", 200) { estate in
            _ = try await estate.grant()
            return (estate.inEurope("/grants"), nil)
        },
        AccessRow("getGrant", 200) { (try await $0.grant(), nil) },
        AccessRow("revokeGrant", 204) { (try await $0.grant(), nil) },
    ]

    private static let apiKeys = [
        AccessRow("listAPIKeys", 200) { ($0.inEurope("/api-keys"), nil) },
        AccessRow("createAPIKey", 201) { ($0.inEurope("/api-keys"), ["name": "Made", "scopes": ["data.read"]]) },
        AccessRow("getAPIKey", 200) { (try await $0.apiKey(), nil) },
        AccessRow("editAPIKey", 200) { (try await $0.apiKey(), ["description": "Changed"]) },
        AccessRow("deleteAPIKey", 204) { (try await $0.apiKey(), nil) },
        AccessRow("rotateAPIKey", 200) { (try await $0.apiKey() + "/rotate", ["overlap_seconds": 60]) },
        AccessRow("changeSeveralAPIKeys", 200) { estate in
            let path = try await estate.apiKey()
            return (estate.inEurope("/api-keys/several"), Self.several(path, "disable"))
        },
        // The standard product takes no keys of others, and says so to whoever might bring some.
        AccessRow("importAPIKeys", 422, namesOrganization: false) { _ in ("/api/v1/api-keys/import", ["keys": []]) },
        AccessRow("disableAPIKey", 200) { (try await $0.apiKey() + "/disable", [:]) },
        AccessRow("enableAPIKey", 200) { (try await $0.apiKey() + "/enable", [:]) },
        AccessRow("listAPIKeySecrets", 200) { (try await $0.apiKey() + "/secrets", nil) },
        AccessRow("extendAPIKeySecret", 200) { estate in
            let end = Date().addingTimeInterval(3600).formatted(.iso8601)
            return (try await estate.endingSecret(of: estate.apiKey()), ["expires_at": .text(end)])
        },
        AccessRow("endAPIKeySecret", 204) { (try await $0.endingSecret(of: $0.apiKey()), nil) },
        AccessRow("tryAPIKey", 200) { (try await $0.apiKey() + "/try", ["scopes": ["data.read", "data.write"]]) },
    ]

    private static let contacts = [
        AccessRow("listContacts", 200) { estate in
            _ = try await estate.contact()
            return (estate.inEurope("/contacts?search=grace"), nil)
        },
        AccessRow("createContact", 201) { ($0.inEurope("/contacts"), ["name": "Grace"]) },
        AccessRow("getContact", 200) { (try await $0.contact(), nil) },
        AccessRow("editContact", 200) { (try await $0.contact(), ["email": "grace@example.com"]) },
        AccessRow("deleteContact", 204) { (try await $0.contact(), nil) },
        AccessRow("disableContact", 200) { (try await $0.contact() + "/disable", [:]) },
        AccessRow("enableContact", 200) { (try await $0.contact() + "/enable", [:]) },
    ]

    private static let accessKeys = [
        AccessRow("listAccessKeys", 200) { estate in
            let key = try await estate.accessKey()
            return (key.replacing("/\(key.lastComponent)", with: ""), nil)
        },
        AccessRow("createAccessKey", 201) { (try await $0.contact() + "/access-keys", ["name": "Order export"]) },
        AccessRow("getAccessKey", 200) { (try await $0.accessKey(), nil) },
        AccessRow("deleteAccessKey", 204) { (try await $0.accessKey(), nil) },
        AccessRow("rotateAccessKey", 200) { (try await $0.accessKey() + "/rotate", [:]) },
        AccessRow("disableAccessKey", 200) { (try await $0.accessKey() + "/disable", [:]) },
        AccessRow("enableAccessKey", 200) { (try await $0.accessKey() + "/enable", [:]) },
    ]

    private static let members = [
        AccessRow("listMembers", 200) { estate in
            _ = try await estate.member()
            return (estate.inEurope("/members"), nil)
        },
        AccessRow("createMember", 201) { ($0.inEurope("/members"), $0.memberDraft) },
        AccessRow("getMember", 200) { (try await $0.member(), nil) },
        AccessRow("editMember", 200) { (try await $0.member(), ["roles": ["auditor"]]) },
        AccessRow("deleteMember", 204) { (try await $0.member(), nil) },
    ]

    // Nobody can be asked here, so what needs the provider or its consent is refused by what is known.
    private static let connections = [
        AccessRow("listConnections", 200) { estate in
            _ = try await estate.connection()
            return (estate.inEurope("/connections"), nil)
        },
        AccessRow("startConnection", 422) {
            ($0.inEurope("/connections/start"), ["provider": "nobody", "session_id": "ses_0000000000000000000001"])
        },
        AccessRow("importConnection", 422) { ($0.inEurope("/connections/import"), ["provider": "nobody"]) },
        AccessRow("getConnection", 200) { (try await $0.connection(), nil) },
        AccessRow("reconnectConnection", 409) {
            (try await $0.connection() + "/reconnect", ["session_id": "ses_0000000000000000000001"])
        },
        AccessRow("renewConnection", 409) { (try await $0.connection() + "/renew", nil) },
        AccessRow("forecastDisconnection", 200) { (try await $0.connection() + "/disconnection", nil) },
        AccessRow("disconnectConnection", 200) { (try await $0.connection() + "/disconnect", ["revoke": "never"]) },
        AccessRow("listConnectionEvents", 200) { (try await $0.connection() + "/events", nil) },
        AccessRow("listConnectionRenewals", 200) { (try await $0.connection() + "/renewals", nil) },
        AccessRow("getConnectionToken", 409) { (try await $0.connection() + "/token?min_ttl=0", nil) },
        AccessRow("proxyGet", 409) { (try await $0.connection() + "/proxy/open.tiktokapis.com/v2/user/info/", nil) },
        AccessRow("proxyPost", 409) { (try await $0.connection() + "/proxy/open.tiktokapis.com/v2", [:]) },
        AccessRow("proxyPut", 409) { (try await $0.connection() + "/proxy/open.tiktokapis.com/v2", [:]) },
        AccessRow("proxyPatch", 409) { (try await $0.connection() + "/proxy/open.tiktokapis.com/v2", [:]) },
        AccessRow("proxyDelete", 409) { (try await $0.connection() + "/proxy/open.tiktokapis.com/v2", nil) },
    ]

    private static let webhooks = [
        AccessRow("listWebhooks", 200) { estate in
            _ = try await estate.webhook()
            return (estate.inEurope("/webhooks"), nil)
        },
        AccessRow("createWebhook", 201) { estate in
            // Of an account there may be so many.
            _ = try await estate.webhook(deletingOthers: true)
            return (estate.inEurope("/webhooks"), ["url": "https://receiver.example/claviger"])
        },
        AccessRow("getWebhook", 200) { (try await $0.webhook(), nil) },
        AccessRow("editWebhook", 200) { (try await $0.webhook(), ["description": "Changed"]) },
        AccessRow("deleteWebhook", 204) { (try await $0.webhook(), nil) },
        AccessRow("rotateWebhook", 200) { (try await $0.webhook() + "/rotate", [:]) },
        AccessRow("testWebhook", 201) { (try await $0.webhook() + "/test", [:]) },
        AccessRow("recoverWebhook", 200) {
            (try await $0.webhook() + "/recover", ["since": "2026-01-01T00:00:00Z"])
        },
        AccessRow("listWebhookDeliveries", 200) { (try await $0.webhook() + "/deliveries", nil) },
        AccessRow("getWebhookDelivery", 200) { (try await $0.webhookDelivery(), nil) },
        AccessRow("replayWebhookDelivery", 201) { (try await $0.webhookDelivery() + "/replay", [:]) },
        AccessRow("listLifecycleEvents", 200) { ($0.inEurope("/lifecycle-events"), nil) },
    ]

    private static let signIn = [
        AccessRow("inviteMember", 201) { (try await $0.member() + "/invitation", [:]) },
        AccessRow("resetMemberPassword", 201) { (try await $0.member() + "/password-reset", [:]) },
        // Nobody has signed in for a key. For whom somebody has, there is none to remove.
        AccessRow("removeMemberSecondFactor", 403, forUsers: 404) { (try await $0.member() + "/second-factor", nil) },
        AccessRow("listMemberSessions", 200) { (try await $0.member() + "/sessions", nil) },
        AccessRow("endMemberSession", 204) { (try await $0.memberSession(), nil) },
        AccessRow("listMemberCredentials", 200) { (try await $0.member() + "/credentials", nil) },
        AccessRow("handOverMemberCredentials", 200) { estate in
            let heir = try await estate.member().lastComponent
            return (try await estate.member() + "/hand-over", ["to": .text(heir)])
        },
        AccessRow("createConsoleSession", 201) { ("/api/v1/console-sessions", $0.consoleSessionDraft) },
    ]

    private static let refusals = [
        AccessRow("listRefusals", 200) { estate in
            _ = try await estate.refusal()
            return (estate.inEurope("/refusals?rule=scope"), nil)
        },
        AccessRow("getRefusal", 200) { estate in (estate.inEurope("/refusals/\(try await estate.refusal())"), nil) },
        AccessRow("getUsage", 200) { ($0.inEurope("/usage?group_by=credential&include=descendants"), nil) },
    ]

    private static let audit = [
        AccessRow("listAuditEvents", 200) { ($0.inEurope("/audit-events?limit=5"), nil) },
        AccessRow("listAllAuditEvents", 200, namesOrganization: false) { _ in ("/api/v1/audit-events?limit=5", nil) },
        AccessRow("getAuditLog", 200, isOfAccount: true) { ($0.ofAccount("/audit-log"), nil) },
        AccessRow("getAuditCheckpoint", 200, isOfAccount: true) { ($0.ofAccount("/audit-log/checkpoint"), nil) },
        AccessRow("getInclusionProof", 200, isOfAccount: true) { estate in
            try await eventually {
                let log = try await estate.server.get(estate.ofAccount("/audit-log"), bearer: estate.demo.operatorKey)
                return try log.json["size"] != 0
            }
            return (estate.ofAccount("/audit-log/inclusion-proof?index=0"), nil)
        },
        AccessRow("getConsistencyProof", 200, isOfAccount: true) { estate in
            (estate.ofAccount("/audit-log/consistency-proof?from=0"), nil)
        },
        AccessRow("exportAuditLog", 200, isOfAccount: true) { estate in
            (estate.ofAccount("/audit-log/entries?limit=5"), nil)
        },
    ]
}

extension Estate {
    fileprivate func ofAccount(_ rest: String) -> String { "/api/v1/accounts/\(demo.account)\(rest)" }

    fileprivate func inEurope(_ rest: String) -> String { "/api/v1/organizations/\(europe)\(rest)" }

    fileprivate var draftBelowEurope: JSON { ["name": "Made", "parent_id": .text(europe)] }

    fileprivate var memberDraft: JSON {
        ["email": .text("m\(UInt64.random(in: 0...UInt64.max))@example.com"), "name": "Ada", "roles": ["developer"]]
    }

    fileprivate func account() async throws -> String {
        try await server.makeAccount("Subject", as: demo.operatorKey)
    }

    fileprivate func resourceServer() async throws -> String {
        let path = "/api/v1/resource-servers"
        let body: JSON = ["name": "Subject", "audiences": ["https://subject.example.com"]]
        return path + "/" + (try await server.make(path, body, as: demo.operatorKey)["id"].string)
    }

    fileprivate func integration() async throws -> String {
        try await server.makeIntegration(in: europe, as: demo.operatorKey).path
    }

    fileprivate var appDraft: JSON {
        [
            "name": "Report Builder", "redirect_uris": ["https://client.example/callback"],
            "scopes": ["openid", "data.read"],
        ]
    }

    fileprivate func app() async throws -> String {
        let path = inEurope("/apps")
        return path + "/" + (try await server.make(path, appDraft, as: demo.operatorKey)["id"].string)
    }

    /// What a member granted a new app.
    fileprivate func grant() async throws -> String {
        let (app, member) = (try await app(), try await member())
        let id = try await server.database.insertGrant(
            to: app.lastComponent, by: member.lastComponent, in: europe, scopes: "data.read openid")
        return inEurope("/grants/\(id)")
    }

    /// The older of two secrets of a client.
    fileprivate func endingSecret(of path: String) async throws -> String {
        _ = try await server.make(path + "/rotate", ["overlap_seconds": 600], as: demo.operatorKey)
        let secrets = try await server.get(path + "/secrets", bearer: demo.operatorKey).json["items"].elements
        guard let ending = secrets.first(where: { $0["expires_at"] != .null }) else {
            throw ServerFailure("No secret is ending.")
        }
        return "\(path)/secrets/\(try ending["id"].string)"
    }

    fileprivate func apiKey() async throws -> String {
        try await server.makeKey(in: europe, as: demo.operatorKey).path
    }

    /// The identifier of a request that was refused, the same for all.
    fileprivate func refusal() async throws -> String {
        let list = inEurope("/refusals?rule=scope&limit=1")
        func newest() async throws -> String? {
            try await server.get(list, bearer: demo.operatorKey).json["items"].elements.first?["request_id"].string
        }
        if let known = try await newest() { return known }
        let key = try await server.makeKey(in: europe, as: demo.operatorKey)
        var known: String?
        // Of an account so many are kept a minute, and the callers of this table are refused much: then it is tried in the next one.
        try await eventually(within: .seconds(120)) {
            _ = try await server.send(
                "GET", "/verify?scope=data.write", headers: [("Authorization", "Bearer \(key.secret)")])
            known = try await newest()
            return known != nil
        }
        guard let known else { throw ServerFailure("The refusal is not kept.") }
        return known
    }

    fileprivate func connection() async throws -> String {
        inEurope("/connections/\(try await server.database.insertConnection(in: europe))")
    }

    /// An endpoint, the one that is there where there is one.
    fileprivate func webhook(deletingOthers: Bool = false) async throws -> String {
        let list = inEurope("/webhooks")
        let known = try await server.get(list, bearer: demo.operatorKey).json["items"].elements
        if deletingOthers {
            for endpoint in known {
                _ = try await server.call(
                    "DELETE", "\(list)/\(try endpoint["id"].string)", bearer: demo.operatorKey, nil)
            }
        } else if let first = known.first {
            return "\(list)/\(try first["id"].string)"
        }
        // Port 9 of this machine discards: nobody answers.
        let body: JSON = ["url": "http://127.0.0.1:9/claviger"]
        return "\(list)/\(try await server.make(list, body, as: demo.operatorKey)["id"].string)"
    }

    fileprivate func webhookDelivery() async throws -> String {
        let path = try await webhook()
        // Of an account there may be so many in an hour.
        let known = try await server.get(path + "/deliveries", bearer: demo.operatorKey).json["items"].elements
        if let first = known.first { return "\(path)/deliveries/\(try first["id"].string)" }
        let id = try await server.make(path + "/test", [:], as: demo.operatorKey)["id"].string
        return "\(path)/deliveries/\(id)"
    }

    fileprivate func contact() async throws -> String {
        try await server.makeContact(in: europe, as: demo.operatorKey).path
    }

    fileprivate func accessKey() async throws -> String {
        try await server.makeAccessKey(in: europe, as: demo.operatorKey).path
    }

    fileprivate var consoleSessionDraft: JSON {
        [
            "organization_id": .text(europe), "email": .text("m\(UInt64.random(in: 0...UInt64.max))@example.com"),
            "name": "Ada", "roles": ["developer"],
        ]
    }

    /// A session of a new member.
    fileprivate func memberSession() async throws -> String {
        let member = try await member()
        let id = try await server.database.insertSession(of: member.lastComponent)
        return "\(member)/sessions/\(id)"
    }

    fileprivate func member() async throws -> String {
        let path = inEurope("/members")
        return path + "/" + (try await server.make(path, memberDraft, as: demo.operatorKey)["id"].string)
    }
}

extension String {
    /// What follows the last slash.
    fileprivate var lastComponent: String { String(split(separator: "/").last ?? "") }
}
