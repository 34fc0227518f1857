import AsyncHTTPClient
import CredentialFormat
import Events
import Foundation
import HTTPTypes
import Hummingbird
import Model
import NIOCore
import NIOHTTP1
import NIOPosix
import Persistence
import ProductDefinition
import ProviderDefinition
import TestSupport
import Testing

@testable import Connections
@testable import HTTPAPI
@testable import Outbound

@Suite("Connections in the management API", .onEveryEngine)
struct ConnectionAPITests {
    private func withFront(
        _ providers: ScriptedProviders = ScriptedProviders(), relay: any ProviderRelay = ScriptedRelay(),
        _ use: (ConnectionFront) async throws -> Void
    ) async throws {
        try await ConnectDesk.open(over: providers) { desk in
            try await use(try await ConnectionFront(desk, relay: relay))
        }
    }

    @Test func `an account is connected, read with its history, repaired and ended`() async throws {
        try await withFront { front in
            let desk = front.desk
            let session = ID<MemberSession>(at: desk.tree.clock.current.milliseconds)
            func consent(_ path: String, _ body: JSON) async throws -> ConnectOutcome {
                desk.tree.clock.advance(seconds: 1)
                let answer = try await front.call("POST", path, bearer: front.keeper, body)
                guard answer.status == 201 else { throw ServerFailure(answer.text) }
                let address = try #require(URLComponents(string: try answer.json["address"].string))
                return try await desk.finish(
                    "tiktok", "code=c1&state=\(address.state)", session: ConnectionService.binding(to: session))
            }
            let here: JSON = .text(session.description)
            let made = try await consent(front.path("/start"), ["provider": "tiktok", "session_id": here]).account
            let id = made.connection
            let read = try await front.get(front.path(id), bearer: front.keeper)
            let json = try read.json
            #expect(read.status == 200 && json["status"] == "connected" && json["explanation"] == "It works.")
            #expect(json["predicted_death_at"] != .null && json["next_action_at"] != .null)
            #expect(try !json["promises"].elements.isEmpty)
            #expect(!read.text.contains("t.at") && !read.text.contains("t.rt"))
            // A check proves it as well as a renewal does.
            desk.tree.clock.advance(seconds: 3600)
            #expect(try await desk.prober.probe(id.id) == .well)
            let checked = try await front.get(front.path(id), bearer: front.keeper).json
            let listed = try await front.get(front.path(), bearer: front.keeper).json["items"].elements
            #expect(checked["checks"]["every"] == .number(3600) && checked["checks"]["error"] == .null)
            #expect(checked["last_proven_at"] == checked["checks"]["proven_at"])
            #expect(checked["last_proven_at"] != json["last_proven_at"])
            #expect(listed.map { $0["last_proven_at"] } == [checked["last_proven_at"]])
            let again = try await consent(front.path(id, "/reconnect"), ["session_id": here]).account
            #expect(again.way == .repaired && again.connection.id == id.id)

            let first = try await front.get(front.path(id, "/events?limit=1"), bearer: front.keeper).json
            let cursor = try first["next_cursor"].string
            let rest = try await front.get(front.path(id, "/events?cursor=\(cursor)"), bearer: front.keeper).json
            let types = try (first["items"].elements + rest["items"].elements).map { try $0["type"].string }
            #expect(Set(types) == ["connection.created", "connection.updated", "connection.rotated"])
            #expect(types.last == "connection.created" && rest["next_cursor"] == .null)
            #expect(try await desk.engine.renew(id.id) == .renewed(generation: 3))
            let renewals = try await front.get(front.path(id, "/renewals"), bearer: front.keeper).json["items"]
            #expect(try renewals.elements.map { try $0["state"].string } == ["succeeded"])
            for path in [
                front.path(""), front.path(id), front.path(id, "/events"), front.path(id, "/renewals"),
                front.path(id, "/disconnection"),
            ] {
                let text = try await front.get(path, bearer: front.keeper).text
                #expect(!text.contains("t.at") && !text.contains("t.rt"), "\(path)")
            }

            let forecast = try await front.get(front.path(id, "/disconnection"), bearer: front.keeper).json
            #expect(forecast["at_provider"] == "revoked" && forecast["has_hidden_others"] == .bool(false))
            let ended = try await front.call("POST", front.path(id, "/disconnect"), bearer: front.keeper)
            #expect(ended.status == 200, "\(ended.text)")
            #expect(try ended.json["at_provider"] == "revoked" && ended.json["status"] == "disconnected")
            let receipt = try await front.get(front.path(id), bearer: front.keeper).json["shredding_receipt"]
            #expect(try receipt["receipt"].string.split(separator: ".").count == 3)
            let gone = try await front.token(id)
            #expect(gone.status == 409)
            #expect(try gone.json["type"] == "urn:claviger:problem:connection-disconnected")
        }
    }

    @Test func `what cannot be started or imported is said field by field, and an import is made once`() async throws {
        try await withFront { front in
            let start = try await front.call(
                "POST", front.path("/start"), bearer: front.keeper, ["provider": "nobody", "session_id": "x"])
            #expect(start.status == 422)
            #expect(
                try start.json["errors"].elements.map { try $0["field"].string } == ["provider", "session_id"])
            func adopt(_ token: String, key: String) async throws -> Answer {
                try await front.call(
                    "POST", front.path("/import"), bearer: front.keeper,
                    ["provider": "tiktok", "access_token": "t.at", "refresh_token": .text(token)],
                    headers: [("Idempotency-Key", key)])
            }
            let made = try await adopt("t.rt", key: "k1")
            #expect(made.status == 201, "\(made.text)")
            let id = try made.json["id"].string
            #expect(made.headers["location"]?.hasSuffix(front.path("/\(id)")) == true)
            let repeated = try await adopt("t.rt", key: "k1")
            #expect(repeated.headers["idempotent-replayed"] == "true" && repeated.body == made.body)
            #expect(try await adopt("t.other", key: "k1").status == 422)
            let list = try await front.get(front.path("?limit=1"), bearer: front.keeper).json
            #expect(try list["items"].elements.map { try $0["id"].string } == [id] && list["next_cursor"] == .null)
        }
    }

    @Test func `I6: what the plan does not have is connected by no call, and what is connected goes on`() async throws {
        let product = try Product(
            yaml: """
                product: {name: Planned}
                scopes: {data.read: {description: Read}}
                plans: {small: {features: [api_access]}, full: {features: [api_access, connections]}}
                default_plan: full
                """, file: "claviger.yaml")
        try await ConnectDesk.open(over: ScriptedProviders(), product: product) { desk in
            let front = try await ConnectionFront(desk, relay: ScriptedRelay())
            let connection = try await desk.connect("tiktok").connection
            try await SampleDesk(desk.tree).put(desk.tree.global, on: "small")
            let drafts: [(String, JSON)] = [
                ("/start", ["provider": "tiktok", "session_id": "x"]),
                ("/import", ["provider": "tiktok", "access_token": "t.at", "refresh_token": "t.rt"]),
            ]
            for (path, draft) in drafts {
                let answer = try await front.call("POST", front.path(path), bearer: front.keeper, draft)
                #expect(answer.status == 409, "\(answer.text)")
                #expect(try answer.json["type"] == "urn:claviger:problem:plan")
                #expect(try await front.call("POST", front.path(path), bearer: front.user, draft).status == 403)
            }
            #expect(try await front.token(connection).status == 200)
        }
    }

    // MARK: Tokens

    @Test func `a token is given to whoever may use the connection, and renewed once for all who need it fresh`()
        async throws
    {
        let providers = ScriptedProviders()
        try await withFront(providers) { front in
            let tree = front.desk.tree
            let connection = try await front.desk.connect("tiktok").connection
            let spent = providers.requests("/v2/oauth/token/").count
            let answer = try await front.token(connection, "?min_ttl=300")
            #expect(answer.status == 200 && answer.headers["cache-control"] == "no-store")
            #expect(try answer.json["access_token"] == "t.at" && answer.json["generation"] == .number(1))
            #expect(!answer.text.contains("t.rt"))
            #expect(try await front.get(front.path(connection, "/token"), bearer: front.keeper).status == 403)
            #expect(try await front.token(connection, "?min_ttl=-1").status == 400)

            providers.renewTikTok()
            tree.clock.advance(seconds: 7000)
            let answers = await race(16) { _ in try await front.token(connection, "?min_ttl=600") }
            #expect(try answers.map { try $0.get().json["access_token"] } == Array(repeating: "t.at2", count: 16))
            #expect(providers.requests("/v2/oauth/token/").count == spent + 1)
            // Whoever saw it refused has it renewed; whoever is late has the new one.
            let refused = try await front.token(connection, "?refused_generation=1").json
            #expect(refused["generation"] == .number(2))

            try await front.use.record.flush()
            try await front.use.record.flush()
            let noted = try await tree.auditEvents().filter { $0.action == "connection.used" }
            #expect(noted.map(\.details["tokens"]) == ["18"] && noted.first?.target == connection.id.description)
            #expect(noted.first?.actor.hasPrefix("key_") == true)
        }
    }

    @Test func `a provider that is down is 503, asked once, and what needs a person is 409`() async throws {
        let providers = ScriptedProviders()
        try await withFront(providers) { front in
            let tree = front.desk.tree
            let connection = try await front.desk.connect("tiktok").connection
            providers.respond("/v2/oauth/token/", .notSent(code: "unreachable"))
            tree.clock.advance(seconds: 7000)
            // It still lives, so it is given.
            #expect(try await front.token(connection, "?min_ttl=600").status == 200)
            let asked = providers.requests("/v2/oauth/token/").count
            tree.clock.advance(seconds: 10)
            let refused = try await front.token(connection, "?refused_generation=1")
            #expect(refused.status == 503 && refused.headers["retry-after"] == "20", "\(refused.text)")
            #expect(try refused.json["type"] == "urn:claviger:problem:provider-unavailable")
            #expect(providers.requests("/v2/oauth/token/").count == asked)
            tree.clock.advance(seconds: 3600)
            #expect(try await front.token(connection).status == 503)

            tree.clock.advance(seconds: 3600)
            providers.answer("/v2/oauth/token/", #"{"error":"invalid_grant"}"#, status: 400)
            let dead = try await front.token(connection)
            #expect(dead.status == 409, "\(dead.text)")
            #expect(try dead.json["type"] == "urn:claviger:problem:connection-reauth-required")
            #expect(try dead.json["detail"].string.hasSuffix("Reason: invalid_grant."))
        }
    }

    @Test func `whoever put something right has it tried at once, and not again and again`() async throws {
        let providers = ScriptedProviders()
        try await withFront(providers) { front in
            let tree = front.desk.tree
            let connection = try await front.desk.connect("tiktok").connection
            let path = front.path(connection, "/renew")
            func outcome() async throws -> JSON {
                let answer = try await front.call("POST", path, bearer: front.keeper)
                guard answer.status == 200 else { throw ServerFailure(answer.text) }
                return try answer.json
            }
            tree.clock.advance(seconds: 60)
            providers.answer("/v2/oauth/token/", #"{"error":"invalid_client"}"#, status: 401)
            let failed = try await outcome()
            #expect(failed["outcome"] == "failed" && failed["error"] == "invalid_client")
            #expect(failed["status"] == "connected", "The operator's fault is no connection's.")
            let asked = providers.requests("/v2/oauth/token/").count
            let looked = providers.requests("/v2/user/info/").count
            let early = try await front.call("POST", path, bearer: front.keeper)
            #expect(early.status == 429 && early.headers["retry-after"] == "30", "\(early.text)")
            #expect(providers.requests("/v2/oauth/token/").count == asked)
            tree.clock.advance(seconds: 30)
            providers.renewTikTok()
            let renewed = try await outcome()
            #expect(renewed["outcome"] == "renewed" && renewed["generation"] == .number(2) && renewed["error"] == .null)
            #expect(try await front.desk.fault("tiktok") == nil)
            #expect(providers.requests("/v2/user/info/").count == looked, "Who connected is known.")
            #expect(try await outcome()["outcome"] == "unchanged")
            #expect(providers.requests("/v2/oauth/token/").count == asked + 1)
            let wanted = try await tree.auditEvents().filter { $0.action == "connection.renewal-requested" }
            #expect(wanted.map(\.target) == [connection.id.description, connection.id.description])

            tree.clock.advance(seconds: 30)
            let throttle = front.desk.engine.throttle
            while throttle.delay("tiktok", connection.access, at: tree.clock.current) == nil {}
            let held = try await outcome()
            #expect(held["outcome"] == "throttled" && held["retry_after_seconds"] == .number(1))
            #expect(providers.requests("/v2/oauth/token/").count == asked + 1)
            tree.clock.advance(seconds: 1)
            providers.answer("/v2/oauth/token/", #"{"error":"invalid_grant"}"#, status: 400)
            #expect(try await outcome()["status"] == "reauth_required")
            let dead = try await front.call("POST", path, bearer: front.keeper)
            #expect(dead.status == 409, "\(dead.text)")
            #expect(try dead.json["type"] == "urn:claviger:problem:connection-reauth-required")
        }
    }

    @Test func `what nothing can renew is given as long as it lives, and asked of nobody`() async throws {
        let providers = ScriptedProviders()
        try await withFront(providers) { front in
            let tree = front.desk.tree
            let connection = try await front.desk.connect("tiktok").connection
            try await tree.store.write { tx in
                let rows = try tx.connectionSecrets(of: connection.id, generation: 1)
                _ = try tx.deleteConnectionSecrets(of: connection.id)
                try tx.insert(
                    rows.filter { $0.field == "access_token" }, of: connection.id, at: tree.clock.current)
            }
            let asked = providers.count
            tree.clock.advance(seconds: 7000)
            #expect(try await front.token(connection, "?min_ttl=600").status == 200)
            tree.clock.advance(seconds: 3600)
            let ended = try await front.token(connection)
            #expect(ended.status == 409)
            #expect(try ended.json["type"] == "urn:claviger:problem:connection-ended")
            #expect(try await front.desk.state(of: connection.id).status == .connected && providers.count == asked)
        }
    }

    // MARK: Calls

    @Test func `a call goes on with the token and without what is ours, and its answer comes back`() async throws {
        let relay = ScriptedRelay(
            .answer(
                201, #"{"data":"#, "{}}",
                headers: [
                    ("Content-Type", "application/json"), ("Set-Cookie", "a=b"), ("Connection", "X-Hop"),
                    ("X-Hop", "1"), ("Access-Control-Allow-Origin", "*"), ("X-Rate", "7"), ("Cache-Control", "public"),
                    ("X-Accel-Redirect", "/internal"), ("CDN-Cache-Control", "max-age=60"),
                ]), .answer(200, headers: [("Content-Length", "1234")]))
        try await withFront(relay: relay) { front in
            let connection = try await front.desk.connect("tiktok").connection
            let answer = try await front.pass(
                connection, "open.tiktokapis.com/v2/video/list/?fields=id%2Ctitle", by: "POST",
                headers: [
                    ("Cookie", "session=1"), ("X-Forwarded-For", "192.0.2.1"), ("Content-Type", "text/plain"),
                    ("Idempotency-Key", "k"), ("traceparent", "00-1-2-01"), ("tracestate", "a=b"), ("baggage", "a=b"),
                ], body: Array("hello".utf8))
            #expect(answer.status == 201 && answer.text == #"{"data":{}}"#)
            #expect(answer.headers["claviger-provider-status"] == "201" && answer.headers["x-rate"] == "7")
            #expect(answer.headers["cache-control"] == "no-store")
            let dropped = [
                "set-cookie", "x-hop", "access-control-allow-origin", "x-accel-redirect", "cdn-cache-control",
            ]
            #expect(dropped.allSatisfy { answer.headers[$0] == nil })
            let call = try #require(relay.calls.first)
            #expect(call.method == "POST" && call.target == "/v2/video/list/?fields=id%2Ctitle")
            #expect(call.headers["Authorization"] == "Bearer t.at" && call.bytes == Array("hello".utf8))
            #expect(call.headers.count { $0.name.lowercased() == "authorization" } == 1)
            #expect(call.headers["Idempotency-Key"] == "k" && call.headers["Content-Type"] == "text/plain")
            let kept = ["Cookie", "X-Forwarded-For", "Host", "traceparent", "tracestate", "baggage"]
            #expect(kept.allSatisfy { call.headers[$0] == nil })
            #expect(try await front.send("GET", front.path(connection, "/proxy/open.tiktokapis.com/v2")).status == 401)
            let sized = try await front.pass(connection, "open.tiktokapis.com/v2", by: "HEAD")
            #expect(sized.status == 200 && sized.headers["content-length"] == "1234")
            let keeper = [("Authorization", "Bearer \(front.keeper)")]
            let other = front.path(connection, "/proxy/open.tiktokapis.com/v2")
            #expect(try await front.send("GET", other, headers: keeper).status == 403)
        }
    }

    @Test func `what is longer than we keep is passed on as it comes, and once`() async throws {
        let relay = ScriptedRelay(
            .answer(401, #"{"error":{"code":"access_token_invalid"}}"#), .answer(200, "well"))
        let providers = ScriptedProviders()
        try await withFront(providers, relay: relay) { front in
            let connection = try await front.desk.connect("tiktok").connection
            providers.renewTikTok()
            let body = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
            let refused = try await front.pass(connection, "open.tiktokapis.com/v2/upload/", by: "PUT", body: body)
            #expect(refused.status == 401 && refused.text.contains("access_token_invalid"), "\(refused.text)")
            #expect(relay.streams == [300_000] && relay.calls.map(\.bytes) == [body])
            // It is for the caller to send it again; then there is another token.
            #expect(try await front.desk.state(of: connection.id).generation == 2)
            let taken = try await front.pass(connection, "open.tiktokapis.com/v2/upload/", by: "PUT", body: body)
            #expect(taken.status == 200 && taken.text == "well", "\(taken.text)")
            #expect(relay.calls.last?.headers["Authorization"] == "Bearer t.at2")
            #expect(relay.calls.last?.bytes == body && relay.streams.count == 2)
        }
    }

    @Test func `a call whose body does not come in time is its maker's fault, and not the provider's`() async throws {
        let relay = ScriptedRelay(.answer(200, "well"))
        try await withFront(relay: relay) { front in
            let connection = try await front.desk.connect("tiktok").connection
            let answer = try await front.pass(
                connection, "open.tiktokapis.com/v2/upload/", by: "PUT", headers: [(CutBodies.field, "1")],
                body: Array(repeating: 1, count: 100_000))
            #expect(answer.status == 408, "\(answer.text)")
            #expect(relay.calls.isEmpty)
        }
    }

    @Test func `a token that the provider refuses is renewed once, and the call made once more`() async throws {
        func dead() -> RelayOutcome { .answer(401, #"{"error":{"code":"access_token_invalid"}}"#) }
        let relay = ScriptedRelay(dead(), .answer(200, "well"), dead(), dead())
        let providers = ScriptedProviders()
        try await withFront(providers, relay: relay) { front in
            let connection = try await front.desk.connect("tiktok").connection
            providers.renewTikTok()
            let answer = try await front.pass(connection, "open.tiktokapis.com/v2/a", by: "PUT", body: [1])
            #expect(answer.status == 200 && answer.text == "well")
            #expect(relay.calls.map { $0.headers["Authorization"] } == ["Bearer t.at", "Bearer t.at2"])
            #expect(relay.calls.map(\.bytes) == [[1], [1]])
            // What refuses a token that is new is cured by no other, so none is spent for it.
            let spent = providers.requests("/v2/oauth/token/").count
            let refused = try await front.pass(connection, "open.tiktokapis.com/v2/a")
            #expect(refused.status == 401 && refused.text.contains("access_token_invalid"))
            #expect(try await front.token(connection, "?refused_generation=2").status == 503)
            #expect(relay.calls.count == 3 && providers.requests("/v2/oauth/token/").count == spent)
            front.desk.tree.clock.advance(seconds: 31)
            providers.respond("/v2/oauth/token/", .notSent(code: "unreachable"))
            // Where no renewal helps, the provider's own answer is passed on.
            #expect(try await front.pass(connection, "open.tiktokapis.com/v2/a").status == 401)
            #expect(relay.calls.count == 4 && providers.requests("/v2/oauth/token/").count == spent + 1)
        }
    }

    @Test func `an answer is passed on as it comes`() async throws {
        let (body, writer) = AsyncThrowingStream.makeStream(of: [UInt8].self)
        let relay = ScriptedRelay(.answered(RelayedAnswer(status: 200, headers: [], body: body)))
        try await withFront(relay: relay) { front in
            let connection = try await front.desk.connect("tiktok").connection
            writer.yield(Array("first".utf8))
            var request = HTTPClientRequest(
                url: front.base + front.path(connection, "/proxy/open.tiktokapis.com/v2/a"))
            request.headers.add(name: "Authorization", value: "Bearer \(front.user)")
            let answer = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
            var parts = answer.body.makeAsyncIterator()
            #expect(try await parts.next().map { String(buffer: $0) } == "first")
            writer.yield(Array("second".utf8))
            #expect(try await parts.next().map { String(buffer: $0) } == "second")
            // What ends early is not taken for whole.
            writer.finish(throwing: ServerFailure("gone"))
            var isWhole = false
            do { isWhole = try await parts.next() == nil } catch {}
            #expect(!isWhole)
        }
    }

    @Test func `S1, S2, K14: a call reaches the connection's own hosts, and no other whatever is written`() async throws
    {
        let relay = ScriptedRelay(.answer(302, headers: [("Location", "http://169.254.169.254/latest")]))
        try await withFront(relay: relay) { front in
            let connection = try await front.desk.connect("tiktok").connection
            for host in [
                "graph.facebook.com", "127.0.0.1", "169.254.169.254", "localhost", "open.tiktokapis.com:8080",
                "open.tiktokapis.com@evil.example", "evil.example%2f@open.tiktokapis.com", "OPEN.tiktokapis.com",
                "open.tiktokapis.com.", "",
            ] {
                let answer = try await front.pass(connection, "\(host)/v2/user/info/")
                #expect(answer.status == 422, "\(host): \(answer.status)")
            }
            for path in ["a/%2e%2E/b", "%2e"] {
                #expect(try await front.pass(connection, "open.tiktokapis.com/\(path)").status == 422, "\(path)")
            }
            #expect(relay.calls.isEmpty)
            // A redirect is told and not followed.
            let led = try await front.pass(connection, "open.tiktokapis.com//evil.example/v2")
            #expect(led.status == 302 && led.headers["location"] == "http://169.254.169.254/latest")
            #expect(relay.calls.map(\.address) == ["https://open.tiktokapis.com//evil.example/v2"])
        }
    }
}

/// What does not hang on the engine.
@Suite("Calls to providers in a connection's name") struct RelayTests {
    @Test func `S2: a host that a pattern allows must be the connection's own`() throws {
        let catalogue = try ProviderCatalogue.load()
        func isRefused(_ provider: String, _ host: String, _ metadata: [String: String]) throws -> Bool {
            let connection = Connection(
                id: ID(at: 1), path: OrganizationPath(root: ID(at: 1)), provider: provider, access: ID(at: 1),
                name: "A", metadata: metadata, createdAt: Instant(seconds: 1))
            let draft = CallDraft(
                method: "GET", host: host, target: "/", headers: [], ownHeaders: [], body: .whole([]), child: nil)
            do {
                try draft.check(against: try #require(catalogue[provider]), for: connection)
                return false
            } catch {
                return true
            }
        }
        #expect(try !isRefused("shopify", "mine.myshopify.com", ["shop": "mine"]))
        #expect(try isRefused("shopify", "other.myshopify.com", ["shop": "mine"]))
        #expect(try isRefused("shopify", "myshopify.com", ["shop": "mine"]))
        let salesforce = ["instance_url": "https://mine.my.salesforce.com"]
        #expect(try !isRefused("salesforce", "mine.my.salesforce.com", salesforce))
        #expect(try isRefused("salesforce", "other.my.salesforce.com", salesforce))
        #expect(try !isRefused("salesforce", "login.salesforce.com", salesforce))
    }

    @Test func `an error that drips is not waited for`() async throws {
        let drip = AsyncThrowingStream<[UInt8], any Error> {
            try await eventually(within: .milliseconds(1)) { false }
            return [0x20]
        }
        await #expect(throws: UseFailure.self) {
            try await ConnectionUse.whole(drip, within: .milliseconds(100))
        }
    }

    @Test(.endedIfItHangs)
    func `an answer that began has an end, although nothing more of it comes`() async throws {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        let stalled = AsyncThrowingStream<[UInt8], any Error> {
            // As of a call whose maker is gone.
            try await channel.closeFuture.get()
            throw ChannelError.eof
        }
        let called = CallAnswer(
            answer: RelayedAnswer(status: 200, headers: [], body: stalled),
            place: try #require(RelayCrowd().enter(ID(at: 1), of: ID(at: 1))))
        await #expect(throws: ChannelError.self) {
            try await ConnectionRelay.body(
                of: called, length: nil, on: channel, pause: .hours(1), patience: .milliseconds(50)
            )
            .write(UnreadWriter(channel: channel))
        }
        #expect(!channel.isActive)
    }

    @Test(.endedIfItHangs)
    func `a client that reads nothing of an answer loses its connection, and its place`() async throws {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        let crowd = RelayCrowd()
        let (connection, account) = (ID<Connection>(at: 1), ID<Organization>(at: 1))
        func place() throws -> RelayPlace { try #require(crowd.enter(connection, of: account)) }
        var others = try (1..<RelayCrowd.mostOfOne).map { _ in try place() }
        await #expect(throws: ChannelError.self) {
            let called = CallAnswer(
                answer: RelayedAnswer(status: 200, headers: [], body: OneBody([1])), place: try place())
            #expect(crowd.enter(connection, of: account) == nil)
            try await ConnectionRelay.body(of: called, length: nil, on: channel, pause: .milliseconds(50))
                .write(UnreadWriter(channel: channel))
        }
        others.append(try place())
        #expect(others.count == RelayCrowd.mostOfOne)
        // When the server ends, it is not waited for that long.
        let second = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        let called = CallAnswer(
            answer: RelayedAnswer(status: 200, headers: [], body: OneBody([1])),
            place: try #require(crowd.enter(ID(at: 2), of: account)))
        let reply = Task {
            try await ConnectionRelay.body(of: called, length: nil, on: second, pause: .hours(1))
                .write(UnreadWriter(channel: second))
        }
        try await eventually {
            crowd.end()
            return !second.isActive
        }
        await #expect(throws: ChannelError.self) { try await reply.value }
    }

    @Test func `no account takes all places`() {
        let crowd = RelayCrowd()
        let connections = (1...16).map { ID<Connection>(at: $0) }
        func enter(_ account: ID<Organization>) -> [RelayPlace] {
            connections.flatMap { id in (0..<16).compactMap { _ in crowd.enter(id, of: account) } }
        }
        let first = enter(ID(at: 1))
        let second = enter(ID(at: 2))
        #expect(first.count == RelayCrowd.mostOfAccount && second.count == RelayCrowd.mostOfAccount)
    }

    @Test func `what would stand in the token's place is refused`() throws {
        let facebook = try #require(try ProviderCatalogue.load()["facebook"])
        let connection = Connection(
            id: ID(at: 1), path: OrganizationPath(root: ID(at: 1)), provider: "facebook", access: ID(at: 1),
            name: "A", createdAt: Instant(seconds: 1))
        for (target, isSound) in [
            ("/me?fields=id", true), ("/me?access_token=x", false),
            ("/me?appsecret%5Fproof=x", false), ("/me#x", false), ("/a/./b", false), ("me", false),
        ] {
            let draft = CallDraft(
                method: "GET", host: "graph.facebook.com", target: target, headers: [], ownHeaders: [],
                body: .whole([]), child: nil)
            let passes = (try? draft.check(against: facebook, for: connection)) != nil
            #expect(passes == isSound, "\(target)")
        }
    }

    @Test func `walkthrough E: a backend calls TikTok through a connection, over the network`() async throws {
        let simulator = try await RunningSimulator(at: RFC3339.text(of: FixedClock().current))
        let reach = try #require(OutboundReach.simulator(at: simulator.base))
        let call = OutboundCall(reach, on: .singleton)
        do {
            try await ConnectDesk.open(over: call) { desk in
                let address = try await desk.start("tiktok")
                let scopes = address.asked("scope").split(separator: ",").map(String.init)
                let query = try await simulator.consent(address, scopes: scopes)
                let connection = try await desk.finish("tiktok", query).account.connection
                let front = try await ConnectionFront(desk, relay: call)
                let answer = try await front.pass(connection, "open.tiktokapis.com/v2/user/info/?fields=open_id")
                #expect(answer.status == 200, "\(answer.text)")
                #expect(try answer.json["data"]["user"]["open_id"] != .null)
                let large = try await front.pass(
                    connection, "open.tiktokapis.com/v2/media/", by: "POST",
                    body: Array(repeating: 1, count: 500_000))
                #expect(large.status == 200, "\(large.text)")
                // The provider forgot the token: it is renewed, and nobody notices.
                try await simulator.control("clock", ["advance": "2d"])
                let after = try await front.pass(connection, "open.tiktokapis.com/v2/user/info/?fields=open_id")
                #expect(after.status == 200, "\(after.text)")
                #expect(try await desk.state(of: connection.id).generation == 2)
                #expect(try await simulator.count("double_spends", "tiktok") == 0)
                try await simulator.fault("tiktok", "reset", ["times": 1])
                let cut = try await front.pass(connection, "open.tiktokapis.com/v2/user/info/?fields=open_id")
                #expect(cut.status == 502)

                // The server ends: what waits for an answer is told so, and nothing begins any more.
                try await simulator.fault("tiktok", "time_out", ["seconds": 60, "times": 1])
                async let waiting = front.pass(connection, "open.tiktokapis.com/v2/user/info/?fields=open_id")
                try await eventually { try await simulator.get("/_simulator/faults").json["faults"].elements.isEmpty }
                try await call.endRelays()
                #expect(try await waiting.status == 502)
                #expect(try await front.pass(connection, "open.tiktokapis.com/v2/user/info/").status == 503)
            }
            let closed = OutboundCall(OutboundReach(base: simulator.base, isPublicOnly: true), on: .singleton)
            let hosts = HostAllowList([.host("open.tiktokapis.com")])
            for (host, code) in [
                ("open.tiktokapis.com", "address-not-allowed"), ("graph.facebook.com", "host-not-allowed"),
            ] {
                let outcome = await closed.relay(
                    RelayedCall(method: "GET", host: host, target: "/"), within: hosts, timeout: .seconds(10))
                guard case .notSent(code) = outcome else {
                    Issue.record("\(host): \(outcome)")
                    continue
                }
            }
            try await closed.close()
        } catch {
            try await call.close()
            throw error
        }
        try await call.close()
    }
}

extension ScriptedProviders {
    /// From now on the token endpoint gives the second pair of tokens.
    fileprivate func renewTikTok() {
        answer(
            "/v2/oauth/token/", #"{"access_token":"t.at2","refresh_token":"t.rt2","expires_in":7200,"open_id":"u1"}"#)
    }
}

/// Writes to a client that reads nothing.
private struct UnreadWriter: ResponseBodyWriter {
    let channel: any Channel

    mutating func write(_: ByteBuffer) async throws {
        try await channel.closeFuture.get()
        throw ChannelError.ioOnClosedChannel
    }

    consuming func finish(_: HTTPFields?) async throws {}
}
