import Foundation
import Persistence
import PersistencePostgres
import TestSupport
import Testing

/// Several nodes on one PostgreSQL, as processes.
@Suite("Nodes on one PostgreSQL")
struct NodesTests {
    private static let development = ["--environment", "development"]

    private func database() async throws -> ServerDatabase {
        try await .make(on: .postgres, in: Folder())
    }

    /// Runs the same command several times at once.
    private func atOnce(
        _ count: Int, _ arguments: [String], on database: ServerDatabase
    ) async throws -> [FinishedCommand] {
        try await race(count) { _ in try await database.claviger(arguments + Self.development) }.map { try $0.get() }
    }

    @Test func `of three who migrate an empty database at once, one runs the steps and all succeed`() async throws {
        let database = try await database()
        let runs = try await atOnce(3, ["migrate"], on: database)
        #expect(runs.map(\.status) == [0, 0, 0], "\(runs.map(\.text))")
        #expect(runs.count { $0.output.contains("run.") } == 1, "\(runs.map(\.output))")
        #expect(runs.count { $0.output.contains("The schema was up to date.") } == 2)
        let again = try await database.claviger(["migrate"] + Self.development)
        #expect(again.output == "The schema was up to date.\n")
    }

    @Test func `three servers that start at once on a database that was set up all serve it`() async throws {
        let database = try await database()
        let setUp = ["init", "--account", "First", "--admin-email", "ada@example.com"] + Self.development
        let outcome = try await database.claviger(setUp)
        #expect(outcome.status == 0, "\(outcome.text)")
        let key = String(try #require(outcome.output.firstMatch(of: /operator key +(\S+)/)).1)
        var servers: [ServerProcess] = []
        for _ in 0..<3 {
            servers.append(try await ServerProcess(command: "serve", on: database, arguments: Self.development))
        }
        defer { for server in servers { server.kill() } }
        let starts = await race(3) { [servers] number in try await servers[number].start() }
        for start in starts { try start.get() }
        let account = try await servers[0].makeAccount("Second", as: key)
        for server in servers {
            #expect(try await server.get("/api/v1/accounts/\(account)", bearer: key).status == 200)
            #expect(try await server.stop() == 0)
        }
    }

    @Test func `nodes are listed with what they run by, and those that disagree are named`() async throws {
        let database = try await database()
        let setUp = ["init", "--account", "First", "--admin-email", "ada@example.com"] + Self.development
        let outcome = try await database.claviger(setUp)
        #expect(outcome.status == 0, "\(outcome.text)")
        let none = try await database.claviger(["nodes"])
        #expect(none.status == 0 && none.output.hasPrefix("No node has said anything"), "\(none.text)")
        func listed() async throws -> JSON {
            let run = try await database.claviger(["nodes", "--json"])
            #expect(run.status == 0, "\(run.text)")
            return try JSON(parsing: Array(run.output.utf8))
        }
        // An issuer that is made up for development is that of the address, which nodes do not share.
        let agreed = Self.development + ["--issuer", "http://localhost:8080"]
        var servers: [ServerProcess] = []
        for further in [[], [], ["--key-rotation-days", "30"]] {
            servers.append(try await ServerProcess(command: "serve", on: database, arguments: agreed + further))
        }
        defer { for server in servers { server.kill() } }
        for server in servers.prefix(2) { try await server.start() }
        // One that hears late, as on a busy machine, does not believe its memory meanwhile.
        var two = JSON.null
        try await eventually {
            two = try await listed()
            let nodes = try two["nodes"].elements
            return nodes.count { $0["feed_age_milliseconds"] != .null && $0["silent"] == false } == 2
        }
        let nodes = try two["nodes"].elements
        #expect(two["agree"] == true && two["disagreements"] == [], "\(two)")
        let addresses = servers.prefix(2).map { JSON.text("127.0.0.1:\($0.port)") }
        #expect(Set(nodes.map { $0["listen"] }) == Set(addresses))
        for node in nodes {
            #expect(node["silent"] == false && node["version"] == nodes[0]["version"])
            #expect(node["feed_age_milliseconds"] != .null, "\(node)")
            #expect(try abs(node["clock_offset_milliseconds"].integer) < 60_000, "It is the same machine.")
        }
        let uri = try #require(database.environment["CLAVIGER_DATABASE"])
        let names = try PostgresStore.peek(at: PostgresAddress(uri)) { tx in
            try tx.all("SELECT DISTINCT application_name FROM pg_stat_activity WHERE datname = current_database()") {
                try $0.text(0)
            }
        }
        for node in nodes { #expect(try names.contains("claviger \(node["id"].string)"), "\(names)") }

        try await servers[2].start()
        var three = JSON.null
        try await eventually {
            three = try await listed()
            return try three["nodes"].elements.count == 3
        }
        #expect(three["agree"] == false)
        #expect(try three["disagreements"].elements.map { $0["setting"] } == ["key-rotation-days"], "\(three)")
        let odd = try three["nodes"].elements.filter { $0["differs_in"] == ["key-rotation-days"] }
        #expect(odd.map { $0["listen"] } == [.text("127.0.0.1:\(servers[2].port)")])
        let table = try await database.claviger(["nodes"])
        #expect(table.output.contains("They disagree about key-rotation-days:"), "\(table.text)")
        let doctor = try await database.claviger(["doctor", "--all"] + agreed)
        #expect(doctor.output.contains("they disagree about key-rotation-days"), "\(doctor.text)")
        #expect(try await !database.claviger(["doctor"] + agreed).output.contains("they disagree"))

        #expect(try await servers[2].stop() == 0)
        #expect(try await listed()["nodes"].elements.count == 2)
        let other = try await database.claviger(["doctor", "--all", "--key-rotation-days", "7"] + agreed)
        #expect(other.output.contains("another key-rotation-days than these settings say"), "\(other.text)")
    }

    @Test func `three who set up an empty database at once: one does, the others are told`() async throws {
        let database = try await database()
        let setUp = ["init", "--account", "First", "--admin-email", "ada@example.com"]
        let runs = try await atOnce(3, setUp, on: database)
        #expect(runs.count { $0.status == 0 } == 1, "\(runs.map(\.text))")
        for run in runs where run.status != 0 { #expect(run.errors.contains("operator"), "\(run.text)") }
    }

    @Test(.endedIfItHangs)
    func `a server is not ready while its database takes no connections, and ready again when it does`() async throws {
        let server = try await ServerProcess(command: "demo", on: database())
        defer { server.kill() }
        try await server.start()
        func expectReadiness(_ status: Int) async throws {
            let isSo = try await eventually { try await server.get("/readyz").status == status }
            #expect(isSo, "/readyz does not come to answer \(status)")
        }
        try await server.database.postgres?.takeConnections(false)
        try await expectReadiness(503)
        try await server.database.postgres?.takeConnections(true)
        try await expectReadiness(200)
        let demo = try server.credentials()
        #expect(try await server.verify(demo.apiKey).status == 200)
        #expect(try await server.stop() == 0)
    }

    @Test func `the doctor and the server show the address without its password`() async throws {
        let database = try await database()
        let uri = try #require(database.environment["CLAVIGER_DATABASE"])
        let secret = uri.replacing("claviger@", with: "claviger:hunter22@")
        for command in ["doctor", "migrate", "serve"] {
            let run = try await FinishedCommand.claviger(
                [command] + Self.development, environment: ["CLAVIGER_DATABASE": secret], in: database.folder.path)
            #expect(!run.text.contains("hunter22"))
            if command == "doctor" { #expect(run.output.contains("postgres://claviger@127.0.0.1")) }
        }
        let flag = try await FinishedCommand.claviger(["migrate", "--database", secret] + Self.development)
        #expect(flag.status != 0)
        #expect(flag.errors.contains("PGPASSFILE") && !flag.text.contains("hunter22"))
    }
}
