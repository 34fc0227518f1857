import Foundation
import Logging
import Persistence
import TestSupport
import Testing

@testable import Server

/// What an operator sees of an outage, and of its end, on real servers.
@Suite("Outages")
struct OutageTests {
    private static let flags = ["--log-format", "json", "--log-level", "notice"]

    @Test(.endedIfItHangs)
    func `a database that is lost is one error in the log, and its return one notice that says for how long`()
        async throws
    {
        let database = try await ServerDatabase.make(on: .postgres, in: Folder())
        let metrics = try FreePort.find()
        let server = try await ServerProcess(
            command: "demo", on: database, arguments: Self.flags + ["--metrics", "127.0.0.1:\(metrics)"])
        defer { server.kill() }
        try await server.start()
        try await database.postgres?.takeConnections(false)
        try await becomes("database and feed are lost") {
            _ = try await server.get("/readyz")
            return server.lines("the database is lost").count == 1
                && server.lines("the revocation feed is lost").count == 1
        }
        let answer = try await server.get("/readyz")
        #expect(answer.status == 503)
        #expect(answer.text.contains("The database is not reached.") && answer.text.contains("feed is not heard"))
        let told = try await Front(base: "http://127.0.0.1:\(metrics)").get("/metrics").text
        #expect(told.contains(#"claviger_available{dependency="database"} 0"#))
        #expect(told.contains(#"claviger_outages_total{dependency="feed"} 1"#))
        try await database.postgres?.takeConnections(true)
        // Nobody asks for anything meanwhile.
        try await becomes("both are back") {
            server.lines("the database is back").count == 1 && server.lines("the revocation feed is back").count == 1
        }
        try await becomes("it is ready") { try await server.get("/readyz").status == 200 }
        for (message, level) in [
            ("the database is lost", "error"), ("the revocation feed is lost", "error"),
            ("the database is back", "notice"), ("the revocation feed is back", "notice"),
        ] {
            let found = server.lines(message)
            #expect(found.count == 1, "\(message)")
            #expect(found.first?.contains("\"level\":\"\(level)\"") == true)
            let more = level == "error" ? "\"error\":" : "\"seconds\":"
            #expect(found.first?.contains(more) == true, "\(found)")
        }
        #expect(server.lines("the database is lost").first?.contains("127.0.0.1") == true)
        #expect(try await server.stop() == 0)
        #expect(server.lines("the server was told to end").count == 1)
        #expect(server.lines("the server has ended").count == 1)
    }

    @Test func `one statement that takes too long is no lost database, and a second one with nothing in between is`()
        async throws
    {
        try await SampleTree.open { tree in
            let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            let outages = Outages(logger: logger, now: tree.clock.now)
            let store = ObservedEngine(tree.store, at: "here", telling: outages)
            func isSlow() async {
                await #expect(throws: StoreError.self) {
                    try await store.read { _ -> Bool in throw StoreError.slow("a test says so") }
                }
            }
            for _ in 0..<3 {
                await isSlow()
                #expect(outages.explanations.isEmpty)
                _ = try await store.read { tx in try tx.installation() != nil }
            }
            await isSlow()
            await isSlow()
            #expect(outages.explanations.count == 1)
        }
    }

    @Test(.endedIfItHangs)
    func `every node says that keys were rotated and that another node ended`()
        async throws
    {
        let database = try await ServerDatabase.make(on: .postgres, in: Folder())
        let first = try await ServerProcess(command: "demo", on: database, arguments: Self.flags)
        defer { first.kill() }
        try await first.start()
        let second = try await ServerProcess(
            command: "serve", on: database, arguments: Self.flags + ["--environment", "development"])
        defer { second.kill() }
        try await second.start()
        let rotation = try await database.claviger(["keys", "rotate", "--environment", "development"])
        #expect(rotation.status == 0, "\(rotation.text)")
        try await becomes("both say that keys were rotated") {
            [first, second].allSatisfy { !$0.lines("the key ring was changed, and is read anew").isEmpty }
        }
        let key = try first.credentials().operatorKey
        let desk = try await first.get("/api/v1/me", bearer: key).json["account_id"].string
        let path = "/audit-events?action=key-ring.rotated&include=descendants"
        let events = try await first.get("/api/v1/organizations/\(desk)\(path)", bearer: key)
        #expect(events.text.contains("command:keys rotate"), "\(events.text)")
        let account = try first.credentials().account
        let others = try await first.get("/api/v1/organizations/\(account)\(path)", bearer: key)
        #expect(try others.json["items"].elements.isEmpty, "\(others.text)")
        #expect(try await second.stop() == 0)
        try await becomes("the first says that the second ended") {
            first.lines("another node has ended").count == 1
        }
    }

    @Test(.endedIfItHangs)
    func
        `SIGHUP puts the level of the log in force that the file says now, names what waits for a restart, and ends nothing`()
        async throws
    {
        let folder = try Folder()
        let file = folder.path + "/settings.yaml"
        func say(_ settings: String) throws {
            try settings.write(toFile: file, atomically: true, encoding: .utf8)
        }
        try say("log-level: notice\n")
        try await ServerProcess.withDemo(arguments: ["--config", file, "--log-format", "json"]) { server, demo in
            #expect(try await server.verify(demo.apiKey).status == 200)
            try say("log-level: info\nidle-seconds: 90\n")
            server.signal(SIGHUP)
            try await becomes("the settings were read") { server.lines("settings were read again").count == 1 }
            let told = server.lines("settings were read again").first
            #expect(told?.contains("\"restart_for\":\"idle-seconds\"") == true, "\(server.log)")
            #expect(server.lines("request").isEmpty)
            #expect(try await server.verify(demo.apiKey).status == 200)
            try await becomes("requests are logged") { server.lines("request").count == 1 }
            try say("log-level: loud\n")
            server.signal(SIGHUP)
            try await becomes("it says that the file is wrong") {
                server.lines("the settings are not right any more, so none is changed").count == 1
            }
            server.signal(SIGUSR2)
            #expect(try await server.verify(demo.apiKey).status == 200)
            #expect(try await server.stop() == 0)
        }
    }

    @Test(.endedIfItHangs)
    func `a disk without room refuses changes as such, lets verification go on, and is well again by itself`()
        async throws
    {
        for disk in await SmallDisk.possible { try await expectRefusalAndReturn(on: disk) }
    }

    private func expectRefusalAndReturn(on disk: SmallDisk) async throws {
        let metrics = try FreePort.find()
        try await StoreUnderTest.$current.withValue(.sqlite) {
            let server = try await ServerProcess(
                command: "demo", arguments: Self.flags + ["--metrics", "127.0.0.1:\(metrics)"], disk: disk,
                patient: false)
            defer { server.kill() }
            try await server.start()
            let demo = try server.credentials()
            let account = "/api/v1/organizations/\(demo.account)"
            func change(_ number: Int) async throws -> Answer {
                try await server.call(
                    "PATCH", account, bearer: demo.operatorKey, ["name": .text("Name \(number)")])
            }
            #expect(try await change(0).status == 200)
            #expect(try await server.verify(demo.apiKey).status == 200)
            try await disk.fill(for: server)
            // The write-ahead log may have some room in it.
            var refusal = try await change(1)
            for number in 2..<3000 where refusal.status == 200 { refusal = try await change(number) }
            #expect(refusal.status == 503, "\(disk): \(refusal.text)")
            #expect(try refusal.json["type"].string == "urn:claviger:problem:unwritable")
            #expect(refusal.headers["retry-after"] == "10")
            for number in 3000..<3010 { #expect(try await change(number).status == 503) }
            #expect(try await server.verify(demo.apiKey).status == 200)
            let readiness = try await server.get("/readyz")
            #expect(readiness.status == 503 && readiness.text.contains("Nothing can be written"), "\(readiness.text)")
            let told = try await Front(base: "http://127.0.0.1:\(metrics)").get("/metrics").text
            #expect(told.contains(#"claviger_available{dependency="writing"} 0"#))
            // The log is read from a pipe, behind the reply.
            try await becomes("that nothing can be written is told") {
                server.lines("nothing can be written").count == 1
            }
            let found = server.lines("nothing can be written")
            #expect(found.first?.contains("claviger.db") == true && found.first?.contains("\"cause\":") == true)
            #expect(
                server.log.split(separator: "\n").count { $0.contains("\"level\":\"error\"") } == 1, "\(server.log)")
            try await disk.free(for: server)
            try await becomes("writing works again") { server.lines("writing works again").count == 1 }
            #expect(try await change(4000).status == 200)
            #expect(try await server.get("/readyz").status == 200)
            #expect(try await server.stop() == 0)
        }
    }
}
