import Crypto
import Foundation
import TestSupport
import Testing
import TextForms

/// Taking over keys that were made elsewhere.
@Suite("Imported keys", .onEveryEngine)
struct ImportedKeyTests {
    private static let product = """
        product: { name: Moved, brand: lky }
        scopes:
          data.read: { description: Read }
          data.write: { description: Write }
        policy:
          imported_key_prefixes: [old_live_]
        """

    @Test(.endedIfItHangs)
    func `keys of others are taken over by their hashes, all or none, and are keys like any other`()
        async throws
    {
        try await ServerProcess.withDemo(product: Self.product) { server, demo in
            let secret = "old_live_" + UUID().uuidString
            let end = Date().addingTimeInterval(86_400).formatted(.iso8601)
            func line(_ secret: String, _ changes: [String: JSON] = [:]) -> JSON {
                let hash = Hexadecimal.text(SHA256.hash(data: Data(secret.utf8)))
                let members: [String: JSON] = [
                    "organization_id": .text(demo.account), "name": "Moved", "sha256": .text(hash),
                    "scopes": ["data.read"], "expires_at": .text(end),
                ]
                return .object(members.merging(changes) { $1 })
            }
            func take(_ keys: [JSON], isDry: Bool = false, by key: String? = nil) async throws -> Answer {
                try await server.call(
                    "POST", "/api/v1/api-keys/import", bearer: key ?? demo.operatorKey,
                    ["keys": .list(keys), "dry_run": .bool(isDry)])
            }
            let wrong = try await take([
                line(secret), line(secret), line("old_live_another", ["sha256": "00", "scopes": ["data.fly"]]),
                line("old_live_third", ["expires_at": "2020-01-01T00:00:00Z", "more": 1]),
            ])
            #expect(wrong.status == 422)
            let fields = Set(try wrong.json["errors"].elements.map { try $0["field"].string })
            #expect(
                fields == [
                    "keys.1.sha256", "keys.2.sha256", "keys.2.scopes.0", "keys.3.expires_at", "keys.3.more",
                ], "\(wrong.text)")
            let shown = try await take([line("old_live_012345678901", ["hint": "old_live_012345678901"])])
            #expect(try shown.json["errors"][0]["field"] == "keys.0.hint", "\(shown.text)")
            #expect(!shown.text.contains("old_live_012345678901"))
            let dry = try await take([line(secret)], isDry: true)
            #expect(try dry.status == 200 && dry.json["imported"] == 1 && dry.json["dry_run"] == true, "\(dry.text)")
            #expect(try await server.verify(secret).status == 401)
            let own = try await server.makeKey(
                in: demo.account, scopes: ManagementScopes.all, as: demo.operatorKey)
            #expect(try await take([line(secret)], by: own.secret).status == 403)
            let taken = try await take([line(secret)])
            #expect(taken.status == 200, "\(taken.text)")
            let id = try taken.json["items"][0]["id"].string
            for _ in 1...2 {
                let used = try await server.verify(secret, scope: "data.read")
                #expect(used.status == 200)
            }
            #expect(try await server.verify(secret, scope: "data.write").status == 403)
            #expect(try await take([line(secret)]).status == 422)
            // It is a key like any other.
            let path = "/api/v1/organizations/\(demo.account)/api-keys/\(id)"
            let rotated = try await server.call("POST", path + "/rotate", bearer: demo.operatorKey, [:])
            #expect(try rotated.json["key"].string.hasPrefix("lky_key_"))
            #expect(try await server.verify(secret).status == 401)
            // What has ended stays ended when the same file is sent once more.
            let late = try await take([line(secret)])
            #expect(try late.json["errors"][0]["code"] == "ended", "\(late.text)")
            #expect(try await take([line(secret, ["again": true])]).status == 200)
            #expect(try await server.verify(secret).status == 200)
        }
    }
}
