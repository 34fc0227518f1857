import CredentialFormat
import Foundation
import Model
import Persistence
import PersistenceSQLite
import TestSupport
import Testing

@testable import Server

private let development = ["--environment", "development"]

/// `claviger audit follow` as a process, beside a server.
@Suite("Following the audit log", .onEveryEngine)
struct AuditFollowTests {
    /// A server with followers beside it.
    private struct Desk {
        let server: ServerProcess
        let demo: TestSupport.DemoCredentials

        static func with(_ body: (Desk) async throws -> Void) async throws {
            try await ServerProcess.withDemo { server, demo in try await body(Desk(server: server, demo: demo)) }
        }

        func path(_ name: String) -> String { server.folder.path + "/" + name }

        func text(_ name: String) -> String { (try? String(contentsOfFile: path(name), encoding: .utf8)) ?? "" }

        func lines(_ name: String) throws -> [JSON] {
            try text(name).split(separator: "\n").map { try JSON(parsing: Array($0.utf8)) }
        }

        /// A follower whose lines are appended to a file.
        func follower(into name: String, _ further: [String] = []) async throws -> BackgroundProcess {
            try await BackgroundProcess(
                try ServerProcess.executable.path,
                ["audit", "follow"] + development + server.database.arguments + further,
                environment: FinishedCommand.environment(with: server.database.environment),
                in: server.database.folder.path, output: path(name), errors: path("follower.txt"))
        }

        /// What ends once it has printed all that there is. Others' open transactions may keep it from some of it on PostgreSQL.
        func follow(_ further: [String]) async throws -> FinishedCommand {
            try await server.database.claviger(["audit", "follow", "--no-wait"] + development + further)
        }

        func change(_ count: Int) async throws {
            for _ in 0..<count { _ = try await server.makeKey(in: demo.account, as: demo.operatorKey) }
        }

        /// The identifiers of all events that the log has.
        func all() async throws -> Set<String> {
            let export = try await server.database.claviger(
                ["audit", "export", "--since", "2020-01-01T00:00:00Z"] + development)
            #expect(export.status == 0, "\(export.text)")
            return Set(try export.lines.map { try JSON(parsing: Array($0.utf8))["id"].string })
        }
    }

    @Test(.endedIfItHangs)
    func `a follower that is killed again and again loses no event and repeats none`() async throws {
        try await Desk.with { desk in
            let file = "followed.jsonl"
            async let changes = race(3) { [desk] _ in try await desk.change(25) }
            for kill in 1...12 {
                let before = desk.text(file).utf8.count
                let follower = try await desk.follower(into: file)
                // Until it has written something, or there is nothing left to be written: another is killed as it begins.
                if !kill.isMultiple(of: 3) {
                    try await eventually(within: .seconds(3)) { desk.text(file).utf8.count > before }
                }
                follower.signal(SIGKILL)
                _ = try await follower.status()
                // As if it had been in the middle of a line.
                if kill.isMultiple(of: 4), let handle = FileHandle(forWritingAtPath: desk.path(file)) {
                    try handle.seekToEnd()
                    try handle.write(contentsOf: Data("{\"id\":\"evt_".utf8))
                    try handle.close()
                }
            }
            for result in await changes { try result.get() }
            let last = try await desk.follower(into: file)
            // Which only this one can have written, so it holds the file when it is whole.
            try await desk.change(1)
            let all = try await desk.all()
            #expect(all.count > 75)
            let isWhole = try await eventually(within: .seconds(120)) {
                desk.text(file).hasSuffix("\n") && desk.text(file).split(separator: "\n").count >= all.count
            }
            #expect(isWhole, "\(desk.text("follower.txt"))")
            let second = try await desk.follower(into: file)
            #expect(try await second.status() == 1, "Two would write each line twice.")
            last.signal(SIGKILL)
            _ = try await last.status()
            let ids = try desk.lines(file).map { try $0["id"].string }
            #expect(Set(ids) == all)
            #expect(ids.count == all.count, "None comes twice.")
        }
    }

    @Test func `a cursor goes on after its line, a file keeps it, and one that the log does not have is refused`()
        async throws
    {
        try await Desk.with { desk in
            let all = try await desk.all()
            let cursor = desk.path("cursor")
            var lines: [String] = []
            try await eventually(within: .seconds(120)) {
                let run = try await desk.follow(["--cursor-file", cursor])
                #expect(run.status == 0, "\(run.text)")
                lines += run.lines
                return lines.count >= all.count
            }
            #expect(lines.count == all.count && Set(lines).count == all.count)
            #expect(try await desk.follow(["--cursor-file", cursor]).output.isEmpty)
            let middle = try JSON(parsing: Array(lines[lines.count / 2].utf8))["cursor"].string
            let rest = try await desk.follow(["--after", middle])
            #expect(rest.lines == Array(lines.dropFirst(lines.count / 2 + 1)), "\(rest.errors)")
            #expect(try await desk.follow(["--since", "2999-01-01T00:00:00Z"]).output.isEmpty)

            let number = try #require(middle.split(separator: ".").first)
            let foreign = "\(number).\(ID<AuditEvent>(at: Int64(Date().timeIntervalSince1970 * 1000)))"
            for wrong in [foreign, "1" + middle] {
                let refused = try await desk.follow(["--after", wrong])
                #expect(refused.status != 0 && refused.output.isEmpty, "\(wrong) \(refused.text)")
            }
            #expect(try await desk.follow(["--after", "yesterday"]).status == 64)
        }
    }
}

@Suite("Steps of a follower of the audit log")
struct AuditFollowerTests {
    @Test func `a long log is gone through in short looks, from before and after events had places`() async throws {
        let folder = try Folder()
        let path = folder.path + "/claviger.db"
        let now = FixedClock().current
        let store = try await SQLiteStore.open(path: path, at: now)
        let times = (0..<9).map { now.adding(seconds: $0) }
        try await store.write { tx in
            for (index, time) in times.enumerated() {
                try tx.record(
                    AuditEvent(
                        id: ID(at: time.milliseconds), at: time, action: "event-\(index)", target: "x",
                        organization: nil, actor: "command:test", requestID: "r", address: nil, details: [:]))
                if index == 3 { try tx.execute("UPDATE audit_event SET place = NULL") }
            }
        }
        func followed(since: Instant?) async throws -> [String] {
            let file = folder.path + "/\(UUID()).jsonl"
            let descriptor = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
            defer { close(descriptor) }
            var follower = AuditFollower(
                looks: DatabaseLooks(into: .sqlite(path: path)), output: try AuditOutput(descriptor), cursorFile: nil,
                since: since, retentionDays: 400, now: { now }, say: { _ in })
            follower.batch = 2
            try await follower.run(after: nil, waiting: false)
            let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
            return try lines.map { try JSON(parsing: Array($0.utf8))["action"].string }
        }
        #expect(try await followed(since: nil) == (0..<9).map { "event-\($0)" })
        #expect(try await followed(since: times[2]) == (2..<9).map { "event-\($0)" })
        #expect(try await followed(since: times[7]) == ["event-7", "event-8"])
        await store.close()
    }
}
