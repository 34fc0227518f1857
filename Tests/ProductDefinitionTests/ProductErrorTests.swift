import DefinitionFile
import ProductDefinition
import Testing

/// A file with one mistake, and what is said of it.
struct Mistake: Sendable, CustomTestStringConvertible {
    let line: Int?
    let key: String?
    let says: String
    let yaml: String
    var testDescription: String { "\(key ?? "-"): \(says)" }

    /// A mistake in a file that begins with these two lines, so its own text begins at line 3.
    init(after line: Int?, _ key: String?, _ says: String, _ more: String) {
        self.init(alone: line, key, says, "product: {name: A}\nscopes: {read: {description: Read}}\n\(more)")
    }

    init(alone line: Int?, _ key: String?, _ says: String, _ yaml: String) {
        self.line = line
        self.key = key
        self.says = says
        self.yaml = yaml
    }

    static let all: [Mistake] = [
        Mistake(alone: 1, nil, "is empty", ""),
        Mistake(alone: nil, nil, "must be a mapping", "just a text"),
        Mistake(alone: 2, nil, "is no YAML", "product: {name: A}\n\t- x"),
        Mistake(alone: 1, "product", "is missing", "scopes: {read: {description: Read}}"),
        Mistake(alone: 1, "scopes", "is missing", "product: {name: A}"),
        Mistake(alone: 1, "product", "name is missing", "product: {brand: abc}\nscopes: {read: {description: Read}}"),
        Mistake(alone: 2, "product.name", "1 to 60", "product:\n  name: ''\nscopes: {read: {description: Read}}"),
        Mistake(
            alone: 2, "product.name", "must be a text", "product:\n  name: 12\nscopes: {read: {description: Read}}"),
        Mistake(
            alone: 2, "product.name", "must be a text", "product:\n  name: [a]\nscopes: {read: {description: Read}}"),
        Mistake(
            alone: 1, "product.name", "on one line",
            "product: {name: \"a\\nb\"}\nscopes: {read: {description: Read}}"),
        Mistake(alone: 1, "product.brand", "2 to 8 lower-case letters", "product: {name: A, brand: Clv}"),
        Mistake(alone: 1, "product.brand", "2 to 8 lower-case letters", "product: {name: A, brand: c}"),
        Mistake(
            alone: 1, "product.support_link", "https: or mailto:",
            "product: {name: A, support_link: 'javascript:alert(1)'}"),
        Mistake(
            alone: 1, "product.colour", "unknown key; known here: name, brand, support_link",
            "product: {name: A, colour: red}"),
        Mistake(after: 3, "policies", "unknown key", "policies: {}"),
        Mistake(after: nil, "product", "twice", "product: {name: B}"),
        Mistake(after: 3, "audience", "visible ASCII", "audience: 'a b'"),

        Mistake(
            alone: 4, "scopes.claviger:api-keys.manage", "begins with claviger:",
            "product: {name: A}\nscopes:\n  read: {description: Read}\n  claviger:api-keys.manage: {description: All}"),
        Mistake(alone: 2, "scopes.a b", "RFC 6749", "product: {name: A}\nscopes: {a b: {description: Read}}"),
        Mistake(alone: 2, "scopes.read", "description is missing", "product: {name: A}\nscopes: {read: {}}"),
        Mistake(alone: 2, "scopes", "1 to 256", "product: {name: A}\nscopes: {}"),
        Mistake(
            alone: 4, "scopes.read.danger", "true or false",
            "product: {name: A}\nscopes:\n  read:\n    danger: yes\n    description: R"),
        Mistake(
            alone: 4, "scopes.read.deprecated", "must be a date",
            "product: {name: A}\nscopes:\n  read:\n    deprecated: soon\n    description: R"),
        Mistake(
            alone: 5, "scopes.read.sunset", "must not be before deprecated",
            "product: {name: A}\nscopes:\n  read:\n    deprecated: '2026-02-01'\n    sunset: '2026-01-31'\n    description: R"
        ),
        Mistake(
            alone: 4, "scopes.read.sunset", "must be deprecated before",
            "product: {name: A}\nscopes:\n  read:\n    sunset: '2026-01-31'\n    description: R"),
        Mistake(
            alone: 4, "scopes.read.deprecated", "no such day",
            "product: {name: A}\nscopes:\n  read:\n    deprecated: '2026-02-30'\n    description: R"),
        Mistake(alone: 2, "scopes", "must be a mapping", "product: {name: A}\nscopes: [read]"),

        Mistake(after: 4, "roles.Admin", "lower-case", "roles:\n  Admin: {permissions: []}"),
        Mistake(after: 4, "roles.admin", "permissions is missing", "roles:\n  admin: {title: Admin}"),
        Mistake(
            after: 4, "roles.admin.permissions[1]", "unknown permission everything",
            "roles:\n  admin: {permissions: [members.read, everything]}"),
        Mistake(
            after: 4, "roles.admin.permissions[1]", "twice",
            "roles:\n  admin: {permissions: [members.read, members.read]}"),
        Mistake(after: 3, "roles", "at least one", "roles: {}"),

        Mistake(after: 4, "endpoints.token[0]", "begins with a slash", "endpoints:\n  token: [oauth/token]"),
        Mistake(
            after: 4, "endpoints.token[0]", "begins with a slash",
            "endpoints:\n  token: ['https://a.example/token']"),
        Mistake(after: 4, "endpoints.token[0]", "empty segment", "endpoints:\n  token: [/oauth//token]"),
        Mistake(after: 4, "endpoints.token[0]", "empty segment", "endpoints:\n  token: [/oauth/token/]"),
        Mistake(after: 4, "endpoints.token[0]", "empty segment", "endpoints:\n  token: [/]"),
        Mistake(after: 4, "endpoints.token[0]", "a dot or two", "endpoints:\n  token: [/a/../oauth2/token]"),
        Mistake(after: 4, "endpoints.token[0]", "only letters", "endpoints:\n  token: ['/oauth/:name']"),
        Mistake(after: 4, "endpoints.token[0]", "only letters", "endpoints:\n  token: ['/oauth/%74oken']"),
        Mistake(after: 4, "endpoints.token[0]", "only letters", "endpoints:\n  token: ['/oauth/*']"),
        Mistake(after: 4, "endpoints.token", "must be a list", "endpoints:\n  token: /oauth/token"),
        Mistake(
            after: 5, "endpoints.revoke[0]", "taken by endpoints.token[0]",
            "endpoints:\n  token: [/oauth/x]\n  revoke: [/oauth/x]"),
        Mistake(after: 4, "endpoints.tokens", "unknown key", "endpoints:\n  tokens: []"),

        Mistake(after: 4, "policy.api_keys_per_account", "from 1 to 1000000", "policy:\n  api_keys_per_account: 0"),
        Mistake(after: 4, "policy.api_keys_per_account", "from 1 to 1000000", "policy:\n  api_keys_per_account: -5"),
        Mistake(after: 4, "policy.api_keys_per_account", "whole number", "policy:\n  api_keys_per_account: 5.5"),
        Mistake(after: 4, "policy.api_keys_per_account", "whole number", "policy:\n  api_keys_per_account: '5'"),
        Mistake(
            after: 4, "policy.api_keys_per_account", "whole number",
            "policy:\n  api_keys_per_account: 99999999999999999999"),
        Mistake(after: 4, "policy.api_keys_per_account", "leading zero", "policy:\n  api_keys_per_account: 010"),
        Mistake(after: 4, "policy.api_keys_per_account", "leading zero", "policy:\n  api_keys_per_account: 08"),
        Mistake(after: 4, "policy.api_keys_per_account", "leading zero", "policy:\n  api_keys_per_account: +010"),
        Mistake(after: 4, "policy.access_token_lifetime", "leading zero", "policy:\n  access_token_lifetime: 03600"),
        Mistake(after: 4, "policy.access_token_lifetime", "leading zero", "policy:\n  access_token_lifetime: 015m"),
        Mistake(
            after: 5, "policy.api_key_lifetimes.offered[1]", "leading zero",
            "policy:\n  api_key_lifetimes:\n    offered: [1h, 07d]"),
        Mistake(after: 4, "policy.access_token_lifetime", "span of time", "policy:\n  access_token_lifetime: 1w"),
        Mistake(after: 4, "policy.access_token_lifetime", "span of time", "policy:\n  access_token_lifetime: 0"),
        Mistake(
            after: 4, "policy.access_token_lifetime", "span of time",
            "policy:\n  access_token_lifetime: 9223372036854775807d"),
        Mistake(
            after: 4, "policy.access_token_lifetime", "longer than access_token_maximum_lifetime",
            "policy:\n  access_token_lifetime: 2d"),
        Mistake(
            after: 4, "policy.access_token_maximum_lifetime", "span of time",
            "policy:\n  access_token_maximum_lifetime: 31d"),
        Mistake(after: 4, "policy.secret_overlap_maximum", "span of time", "policy:\n  secret_overlap_maximum: -1"),
        Mistake(after: 4, "policy.query_credentials", "true or false", "policy:\n  query_credentials: 1"),
        Mistake(after: 4, "policy.query_credentials", "true or false", "policy:\n  query_credentials: 'true'"),
        Mistake(
            after: 4, "policy.api_key_headers[0]", "another meaning", "policy:\n  api_key_headers: [Authorization]"),
        Mistake(
            after: 4, "policy.api_key_headers[1]", "named twice", "policy:\n  api_key_headers: [X-API-Key, x-api-key]"),
        Mistake(
            after: 5, "policy.api_key_headers[0]", "named twice",
            "policy:\n  organization_header: X-Org\n  api_key_headers: [x-org]"),
        Mistake(after: 4, "policy.api_key_headers", "list", "policy:\n  api_key_headers: X-API-Key"),
        Mistake(after: 4, "policy.api_key_basic", "true or false", "policy:\n  api_key_basic: yes"),
        Mistake(after: 4, "policy.organization_header", "header", "policy:\n  organization_header: 'X Workspace'"),
        Mistake(
            after: 4, "policy.organization_header", "another meaning",
            "policy:\n  organization_header: Authorization"),
        Mistake(
            after: 4, "policy.organization_header", "another meaning",
            "policy:\n  organization_header: X-Forwarded-For"),
        Mistake(
            after: 5, "policy.api_key_lifetimes.offered[1]", "longer than the maximum",
            "policy:\n  api_key_lifetimes:\n    offered: [1d, 8d]\n    maximum: 7d"),
        Mistake(
            after: 5, "policy.api_key_lifetimes.default", "longer than the maximum",
            "policy:\n  api_key_lifetimes:\n    default: 8d\n    maximum: 7d"),
        Mistake(
            after: 5, "policy.api_key_lifetimes.offered", "at least one",
            "policy:\n  api_key_lifetimes:\n    offered: []"),
        Mistake(after: 4, "policy.audit_retention_days", "from 1", "policy:\n  audit_retention_days: 0"),
        Mistake(after: 4, "policy.revocation_grace_seconds", "3600", "policy:\n  revocation_grace_seconds: 3601"),
        Mistake(after: 4, "policy.notify_roles[0]", "there is no role owners", "policy:\n  notify_roles: [owners]"),
        Mistake(after: 3, "policy", "must be a mapping", "policy:"),

        Mistake(after: 3, "connections", "providers is missing", "connections: {}"),
        Mistake(
            after: 5, "connections.providers.acme", "client_id is missing", "connections:\n  providers:\n    acme: {}"),
        Mistake(
            after: 5, "connections.providers.Acme", "lower-case",
            "connections:\n  providers:\n    Acme: {client_id: a}"),
        Mistake(
            after: 5, "connections.providers.acme.client_id", "visible ASCII",
            "connections:\n  providers:\n    acme: {client_id: a b}"),
        Mistake(
            after: 5, "connections.providers.acme.secret", "unknown source sealed; known here: store",
            "connections:\n  providers:\n    acme: {client_id: a, secret: sealed}"),
        Mistake(
            after: 5, "connections.providers.acme.client_secret", "unknown key",
            "connections:\n  providers:\n    acme: {client_id: a, client_secret: b}"),
        Mistake(
            after: 5, "connections.providers.acme.calls_per_second", "1000",
            "connections:\n  providers:\n    acme: {client_id: a, calls_per_second: 1001}"),
    ]
}

@Suite("Product definition: mistakes")
struct ProductErrorTests {
    @Test(arguments: Mistake.all)
    func `a mistake is refused with its file, line and key`(_ mistake: Mistake) throws {
        let error = try #require(throws: DefinitionError.self) {
            try Product(yaml: mistake.yaml, file: "claviger.yaml")
        }
        #expect(error.file == "claviger.yaml")
        #expect(error.key == mistake.key)
        #expect(error.problem.contains(mistake.says), "\(error)")
        if let line = mistake.line { #expect(error.line == line) }
    }

    @Test(
        arguments: [
            "/api/v1", "/api/v1/tokens", "/oauth2/token", "/oauth2/token2", "/verify", "/verify/x", "/healthz",
            "/readyz",
            "/openapi.yaml", "/openapi.json", "/.well-known/oauth-authorization-server",
        ] + ReservedPath.allCases.flatMap { [$0.path, $0.below("x")] } + ServedEndpoint.allCases.map(\.path))
    func `a further path must not be one of our own`(_ path: String) throws {
        let yaml = "product: {name: A}\nscopes: {read: {description: Read}}\nendpoints: {token: ['\(path)']}"
        let error = try #require(throws: DefinitionError.self) { try Product(yaml: yaml, file: "claviger.yaml") }
        #expect(error.problem.contains("one of Claviger's own"))
    }

    @Test(arguments: ["/api/v10/token", "/oauth/token", "/verify2", "/api/public/v1/oauth2/token", "/a.b_c~d-e"])
    func `a path beside our own is accepted`(_ path: String) throws {
        let yaml = "product: {name: A}\nscopes: {read: {description: Read}}\nendpoints: {token: ['\(path)']}"
        #expect(try Product(yaml: yaml, file: "claviger.yaml").endpoints.token == [path])
    }

    @Test func `an error reads as one line`() {
        let error = DefinitionError(file: "claviger.yaml", line: 12, key: "policy.x", problem: "unknown key")
        #expect("\(error)" == "claviger.yaml:12: policy.x: unknown key")
        let exact = DefinitionError(file: "claviger.yaml", line: 12, column: 3, key: "policy.x", problem: "unknown key")
        #expect("\(exact)" == "claviger.yaml:12:3: policy.x: unknown key")
    }
}
