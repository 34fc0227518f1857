import TestSupport
import Testing

/// An honest retry is not a second creation (law 9).
@Suite("Idempotency-Key", .server())
struct IdempotencyTests {
    private static let body: JSON = ["name": "Once", "scopes": ["data.read"]]

    /// A caller of an organization of its own.
    private struct Desk {
        let server: ServerProcess
        let admin: String
        let path: String

        init() async throws {
            let demo = try RunningServer.current.demo
            server = try RunningServer.current.server
            let id = try await server.makeOrganization("Once", below: demo.account, as: demo.operatorKey)
            admin = try await server.makeKey(in: id, scopes: ManagementScopes.all, as: demo.operatorKey).secret
            path = "/api/v1/organizations/\(id)"
        }

        func post(
            _ key: String, _ body: JSON = IdempotencyTests.body, to end: String = "/api-keys", as bearer: String? = nil
        ) async throws -> Answer {
            try await server.call(
                "POST", path + end, bearer: bearer ?? admin, body, headers: [("Idempotency-Key", key)])
        }

        func count(_ end: String = "/api-keys") async throws -> Int {
            try await server.get(path + end, bearer: admin).json["items"].elements.count
        }
    }

    @Test func `a repetition is answered with the first reply, byte for byte`() async throws {
        let desk = try await Desk()
        for (end, body) in [
            ("/api-keys", Self.body), ("/integrations", ["label": "Once", "scopes": ["data.read"]]),
            (
                "/members",
                ["email": "once@example.com", "name": "Once", "roles": ["auditor"], "password": "a long password"]
            ),
        ] as [(String, JSON)] {
            let before = try await desk.count(end)
            let first = try await desk.post("same-\(end)", body, to: end)
            #expect(first.status == 201, "\(first.text)")
            #expect(first.headers["idempotent-replayed"] == nil)
            for _ in 0..<2 {
                let again = try await desk.post("same-\(end)", body, to: end)
                #expect(again.status == 201)
                #expect(again.body == first.body)
                #expect(again.headers["etag"] == first.headers["etag"])
                #expect(again.headers["location"] == first.headers["location"])
                #expect(again.headers["idempotent-replayed"] == "true")
            }
            #expect(try await desk.count(end) == before + 1)
        }
    }

    @Test func `a rotation that is repeated rotates once`() async throws {
        let desk = try await Desk()
        let id = try await desk.post("make").json["id"].string
        let first = try await desk.post("rotate", [:], to: "/api-keys/\(id)/rotate")
        let again = try await desk.post("rotate", [:], to: "/api-keys/\(id)/rotate")
        #expect(first.status == 200)
        #expect(again.body == first.body)
        #expect(try await desk.server.verify(first.json["key"].string).status == 200)
    }

    @Test func `another request under the same key is refused and makes nothing`() async throws {
        let desk = try await Desk()
        #expect(try await desk.post("used").status == 201)
        let count = try await desk.count()
        let otherBody = try await desk.post("used", ["name": "Other", "scopes": ["data.read"]])
        let otherPath = try await desk.post("used", ["label": "I", "scopes": ["data.read"]], to: "/integrations")
        for answer in [otherBody, otherPath] {
            #expect(answer.status == 422)
            #expect(try answer.json["type"] == "urn:claviger:problem:idempotency-key-reused")
        }
        #expect(try await desk.count() == count)
        #expect(try await desk.count("/integrations") == 0)
    }

    @Test func `of sixteen at once one makes something and all are answered alike`() async throws {
        let desk = try await Desk()
        let count = try await desk.count()
        let answers = try await race(16) { _ in try await desk.post("race") }.map { try $0.get() }
        #expect(answers.allSatisfy { $0.status == 201 })
        #expect(Set(answers.map(\.body)).count == 1)
        #expect(answers.count { $0.headers["idempotent-replayed"] == nil } == 1)
        #expect(try await desk.count() == count + 1)
    }

    @Test func `the same key of another caller is another key`() async throws {
        let desk = try await Desk()
        let operatorKey = try RunningServer.current.demo.operatorKey
        let mine = try await desk.post("shared")
        let theirs = try await desk.post("shared", as: operatorKey)
        #expect(mine.status == 201)
        #expect(theirs.status == 201)
        #expect(theirs.headers["idempotent-replayed"] == nil)
        #expect(try mine.json["key"] != theirs.json["key"])
    }

    @Test func `an error is not kept`() async throws {
        let desk = try await Desk()
        #expect(try await desk.post("retry", ["name": "K"]).status == 422)
        #expect(try await desk.post("retry").status == 201)
    }

    @Test(arguments: ["", " ", "two words", String(repeating: "k", count: 256), "ü"])
    func `a key that cannot be one is refused`(_ key: String) async throws {
        let desk = try await Desk()
        let answer = try await desk.post(key)
        #expect(answer.status == 400)
        #expect(try answer.json["type"] == "urn:claviger:problem:bad-parameter")
    }

    @Test func `the reply of an organization that the caller lost its rights in is not repeated`() async throws {
        let desk = try await Desk()
        let operatorKey = try RunningServer.current.demo.operatorKey
        let me = try await desk.server.get("/api/v1/me", bearer: desk.admin).json["id"].string
        #expect(try await desk.post("kept").status == 201)
        let edit = try await desk.server.call(
            "PATCH", "\(desk.path)/api-keys/\(me)", bearer: operatorKey, ["scopes": ["claviger:api-keys.read"]])
        #expect(edit.status == 200)
        #expect(try await desk.post("kept").status == 403)
    }
}

@Suite("Idempotency-Key and a killed server", .onEveryEngine)
struct IdempotencyRestartTests {
    @Test func `a repetition after the process was killed is answered with the first reply`() async throws {
        try await ServerProcess.withDemo { server, demo in
            let admin = try await server.makeKey(
                in: demo.account, scopes: ManagementScopes.all, as: demo.operatorKey
            ).secret
            func post() async throws -> Answer {
                try await server.call(
                    "POST", "/api/v1/organizations/\(demo.account)/api-keys", bearer: admin,
                    ["name": "Once", "scopes": ["data.read"]], headers: [("Idempotency-Key", "over-the-end")])
            }
            let first = try await post()
            try await server.crash()
            try await server.start()
            let again = try await post()
            #expect(first.status == 201)
            #expect(again.status == 201)
            #expect(again.body == first.body)
            #expect(again.headers["idempotent-replayed"] == "true")
            #expect(try await server.verify(again.json["key"].string).status == 200)
        }
    }
}
