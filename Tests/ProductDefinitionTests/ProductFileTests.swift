import CredentialFormat
import DefinitionFile
import Foundation
import Limits
import Model
import Policy
import ProductDefinition
import Testing

@Suite("Product definition: what a file says")
struct ProductFileTests {
    static let everything = """
        product:
          name: Acme Carbon
          brand: acme
          support_link: https://acme.example/help
        audience: https://api.acme.example
        look:
          accent: "#0B57D0"
        endpoints:
          token: [/api/public/v1/oauth2/token, /oauth/token]
          introspect: [/oauth/token/introspect]
          revoke: [/oauth/revoke]
          authorize: [/oauth/authorize]
          userinfo: [/oauth/userinfo]
          jwks: [/oauth/keys]
          metadata: [/oauth/metadata]
        scopes:
          posts.write:
            description: Write posts
            group: Posts
            danger: true
            cost: 5
            deprecated: "2026-06-01"
            sunset: "2026-12-31"
          analytics.read:
            description: Read analytics
        roles:
          sustainability-administrator:
            title: Sustainability Administrator
            description: Keeps the numbers
            permissions: [api-keys.read, api-keys.manage]
          guest:
            permissions: []
        policy:
          api_key_lifetimes:
            offered: [30d, 1h]
            default: 1h
            maximum: 90d
          api_keys_per_account: 10
          integrations_per_account: 20
          access_token_lifetime: 15m
          access_token_maximum_lifetime: 7200
          secret_overlap_maximum: 0
          organization_header: X-Altyaa-Workspace
          query_credentials: true
          api_key_headers: [X-API-Key, Api-Key]
          api_key_basic: true
          audit_retention_days: 30
          usage_retention_days: 40
          revocation_grace_seconds: 45
          apps_per_account: 7
          connections_per_account: 8
          members_per_account: 9
          organizations_per_account: 11
          confidential_apps_without_pkce: true
          authorization_code_lifetime: 30
          refresh_token_lifetime: 30d
          refresh_token_maximum_lifetime: 90d
          refresh_retry_seconds: 20
          session_idle_lifetime: 1h
          session_maximum_lifetime: 1d
          integrations_per_organization: one
          access_keys: required
          secret_visibility: retrievable
          leaked_credentials: quarantine
          notify_roles: [guest]
          imported_key_prefixes: [old_live_, old-]
          new_integration:
            scopes: [analytics.read]
            allowed_addresses: [192.0.2.0/24, '2001:db8::1']
        connections:
          providers:
            facebook: {client_id: "123", calls_per_second: 300}
            microsoft: {client_id: b, secret: {file: /etc/b}, scopes: [openid], vars: {tenant: common}}
        rate_limits:
          per-minute: {limit: 600, per: minute, burst: 50}
          daily:
            {limit: 9000, per: day, of: account, mode: observe, time_zone: Europe/Berlin, credentials: [api_key, app]}
          given: {limit: 40, per: hour, counts: tokens, credentials: [app]}
          theirs: {limit: 40, per: day, time_zone: account}
        """

    @Test func `every key has its effect`() throws {
        let product = try Product(yaml: Self.everything, file: "claviger.yaml")
        #expect(product.name == "Acme Carbon")
        #expect(product.brand == Brand("acme"))
        #expect(product.supportLink == "https://acme.example/help")
        #expect(product.audience == "https://api.acme.example")
        #expect(product.look.palette?.light.accent == Colour("#0b57d0"))
        #expect(
            product.endpoints
                == FurtherEndpoints(
                    token: ["/api/public/v1/oauth2/token", "/oauth/token"], introspect: ["/oauth/token/introspect"],
                    revoke: ["/oauth/revoke"], authorize: ["/oauth/authorize"], userinfo: ["/oauth/userinfo"],
                    jwks: ["/oauth/keys"], metadata: ["/oauth/metadata"]))
        #expect(product.providers.map(\.provider) == ["facebook", "microsoft"])
        #expect(product.providers.map(\.clientIdentifier) == ["123", "b"])
        #expect(product.providers.map(\.secret) == [.store, .file("/etc/b")])
        #expect(product.providers.map(\.scopes) == [nil, ["openid"]])
        #expect(product.providers.map(\.variables) == [[:], ["tenant": "common"]])
        #expect(product.providers.map(\.callsPerSecond) == [300, nil])
        #expect(product.providers.map(\.place?.line) == [72, 73])
        let write = try #require(Scope("posts.write"))
        let read = try #require(Scope("analytics.read"))
        #expect(
            product.scopes.definitions == [
                ScopeDefinition(
                    write, description: "Write posts", group: "Posts", danger: true, cost: 5,
                    ending: ScopeEnding(
                        deprecatedSince: Instant(seconds: 1_780_272_000), endsAt: Instant(seconds: 1_798_675_200))),
                ScopeDefinition(read, description: "Read analytics"),
            ])
        #expect(product.scopes.all == ScopeSet([read, write]))
        #expect(product.scopes.contains(read))
        #expect(product.scopes.cost(of: ScopeSet([read])) == 1)
        #expect(product.scopes.cost(of: ScopeSet([read, write])) == 5)
        let set = try #require(product.rateLimits.limits(ofPlan: nil, isOperator: false))
        let limits = set.limits
        #expect(limits.count == 3)
        #expect(limits[2] == RateLimit(name: "theirs", amount: 40, per: .day, followingAccount: true))
        #expect(
            set.tokens?.limits == [RateLimit(name: "given", amount: 40, per: .hour, for: [.app], counting: .tokens)])
        #expect(limits[0] == RateLimit(name: "per-minute", amount: 600, per: .minute, burst: 50))
        #expect(limits[1].name == "daily")
        #expect(limits[1].holder == .account)
        #expect(limits[1].mode == .observe)
        #expect(limits[1].kinds == [.apiKey, .app])
        // 2026-03-29, 01:00 UTC, and 2090-08-01: Berlin has summer time.
        #expect([1_774_745_999, 1_774_746_000, 3_805_401_600].map(limits[1].zone.seconds) == [3600, 7200, 7200])
        #expect(product.rateLimits.limits(ofPlan: nil, isOperator: true) == nil)
        #expect(product.scopes[write]?.danger == true)
        #expect(
            product.role("sustainability-administrator")
                == RoleDefinition(
                    name: "sustainability-administrator", title: "Sustainability Administrator",
                    description: "Keeps the numbers", permissions: [.apiKeysRead, .apiKeysManage]))
        #expect(product.role("guest")?.permissions == [])
        #expect(product.policy.notifyRoles == ["guest"])
        #expect(product.role("owner") == nil)
        let lifetimes = try #require(
            LifetimePolicy(offered: [3600, 30 * 86_400], standard: 3600, maximum: 90 * 86_400))
        #expect(
            product.policy
                == ProductPolicy(
                    apiKeyLifetimes: lifetimes, apiKeysPerAccount: 10, integrationsPerAccount: 20,
                    accessTokenSeconds: 900, accessTokenMaximumSeconds: 7200, secretOverlapMaximumSeconds: 0,
                    organizationHeader: "X-Altyaa-Workspace", queryCredentials: true,
                    apiKeyHeaders: ["X-API-Key", "Api-Key"], apiKeyBasic: true, usageRetentionDays: 40,
                    auditRetentionDays: 30,
                    revocationGraceSeconds: 45, appsPerAccount: 7, confidentialAppsWithoutPKCE: true,
                    authorizationCodeSeconds: 30, refreshTokenSeconds: 30 * 86_400,
                    refreshTokenMaximumSeconds: 90 * 86_400, refreshRetrySeconds: 20, sessionIdleSeconds: 3600,
                    sessionMaximumSeconds: 86_400,
                    integrations: IntegrationPolicy(
                        perOrganization: .one, scopes: ScopeSet([read]),
                        addresses: try #require(
                            AddressRule(within: ["192.0.2.0/24", "2001:db8::1"].compactMap { IPRange($0) }))),
                    accessKeys: .required, secretVisibility: .retrievable, leakedCredentials: .quarantine,
                    importedKeyPrefixes: ["old_live_", "old-"], notifyRoles: ["guest"],
                    connectionsPerAccount: 8,
                    membersPerAccount: 9, organizationsPerAccount: 11))
    }

    @Test(arguments: [("off", AccessKeyPolicy.off), ("'off'", .off), ("optional", .optional), ("required", .required)])
    func `whether there are access keys is a word, also where YAML takes it for another`(
        _ text: String, _ policy: AccessKeyPolicy
    ) throws {
        let product = try Product(
            yaml: "product: {name: A}\nscopes: {read: {description: Read}}\npolicy: {access_keys: \(text)}",
            file: "claviger.yaml")
        #expect(product.policy.accessKeys == policy)
        #expect(throws: DefinitionError.self) {
            try Product(
                yaml: "product: {name: A}\nscopes: {read: {description: Read}}\npolicy: {access_keys: no}",
                file: "claviger.yaml")
        }
    }

    @Test func `what a file leaves out is as in the standard product`() throws {
        let product = try Product(
            yaml: "product: {name: A}\nscopes: {read: {description: Read}}", file: "claviger.yaml")
        #expect(product.brand == .claviger)
        #expect(product.endpoints == FurtherEndpoints())
        #expect(product.roles == Product.standard.roles)
        #expect(product.policy == Product.standard.policy)
        #expect(product.audience == nil)
        #expect(product.look == ProductLook())
    }

    @Test func `a shorter maximum shortens what is offered and taken`() throws {
        let product = try Product(
            yaml: """
                product: {name: A}
                scopes: {read: {description: Read}}
                policy:
                  api_key_lifetimes: {maximum: 30m}
                  access_token_maximum_lifetime: 5m
                """, file: "claviger.yaml")
        #expect(product.policy.apiKeyLifetimes == LifetimePolicy(offered: [], standard: 1800, maximum: 1800))
        #expect(product.policy.accessTokenSeconds == 300)
    }

    @Test func `a file is read from disk, and one that cannot be read is named`() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "product-\(UUID().uuidString).yaml")
        try Data(Self.everything.utf8).write(to: path)
        defer { try? FileManager.default.removeItem(at: path) }
        #expect(try Product.load(from: path.path).name == "Acme Carbon")
        #expect(throws: DefinitionError(file: "/nowhere/at/all", line: nil, key: nil, problem: "cannot be read")) {
            try Product.load(from: "/nowhere/at/all")
        }
    }

    @Test func `the page of the documentation names every key, and no other`() throws {
        let page = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../docs/product-definition.md").standardizedFileURL
        let rows = try String(contentsOf: page, encoding: .utf8).split(separator: "\n").filter { $0.hasPrefix("| `") }
        let documented = rows.compactMap { $0.split(separator: "`").dropFirst().first.map(String.init) }
        #expect(documented.sorted() == ProductKeys.paths.sorted())
        let text = try String(contentsOf: page, encoding: .utf8)
        #expect(Permission.allCases.allSatisfy { text.contains("`\($0.rawValue)`") })
    }
}

@Suite("Product definition: the standard product")
struct StandardProductTests {
    private let product = Product.standard

    @Test func `has scopes with words, none of them a management scope`() {
        #expect(product.scopes.definitions.count == 8)
        #expect(product.scopes.definitions.allSatisfy { !$0.description.isEmpty && !$0.scope.isManagement })
        #expect(product.scopes.all.scopes.count == 8)
    }

    @Test func `gives operator rights to the operator's role alone`() {
        #expect(product.roles.map(\.name) == ["owner", "admin", "developer", "auditor", "operator"])
        #expect(product.roles.filter(\.isForOperator).map(\.name) == ["operator"])
        #expect(product.role("operator")?.permissions == Set(Permission.allCases))
        #expect(product.role("auditor")?.permissions.contains { $0.rawValue.hasSuffix(".manage") } == false)
    }

    @Test func `keeps the limits that its users are promised`() {
        #expect(product.name == "Claviger")
        #expect(product.brand.text == "clv")
        #expect(product.policy.apiKeyLifetimes.offered == [3600, 86_400, 604_800, 2_592_000, 31_536_000])
        #expect(product.policy.apiKeyLifetimes.standard == 3600)
        #expect(product.policy.apiKeysPerAccount == 500)
        #expect(product.policy.integrationsPerAccount == 500)
        #expect(product.policy.accessTokenSeconds == 3600)
        #expect(!product.policy.queryCredentials)
        #expect(product.policy.apiKeyHeaders.isEmpty)
        #expect(!product.policy.apiKeyBasic)
    }
}
