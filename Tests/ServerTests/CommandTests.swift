import Foundation
import JWTKit
import TestSupport
import Testing
import Tokens

private let setUp = ["--account", "First", "--admin-email", "ada@example.com"]
private let development = ["--environment", "development"]

/// A server that was set up with `init` and not started.
private func initialized() async throws -> (server: ServerProcess, outcome: FinishedCommand) {
    let server = try await ServerProcess(command: "serve", arguments: development)
    let outcome = try await server.database.claviger(["init"] + setUp + development)
    #expect(outcome.status == 0, "\(outcome.text)")
    return (server, outcome)
}

private func operatorKey(in output: String) throws -> String {
    try String(#require(output.firstMatch(of: /operator key +(\S+)/)).1)
}

/// The commands as an operator runs them: real processes, their output and their exit status.
@Suite("The commands", .onEveryEngine)
struct CommandTests {
    private func mode(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    @Test func `init sets up once, and what it prints works`() async throws {
        let (server, outcome) = try await initialized()
        defer { server.kill() }
        let data = server.folder.path + "/data"
        #expect(outcome.output.contains("admin password"))
        #expect(try mode(data + "/master.key") == 0o600)
        if StoreUnderTest.current == .sqlite { #expect(try mode(data + "/claviger.db") == 0o600) }
        let again = try await server.database.claviger(["init"] + setUp + development)
        #expect(again.status != 0)
        #expect(again.errors.contains("operator"))
        #expect(!again.output.contains("operator key"))
        try await server.start()
        let me = try await server.get("/api/v1/me", bearer: operatorKey(in: outcome.output))
        #expect(me.status == 200)
        #expect(try me.json["operator"] == true)
    }

    @Test func `an install that nobody watches needs no terminal, and a second run changes nothing`() async throws {
        let database = try await ServerDatabase.make(in: Folder())
        let migrated = try await database.claviger(["migrate"])
        #expect(migrated.status == 0, "\(migrated.text)")
        let key = database.folder.path + "/unwatched.key"
        let text = (0..<32).map { _ in String(UInt8.random(in: 16...255), radix: 16) }.joined()
        #expect(
            FileManager.default.createFile(
                atPath: key, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600]))
        let flags = development + ["--master-key-file", key]
        let file = database.folder.path + "/operator.key"
        let install = ["init", "--json", "--if-missing", "--operator-key-file", file] + setUp + flags
        let first = try await database.claviger(install)
        #expect(first.status == 0, "\(first.text)")
        let told = try JSON(parsing: Array(first.output.utf8))
        #expect(told["created"] == true && told["account"]["name"] == "First")
        #expect(try told["operator_key_file"].string == file && told.members["operator_key"] == nil)
        #expect(try mode(file) == 0o600)
        let secret = try String(contentsOfFile: file, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
        #expect(!first.text.contains(secret))
        let server = try await ServerProcess(command: "serve", on: database, arguments: flags)
        defer { server.kill() }
        try await server.start()
        #expect(try await server.get("/api/v1/me", bearer: secret).json["operator"] == true)
        let second = try await database.claviger(install)
        #expect(second.status == 0, "\(second.text)")
        #expect(try JSON(parsing: Array(second.output.utf8))["created"] == false)
        #expect(try String(contentsOfFile: file, encoding: .utf8).contains(secret))
    }

    @Test func `serve without init says what to do`() async throws {
        let database = try await ServerDatabase.make(in: Folder())
        let run = try await database.claviger(
            ["serve", "--listen", "127.0.0.1:\(try FreePort.find())"] + development)
        #expect(run.status == 78)
        #expect(run.errors.contains("claviger init"))
    }

    @Test func `keys rotate makes new keys, without a server and beside one, and tokens made before stay good`()
        async throws
    {
        let (server, outcome) = try await initialized()
        defer { server.kill() }
        let desk = try operatorKey(in: outcome.output)
        let rotate = ["keys", "rotate"] + development
        try await server.start()
        let account = try await server.get("/api/v1/accounts", bearer: desk).json["items"].elements
            .first { $0["operator"] == false }
        let client = try await server.makeIntegration(
            in: try #require(account)["id"].string, ["token_format": "jwt"], as: desk)
        let sealed = try await server.makeIntegration(in: try #require(account)["id"].string, as: desk)
        func keys() async throws -> Set<String> {
            Set(try await server.get("/oauth2/jwks").json["keys"].elements.map { try $0["kid"].string })
        }
        let first = try await keys()
        let firstSet = try await server.get("/oauth2/jwks").text
        #expect(first.count == 3, "a key of each algorithm, before any app wants it")
        let kept = try await server.get("/oauth2/jwks").headers["cache-control"]
        #expect(kept == "public, max-age=\(KeySet.maxAgeSeconds)")
        var tokens = [try await server.token(client.client), try await server.token(sealed.client)]

        let beside = try await server.database.claviger(rotate)
        #expect(beside.status == 0, "\(beside.text)")
        // On PostgreSQL the server hears of it a moment later.
        try await eventually { try await keys() != first }
        let second = try await keys()
        #expect(second.isSuperset(of: first))
        #expect(second.count == 2 * first.count)
        #expect(beside.output.contains("sign from 20"), "\(beside.output)")
        tokens += [try await server.token(client.client), try await server.token(sealed.client)]

        #expect(try await server.stop() == 0)
        let alone = try await server.database.claviger(rotate)
        #expect(alone.status == 0, "\(alone.text)")
        try await server.start()
        let third = try await keys()
        #expect(third.isSuperset(of: second))
        #expect(third.count == 3 * first.count)
        tokens.append(try await server.token(client.client))
        for token in tokens { #expect(try await server.verify(token).status == 200) }

        let set = JWTKeyCollection()
        try await set.add(jwksJSON: try await server.get("/oauth2/jwks").text)
        for token in [tokens[0], tokens[2], tokens[4]] {
            await #expect(throws: Never.self) { try await set.verify(token, as: AnyClaims.self) }
        }
        let early = JWTKeyCollection()
        try await early.add(jwksJSON: firstSet)
        for token in [tokens[2], tokens[4]] {
            await #expect(throws: Never.self, "who has the set from before") {
                try await early.verify(token, as: AnyClaims.self)
            }
        }
        let text = beside.text + alone.text + outcome.errors + server.log
        #expect(!text.contains(desk))
    }

    @Test
    func `keys rotate --now refuses what was made before, beside a server and without one, and can spare the rest`()
        async throws
    {
        let (server, outcome) = try await initialized()
        defer { server.kill() }
        let desk = try operatorKey(in: outcome.output)
        try await server.start()
        let account = try await server.get("/api/v1/accounts", bearer: desk).json["items"].elements
            .first { $0["operator"] == false }
        let signing = try await server.makeIntegration(
            in: try #require(account)["id"].string, ["token_format": "jwt"], as: desk)
        let sealing = try await server.makeIntegration(in: try #require(account)["id"].string, as: desk)
        func tokens() async throws -> [String] {
            [try await server.token(signing.client), try await server.token(sealing.client)]
        }
        let first = try await tokens()
        let set = try await server.get("/oauth2/jwks").text
        let beside = try await server.database.claviger(["keys", "rotate", "--now", "--only", "signing"] + development)
        #expect(beside.status == 0, "\(beside.text)")
        #expect(beside.output.contains("300 s"), "it says its price")
        // On PostgreSQL the server hears of it a moment later.
        #expect(try await eventually { try await server.verify(first[0]).status == 401 })
        #expect(try await server.verify(first[1]).status == 200, "sealed under another key")
        #expect(try await server.get("/oauth2/jwks").json["keys"].elements.count == 3)
        let second = try await tokens()
        let early = JWTKeyCollection()
        try await early.add(jwksJSON: set)
        await #expect(throws: (any Error).self, "the price") { try await early.verify(second[0], as: AnyClaims.self) }
        #expect(try await server.stop() == 0)
        let alone = try await server.database.claviger(["keys", "rotate", "--now"] + development)
        #expect(alone.status == 0, "\(alone.text)")
        try await server.start()
        for token in first + second { #expect(try await server.verify(token).status == 401) }
        for token in try await tokens() { #expect(try await server.verify(token).status == 200) }
    }

    @Test func `operator-key new lets the operator in again, beside a server and without one, and is in the audit log`()
        async throws
    {
        let (server, outcome) = try await initialized()
        defer { server.kill() }
        #expect(outcome.output.contains("good until 20"), "\(outcome.output)")
        try await server.start()
        let make = ["operator-key", "new", "--name", "Way back", "--days", "10"] + development
        let beside = try await server.database.claviger(make)
        #expect(beside.status == 0, "\(beside.text)")
        #expect(beside.output.contains("good until"))
        let key = try operatorKey(in: beside.output)
        let first = try operatorKey(in: outcome.output)
        #expect(key != first)
        let me = try await server.get("/api/v1/me", bearer: key).json
        #expect(me["operator"] == true)
        let desk = try me["organization"]["id"].string
        let events = try await server.get(
            "/api/v1/organizations/\(desk)/audit-events?action=api-key.created", bearer: key
        ).json["items"].elements
        #expect(try events.contains { try $0["actor"].string == "command:operator-key new" })
        let refused = try await server.database.claviger(["operator-key", "new", "--days", "36500"] + development)
        #expect(refused.status != 0)
        #expect(refused.errors.contains("lifetime_seconds"), "\(refused.text)")
        #expect(try await server.stop() == 0)
        let alone = try await server.database.claviger(make)
        #expect(alone.status == 0, "\(alone.text)")
        try await server.start()
        for key in [first, key, try operatorKey(in: alone.output)] {
            #expect(try await server.get("/api/v1/accounts", bearer: key).status == 200)
            #expect(!server.log.contains(key))
        }
    }

    private struct AnyClaims: JWTPayload {
        func verify(using algorithm: some JWTAlgorithm) throws {}
    }

    @Test(.endedIfItHangs)
    func `SIGTERM ends the server within ten seconds and with status 0, and no request is left half answered`()
        async throws
    {
        try await ServerProcess.withDemo { server, demo in
            let clock = ContinuousClock()
            let (answers, took, status) = try await withThrowingTaskGroup(of: [Int].self) { group in
                for number in 0..<8 {
                    group.addTask { await Self.callUntilRefused(server, demo, as: number) }
                }
                while try await server.verify(demo.apiKey).status != 200 {}
                let start = clock.now
                let status = try await server.stop()
                let took = clock.now - start
                var answers: [Int] = []
                for try await statuses in group { answers += statuses }
                return (answers, took, status)
            }
            #expect(status == 0)
            #expect(took < .seconds(10))
            #expect(Set(answers).isSubset(of: [200, 201, 503]), "\(Set(answers))")
            try await server.start()
            let made = answers.count { $0 == 201 }
            let keys = try await server.get(
                "/api/v1/organizations/\(demo.account)/api-keys?limit=200", bearer: try server.credentials().operatorKey
            )
            let kept = try keys.json["items"].elements.count { $0["name"] == "In flight" }
            #expect(kept >= min(made, 150))
        }
    }

    /// Calls until the connection is refused, and returns the statuses of what was answered. A reply that breaks off
    /// counts as status 0.
    private static func callUntilRefused(
        _ server: ServerProcess, _ demo: DemoCredentials, as number: Int
    ) async -> [Int] {
        var statuses: [Int] = []
        while true {
            do {
                let answer =
                    number.isMultiple(of: 2)
                    ? try await server.verify(demo.apiKey)
                    : try await server.call(
                        "POST", "/api/v1/organizations/\(demo.account)/api-keys", bearer: demo.operatorKey,
                        ["name": "In flight", "scopes": ["data.read"]])
                statuses.append(answer.status)
                if statuses.count > 200 { try await Task.sleep(for: .milliseconds(5)) }
            } catch {
                return statuses
            }
        }
    }

    @Test func `the demo writes its credentials for its owner alone, with the members that are promised`() async throws
    {
        try await ServerProcess.withDemo { server, demo in
            let path = server.folder.path + "/credentials.json"
            #expect(try mode(path) == 0o600)
            let json = try JSON(parsing: Array(Data(contentsOf: URL(fileURLWithPath: path))))
            #expect(
                Set(try json.members.keys) == [
                    "issuer", "operator_key", "account_id", "organizations", "admin", "people", "integration",
                    "resource_server", "app", "api_key",
                ])
            #expect(Set(try json["admin"].members.keys) == ["email", "password"])
            for person in try json["people"].members.values {
                #expect(Set(try person.members.keys) == ["email", "password", "organization_id"])
            }
            for client in ["integration", "resource_server"] {
                #expect(Set(try json[client].members.keys) == ["client_id", "client_secret"])
            }
            #expect(Set(try json["app"].members.keys) == ["client_id", "client_secret", "redirect_uri"])
            #expect(try json["organizations"].members.count == 3)
            #expect(try json["organizations"].members.values.contains(.text(demo.account)))
            #expect(try mode(server.folder.path + "/data/master.key") == 0o600)
            // It is printed once the server is ready.
            #expect(try await eventually { server.output.contains(demo.integration.id) })
            #expect(try await server.stop() == 0)
        }
    }
}

/// What is the same whatever the database is, or is of SQLite alone.
@Suite("The command line")
struct CommandLineTests {
    @Test func `a second server on the same SQLite file is refused, and the first goes on`() async throws {
        let (server, outcome) = try await initialized()
        defer { server.kill() }
        try await server.start()
        let serve = ["serve", "--listen", "127.0.0.1:\(try FreePort.find())"]
        for command in [serve, ["init"] + setUp, ["migrate"]] {
            let second = try await server.database.claviger(command + development)
            #expect(second.status != 0)
            #expect(second.errors.contains("in use by another process"), "\(second.text)")
        }
        #expect(try await server.get("/api/v1/me", bearer: operatorKey(in: outcome.output)).status == 200)
        #expect(try await server.stop() == 0)
    }

    @Test(arguments: [
        [], ["serve"], ["init"], ["demo"], ["doctor"], ["migrate"], ["keys"], ["keys", "rotate"],
        ["operator-key"], ["operator-key", "new"], ["backup"], ["restore"], ["revoke-since"], ["apply"], ["settings"],
        ["audit", "export"], ["audit", "follow"], ["nodes"],
    ])
    func `every command explains itself`(_ command: [String]) async throws {
        let run = try await FinishedCommand.claviger(command + ["--help"])
        #expect(run.status == 0)
        #expect(run.output.contains("OVERVIEW:"))
        #expect(run.output.contains("USAGE: claviger"))
    }

    @Test func `every command has a manual page, made of what it says of itself`() async throws {
        let folder = try Folder()
        let made = try await FinishedCommand.tool(
            "sh",
            [
                "-c", #""$0" --experimental-dump-help | "$1/scripts/manual" 1.2.3 "$2""#,
                try ServerProcess.executable.path, WorkTree.root.path, folder.path,
            ])
        #expect(made.status == 0, "\(made.text)")
        func page(_ name: String) throws -> String {
            try String(contentsOfFile: "\(folder.path)/\(name).1", encoding: .utf8)
        }
        #expect(try page("claviger").contains(#".B claviger keys"#))
        #expect(try page("claviger-keys-rotate").contains(#"\fB\-\-now\fP"#))
        #expect(try page("claviger-apply").contains(#"\fI<file>\fP"#))
        #expect(try page("claviger-init").contains(#"\fB\-\-account\fP \fI<account>\fP"#))
    }

    @Test func `what is no command or no flag is refused`() async throws {
        for arguments in [["nonsense"], ["serve", "--nonsense"], ["init", "--account"]] {
            let run = try await FinishedCommand.claviger(arguments)
            #expect(run.status != 0)
            #expect(!run.errors.isEmpty)
        }
    }
}
