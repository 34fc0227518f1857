import Locking
import Model
import Policy
import ProductDefinition
import TestSupport
import Testing

@testable import HTTPServing

/// A slip in a gateway's rule must neither open a route unseen nor close it unseen.
@Suite("Gateways' questions", .server())
struct GatewayQuestionTests {
    @Test(arguments: [
        "?scopes=data.write", "?Scope=data.write", "?scope=data.raed", "?scope=data.read+data.raed", "?scope=",
        "?scope=data.read&scope=data.read", "?scope=data.read&uri=/orders", "?scope=data.read%20", "?x", "?=x",
        "?%zz=x",
        "?scope=data.read&on_limit=500", "?on_limit=403&on_limit=403", "?Authorization=Bearer+x", "?scope=%00",
        "?scope=claviger:nothing.manage",
    ])
    func `a parameter that is not ours, or a scope that nobody knows, is 400 for everybody`(_ query: String)
        async throws
    {
        let (server, demo) = try RunningServer.current
        for credential in [demo.apiKey, nil, "x"] {
            for answer in try server.exchangeAtBothDoors(get("/verify\(query)", bearer: credential)) {
                #expect(answer.status == 400, "\(query)")
                #expect(answer["content-type"] == "application/problem+json")
                let problem = try JSON(parsing: answer.body)
                #expect(problem["type"] == "urn:claviger:problem:gateway-rule")
                #expect(try problem["request_id"].string == answer["x-request-id"])
            }
        }
    }

    @Test(arguments: [
        ("", 200), ("?", 200), ("?scope=data.read", 200), ("?&scope=data.read&", 200), ("?scope=data.write", 403),
        ("?on_limit=403", 200), ("?on_limit=429&scope=data.read", 200), ("?scope=openid", 403),
        ("?scope=claviger:api-keys.read", 403),
    ])
    func `what is ours is read as before`(_ query: String, _ status: Int) async throws {
        let (server, demo) = try RunningServer.current
        for answer in try server.exchangeAtBothDoors(get("/verify\(query)", bearer: demo.apiKey)) {
            #expect(answer.status == status, "\(query)")
        }
    }

    @Test(arguments: [
        ("/", "", 200), ("/orders/1?a=b", "", 200), ("//orders//", "", 200), ("/%2e%2e/../x?scope=data.write", "", 200),
        ("/orders?scope=%22&scopes=x", "", 200), ("/orders", "data.read", 200), ("/orders", "data.write", 403),
        ("/orders?scope=data.read", "data.write", 403), ("/orders", "data.read data.write", 403),
        ("/orders", "data.raed", 400), ("/token", "", 200), ("/verify?x", "", 200), ("?", "", 200),
    ])
    func `behind the path stands the caller's own target, and its query asks nothing`(
        _ target: String, _ scope: String, _ status: Int
    ) async throws {
        let (server, demo) = try RunningServer.current
        let field = scope.isEmpty ? "" : "X-Claviger-Scope: \(scope)\r\n"
        for method in ["GET", "POST", "OPTIONS", "DELETE"] {
            let asked = request(method, "/verify\(target)", field, bearer: demo.apiKey)
            for answer in try server.exchangeAtBothDoors(asked) {
                #expect(answer.status == status, "\(method) \(target)")
                #expect(answer.status != 200 || answer["x-auth-account"] == demo.account)
            }
        }
        for answer in try server.exchangeAtBothDoors(request("GET", "/verify\(target)", field)) {
            #expect(answer.status == (status == 400 ? 400 : 401))
        }
    }

    @Test func `a caller adds nothing to the scopes that the gateway wants, and takes none away`() async throws {
        let (server, demo) = try RunningServer.current
        let two = "X-Claviger-Scope: data.write\r\nX-Claviger-Scope: data.read\r\n"
        for answer in try server.exchangeAtBothDoors(request("GET", "/verify/x", two, bearer: demo.apiKey)) {
            #expect(answer.status == 400)
        }
        // Where the query asks, the field is nobody's.
        for (field, status) in [("data.write", 200), ("%", 200)] {
            let asked = request("GET", "/verify", "X-Claviger-Scope: \(field)\r\n", bearer: demo.apiKey)
            for answer in try server.exchangeAtBothDoors(asked) { #expect(answer.status == status) }
        }
    }

    @Test func `neighbours of the path are no gateway's question`() async throws {
        let (server, demo) = try RunningServer.current
        for path in ["/verifyx", "/verify.json", "/Verify/x"] {
            for answer in try server.exchangeAtBothDoors(get(path, bearer: demo.apiKey)) {
                #expect(answer.status == 404, "\(path)")
            }
        }
    }

    @Test func `the log names the slip, and no secret`() async throws {
        try await ServerProcess.withDemo { server, demo in
            let asked = [
                "scopes=data.read", "scope=data.raed", "\(demo.apiKey)", "scope=\(demo.apiKey)", "\(demo.apiKey)=x",
                "Authorization=Bearer+\(demo.apiKey)",
            ]
            for query in asked + asked {
                #expect(try await server.get("/verify?\(query)").status == 400)
            }
            try await eventually { server.log.contains("parameter Authorization") }
            let log = server.log
            let slips = log.split(separator: "\n").filter { $0.contains("a slip in a gateway's rule") }
            #expect(slips.filter { $0.contains("/verify has no parameter scopes;") }.count == 1)
            #expect(slips.filter { $0.contains("the scope data.raed is not in the catalogue") }.count == 1)
            #expect(slips.allSatisfy { $0.contains("warning") })
            #expect(!log.contains(demo.apiKey))
        }
    }
}

@Suite("What gateways' questions cost")
struct QuestionCostTests {
    @Test(arguments: [
        ("cost=0", 0), ("cost=0&Authorization=Bearer+x", 1), ("Authorization=Bearer+x", 1),
        ("cost=7&Authorization=Bearer+x", 7), ("scope=dear&Authorization=Bearer+x&cost=2", 5), ("scope=free", 0),
        ("scope=free&Authorization=Bearer+x", 1), ("scope=dear&cost=2", 2),
    ])
    func `where a caller's key may stand in the query, nothing there makes a call cheaper`(
        _ query: Substring, _ cost: Int
    ) throws {
        let scopes = ScopeCatalogue([
            ScopeDefinition(try #require(Scope("free")), description: "", cost: 0),
            ScopeDefinition(try #require(Scope("dear")), description: "", cost: 5),
        ])
        let questions = GatewayQuestions(
            Product(name: "Q", scopes: scopes, policy: ProductPolicy(queryCredentials: true)))
        let request = HotRequest(.verify, [], nil, query: query, at: Instant(seconds: 0))
        #expect(try questions.question(of: request).cost == cost)
    }
}

@Suite("Warnings of gateways' slips")
struct GatewaySlipLogTests {
    @Test func `each slip is told once in ten minutes, and no more than ten of them`() {
        let told = Lock<[String]>([])
        let log = GatewaySlipLog { slip in told.withLock { $0.append(slip) } }
        let now = FixedClock().current
        func note(_ number: Int, at instant: Instant) { log.note(GatewaySlip(explanation: "\(number)"), at: instant) }
        for _ in 0..<3 { for number in 0..<100 { note(number, at: now) } }
        #expect(told.withLock(\.self) == (0..<10).map { "\($0)" })
        note(99, at: now.adding(seconds: 599))
        #expect(told.withLock(\.count) == 10)
        note(99, at: now.adding(seconds: 600))
        note(0, at: now.adding(seconds: 600))
        #expect(told.withLock { $0.suffix(2) } == ["99", "0"])
    }

    @Test(arguments: [
        ("data.raed", "data.raed"), ("clv_key_" + String(repeating: "x", count: 49), "…"),
        ("eyJ" + String(repeating: "x", count: 50) + ".a." + String(repeating: "x", count: 41), "….a.…"),
        ("a b", "…"), ("a\nb", "…"), (String(repeating: "a.", count: 65), "…"), ("", ""),
        ("urn:example:orders/read", "urn:example:orders/read"),
    ])
    func `what may be a secret is not shown`(_ text: String, _ shown: String) {
        #expect(Scope.told(text) == shown)
    }
}
