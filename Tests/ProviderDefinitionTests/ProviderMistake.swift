import DefinitionFile
import ProviderDefinition
import Testing

/// The text of a provider file that has what a file must have, with something in place of something else.
enum ProviderText {
    static let minimal = """
        schema: 1
        id: acme
        title: Acme
        documentation: []
        hosts: [id.acme.example, api.acme.example]
        client: {auth: params}
        authorize:
          url: https://id.acme.example/authorize
          scope: {default: [read]}
          pkce: none
        token:
          method: POST
          url: https://id.acme.example/token
          in: form
          send: {grant_type: authorization_code, code: "{code}"}
        renew: {how: refresh_token, rotation: none}
        lifetimes: {access: 1h}
        call: {token: bearer}
        """

    static func replacing(_ old: String, with new: String) -> String { minimal.replacing(old, with: new) }

    static func adding(_ more: String) -> String { minimal + "\n" + more }
}

/// A provider file with one mistake, and what is said of it.
struct ProviderMistake: Sendable, CustomTestStringConvertible {
    let line: Int
    let key: String
    let says: String
    let yaml: String
    var testDescription: String { "\(key): \(says)" }

    init(_ line: Int, _ key: String, _ says: String, _ yaml: String) {
        self.line = line
        self.key = key
        self.says = says
        self.yaml = yaml
    }

    private static func swapped(
        _ line: Int, _ key: String, _ says: String, _ old: String, _ new: String
    ) -> ProviderMistake {
        ProviderMistake(line, key, says, ProviderText.replacing(old, with: new))
    }

    private static func added(
        _ line: Int, _ key: String, _ says: String, _ more: String
    ) -> ProviderMistake {
        ProviderMistake(line, key, says, ProviderText.adding(more))
    }

    /// What a schema can tell as well.
    static let ofForm: [ProviderMistake] = [
        swapped(1, "title", "is missing", "title: Acme\n", ""),
        swapped(1, "schema", "from 1 to 1", "schema: 1", "schema: 2"),
        swapped(2, "id", "lower-case letters", "id: acme", "id: Acme"),
        swapped(3, "titel", "unknown key; did you mean title?", "title: Acme", "titel: Acme"),
        swapped(4, "documentation[0]", "https: link", "documentation: []", "documentation: ['http://acme.example']"),
        swapped(5, "hosts[0]", "host name in lower case", "id.acme.example, ", "192.0.2.1, "),
        swapped(6, "client.auth", "unknown authentication parms; did you mean params?", "auth: params", "auth: parms"),
        swapped(
            6, "client.secret_param", "only with auth: params", "{auth: params}", "{auth: basic, secret_param: secret}"),
        swapped(
            8, "authorize.url", "must begin with https://", "https://id.acme.example/authorize",
            "http://id.acme.example/authorize"),
        swapped(8, "authorize.url", "no ? and no #", "example/authorize", "example/authorize?x=1"),
        swapped(9, "authorize.scope", "default is missing", "{default: [read]}", "{sep: ','}"),
        swapped(10, "authorize.pkce", "known here: none, S256, S256-hex", "pkce: none", "pkce: plain"),
        swapped(11, "token", "url is missing", "  url: https://id.acme.example/token\n", ""),
        swapped(12, "token.method", "unknown method PUT", "method: POST", "method: PUT"),
        swapped(12, "token.metod", "did you mean method?", "  method: POST", "  metod: POST"),
        swapped(16, "renew", "rotation is missing", ", rotation: none", ""),
        swapped(16, "renew.rotation", "unknown rotation once", "rotation: none", "rotation: once"),
        swapped(16, "renew.from", "only with how: chain", "rotation: none}", "rotation: none, from: x}"),
        swapped(
            16, "renew.rotation", "only with how: refresh_token", "{how: refresh_token, rotation: none}",
            "{how: access_token, method: GET, url: https://id.acme.example/t, rotation: none}"),
        swapped(17, "lifetimes", "access is missing", "{access: 1h}", "{refresh: 1d}"),
        swapped(17, "lifetimes.access", "span of time", "{access: 1h}", "{access: 1w}"),
        swapped(18, "call.token", "known here: bearer", "{token: bearer}", "{token: basic}"),
        added(19, "vars.Shop", "a letter first", "vars: {Shop: {title: Shop, pattern: '[a-z]+'}}"),
        added(
            20, "steps[0].next", "must have either address",
            "steps:\n  - {id: a, method: GET, url: https://api.acme.example/a, next: {token: /next}}"),
        added(
            20, "schedule[0]", "either every, or before and of",
            "schedule:\n  - {id: a, every: 1d, before: 1h, do: renew}"),
        added(20, "schedule[0].do", "unknown action refresh", "schedule:\n  - {id: a, every: 1d, do: refresh}"),
        added(20, "errors[0].when.code", "such as /error/code", "errors:\n  - {when: {code: 4}, class: retry}"),
        added(
            20, "errors[0].class", "unknown class dead; known here: retry",
            "errors:\n  - {when: {/code: 4}, class: dead}"),
        added(20, "errors[0]", "class is missing", "errors:\n  - {when: {/code: 4}}"),
        added(19, "revoke", "blast_radius is missing", "revoke: {method: POST, url: https://id.acme.example/r}"),
        added(
            20, "push[0].issuer", "only with kind: risc",
            "push:\n  - {kind: signed_request, issuer: 'https://a.example'}"),
    ]

    /// What depends on another part of the file.
    static let ofSense: [ProviderMistake] = [
        swapped(
            13, "token.url", "its host login.acme.example is not in hosts", "https://id.acme.example/token",
            "https://login.acme.example/token"),
        swapped(
            13, "token.url", "unknown value {vars.shop}", "https://id.acme.example/token",
            "https://{vars.shop}.acme.example/token"),
        swapped(
            13, "token.url", "must not hold {code}", "https://id.acme.example/token",
            "https://id.acme.example/token/{code}"),
        swapped(14, "token.in", "GET has no body", "method: POST", "method: GET"),
        swapped(15, "token.send", "must send {code}", ", code: \"{code}\"", ""),
        swapped(15, "token.send.code", "unknown value {coda}; did you mean code?", "{code}", "{coda}"),
        swapped(15, "token.send", "must send {code_verifier}", "pkce: none", "pkce: S256"),
        added(19, "steps", "must be a list", "steps: {id: a}"),
        added(
            21, "steps[1].id", "a stands here twice",
            "steps:\n  - {id: a, method: GET, url: https://api.acme.example/a}\n  - {id: a, method: GET, url: https://api.acme.example/a}"
        ),
        added(
            20, "steps[0].per", "unknown kind of child page; known here: none",
            "steps:\n  - {id: a, method: GET, url: https://api.acme.example/a, per: page}"),
        added(
            20, "schedule[0].of", "says no end of hard_cap",
            "schedule:\n  - {id: cap, before: 14d, of: hard_cap, do: warn}"),
        added(
            20, "schedule[0].before", "shorter than max_age",
            "schedule:\n  - {id: m, max_age: 3d, before: 3d, do: renew}"),
        added(19, "health.step", "unknown step look", "health: {every: 1h, step: look}"),
    ]
}

@Suite("Provider files: mistakes")
struct ProviderMistakeTests {
    @Test(arguments: ProviderMistake.ofForm + ProviderMistake.ofSense)
    func `a mistake is refused with its file, line, key and what is allowed`(_ mistake: ProviderMistake) throws {
        let error = try #require(throws: DefinitionError.self) { try Provider(yaml: mistake.yaml, file: "acme.yaml") }
        #expect(error.file == "acme.yaml")
        #expect(error.key == mistake.key)
        #expect(error.problem.contains(mistake.says), "\(error)")
        #expect(error.line == mistake.line, "\(error)")
    }

    @Test func `a column is told, too`() throws {
        let yaml = ProviderText.replacing("pkce: none", with: "pkce: plain")
        let error = try #require(throws: DefinitionError.self) { try Provider(yaml: yaml, file: "acme.yaml") }
        #expect(error.description.hasPrefix("acme.yaml:10:9: authorize.pkce: unknown proof key plain"))
    }

    @Test func `a single-use token is never spent on a probe`() throws {
        let yaml =
            ProviderText.replacing("rotation: none", with: "rotation: single_use")
            + "\nhealth: {every: 1h, method: GET, url: https://api.acme.example/me, auth: bearer, renew_when_stale: true}"
        let error = try #require(throws: DefinitionError.self) { try Provider(yaml: yaml, file: "acme.yaml") }
        #expect(error.key == "health.renew_when_stale" && error.problem.contains("never spent on a probe"))
    }
}
