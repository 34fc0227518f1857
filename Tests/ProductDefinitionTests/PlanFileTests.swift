import DefinitionFile
import Limits
import Model
import ProductDefinition
import Testing

@Suite("Product definition: plans, permissions and words")
struct PlanFileTests {
    static let yaml = """
        product: {name: Acme}
        scopes: {read: {description: Read}}
        permissions:
          manage-api-keys:
            title: Manage API Keys
            description: Create, rotate and delete credentials
            gives: [integrations.read, integrations.manage]
          look-around: {gives: [organizations.read]}
        roles:
          administrator: {permissions: [members.read, manage-api-keys]}
          guest: {permissions: []}
        plans:
          advanced:
            title: Acme Advanced
            features: [api_access, apps, connections, webhooks]
            limits: {api_keys: 7, integrations: 3, apps: 2, connections: 4, members: 5, organizations: 6}
          enterprise:
            status: legacy
            features: [api_access]
            rate_limits:
              per-minute: {limit: 6000, per: minute}
              monthly: {limit: 5, per: month}
          essential: {features: []}
        default_plan: essential
        rate_limits:
          per-minute: {limit: 60, per: minute}
          hourly: {limit: 7, per: hour, of: organization}
        words:
          organization: organisation
          member: {singular: person, plural: people}
          integration: {singular: hour key, article: an}
        """

    @Test func `every key has its effect`() throws {
        let product = try Product(yaml: Self.yaml, file: "claviger.yaml")
        let advanced = PlanDefinition(
            name: "advanced", title: "Acme Advanced",
            limits: [
                .apiKeys: 7, .integrations: 3, .apps: 2, .connections: 4, .members: 5, .organizations: 6,
            ])
        let raised = RateLimit(name: "per-minute", amount: 6000, per: .minute)
        let monthly = RateLimit(name: "monthly", amount: 5, per: .month)
        let enterprise = PlanDefinition(
            name: "enterprise", status: .legacy, features: [.apiAccess], rateLimits: [raised, monthly])
        let hourly = RateLimit(name: "hourly", amount: 7, per: .hour, of: .organization)
        #expect(
            product.rateLimits.limits(ofPlan: "enterprise", isOperator: false)?.limits == [raised, hourly, monthly])
        #expect(product.rateLimits.limits(ofPlan: "essential", isOperator: false)?.limits.map(\.amount) == [60, 7])
        #expect(
            product.plans
                == PlanCatalogue(
                    [advanced, enterprise, PlanDefinition(name: "essential", features: [])], standard: "essential"))
        #expect(
            product.bundles == [
                PermissionBundle(
                    name: "manage-api-keys", title: "Manage API Keys",
                    description: "Create, rotate and delete credentials",
                    permissions: [.integrationsRead, .integrationsManage]),
                PermissionBundle(name: "look-around", permissions: [.organizationsRead]),
            ])
        let administrator = try #require(product.role("administrator"))
        #expect(administrator.permissions == [.membersRead, .integrationsRead, .integrationsManage])
        #expect(administrator.bundles == ["manage-api-keys"])
        #expect(product.permissions(named: "look-around") == [.organizationsRead])
        #expect(product.permissions(named: "members.read") == [.membersRead])
        #expect(product.permissions(named: "nothing") == nil)
        #expect(product.words[.organization].plural == "organisations")
        #expect(product.words[.member].plural == "people")
        #expect(product.words[.integration].indefinite == "an hour key")
        #expect(product.words[.contact] == ProductWords.standard(.contact))
    }

    @Test func `a plan gives what it says, none gives the standard one, and an unknown one nothing`() throws {
        let plans = try Product(yaml: Self.yaml, file: "claviger.yaml").plans
        let everything = Set(PlanFeature.allCases)
        #expect(plans.features(ofPlan: "advanced", isOperator: false) == everything)
        #expect(plans.features(ofPlan: "enterprise", isOperator: false) == [.apiAccess])
        #expect(plans.features(ofPlan: nil, isOperator: false) == [])
        #expect(plans.features(ofPlan: "gone", isOperator: false) == [])
        #expect(plans.limits(ofPlan: "advanced", isOperator: false)[.apiKeys] == 7)
        #expect(plans.limits(ofPlan: nil, isOperator: false) == [:])
        // Whoever runs the server cannot lock itself out.
        for plan in [nil, "essential", "gone"] {
            #expect(plans.features(ofPlan: plan, isOperator: true) == everything)
        }
        #expect(
            PlanCatalogue([PlanDefinition(name: "a", features: [])]).features(ofPlan: nil, isOperator: false)
                == everything)
        #expect(PlanCatalogue().features(ofPlan: nil, isOperator: false) == everything)
    }

    @Test(
        arguments: [
            ("organization", "organizations", "an"), ("company", "companies", "a"), ("API key", "API keys", "an"),
            ("workspace", "workspaces", "a"), ("user", "users", "a"), ("unit", "units", "a"), ("day", "days", "a"),
            ("box", "boxes", "a"), ("business", "businesses", "a"), ("y", "ys", "a"),
            ("entreprise", "entreprises", "an"),
        ])
    func `forms that are not given follow the rules of English`(_ singular: String, _ plural: String, _ article: String)
    {
        let word = ProductWord(singular)
        #expect(word.plural == plural)
        #expect(word.indefinite == "\(article) \(singular)")
    }

    @Test func `a word begins a sentence, and is counted`() {
        let word = ProductWord("API key")
        #expect(word.capitalized == "API key")
        #expect(ProductWord("organisation").capitalizedPlural == "Organisations")
        #expect([0, 1, 2].map(word.counted) == ["0 API keys", "1 API key", "2 API keys"])
    }

    static let mistakes: [Mistake] = [
        Mistake(
            after: 4, "rate_limits.a.counts", "unknown thing to count token; did you mean tokens?",
            "rate_limits:\n  a: {limit: 3, per: hour, counts: token}"),
        Mistake(
            after: 4, "rate_limits.a.credentials[0]", "API keys are given no tokens",
            "rate_limits:\n  a: {limit: 3, per: hour, counts: tokens, credentials: [api_key]}"),
        Mistake(
            after: 4, "rate_limits.a.time_zone", "or account",
            "rate_limits:\n  a: {limit: 3, per: day, time_zone: accounts}"),
        Mistake(after: 4, "rate_limits.own", "needs another name", "rate_limits:\n  own: {limit: 1, per: day}"),
        Mistake(after: 4, "rate_limits.a b", "1 to 32", "rate_limits:\n  a b: {limit: 1, per: day}"),
        Mistake(after: 4, "rate_limits.a", "limit is missing", "rate_limits:\n  a: {per: day}"),
        Mistake(after: 4, "rate_limits.a", "per is missing", "rate_limits:\n  a: {limit: 1}"),
        Mistake(after: 4, "rate_limits.a.limit", "1 to 1000000000", "rate_limits:\n  a: {limit: 0, per: day}"),
        Mistake(
            after: 4, "rate_limits.a.per", "unknown period minutes; did you mean minute?",
            "rate_limits:\n  a: {limit: 1, per: minutes}"),
        Mistake(
            after: 4, "rate_limits.a.burst", "more than the limit (3)",
            "rate_limits:\n  a: {limit: 3, per: minute, burst: 4}"),
        Mistake(
            after: 4, "rate_limits.a.burst", "only of limits up to a minute",
            "rate_limits:\n  a: {limit: 3, per: hour, burst: 1}"),
        Mistake(
            after: 4, "rate_limits.a.time_zone", "unknown time zone Berlin",
            "rate_limits:\n  a: {limit: 3, per: day, time_zone: Berlin}"),
        Mistake(
            after: 4, "rate_limits.a.time_zone", "only of limits per day",
            "rate_limits:\n  a: {limit: 3, per: hour, time_zone: UTC}"),
        Mistake(
            after: 4, "rate_limits.a.credentials", "at least one",
            "rate_limits:\n  a: {limit: 3, per: hour, credentials: []}"),
        Mistake(
            after: 4, "rate_limits.a.credentials[1]", "twice",
            "rate_limits:\n  a: {limit: 3, per: hour, credentials: [app, app]}"),
        Mistake(after: 3, "plans", "1 to 64 plans", "plans: {}"),
        Mistake(after: 4, "plans.Basic", "lower-case", "plans:\n  Basic: {features: []}"),
        Mistake(after: 4, "plans.basic", "features is missing", "plans:\n  basic: {title: Basic}"),
        Mistake(
            after: 4, "plans.basic.features[0]", "unknown feature api-access; did you mean api_access?",
            "plans:\n  basic: {features: [api-access]}"),
        Mistake(after: 4, "plans.basic.features[1]", "twice", "plans:\n  basic: {features: [apps, apps]}"),
        Mistake(
            after: 4, "plans.basic.status", "unknown status retired; known here: offered, legacy",
            "plans:\n  basic: {features: [], status: retired}"),
        Mistake(
            after: 4, "plans.basic.limits.api_key", "did you mean api_keys?",
            "plans:\n  basic: {features: [], limits: {api_key: 5}}"),
        Mistake(
            after: 4, "plans.basic.limits.api_keys", "from 1 to 1000000",
            "plans:\n  basic: {features: [], limits: {api_keys: 0}}"),
        Mistake(
            after: 5, "default_plan", "unknown plan basci; did you mean basic?",
            "plans:\n  basic: {features: []}\ndefault_plan: basci"),
        Mistake(after: 3, "default_plan", "unknown plan basic; known here: none", "default_plan: basic"),
        Mistake(after: 4, "permissions.a.b", "lower-case", "permissions:\n  a.b: {gives: [members.read]}"),
        Mistake(after: 4, "permissions.keys", "gives is missing", "permissions:\n  keys: {title: Keys}"),
        Mistake(after: 4, "permissions.keys.gives", "at least one", "permissions:\n  keys: {gives: []}"),
        Mistake(
            after: 4, "permissions.keys.gives[0]", "did you mean members.read?",
            "permissions:\n  keys: {gives: [member.read]}"),
        Mistake(
            after: 5, "permissions.b.gives[0]", "unknown permission a",
            "permissions:\n  a: {gives: [members.read]}\n  b: {gives: [a]}"),
        Mistake(
            after: 6, "roles.admin.permissions[0]", "did you mean manage-keys?",
            "permissions:\n  manage-keys: {gives: [members.read]}\nroles:\n  admin: {permissions: [manage_key]}"),
        Mistake(after: 4, "words.organisation", "did you mean organization?", "words:\n  organisation: workspace"),
        Mistake(after: 4, "words.member", "singular is missing", "words:\n  member: {plural: people}"),
        Mistake(
            after: 4, "words.member.article", "unknown article the", "words:\n  member: {singular: x, article: the}"),
        Mistake(after: 4, "words.member", "must be a text", "words:\n  member: 5"),
        Mistake(
            after: 4, "policy.api_keys_per_acount", "did you mean api_keys_per_account?",
            "policy:\n  api_keys_per_acount: 5"),
        Mistake(
            after: 4, "policy.integrations_per_organization", "unknown count two; known here: one, many",
            "policy:\n  integrations_per_organization: two"),
        Mistake(
            after: 5, "policy.new_integration.scopes", "unknown choice al; did you mean all?",
            "policy:\n  new_integration:\n    scopes: al"),
        Mistake(
            after: 5, "policy.new_integration.scopes[0]", "unknown scope claviger:members.manage",
            "policy:\n  new_integration:\n    scopes: ['claviger:members.manage']"),
        Mistake(
            after: 5, "policy.new_integration.scopes", "at least one scope",
            "policy:\n  new_integration:\n    scopes: []"),
        Mistake(
            after: 5, "policy.new_integration.allowed_addresses[0]", "no bits set behind",
            "policy:\n  new_integration:\n    allowed_addresses: [192.0.2.1/24]"),
        Mistake(
            after: 5, "policy.new_integration.allowed_addresses", "at least one address",
            "policy:\n  new_integration:\n    allowed_addresses: []"),
        Mistake(after: 3, "polices", "did you mean policy?", "polices: {}"),
    ]

    @Test(arguments: mistakes)
    func `a mistake is refused with its line and key, and with what may have been meant`(_ mistake: Mistake) throws {
        let error = try #require(throws: DefinitionError.self) {
            try Product(yaml: mistake.yaml, file: "claviger.yaml")
        }
        #expect(error.key == mistake.key)
        #expect(error.line == mistake.line)
        #expect(error.problem.contains(mistake.says), "\(error)")
    }

    @Test func `a mistake has its column`() throws {
        let yaml = "product: {name: A}\nscopes: {read: {description: Read}}\npolicy:\n  api_keys_per_account: many"
        let error = try #require(throws: DefinitionError.self) { try Product(yaml: yaml, file: "claviger.yaml") }
        #expect(error.column == 25)
        #expect("\(error)".hasPrefix("claviger.yaml:4:25: policy.api_keys_per_account: must be"))
    }
}

@Suite("The name that may have been meant")
struct NearestNameTests {
    @Test(
        arguments: [
            ("advanced", "advanced"), ("Advanced", "advanced"), ("advnaced", "advanced"), ("advaced", "advanced"),
            ("advancedd", "advanced"), ("api_key", "api_keys"), ("api-keys", "api_keys"), ("apikeys", "api_keys"),
        ])
    func `is found`(_ text: String, _ name: String) {
        #expect(nearestName(to: text, among: ["basic", "advanced", "api_keys"]) == name)
    }

    @Test(arguments: ["", "x", "enterprise", "basalt", String(repeating: "a", count: 10_000)])
    func `is not made up`(_ text: String) {
        #expect(nearestName(to: text, among: ["basic", "advanced", "api_keys"]) == nil)
    }

    @Test func `is the nearer of two, and none of none`() {
        #expect(nearestName(to: "abcd", among: ["abxx", "abcx", "abcy"]) == "abcx")
        #expect(nearestName(to: "abcd", among: []) == nil)
    }
}
