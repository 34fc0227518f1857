import Foundation
import TestSupport
import Testing

/// The conventions of the management API, on the wire.
@Suite("The management API on the wire", .server())
struct ManagementAPITests {
    private static let keys = "/api-keys"

    /// An organization of its own, so that tests do not see each other's objects.
    private func organization() async throws -> (server: ServerProcess, key: String, id: String, path: String) {
        let (server, demo) = try RunningServer.current
        let id = try await server.makeOrganization("Test", below: demo.account, as: demo.operatorKey)
        return (server, demo.operatorKey, id, "/api/v1/organizations/\(id)")
    }

    private func isProblem(_ answer: Answer, _ status: Int, _ type: String) throws {
        #expect(answer.status == status, "\(answer.text)")
        #expect(answer.headers["content-type"] == "application/problem+json")
        #expect(answer.headers["cache-control"] == "no-store")
        let problem = try answer.json
        #expect(try problem["type"].string == "urn:claviger:problem:\(type)")
        #expect(try problem["status"].integer == status)
        #expect(try !problem["title"].string.isEmpty)
        #expect(try !problem["detail"].string.isEmpty)
        #expect(try problem["request_id"].string == answer.headers["x-request-id"])
    }

    @Test func `a caller hears the new name of their organization in the next call`() async throws {
        let (server, key, id, path) = try await organization()
        let caller = try await server.makeKey(in: id, scopes: ["claviger:api-keys.read"], as: key)
        func name() async throws -> String {
            try await server.get("/api/v1/me", bearer: caller.secret).json["organization"]["name"].string
        }
        // The second answer is remembered.
        for _ in 0..<2 { #expect(try await name() == "Test") }
        #expect(try await server.call("PATCH", path, bearer: key, ["name": "Renamed"]).status == 200)
        for _ in 0..<2 { #expect(try await name() == "Renamed") }
    }

    // MARK: Lists

    @Test(arguments: ["0", "-1", "201", "1e2", "", "+5", "0x10", "99999999999999999999", "5&limit=6", "%30%30%30%31"])
    func `a limit that is none is refused`(_ limit: String) async throws {
        let (server, key, _, path) = try await organization()
        for list in ["/api/v1/accounts", "/api/v1/organizations", path + Self.keys, path + "/audit-events"] {
            try isProblem(try await server.get("\(list)?limit=\(limit)", bearer: key), 400, "bad-parameter")
        }
    }

    @Test(arguments: ["x", "", "%00", "..%2F..", "0000000000000000000000000000", "a&cursor=b", "ÿ"])
    func `a cursor that is none is refused`(_ cursor: String) async throws {
        let (server, key, _, path) = try await organization()
        let text = cursor.addingPercentEncoding(withAllowedCharacters: .urlQueryAllowed) ?? ""
        for list in ["/api/v1/accounts", path + Self.keys, path + "/audit-events"] {
            try isProblem(try await server.get("\(list)?cursor=\(text)", bearer: key), 400, "bad-parameter")
        }
    }

    @Test func `the pages of a list hold everything once`() async throws {
        let (server, key, id, path) = try await organization()
        var made: [String] = []
        for _ in 0..<7 { made.append(try await server.makeKey(in: id, as: key).id) }
        for limit in [1, 3, 7, 200] {
            var seen: [String] = []
            var cursor = ""
            repeat {
                let page = try await server.get(
                    "\(path)/api-keys?limit=\(limit)" + (cursor.isEmpty ? "" : "&cursor=\(cursor)"), bearer: key
                ).json
                let items = try page["items"].elements
                #expect(items.count <= limit)
                seen += try items.map { try $0["id"].string }
                cursor = page["next_cursor"] == .null ? "" : try page["next_cursor"].string
            } while !cursor.isEmpty && seen.count <= made.count
            #expect(seen.sorted() == made.sorted(), "limit \(limit)")
        }
    }

    @Test func `the audit log comes as files for spreadsheets, part by part, with the same events as in JSON`()
        async throws
    {
        let (server, key, id, path) = try await organization()
        for _ in 0..<3 { _ = try await server.makeKey(in: id, as: key) }
        let list = path + "/audit-events?action=api-key.created"
        let events = try await server.get(list, bearer: key).json["items"].elements
        #expect(events.count == 3)
        var lines: [String] = []
        var next: String? = list + "&limit=2&format=csv"
        while let part = next, lines.count < 10 {
            let answer = try await server.get(part, bearer: key)
            #expect(answer.status == 200, "\(answer.text)")
            #expect(answer.headers["content-type"]?.hasPrefix("text/csv") == true)
            let read = answer.text.split(separator: "\r\n").map(String.init)
            #expect(
                read.first?.hasSuffix(
                    #""id","at","action","target","organization_id","actor","request_id","address","details""#) == true)
            lines += read.dropFirst()
            let link = answer.headers["link"]?.firstMatch(of: /^<(\/[^>]+)>; rel="next"$/)
            next = link.map { String($0.1) }
        }
        #expect(lines.count == 3)
        for (line, event) in zip(lines, events) {
            let (event, at) = (try event["id"].string, try event["at"].string)
            #expect(line.hasPrefix("\"\(event)\",\"\(at)\",\"api-key.created\","), "\(line)")
        }
        try isProblem(try await server.get(list + "&format=xml", bearer: key), 400, "bad-parameter")
    }

    @Test func `behind the last entry of the provable log is a text of no lines`() async throws {
        let (server, demo) = try RunningServer.current
        let entries = "/api/v1/accounts/\(demo.account)/audit-log/entries"
        let answer = try await server.get(entries + "?start=1000000", bearer: demo.operatorKey)
        #expect(answer.status == 200 && answer.text.isEmpty, "\(answer.text)")
        #expect(answer.headers["content-type"] == "text/plain; charset=utf-8")
    }

    @Test func `include takes nothing but descendants`() async throws {
        let (server, key, _, path) = try await organization()
        #expect(try await server.get(path + "/api-keys?include=descendants", bearer: key).status == 200)
        for value in ["ancestors", "", "descendants&include=descendants"] {
            try isProblem(
                try await server.get("\(path)/api-keys?include=\(value)", bearer: key), 400, "bad-parameter")
        }
    }

    // MARK: Bodies

    @Test func `unknown members and wrong types are refused, all of them at once`() async throws {
        let (server, key, _, path) = try await organization()
        let answer = try await server.call(
            "POST", path + "/api-keys", bearer: key,
            ["name": 5, "scopes": "data.read", "lifetime_seconds": "1h", "colour": "red", "allowed_addresses": [1]])
        try isProblem(answer, 422, "invalid")
        let errors = try answer.json["errors"].elements
        let found = Set(try errors.map { "\(try $0["field"].string) \(try $0["code"].string)" })
        #expect(
            found == [
                "name wrong_type", "scopes wrong_type", "lifetime_seconds wrong_type", "colour unknown_member",
                "allowed_addresses.0 wrong_type",
            ])
        for error in errors { #expect(try !error["message"].string.isEmpty) }
    }

    @Test func `the form of a body and the rules of the product are told in one round`() async throws {
        let (server, key, id, path) = try await organization()
        func told(_ answer: Answer) throws -> Set<String> {
            try isProblem(answer, 422, "invalid")
            return Set(
                try answer.json["errors"].elements.map { "\(try $0["field"].string) \(try $0["code"].string)" })
        }
        let made = try await server.makeKey(in: id, as: key)
        #expect(
            try told(
                try await server.call(
                    "POST", path + "/api-keys", bearer: key,
                    ["name": "", "scopes": ["no.such", 1], "lifetime_seconds": 0, "colour": "red", "description": 5]))
                == [
                    "name required", "scopes.0 unknown", "scopes.1 wrong_type", "lifetime_seconds out_of_range",
                    "colour unknown_member", "description wrong_type",
                ])
        #expect(
            try told(
                try await server.call(
                    "PATCH", made.path, bearer: key,
                    ["name": "x", "scopes": ["no.such"], "allowed_addresses": [], "a": 1]))
                == ["name immutable", "scopes.0 unknown", "allowed_addresses required", "a unknown_member"])
        #expect(
            try told(
                try await server.call(
                    "POST", path + "/members", bearer: key,
                    ["email": "ada", "name": 1, "roles": ["no.such"], "password": "short"]))
                == ["email invalid", "name wrong_type", "roles.0 unknown", "password too_short"])
        #expect(
            try told(
                try await server.call("POST", "/api/v1/organizations", bearer: key, ["name": "", "parent_id": 7]))
                == ["name required", "parent_id wrong_type"])
        #expect(
            try told(
                try await server.call(
                    "POST", made.path + "/rotate", bearer: key, ["overlap_seconds": -1, "force": "yes"]))
                == ["overlap_seconds out_of_range", "force wrong_type"])
        // Nobody hears of fields who may not know of the thing.
        let gone = String(made.path.dropLast(4)) + "0000"
        try isProblem(try await server.call("PATCH", gone, bearer: key, ["scopes": 5]), 404, "not-found")
    }

    @Test func `an edit that changes nothing is no edit, wherever it is made`() async throws {
        let (server, key, id, path) = try await organization()
        let integration = try await server.call(
            "POST", path + "/integrations", bearer: key, ["label": "I", "scopes": ["data.read"]])
        let app = try await server.makeApp(in: id, as: key)
        let member = try await server.makeMember(in: id, as: key)
        let backend = try await server.call(
            "POST", "/api/v1/resource-servers", bearer: key,
            ["name": "R", "audiences": [.text("https://\(id).example")]])
        let account = try await server.call("POST", "/api/v1/accounts", bearer: key, ["name": "A"])
        let paths = [
            try await server.makeKey(in: id, as: key).path, try #require(integration.headers["location"]), app.path,
            member.path, path, try #require(backend.headers["location"]), try #require(account.headers["location"]),
        ]
        for path in paths {
            let before = try await server.get(path, bearer: key)
            let answer = try await server.call("PATCH", path, bearer: key, [:])
            #expect(answer.status == 200, "\(path): \(answer.text)")
            #expect(answer.headers["etag"] == before.headers["etag"], "\(path)")
            #expect(try answer.json == before.json, "\(path)")
        }
        let events = try await server.get(path + "/audit-events?limit=200", bearer: key).json["items"].elements
        let actions = try events.map { try $0["action"].string }
        #expect(!actions.isEmpty && actions.allSatisfy { !$0.hasSuffix("changed") && !$0.hasSuffix("renamed") })

        let location = try #require(integration.headers["location"])
        _ = try await server.call("POST", location + "/rotate", bearer: key, ["overlap_seconds": 60])
        let secret = try await server.get(location + "/secrets", bearer: key).json["items"][0]
        let kept = try await server.call(
            "PATCH", "\(location)/secrets/\(try secret["id"].string)", bearer: key, [:])
        #expect(kept.status == 200)
        #expect(try kept.json == secret)
    }

    @Test func `a coded body is refused, and what a PATCH takes is told`() async throws {
        let (server, key, id, _) = try await organization()
        let made = try await server.makeKey(in: id, as: key)
        let body = Array("{}".utf8)
        func patch(_ headers: [(String, String)]) async throws -> Answer {
            try await server.send(
                "PATCH", made.path, headers: headers + [("Authorization", "Bearer \(key)")], body: body)
        }
        let json = ("Content-Type", "application/json")
        for coding in ["gzip", "identity, gzip", "br", "x"] {
            let answer = try await patch([json, ("Content-Encoding", coding)])
            try isProblem(answer, 415, "unsupported-content-coding")
            #expect(answer.headers["accept-encoding"] == "identity")
            #expect(answer.headers["accept-patch"] == "application/json")
        }
        #expect(try await patch([json, ("Content-Encoding", "Identity")]).status == 200)
        let text = try await patch([("Content-Type", "application/json-patch+json")])
        try isProblem(text, 415, "unsupported-media-type")
        #expect(text.headers["accept-patch"] == "application/json")
        let options = try await server.send("OPTIONS", made.path, headers: [("Authorization", "Bearer \(key)")])
        #expect(options.headers["accept-patch"] == "application/json")
    }

    @Test func `a whole number may be written with a fraction of zeros`() async throws {
        let (server, key, _, path) = try await organization()
        func make(_ seconds: String) async throws -> Answer {
            try await server.send(
                "POST", path + "/api-keys",
                headers: [("Authorization", "Bearer \(key)"), ("Content-Type", "application/json")],
                body: Array("{\"name\":\"K\",\"scopes\":[\"data.read\"],\"lifetime_seconds\":\(seconds)}".utf8))
        }
        #expect(try await make("3600.0").status == 201)
        for (seconds, code) in [
            ("3600.5", "wrong_type"), ("1e30", "out_of_range"), ("99999999999999999999", "out_of_range"),
        ] {
            let answer = try await make(seconds)
            try isProblem(answer, 422, "invalid")
            #expect(try answer.json["errors"].elements.map { try $0["code"].string } == [code])
        }
    }

    @Test func `the cursor of another list is refused`() async throws {
        let (server, key, id, path) = try await organization()
        for _ in 0..<2 { _ = try await server.makeKey(in: id, as: key) }
        let cursor = try await server.get(path + "/api-keys?limit=1", bearer: key).json["next_cursor"].string
        #expect(try await server.get(path + "/api-keys?cursor=\(cursor)", bearer: key).status == 200)
        for list in ["/api/v1/organizations", path + "/members", path + "/audit-events"] {
            try isProblem(try await server.get("\(list)?cursor=\(cursor)", bearer: key), 400, "bad-parameter")
        }
    }

    @Test func `well-formed values that are not acceptable are refused by field`() async throws {
        let (server, key, _, path) = try await organization()
        for (body, field) in [
            (["name": "", "scopes": ["data.read"]], "name"),
            (["name": .text(String(repeating: "x", count: 201)), "scopes": ["data.read"]], "name"),
            (["name": "a\nb", "scopes": ["data.read"]], "name"),
            (["name": "K", "scopes": ["no.such"]], "scopes"),
            (["name": "K", "scopes": ["data.read", "a b"]], "scopes"),
            (["name": "K", "scopes": ["data.read"], "lifetime_seconds": 0], "lifetime_seconds"),
            (["name": "K", "scopes": ["data.read"], "lifetime_seconds": -1], "lifetime_seconds"),
            (
                ["name": "K", "scopes": ["data.read"], "lifetime_seconds": 9_000_000_000_000_000],
                "lifetime_seconds"
            ),
            (["name": "K", "scopes": ["data.read"], "allowed_addresses": []], "allowed_addresses"),
            (["name": "K", "scopes": ["data.read"], "allowed_addresses": ["10.0.0.256"]], "allowed_addresses"),
        ] as [(JSON, String)] {
            let answer = try await server.call("POST", path + "/api-keys", bearer: key, body)
            try isProblem(answer, 422, "invalid")
            #expect(try answer.json["errors"][0]["field"].string.hasPrefix(field), "\(answer.text)")
        }
    }

    @Test(arguments: [
        "", "{", "{\"name\":}", "nul", "{\"name\":\"K\",\"name\":\"L\"}", "{\"a\":1}x", "{'name':'K'}",
        "{\"name\":\"\\ud800\"}", "{\"n\":01}", "\u{FEFF}{}",
        String(repeating: "[", count: 30) + String(repeating: "]", count: 30),
        String(repeating: "{\"a\":", count: 10_000),
    ])
    func `what is no JSON is unreadable`(_ text: String) async throws {
        let (server, key, _, path) = try await organization()
        let answer = try await server.send(
            "POST", path + "/api-keys",
            headers: [("Authorization", "Bearer \(key)"), ("Content-Type", "application/json")],
            body: Array(text.utf8))
        try isProblem(answer, 400, "unreadable-json")
    }

    @Test(arguments: ["[]", "null", "5", "\"text\"", "true"])
    func `JSON that is no object is refused`(_ text: String) async throws {
        let (server, key, _, path) = try await organization()
        let answer = try await server.send(
            "POST", path + "/api-keys",
            headers: [("Authorization", "Bearer \(key)"), ("Content-Type", "application/json; charset=utf-8")],
            body: Array(text.utf8))
        try isProblem(answer, 422, "invalid")
    }

    @Test(arguments: [nil, "text/plain", "application/x-www-form-urlencoded", "application/jsonx", ""] as [String?])
    func `a body that does not say that it is JSON is refused`(_ contentType: String?) async throws {
        let (server, key, _, path) = try await organization()
        let type = contentType.map { [("Content-Type", $0)] } ?? []
        let answer = try await server.send(
            "POST", path + "/api-keys", headers: [("Authorization", "Bearer \(key)")] + type,
            body: Array("{\"name\":\"K\",\"scopes\":[\"data.read\"]}".utf8))
        try isProblem(answer, 415, "unsupported-media-type")
    }

    @Test func `a body of more than 64 KiB is refused, one of 64 KiB is read`() async throws {
        let (server, key, _, path) = try await organization()
        let headers = [("Authorization", "Bearer \(key)"), ("Content-Type", "application/json")]
        func send(_ count: Int) async throws -> Answer {
            let body = Array("{\"name\":\"K\",\"scopes\":[\"data.read\"]}".utf8)
            let padding = Array(repeating: UInt8(ascii: " "), count: count - body.count)
            return try await server.send("POST", path + "/api-keys", headers: headers, body: body + padding)
        }
        #expect(try await send(65_536).status == 201)
        for count in [65_537, 66_560] { try isProblem(try await send(count), 413, "body-too-large") }
    }

    // MARK: Versions

    @Test func `If-Match keeps two edits apart`() async throws {
        let (server, key, id, _) = try await organization()
        let made = try await server.makeKey(in: id, as: key)
        let first = try #require(try await server.get(made.path, bearer: key).headers["etag"])
        func edit(_ tag: String, _ text: String) async throws -> Answer {
            try await server.call(
                "PATCH", made.path, bearer: key, ["description": .text(text)], headers: [("If-Match", tag)])
        }
        let one = try await edit(first, "one")
        #expect(one.status == 200)
        let second = try #require(one.headers["etag"])
        #expect(second != first)
        try isProblem(try await edit(first, "two"), 412, "precondition-failed")
        try isProblem(try await edit("\"nonsense\"", "two"), 412, "precondition-failed")
        try isProblem(try await edit("nonsense", "two"), 400, "bad-parameter")
        #expect(try await edit("*", "three").status == 200)
        func delete(_ tag: String) async throws -> Answer {
            try await server.call("DELETE", made.path, bearer: key, headers: [("If-Match", tag)])
        }
        try isProblem(try await delete(second), 412, "precondition-failed")
        let last = try #require(try await server.get(made.path, bearer: key).headers["etag"])
        #expect(try await delete(last).status == 204)
    }

    @Test func `conditions on tags are those of RFC 9110, and dates decide nothing`() async throws {
        let (server, key, id, _) = try await organization()
        let made = try await server.makeKey(in: id, as: key)
        let tag = try #require(try await server.get(made.path, bearer: key).headers["etag"])
        for field in [tag, "W/\(tag)", "\"x\", \(tag)", "*"] {
            for method in ["GET", "HEAD"] {
                let answer = try await server.call(method, made.path, bearer: key, headers: [("If-None-Match", field)])
                #expect(answer.status == 304, "\(method) \(field)")
                #expect(answer.body.isEmpty && answer.headers["etag"] == tag)
                #expect(answer.headers["content-type"] == nil && answer.headers["cache-control"] == "no-store")
            }
            for method in ["PATCH", "DELETE"] {
                let answer = try await server.call(
                    method, made.path, bearer: key, method == "PATCH" ? ["description": "x"] : nil,
                    headers: [("If-None-Match", field)])
                try isProblem(answer, 412, "precondition-failed")
            }
        }
        let dates = [
            ("If-Modified-Since", "Fri, 31 Dec 2100 23:59:59 GMT"),
            ("If-Unmodified-Since", "Thu, 01 Jan 1970 00:00:00 GMT"),
        ]
        let other = try await server.get(made.path, bearer: key, headers: dates + [("If-None-Match", "\"x\"")])
        #expect(other.status == 200)
        try isProblem(
            try await server.get(made.path, bearer: key, headers: [("If-Match", "\"x\""), ("If-None-Match", tag)]), 412,
            "precondition-failed")
        let edited = try await server.call(
            "PATCH", made.path, bearer: key, ["description": "x"],
            headers: dates + [("If-Match", "\"x\""), ("If-Match", tag), ("If-None-Match", "\"y\"")])
        #expect(edited.status == 200)

        // A list has no tag, and what is posted to an action has no representation.
        let list = "/api/v1/organizations/\(id)/api-keys"
        #expect(try await server.get(list, bearer: key, headers: [("If-None-Match", tag)]).status == 200)
        #expect(try await server.get(list, bearer: key, headers: [("If-None-Match", "*")]).status == 304)
        for (path, field) in [("\(made.path)/rotate", "If-Match"), (list, "If-None-Match")] {
            let answer = try await server.call("POST", path, bearer: key, [:], headers: [(field, "*")])
            try isProblem(answer, 412, "precondition-failed")
        }
        // What is not there is not found, whatever the condition.
        let gone = made.path.dropLast(4) + "0000"
        try isProblem(
            try await server.get(String(gone), bearer: key, headers: [("If-None-Match", "*")]), 404, "not-found")
    }

    @Test func `the document is not sent again to who has it`() async throws {
        let (server, _) = try RunningServer.current
        for path in ["/openapi.json", "/openapi.yaml"] {
            let tag = try #require(try await server.get(path).headers["etag"])
            let again = try await server.get(path, headers: [("If-None-Match", tag)])
            #expect(again.status == 304 && again.body.isEmpty && again.headers["etag"] == tag)
            #expect(try await server.get(path, headers: [("If-None-Match", "\"x\"")]).status == 200)
        }
    }

    // MARK: Methods and caches

    @Test func `a method that a path does not take is named by the ones that it takes`() async throws {
        let (server, key, _, path) = try await organization()
        for (path, allowed) in [
            ("/api/v1/me", "GET, HEAD"), (path, "DELETE, GET, HEAD, PATCH"), (path + "/api-keys", "GET, HEAD, POST"),
            ("\(path)/api-keys/key_0000000000000000000001/rotate", "POST"),
        ] {
            let answer = try await server.send("PUT", path, headers: [("Authorization", "Bearer \(key)")])
            try isProblem(answer, 405, "method-not-allowed")
            #expect(answer.headers["allow"] == allowed)
        }
        for path in ["/oauth2/token", "/oauth2/introspect", "/oauth2/revoke"] {
            let answer = try await server.get(path)
            #expect(answer.status == 405)
            #expect(answer.headers["allow"] == "POST")
        }
    }

    @Test func `no reply may be cached, and each is named by its own identifier`() async throws {
        let (server, key, id, path) = try await organization()
        let made = try await server.makeKey(in: id, as: key)
        var names: Set<String> = []
        let calls = ["/api/v1/me", path, path + "/api-keys", made.path, path + "/nothing", "/api/v1/organizations/x"]
        for call in calls {
            let answer = try await server.get(call, bearer: key)
            #expect(answer.headers["cache-control"] == "no-store", "\(call)")
            names.insert(try #require(answer.headers["x-request-id"]))
        }
        #expect(names.count == calls.count)
        let theirs = try await server.get("/api/v1/me", bearer: key, headers: [("X-Request-Id", "mine")])
        #expect(theirs.headers["x-request-id"] != "mine")
    }

    // MARK: Law 11

    @Test func `who may not manage integrations cannot make, edit, rotate, disable for good or enable a key that may`()
        async throws
    {
        let (server, key, id, path) = try await organization()
        let strong = try await server.makeKey(in: id, scopes: ["claviger:integrations.manage"], as: key)
        let scopes = ["claviger:api-keys.manage", "claviger:api-keys.read"]
        let weak = try await server.makeKey(in: id, scopes: scopes, as: key)
        let ordinary = try await server.makeKey(in: id, as: key)
        func attempt(_ method: String, _ path: String, _ body: JSON) async throws {
            let answer = try await server.call(method, path, bearer: weak.secret, body)
            try isProblem(answer, 403, "exceeds-rights")
            #expect(answer.text.contains("integrations.manage"))
        }
        let gift: JSON = ["data.read", "claviger:integrations.manage"]
        try await attempt("POST", path + "/api-keys", ["name": "K", "scopes": gift])
        try await attempt("PATCH", ordinary.path, ["scopes": gift])
        try await attempt("PATCH", weak.path, ["scopes": gift])
        try await attempt("PATCH", strong.path, ["description": "mine"])
        try await attempt("PATCH", strong.path, ["allowed_addresses": ["127.0.0.1"]])
        try await attempt("POST", strong.path + "/rotate", [:])
        #expect(try await server.call("POST", strong.path + "/disable", bearer: weak.secret, [:]).status == 200)
        try await attempt("POST", strong.path + "/enable", [:])
        #expect(try await server.call("POST", weak.path + "/rotate", bearer: weak.secret, [:]).status == 200)
    }

    @Test func `who may not manage members cannot have an integration that may, nor give a role that does`()
        async throws
    {
        let (server, key, id, path) = try await organization()
        let strong = try await server.makeIntegration(in: id, scopes: ["claviger:members.manage"], as: key)
        let weak = try await server.makeKey(
            in: id, scopes: ["claviger:integrations.manage", "claviger:integrations.read"], as: key)
        for (method, path, body) in [
            ("POST", path + "/integrations", ["label": "I", "scopes": ["claviger:members.manage"]]),
            ("PATCH", strong.path, ["label": "mine"]), ("POST", strong.path + "/rotate", [:]),
            ("POST", strong.path + "/tokens", [:]),
        ] as [(String, String, JSON)] {
            try isProblem(
                try await server.call(method, path, bearer: weak.secret, body), 403, "exceeds-rights")
        }
        let people = try await server.makeKey(in: id, scopes: ["claviger:members.manage"], as: key)
        let owner = try await server.call(
            "POST", path + "/members", bearer: people.secret,
            ["email": "o@example.com", "name": "O", "roles": ["owner"]])
        try isProblem(owner, 403, "exceeds-rights")
    }

    @Test func `outside of the operator's organization nobody holds the operator's rights, whoever gives them`()
        async throws
    {
        let (server, key, _, path) = try await organization()
        for scope in ["claviger:accounts.manage", "claviger:resource-servers.manage"] as [JSON] {
            let made = try await server.call(
                "POST", path + "/api-keys", bearer: key, ["name": "K", "scopes": [scope]])
            try isProblem(made, 422, "invalid")
            let client = try await server.call(
                "POST", path + "/integrations", bearer: key, ["label": "I", "scopes": [scope]])
            try isProblem(client, 422, "invalid")
        }
        let member = try await server.call(
            "POST", path + "/members", bearer: key,
            ["email": "p@example.com", "name": "P", "roles": ["operator"]])
        try isProblem(member, 422, "invalid")
    }

    // MARK: Audit and secrets

    @Test func `every change is in the audit log with who did it and in which request, and without a secret`()
        async throws
    {
        let (server, key, id, path) = try await organization()
        let admin = try await server.makeKey(in: id, scopes: ManagementScopes.all, as: key)
        let creation = try await server.call(
            "POST", path + "/api-keys", bearer: admin.secret, ["name": "Seen", "scopes": ["data.read"]])
        let made = try creation.json
        let target = try made["id"].string
        var secrets = [try made["key"].string, admin.secret]
        var requests = ["api-key.created": try #require(creation.headers["x-request-id"])]
        for (action, method, end, body) in [
            ("api-key.changed", "PATCH", "", ["description": "x"]), ("api-key.rotated", "POST", "/rotate", [:]),
            ("api-key.disabled", "POST", "/disable", [:]), ("api-key.enabled", "POST", "/enable", [:]),
            ("api-key.deleted", "DELETE", "", nil),
        ] as [(String, String, String, JSON?)] {
            let answer = try await server.call(
                method, "\(path)/api-keys/\(target)\(end)", bearer: admin.secret, body)
            #expect((200...204).contains(answer.status), "\(action): \(answer.text)")
            requests[action] = answer.headers["x-request-id"]
            if action == "api-key.rotated" { secrets.append(try answer.json["key"].string) }
        }
        let log = try await server.get("\(path)/audit-events?target=\(target)", bearer: admin.secret)
        let events = try log.json["items"].elements
        #expect(Set(try events.map { try $0["action"].string }) == Set(requests.keys))
        #expect(events.count == requests.count)
        for event in events {
            #expect(try event["actor"].string == admin.id)
            #expect(try event["request_id"].string == requests[try event["action"].string])
            #expect(try event["organization_id"].string == id)
            #expect(try event["address"].string == "127.0.0.1")
        }
        for secret in secrets { #expect(!log.text.contains(secret)) }
        let refused = try await server.call("POST", path + "/api-keys", bearer: admin.secret, ["name": "Unseen"])
        #expect(refused.status == 422)
        let all = try await server.get("\(path)/audit-events", bearer: admin.secret)
        #expect(!all.text.contains("Unseen"))
    }

    @Test func `no secret is in a list or in what is read again`() async throws {
        let (server, key, id, path) = try await organization()
        let apiKey = try await server.makeKey(in: id, as: key)
        let client = try await server.makeIntegration(in: id, as: key)
        let backend = try await server.make(
            "/api/v1/resource-servers", ["name": "B", "audiences": ["https://b.example.com"]], as: key)
        let secrets = [apiKey.secret, client.secret, try backend["client_secret"].string]
        let reads = [
            path + "/api-keys", apiKey.path, path + "/integrations", client.path, client.path + "/secrets",
            "/api/v1/resource-servers?limit=200", "/api/v1/resource-servers/\(try backend["id"].string)",
            path + "/audit-events",
        ]
        for read in reads {
            let answer = try await server.get(read, bearer: key)
            #expect(answer.status == 200)
            for secret in secrets {
                #expect(!answer.text.contains(secret.dropFirst(12).prefix(20)), "\(read)")
            }
        }
        let hint = try await server.get(apiKey.path, bearer: key).json["hint"].string
        #expect(hint.hasPrefix(apiKey.secret.prefix(12)) && hint.hasSuffix(apiKey.secret.suffix(4)), "\(hint)")
    }

    // MARK: E-mail addresses

    @Test func `another address takes the password, ends the sessions and brings an invitation`() async throws {
        let (server, key, id, path) = try await organization()
        let domain = "\(id.suffix(8).lowercased()).example"
        let made = try await server.make(
            path + "/members",
            [
                "email": .text("ada@\(domain)"), "name": "Ada", "roles": ["developer"],
                "password": "correct horse battery staple",
            ], as: key)
        let member = "\(path)/members/\(try made["id"].string)"
        #expect(made["email_verified"] == false)
        var visitor = PageVisitor(server)
        #expect(try await visitor.signIn("ada@\(domain)", "correct horse battery staple").status == 303)

        let same = try await server.call("PATCH", member, bearer: key, ["email": .text("ADA@\(domain.uppercased())")])
        #expect(same.status == 200, "\(same.text)")
        #expect(try same.json["revision"] == made["revision"] && same.json["has_password"] == true)
        let changed = try await server.call("PATCH", member, bearer: key, ["email": .text("ada@bücher.\(domain)")])
        #expect(changed.status == 200, "\(changed.text)")
        #expect(try changed.json["email"].string == "ada@xn--bcher-kva.\(domain)")
        #expect(try changed.json["has_password"] == false && changed.json["email_verified"] == false)
        #expect(try await visitor.open("/account").status == 303, "The session has ended.")
        #expect(try changed.json["invitation"]["mailed"] == false)
        let link = String(try changed.json["invitation"]["link"].string.dropFirst(server.base.count))
        let page = try await visitor.open(link)
        #expect(try await visitor.send(page, to: "/invitation", [("password", "quite another password")]).status == 303)
        #expect(
            try await server.get(member, bearer: key).json["email_verified"] == false, "The admin has seen the link.")
        let events = try await server.get(path + "/audit-events?action=member.email-changed", bearer: key).json
        #expect(
            try events["items"].elements.map { $0["details"] }
                == [["from": .text("ada@\(domain)"), "to": .text("ada@xn--bcher-kva.\(domain)")]])

        // With a password for the new address nobody has to be invited.
        let set = try await server.call(
            "PATCH", member, bearer: key, ["email": .text("ada@\(domain)"), "password": "correct horse battery staple"])
        #expect(try set.json["invitation"] == .null && set.json["has_password"] == true)
        #expect(try await visitor.signIn("ada@\(domain)", "correct horse battery staple").status == 303)
        _ = try await server.make(
            path + "/members", ["email": .text("eve@\(domain)"), "name": "Eve", "roles": []], as: key)
        try isProblem(
            try await server.call("PATCH", member, bearer: key, ["email": .text("EVE@\(domain)")]), 409, "email-taken")
        for (email, words) in [
            ("ädä@\(domain)", "Before the @"), ("ada@-ü.\(domain)", "Behind the @"), ("nobody", "Must be an e-mail"),
        ] {
            let refused = try await server.call("PATCH", member, bearer: key, ["email": .text(email)])
            try isProblem(refused, 422, "invalid")
            #expect(try refused.json["errors"].elements.first?["message"].string.hasPrefix(words) == true)
        }
    }

    @Test func `the operator says that an address is verified, and a customer cannot`() async throws {
        let (server, key, id, path) = try await organization()
        let people = try await server.makeKey(
            in: id, scopes: ["claviger:members.manage", "claviger:members.read"], as: key)
        let draft: [String: JSON] = [
            "email": "ada@verified.example", "name": "Ada", "roles": [], "email_verified": true,
        ]
        try isProblem(
            try await server.call("POST", path + "/members", bearer: people.secret, .object(draft)), 403, "forbidden")
        let made = try await server.make(path + "/members", .object(draft), as: key)
        #expect(made["email_verified"] == true)
        let member = "\(path)/members/\(try made["id"].string)"
        try isProblem(
            try await server.call("PATCH", member, bearer: people.secret, ["email_verified": false]), 403, "forbidden")
        let set = try await server.call(
            "PATCH", member, bearer: people.secret, ["password": "correct horse battery staple"])
        #expect(try set.json["email_verified"] == false, "Who sets a password could be the member.")
        let said = try await server.call("PATCH", member, bearer: key, ["email_verified": true])
        #expect(try said.json["email_verified"] == true && said.json["invitation"] == .null)
    }

    @Test func `a webhook that verifies by a public key is given that, and no secret`() async throws {
        let (server, key, _, path) = try await organization()
        let made = try await server.make(
            path + "/webhooks", ["url": "https://receiver.example/", "signature_scheme": "v1a"], as: key)
        #expect(made["secret"] == .null && made["signature_scheme"] == "v1a")
        let first = try made["public_key"].string
        #expect(first.wholeMatch(of: /whpk_[A-Za-z0-9+\/]{43}=/) != nil)
        let webhook = "\(path)/webhooks/\(try made["id"].string)"
        let rotated = try await server.call("POST", webhook + "/rotate", bearer: key, [:])
        #expect(rotated.status == 200)
        #expect(try rotated.json["secret"] == .null && rotated.json["public_key"].string != first)
        #expect(try await server.get(webhook, bearer: key).json["public_key"] == rotated.json["public_key"])
        try isProblem(
            try await server.call(
                "POST", webhook + "/rotate", bearer: key, ["signature_scheme": "v2"]), 422, "invalid")
    }

    @Test func `the value of a header of a webhook's own is shown to nobody`() async throws {
        let (server, key, _, path) = try await organization()
        let made = try await server.make(
            path + "/webhooks",
            ["url": "https://receiver.example/", "header": ["name": "Authorization", "value": "Bearer S3cr3tS3cr3t"]],
            as: key)
        #expect(made["header_name"] == "Authorization")
        let webhook = "\(path)/webhooks/\(try made["id"].string)"
        let edited = try await server.call(
            "PATCH", webhook, bearer: key, ["header": ["name": "X-Key", "value": "S3cr3tS3cr3t"]])
        #expect(try edited.json["header_name"] == "X-Key")
        for text in ["\(made)", edited.text, try await server.get(path + "/webhooks", bearer: key).text] {
            #expect(!text.contains("S3cr3t"))
        }
        let wrongs: [JSON] = [
            ["name": "X-Key"], ["name": "Host", "value": "a"], ["name": "X", "value": "a", "more": "b"],
        ]
        for wrong in wrongs {
            try isProblem(
                try await server.call("PATCH", webhook, bearer: key, ["header": wrong]), 422, "invalid")
        }
        let removed = try await server.call("PATCH", webhook, bearer: key, ["header": .null])
        #expect(try removed.json["header_name"] == .null)
    }

    @Test func `a customer who sends too many tests is told when to go on`() async throws {
        let (server, key, id, path) = try await organization()
        let customer = try await server.makeKey(
            in: id, scopes: ["claviger:webhooks.manage", "claviger:webhooks.read"], as: key
        ).secret
        // Port 9 of this machine discards: nobody answers.
        let made = try await server.make(path + "/webhooks", ["url": "http://127.0.0.1:9/"], as: customer)
        let test = "\(path)/webhooks/\(try made["id"].string)/test"
        var answer = try await server.call("POST", test, bearer: customer, [:])
        for _ in 0..<100 where answer.status == 201 {
            answer = try await server.call("POST", test, bearer: customer, [:])
        }
        try isProblem(answer, 429, "too-often")
        #expect((1...60).contains(Int(answer.headers["retry-after"] ?? "") ?? 0))
        #expect(try await server.call("POST", test, bearer: key, [:]).status == 201)
    }

    @Test func `what is sent to a webhook and what came of it stands in its log, and its secret is shown once`()
        async throws
    {
        let (server, key, _, path) = try await organization()
        // It takes no POST.
        let address = server.base + "/healthz"
        let made = try await server.make(path + "/webhooks", ["url": .text(address)], as: key)
        let secret = try made["secret"].string
        #expect(secret.wholeMatch(of: /whsec_[A-Za-z0-9+\/]{43}=/) != nil)
        let webhook = "\(path)/webhooks/\(try made["id"].string)"
        let sent = try await server.make(webhook + "/test", [:], as: key)
        let delivery = "\(webhook)/deliveries/\(try sent["id"].string)"
        var log: [JSON] = []
        try await eventually {
            log = try await server.get(delivery, bearer: key).json["log"].elements
            return !log.isEmpty
        }
        let first = try #require(log.first)
        #expect(try first["status"].integer == 405 && first["error"] == "status")
        let rotated = try await server.call("POST", webhook + "/rotate", bearer: key, [:])
        #expect(try rotated.json["secret"].string != secret && rotated.json["previous_secret_expires_at"] != .null)
        for read in ["", "/deliveries", delivery.replacing(webhook, with: "")] {
            let answer = try await server.get(webhook + read, bearer: key)
            #expect(answer.status == 200 && !answer.text.contains("whsec_"), "\(answer.text)")
        }
        for wrong in [
            "ftp://receiver.example", "https://", "https://a:b@receiver.example/", "https://receiver.example/#a",
        ] {
            try isProblem(
                try await server.call("POST", path + "/webhooks", bearer: key, ["url": .text(wrong)]), 422, "invalid")
        }
    }
}
