import TestSupport
import Testing

/// Raw requests, made by a grammar from a seed.
private struct RequestGrammar {
    let demo: DemoCredentials
    let token: String
    private var generator: SeededGenerator

    init(_ demo: DemoCredentials, token: String, seed: UInt64) {
        self.demo = demo
        self.token = token
        generator = SeededGenerator(seed: seed)
    }

    /// One request, and whether its answer has no body whatever its fields say.
    mutating func next() -> (text: String, isHead: Bool) {
        let method = one(of: Self.methods)
        let isHead = method == "HEAD"
        let version = often("HTTP/1.1", "HTTP/1.0")
        var fields = [field("Host", often("localhost", one(of: Self.hosts)))]
        if isOne(in: 20) { fields.append(field("Host", "localhost")) }
        if isOne(in: 20) { fields.removeAll() }
        fields += further()
        var (framing, body) = isHead ? ([], "") : framed(one(of: Self.bodies))
        if !isHead, !body.isEmpty, isOne(in: 6) {
            framing.append(field("Expect", one(of: ["100-continue", "100-Continue"])))
        }
        fields = (fields + framing).shuffled(using: &generator)
        // What breaks the parser has no method that is known, so its answer has a body.
        let target = one(of: isHead ? Self.targets.filter { $0.utf8.allSatisfy { $0 < 0x80 } } : Self.targets)
        return ("\(method) \(target) \(version)\r\n\(fields.joined())\r\n\(body)", isHead)
    }

    private static let methods = [
        "GET", "GET", "GET", "POST", "POST", "POST", "HEAD", "PUT", "OPTIONS", "DELETE", "PROPFIND", "get", "BREW",
    ]

    private static let targets = [
        "/verify", "/verify", "/verify?scope=data.read", "/verify?scope=data.write", "/verify?scope=", "/verify?",
        "/verify?scope=data.read&scope=data.write", "/verify?scope=%64ata.read", "/verify?scope=data.read+data.write",
        "/verify?x=y", "/verify?scope=a%00", "/verify?scope=\u{E9}", "/verify?scope=%", "/verify?a?b", "/verify#x",
        "/Verify", "/%76erify", "//verify", "/./verify", "/verify//", "http://localhost/verify?scope=data.read",
        "HTTP://localhost/verify", "/oauth2/token", "/oauth2/token", "/oauth2/token", "/oauth2/token/",
        "/oauth2/token?x=y",
        "/oauth2//token", "/oauth2/introspect", "/oauth2/introspect", "/oauth2/revoke", "/oauth2/jwks",
        "/oauth2/jwks?x",
        "/.well-known/oauth-authorization-server", "/healthz", "/healthz?x=y", "/healthz/", "/readyz", "/nowhere", "*",
    ]

    private static let hosts = ["LOCALHOST:80", "a.example:", "[::1]:1", "a_b", "a b", "a@b", "a/b", "", "a:b"]

    private static let bodies = [
        "grant_type=client_credentials", "grant_type=client_credentials&scope=data.read", "grant_type=password",
        "token=x",
        "grant_type=client_credentials&scope=nothing", "grant_type=client_credentials&grant_type=x", "", "%", "a=%zz",
        "{}", "grant_type=client_credentials&x=" + String(repeating: "y", count: 3000),
    ]

    private mutating func further() -> [String] {
        var fields: [String] = []
        let credentials = [
            "Bearer \(demo.apiKey)", "Bearer \(demo.apiKey)", "bearer \(token)", "Bearer  \(token)", "Bearer x",
            "Bearer",
            "Basic x", basicValue(demo.integration), basicValue(demo.integration), basicValue(demo.resourceServer),
        ]
        if !isOne(in: 5) { fields.append(field("Authorization", one(of: credentials))) }
        if isOne(in: 15) { fields.append(field("Authorization", one(of: credentials))) }
        if !isOne(in: 5) {
            let types = [
                "application/x-www-form-urlencoded", "application/x-www-form-urlencoded",
                "Application/X-WWW-Form-URLEncoded; charset=utf-8", "application/x-www-form-urlencoded ;x=y",
                "application/json", "",
            ]
            fields.append(field("Content-Type", one(of: types)))
        }
        for (name, values) in [
            ("Origin", ["https://app.example", "null"]), ("X-Forwarded-For", ["192.0.2.1", "x, 10.0.0.1"]),
            ("Forwarded", ["for=192.0.2.1"]), ("X-Original-URI", ["/a/b?c=d", "/\u{E9}"]),
            ("Accept", ["text/html", "*/*"]),
            ("Connection", ["keep-alive", "close", "Close", "x, close"]), ("X-Original-Method", ["POST"]),
            ("Cookie", ["a=b; c=d"]), ("Access-Control-Request-Method", ["POST"]), ("X-Empty", [""]),
        ] where isOne(in: 8) {
            fields.append(field(name, one(of: values)))
            if isOne(in: 4) { fields.append(field(name, one(of: values))) }
        }
        return fields
    }

    /// A body with the fields that say how long it is: nearly always in a way that is right.
    private mutating func framed(_ body: String) -> (fields: [String], body: String) {
        let length = String(body.utf8.count)
        switch Int.random(in: 0..<20, using: &generator) {
        case 0: return ([field("Content-Length", length), field("Content-Length", "7")], body)
        case 1: return ([field("Content-Length", length), field("Transfer-Encoding", "chunked")], chunked(body))
        case 2:
            return ([field("Transfer-Encoding", one(of: ["gzip, chunked", "x", "chunked, chunked"]))], chunked(body))
        case 3: return ([field("Content-Length", one(of: ["65537", "99999999999999999999", "-1", "1x", "0x1"]))], body)
        case 4...8: return ([field("Transfer-Encoding", one(of: ["chunked", "Chunked"]))], chunked(body))
        default: return ([field("Content-Length", length)], body)
        }
    }

    private mutating func chunked(_ body: String) -> String {
        let pieces = isOne(in: 3) && body.utf8.count < 100 ? body.map(String.init) : [body]
        let chunks = pieces.filter { !$0.isEmpty }.map { "\(String($0.utf8.count, radix: 16))\r\n\($0)\r\n" }
        return chunks.joined() + (isOne(in: 6) ? "0\r\nX-Trailer: y\r\n\r\n" : "0\r\n\r\n")
    }

    /// A field with its name in any case and any white space around its value.
    private mutating func field(_ name: String, _ value: String) -> String {
        let name = one(of: [name, name, name.lowercased(), name.uppercased()])
        return
            "\(name):\(one(of: ["", " ", " ", "  ", "\t", " \t "]))\(value)\(one(of: ["", "", "", " ", "\t", "  \t"]))\r\n"
    }

    private func basicValue(_ client: DemoCredentials.Client) -> String {
        // A line break is one character.
        String(basic(client).dropFirst("Authorization: ".count).dropLast())
    }

    private mutating func one<T>(of choices: [T]) -> T { choices[Int.random(in: 0..<choices.count, using: &generator)] }
    private mutating func isOne(in count: Int) -> Bool { Int.random(in: 0..<count, using: &generator) == 0 }
    private mutating func often<T>(_ usual: T, _ other: T) -> T { isOne(in: 10) ? other : usual }
}

@Suite("Two doors", .serialized)
struct TwoDoorsTests {
    @Test(arguments: [1, 2] as [UInt64])
    func `answer some hundreds of raw requests alike, in status, fields and body`(_ seed: UInt64) async throws {
        try await ServerProcess.withDemo { server, demo in
            var grammar = RequestGrammar(demo, token: try await server.token(demo.integration), seed: seed)
            var statuses: [Int: Int] = [:]
            for _ in 0..<200 {
                let (text, isHead) = grammar.next()
                let last = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                // What is asked for the first time may have to be looked up.
                _ = try server.exchangeToTheEnd(text + last, bodiless: isHead ? [0] : [])
                let alone = try server.exchangeToTheEnd(text + last, bodiless: isHead ? [0] : [])
                // Behind an ordinary request everything goes through the ordinary door.
                let behind = try server.exchangeToTheEnd(get("/readyz") + text + last, bodiless: isHead ? [1] : [])
                // Leave to send is left out where the body is there already (RFC 9110 §10.1.1).
                #expect(
                    alone.filter { $0.status != 100 }.map(Self.comparable)
                        == behind.dropFirst().filter { $0.status != 100 }.map(Self.comparable), "\(text)")
                #expect(alone.allSatisfy { $0.status < 500 || [501, 505].contains($0.status) }, "\(text)")
                for answer in alone { statuses[answer.status, default: 0] += 1 }
            }
            // The grammar makes what is good, and what is bad in many ways.
            #expect(Set([100, 200, 400, 401, 403, 404, 405, 413, 501]).isSubset(of: statuses.keys), "\(statuses)")
        }
    }

    /// An answer without what differs between two answers to one request: its name, its time, and the tokens.
    private static func comparable(_ answer: RawAnswer) -> String {
        let text = "\(answer)".replacing(#/"access_token":"[^"]+"/#, with: "a token")
        return answer["x-request-id"].map { text.replacing($0, with: "its name") } ?? text
    }

    @Test func `ordinary requests are answered alike, whether they arrive whole or behind another`() async throws {
        try await ServerProcess.withDemo { server, demo in
            let bearer = "Authorization: Bearer \(demo.operatorKey)\r\n"
            func post(_ body: String, _ type: String = "application/json") -> String {
                "POST /api/v1/accounts HTTP/1.1\r\nHost: localhost\r\n\(bearer)Content-Type: \(type)\r\n"
                    + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
            }
            let chunked =
                "POST /api/v1/accounts HTTP/1.1\r\nHost: localhost\r\n\(bearer)Content-Type: application/json\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n"
            let heads = [
                "GET /api/v1/me", "HEAD /api/v1/me", "GET /nowhere", "OPTIONS /api/v1/me",
                "GET //readyz",
            ]
            let texts =
                heads.map { "\($0) HTTP/1.1\r\nHost: localhost\r\n\(bearer)\r\n" }
                + [get("/api/v1/me"), post("{}"), post("{"), post("{}", "text/plain"), chunked, post(#"{"name":""}"#)]
            var statuses: Set<Int> = []
            for text in texts {
                let answers = try server.exchangeAtBothDoors(text)
                #expect(Self.comparable(answers[0]) == Self.comparable(answers[1]), "\(text)")
                statuses.insert(answers[0].status)
            }
            #expect(Set([200, 400, 401, 404, 405, 415, 422]).isSubset(of: statuses), "\(statuses)")
            // One that is announced to be too large is not waited for.
            let large = post(String(repeating: "x", count: 70_000))
            #expect(try server.exchangeToTheEnd(large).map(\.status) == [413])
        }
    }

    @Test func `what has to be looked up is answered in its turn, before what was sent behind it`() async throws {
        try await ServerProcess.withDemo { server, demo in
            // Nobody has asked for the key yet. What comes behind is known at once, at either door.
            let cold = "GET /verify HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \(demo.apiKey)\r\n\r\n"
            let behind = get("/healthz") + get("/nowhere") + get("/readyz")
            let answers = try server.exchange(cold + behind, answers: 4)
            #expect(answers.map(\.status) == [200, 200, 404, 200])
            #expect(answers.map { $0["x-auth-credential"] != nil } == [true, false, false, false])
            // As the last one of its connection, too.
            let client = demo.integration
            let last = "Connection: close\r\n"
            let form = "grant_type=client_credentials"
            let token =
                "POST /oauth2/token HTTP/1.1\r\nHost: localhost\r\n\(basic(client))\(last)"
                + "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: \(form.utf8.count)\r\n\r\n\(form)"
            let alone = try server.exchangeToTheEnd(token + get("/healthz"))
            #expect(alone.map(\.status) == [200])
            #expect(alone.first?["connection"] == "close")
        }
    }

    @Test func `what stands behind a change is answered as it is after that change`() async throws {
        try await ServerProcess.withDemo { server, demo in
            let token = try await server.token(demo.integration)
            let verify = "GET /verify HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \(token)\r\n\r\n"
            #expect(try server.exchange(verify).map(\.status) == [200])
            let form = "token=\(token)"
            let revoke =
                "POST /oauth2/revoke HTTP/1.1\r\nHost: localhost\r\n\(basic(demo.integration))"
                + "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: \(form.utf8.count)\r\n\r\n\(form)"
            #expect(try server.exchange(revoke + verify, answers: 2).map(\.status) == [200, 401])
        }
    }

    @Test func `white space around a value is no part of it`() async throws {
        try await ServerProcess.withDemo { server, demo in
            for space in [" ", "\t", " \t  "] {
                let text =
                    "GET /verify HTTP/1.1\r\nHost:\(space)localhost\(space)\r\n"
                    + "Authorization:\(space)Bearer \(demo.apiKey)\(space)\r\n\r\n"
                for answers in [try server.exchange(text), try server.exchange(get("/readyz") + text, answers: 2)] {
                    #expect(answers.last?.status == 200)
                }
                let form =
                    "POST /oauth2/token HTTP/1.1\r\nHost: a\r\n\(basic(demo.integration).dropLast())\(space)\r\n"
                    + "Content-Type:\(space)application/x-www-form-urlencoded\(space)\r\nContent-Length: 29\r\n\r\n"
                    + "grant_type=client_credentials"
                for answers in [try server.exchange(form), try server.exchange(get("/readyz") + form, answers: 2)] {
                    #expect(answers.last?.status == 200)
                }
            }
        }
    }
}
