import Credentials
import HTTPServing
import Logging
import Measuring
import Model
import Persistence
import TestSupport
import Testing

@testable import Server

@Suite("The operator's way in", .onEveryEngine)
struct OperatorKeysTests {
    private static let day = 86_400

    @Test func `from 60 days before the last key ends, doctor warns and a metric counts down`() async throws {
        try await SampleTree.open { tree in
            let warnings = Warnings()
            let watch = OperatorKeyWatch(
                store: tree.store, now: tree.clock.now, logger: Logger(label: "test") { _ in WarningHandler(warnings) })
            func severity() async throws -> Finding.Severity? {
                let now = tree.clock.current
                return try await tree.store.read { tx in try OperatorKeys(tx, at: now) }?.findings(at: now).first?
                    .severity
            }
            func left() async throws -> [Double] {
                try await watch.look()
                return watch.metric.read().map(\.value)
            }
            #expect(watch.metric.read().isEmpty, "nothing was looked at")
            #expect(try await severity() == .warning, "there is no key at all")
            #expect(try await left() == [0])
            #expect(warnings.count == 1)
            let other = try await key(lasting: 10, tree)
            let last = try await key(lasting: 100, tree)
            #expect(try await severity() == .fine)
            #expect(try await left() == [])
            tree.clock.advance(seconds: 40 * Self.day - 1)
            #expect(try await severity() == .fine)
            #expect(try await left() == [])
            tree.clock.advance(seconds: 1)
            #expect(other.expiresAt < tree.clock.current)
            #expect(try await severity() == .warning)
            #expect(try await left() == [Double(60 * Self.day)])
            tree.clock.advance(seconds: 100)
            #expect(watch.metric.read().map(\.value) == [Double(60 * Self.day - 100)], "without another look")
            _ = try await left()
            #expect(warnings.count == 2, "once a day")
            tree.clock.advance(seconds: Self.day)
            _ = try await left()
            #expect(warnings.count == 3)
            tree.clock.advance(seconds: 59 * Self.day)
            #expect(tree.clock.current > last.expiresAt)
            #expect(try await severity() == .warning)
            #expect(try await left() == [0])
        }
    }

    private func key(lasting days: Int, _ tree: SampleTree) async throws -> APIKey {
        try await tree.store.write { [keys = tree.apiKeys, product = tree.product, desk = tree.desk.id] tx in
            try keys.create(
                InitialSetup.operatorKeyDraft(
                    product, OperatorKeyRequest(name: "Operator", lifetimeSeconds: days * Self.day)),
                in: desk, as: SampleTree.theOperator, tx: tx)
        }.credential
    }

    @Test func `the last one is lost only by force, over HTTP, and doctor says until when it is good`() async throws {
        try await ServerProcess.withDemo { server, demo in
            let me = try await server.get("/api/v1/me", bearer: demo.operatorKey).json
            let path = "/api/v1/organizations/\(try me["account_id"].string)/api-keys/\(try me["id"].string)"
            func call(_ method: String, _ end: String, _ body: JSON? = nil) async throws -> Answer {
                try await server.call(method, path + end, bearer: demo.operatorKey, body)
            }
            for (method, end, body) in [
                ("DELETE", "", nil), ("DELETE", "?force=false", nil), ("POST", "/disable", nil),
                ("POST", "/disable", ["force": false]), ("POST", "/rotate", ["lifetime_seconds": 60]),
                ("PATCH", "", ["scopes": ["claviger:api-keys.manage"]]),
            ] as [(String, String, JSON?)] {
                let answer = try await call(method, end, body)
                #expect(answer.status == 409, "\(method) \(end) \(answer.text)")
                #expect(try answer.json["type"] == "urn:claviger:problem:last-operator-key")
            }
            #expect(try await call("DELETE", "?force=yes").status == 400)
            #expect(try await call("POST", "/rotate", ["lifetime_seconds": 0]).status == 422)
            let doctor = try await server.database.claviger(["doctor", "--environment", "development"])
            #expect(doctor.output.contains("operator key"), "\(doctor.text)")
            #expect(doctor.output.contains("good until"), "\(doctor.text)")
            let short = try await call("POST", "/rotate", ["lifetime_seconds": 3600, "force": true])
            #expect(short.status == 200, "\(short.text)")
            let key = try short.json["key"].string
            let warned = try await server.database.claviger(["doctor", "--environment", "development"])
            #expect(warned.output.contains("the operator's last key that manages accounts ends on"), "\(warned.text)")
            let gone = try await server.call("DELETE", path + "?force=true", bearer: key)
            #expect(gone.status == 204)
            #expect(try await server.call("GET", path, bearer: key).status == 401)
        }
    }
}
