/// What sets one of the further providers apart from the others.
struct FurtherProfile: Sendable {
    enum ClientAuthentication: Sendable {
        /// Parameters of the body, and nowhere else.
        case body
        /// HTTP Basic, and nowhere else.
        case basic
        /// Either.
        case any
    }

    let provider: ProviderName
    /// The hosts of consent and tokens first. One that begins with a dot stands for all below it.
    let hosts: [String]
    /// Ends of the paths of consent and tokens.
    let consentPath: String
    let tokenPaths: [String]
    let revocationPaths: [String]
    let inspectionPaths: [String]
    let authentication: ClientAuthentication
    let terms: ConsentTerms
    let shape: TokenShape
    let rules: TokenRules
    /// A scope without which no refresh token comes.
    let offlineScopes: Set<String>

    init(
        _ provider: ProviderName, hosts: [String], consent: String, token: [String], revocation: [String] = [],
        inspection: [String] = [], authentication: ClientAuthentication = .body, terms: ConsentTerms = ConsentTerms(),
        shape: TokenShape, rules: TokenRules, offlineScopes: Set<String> = []
    ) {
        self.provider = provider
        self.hosts = hosts
        consentPath = consent
        tokenPaths = token
        revocationPaths = revocation
        inspectionPaths = inspection
        self.authentication = authentication
        self.terms = terms
        self.shape = shape
        self.rules = rules
        self.offlineScopes = offlineScopes
    }

    func isHost(_ host: String) -> Bool {
        hosts.contains { $0.hasPrefix(".") ? host.hasSuffix($0) && host.utf8.count > $0.utf8.count : host == $0 }
    }

    /// The table of the ten.
    static let all: [FurtherProfile] = [
        FurtherProfile(
            .github, hosts: ["github.com", "api.github.com"], consent: "/login/oauth/authorize",
            token: ["/login/oauth/access_token"], terms: ConsentTerms(separator: ","),
            shape: TokenShape(access: "ghu_", refresh: "ghr_"),
            rules: TokenRules(
                accessLife: 28_800, refreshLife: 15_897_600, rotation: .singleUse, accessDiesOnRenewal: true)),
        FurtherProfile(
            .slack, hosts: ["slack.com"], consent: "/oauth/v2/authorize", token: ["/api/oauth.v2.access"],
            revocation: ["/api/auth.revoke"], authentication: .any, terms: ConsentTerms(separator: ","),
            shape: TokenShape(access: "xoxe.xoxb-1-", refresh: "xoxe-1-", personAccess: "xoxe.xoxp-1-"),
            rules: TokenRules(accessLife: 43_200, refreshLife: 0, rotation: .singleUse)),
        FurtherProfile(
            .microsoft, hosts: ["login.microsoftonline.com", "graph.microsoft.com"],
            consent: "/oauth2/v2.0/authorize", token: ["/oauth2/v2.0/token"],
            shape: TokenShape(code: ("0.A", ""), access: "ey", refresh: "0.A"),
            rules: TokenRules(accessLife: 3599, refreshLife: 90 * 86_400, rotation: .replaceOldValid),
            offlineScopes: ["offline_access"]),
        FurtherProfile(
            .salesforce, hosts: ["login.salesforce.com", "test.salesforce.com", ".my.salesforce.com"],
            consent: "/services/oauth2/authorize", token: ["/services/oauth2/token"],
            revocation: ["/services/oauth2/revoke"], inspection: ["/services/oauth2/introspect"],
            authentication: .any, terms: ConsentTerms(demandsChallenge: true),
            shape: TokenShape(code: ("aPrx", "=="), access: "00Dsim!", refresh: "5Aep861"),
            rules: TokenRules(
                accessLife: 7200, refreshLife: 0, expiry: .absent, idleLimit: 30 * 86_400, liveGrants: 5)),
        FurtherProfile(
            .hubspot, hosts: ["app.hubspot.com", "api.hubapi.com"], consent: "/oauth/authorize",
            token: ["/oauth/2026-03/token", "/oauth/v1/token"], shape: TokenShape(access: "CI", refresh: "na1-"),
            rules: TokenRules(accessLife: 1800, refreshLife: 0)),
        FurtherProfile(
            .shopify, hosts: [".myshopify.com"], consent: "/admin/oauth/authorize",
            token: ["/admin/oauth/access_token"], terms: ConsentTerms(separator: ","),
            shape: TokenShape(access: "shpat_", refresh: "shprt_"),
            rules: TokenRules(accessLife: 3600, refreshLife: 90 * 86_400, rotation: .retainUntilNextUsed)),
        FurtherProfile(
            .linkedin, hosts: ["www.linkedin.com", "linkedin.com", "api.linkedin.com"],
            consent: "/oauth/v2/authorization", token: ["/oauth/v2/accessToken"],
            shape: TokenShape(code: ("AQ", ""), access: "AQ", refresh: "AQ"),
            rules: TokenRules(accessLife: 60 * 86_400, refreshLife: 365 * 86_400, refreshIsFixed: true)),
        FurtherProfile(
            .xero, hosts: ["login.xero.com", "identity.xero.com", "api.xero.com"],
            consent: "/identity/connect/authorize", token: ["/connect/token"], revocation: ["/connect/revocation"],
            authentication: .basic, shape: TokenShape(access: "ey", refresh: ""),
            rules: TokenRules(accessLife: 1800, refreshLife: 60 * 86_400, rotation: .singleUseGrace(1800)),
            offlineScopes: ["offline_access"]),
        FurtherProfile(
            .quickbooks,
            hosts: [
                "appcenter.intuit.com", "oauth.platform.intuit.com", "developer.api.intuit.com",
                "quickbooks.api.intuit.com", "sandbox-quickbooks.api.intuit.com",
            ],
            consent: "/connect/oauth2", token: ["/oauth2/v1/tokens/bearer"], revocation: ["/oauth2/tokens/revoke"],
            authentication: .basic, shape: TokenShape(code: ("AB1", ""), access: "ey", refresh: "RT1-"),
            rules: TokenRules(
                accessLife: 3600, refreshLife: 8_726_400, rotation: .daily, hardCap: 5 * 365 * 86_400)),
        FurtherProfile(
            .notion, hosts: ["api.notion.com"], consent: "/v1/oauth/authorize", token: ["/v1/oauth/token"],
            revocation: ["/v1/oauth/revoke"], inspection: ["/v1/oauth/introspect"], authentication: .basic,
            shape: TokenShape(access: "ntn_", refresh: "nrt_"),
            rules: TokenRules(
                accessLife: 3600, refreshLife: 0, rotation: .familyRevokeOnReplay, expiry: .absent)),
    ]
}
