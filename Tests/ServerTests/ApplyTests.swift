import DefinitionFile
import Foundation
import TestSupport
import Testing

@testable import Server

private let development = ["--environment", "development"]

/// `claviger apply`, as an operator runs it.
@Suite("Bringing a database to what a file says", .onEveryEngine)
struct ApplyTests {
    /// The file that the documents show.
    private static let example = (try? WorkTree.text(of: "deploy/apply/example.yaml")) ?? ""

    private struct Desk {
        let server: ServerProcess
        let key: String

        func apply(_ text: String, _ flags: [String] = []) async throws -> FinishedCommand {
            let file = server.folder.path + "/state.yaml"
            try text.write(toFile: file, atomically: true, encoding: .utf8)
            return try await server.database.claviger(["apply", file] + flags + development)
        }

        func list(_ path: String) async throws -> [JSON] {
            try await Answer.settled { try await server.get(path, bearer: key) }.json["items"].elements
        }
    }

    private func withDesk(_ body: (Desk) async throws -> Void) async throws {
        let server = try await ServerProcess(command: "serve", arguments: development)
        defer { server.kill() }
        let setUp = ["init", "--account", "First", "--admin-email", "ada@example.com"] + development
        let said = try await server.database.claviger(setUp)
        let key = try #require(said.output.firstMatch(of: /operator key +(\S+)/), "\(said.text)").1
        try await server.start()
        try await body(Desk(server: server, key: String(key)))
    }

    @Test func `a file is planned, done once and by the rules of the API, and deletes only what it is told to`()
        async throws
    {
        try await withDesk { desk in
            let planned = try await desk.apply(Self.example, ["--dry-run"])
            #expect(planned.status == 0, "\(planned.text)")
            #expect(planned.output.contains("8 changes:"), "\(planned.output)")
            #expect(planned.output.contains("+ integration ERP data sync in First Ltd\n"))
            #expect(try await desk.list("/api/v1/accounts").count == 2, "a plan changes nothing")

            let done = try await desk.apply(Self.example, ["--json"])
            #expect(done.status == 0, "\(done.text)")
            let told = try JSON(parsing: Array(done.output.utf8))
            #expect(told["dry_run"] == false)
            #expect(try told["steps"].elements.count == 8)
            let secrets = try told["secrets"].elements
            #expect(secrets.count == 3, "public apps have none")
            func client(_ kind: JSON) throws -> TestSupport.DemoCredentials.Client {
                let found = secrets.first { $0["kind"] == kind }
                let secret = try #require(found)
                return .init(id: try secret["client_id"].string, secret: try secret["client_secret"].string)
            }
            #expect(try await desk.server.isActive("nothing", for: client("resource_server")) == false)
            let found = try await desk.list("/api/v1/accounts").first { $0["name"] == "First Ltd" }
            let account = try #require(found)["id"].string
            let events = try await desk.list("/api/v1/organizations/\(account)/audit-events?action=integration.created")
            #expect(events.count == 1 && events.first?["actor"] == "command:apply")

            let again = try await desk.apply(Self.example)
            #expect(again.status == 0 && again.output.contains("Everything is as the file says."), "\(again.text)")

            let integration = try client("integration").id
            let phones = try #require(Self.example.range(of: "          - name: Order overview for phones"))
            let fewer = String(Self.example[..<phones.lowerBound])
                .replacing("- label: ERP data sync", with: "- id: \(integration)\n        label: ERP")
                .replacing("[data.read, data.write]", with: "[data.read]\n        call_limit: 100/minute")
                .replacing("- name: First Ltd\n", with: "- name: First Ltd\n    time_zone: Europe/Vienna\n")
            let changed = try await desk.apply(fewer)
            #expect(changed.status == 0, "\(changed.text)")
            #expect(
                changed.output.contains(
                    """
                    2 changes:
                      ~ account First Ltd: time_zone none → Europe/Vienna
                      ~ integration ERP data sync in First Ltd: label ERP data sync → ERP; \
                    scopes data.read data.write → data.read; call_limit none → 100/minute
                    """), "\(changed.output)")
            let apps = "/api/v1/organizations/\(account)/apps?include=descendants"
            #expect(try await desk.list(apps).count == 2)
            let pruned = try await desk.apply(fewer, ["--prune", "apps"])
            #expect(pruned.status == 0, "\(pruned.text)")
            #expect(
                pruned.output.contains("- app Order overview for phones in First Ltd / First Ltd Europe"),
                "\(pruned.output)")
            #expect(try await desk.list(apps).count == 1)
            for secret in secrets {
                let text = try secret["client_secret"].string
                #expect(!(again.text + changed.text + pruned.text + desk.server.log).contains(text))
            }
        }
    }

    @Test func `what is refused is told with its line and leaves nothing, and without a server it works the same`()
        async throws
    {
        try await withDesk { desk in
            let wrong = """
                accounts:
                  - name: Second
                    integrations:
                      - label: Sync
                        scopes: [data.read, data.raed]
                  - name: First
                    id: org_0000000000000000000000
                """
            let refused = try await desk.apply(wrong)
            #expect(refused.status == 1)
            #expect(
                refused.errors.contains(
                    "state.yaml:5:29: accounts[0].integrations[0].scopes[1]: Is not in the catalogue of scopes."),
                "\(refused.errors)")
            #expect(refused.errors.contains("There is no such account here."), "\(refused.errors)")
            #expect(try await desk.list("/api/v1/accounts").count == 2)
            let pruned = try await desk.apply("accounts: []", ["--prune", "accounts"])
            #expect(pruned.status == 1)
            #expect(pruned.errors.contains("account First ("), "what holds something stays: \(pruned.errors)")

            #expect(try await desk.server.stop() == 0)
            let right = """
                accounts:
                  - name: Second
                    integrations:
                      - label: Sync
                        scopes: [data.read]
                """
            let folder = desk.server.folder.path + "/secrets"
            let done = try await desk.apply(right, ["--secrets", folder])
            #expect(done.status == 0, "\(done.text)")
            let client = try #require(try FileManager.default.contentsOfDirectory(atPath: folder).first)
            let file = "\(folder)/\(client)"
            #expect(done.output.contains("\(file)  integration Sync"), "\(done.output)")
            #expect(
                try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int == 0o600)
            let secret = try String(contentsOfFile: file, encoding: .utf8).trimmingCharacters(in: .newlines)
            #expect(!done.text.contains(secret))
            try await desk.server.start()
            let token = try await desk.server.token(.init(id: client, secret: secret))
            #expect(try await desk.server.verify(token).status == 200)
        }
    }
}

@Suite("Files of what there is to be")
struct DesiredStateTests {
    @Test(arguments: [
        ("acounts: []", "f:1:1: acounts: unknown key; did you mean accounts?"),
        ("accounts:\n  - plan: full", "f:2:5: accounts[0]: lacks name"),
        ("accounts:\n  - name: A\n  - name: A", "f:3:5: accounts[1]: A stands here twice"),
        ("accounts:\n  - name: A\n    integrations:\n      - {label: B, scopes: x}", "scopes: must be a list"),
        (
            "accounts:\n  - name: A\n    members:\n      - {email: nobody, name: N, roles: []}",
            "f:4:17: accounts[0].members[0].email: Must be an e-mail address"
        ),
        ("resource_servers:\n  - name: 5\n    audiences: [a]", "f:2:11: resource_servers[0].name: must be a text"),
    ])
    func `a mistake is told with line, column and key`(_ text: String, _ problem: String) throws {
        let error = try #require(throws: DefinitionError.self) { try DesiredState(parsing: text, file: "f") }
        #expect(error.description.contains(problem), "\(error)")
    }

    @Test(arguments: [
        ("? *l5\n: A", "f:8:3: a key must be a text"),
        ("? [*l1]\n: A", "f:8:3: a key must be a text"),
        ("a: {*l1 : A}", "f:8:5: a key must be a text"),
        ("a: [*l0:b]", "f:8:5: nothing but a name may stand behind an asterisk"),
        ("a: [*l5, *l5, *l5, *l5]", "what an alias stands for counts each time"),
        (String(repeating: "? ", count: 9) + "a", "write keys without a question mark"),
    ])
    func `keys that would take long to compare are refused, and texts with the same marks are not`(
        _ last: String, _ problem: String
    ) throws {
        var text = "l0: &l0 x\n"
        for level in 1...5 {
            text += "l\(level): &l\(level) [\(Array(repeating: "*l\(level - 1)", count: 9).joined(separator: ", "))]\n"
        }
        text += "words: 'Which one ? This? *l5'\n"
        let error = try #require(throws: DefinitionError.self) { try FileEntry(parsing: text + last, file: "f") }
        #expect(error.description.contains(problem), "\(error)")

        let named = try FileEntry(parsing: "name: &n A *b*\n*n : ['*n', \"a ?\", *n]", file: "f").entries()
        #expect(named.map(\.name) == ["name", "A *b*"])
        #expect(try named.last?.entry.list().map { try $0.text() } == ["*n", "a ?", "A *b*"])
    }

    @Test func `a few lines of aliases of aliases are refused before they are followed`() throws {
        func ten(_ further: String) -> String { (0..<10).map { "{name: o\($0)\(further)}" }.joined(separator: ", ") }
        var text = "accounts:\n  - name: A\n    organizations: &l0 [\(ten(""))]\n"
        for level in 1...7 {
            text += "  - name: A\(level)\n    organizations: &l\(level) [\(ten(", organizations: *l\(level - 1)"))]\n"
        }
        let error = try #require(throws: DefinitionError.self) { try DesiredState(parsing: text, file: "f") }
        #expect(error.description.contains("what an alias stands for counts each time"), "\(error)")

        let shared = """
            accounts:
              - {name: A, integrations: [{label: B, scopes: &s [data.read]}, {label: C, scopes: *s}]}
            """
        let accounts = try #require(try DesiredState(parsing: shared, file: "f").accounts)
        #expect(accounts.items.first?.content.integrations?.items.map(\.head.name) == ["B", "C"])
    }
}
