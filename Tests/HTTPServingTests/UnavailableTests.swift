import Credentials
import HTTPServing
import HTTPTypes
import Logging
import NIOCore
import NIOHTTP1
import OAuth
import Persistence
import TestSupport
import Testing
import Verification

@Suite("While neither the feed nor the database can be reached (K6)")
struct UnavailableTests {
    @Test func `verification and OAuth answer 503 and when to come back, and nothing else`() async throws {
        try await SampleTree.open { tree in
            let queue = SampleFeed(tree)
            let node = try await queue.node()
            await node.join()
            let routes = Self.routes(over: node.desk)
            let key = try await tree.key(in: tree.europe).secret
            let client = SampleClient(try await tree.integration(in: tree.europe))
            let requests = [
                Self.request(.verify, [("Authorization", "Bearer \(key)")], nil, node),
                Self.request(.token, [("Authorization", client.basic)], "grant_type=client_credentials", node),
                Self.request(.introspect, [("Authorization", client.basic)], "token=\(key)", node),
                Self.request(.revoke, [("Authorization", client.basic)], "token=x", node),
                Self.request(.keySet, [], nil, node),
            ]
            for request in requests {
                let reply = await routes.answer(request)
                #expect(reply.status == .ok, "\(request.endpoint)")
            }
            node.desk.store.isGone = true
            node.disconnect()
            for request in requests {
                #expect(routes.answerFromMemory(request) == nil, "\(request.endpoint)")
                let reply = await routes.answer(request)
                #expect(reply.status == .serviceUnavailable, "\(request.endpoint)")
                #expect(reply.fields.contains { "\($0.name)" == "Retry-After" && $0.value == "1" })
                switch request.endpoint {
                case .token, .introspect, .revoke:
                    #expect(String(decoding: reply.body, as: UTF8.self).contains(#""error":"temporarily_unavailable""#))
                default: #expect(reply.body.isEmpty)
                }
            }
            // What depends on nothing that changes is answered as ever.
            for endpoint in [HotEndpoint.alive, .metadata] {
                #expect(routes.answerFromMemory(Self.request(endpoint, [], nil, node))?.status == .ok)
            }
        }
    }

    @Test(arguments: [StoreError.overloaded, .conflict, .unavailable("gone"), .closed, .uncertain])
    func `the management API answers so too, and says when a change may have been made`(_ error: StoreError) {
        let problem = ProblemMiddleware.problem(for: error, logger: Logger(label: "test"), requestID: "req-1")
        #expect(problem.status == .serviceUnavailable)
        #expect(problem.headers[.retryAfter] == "1")
        if case .uncertain = error {
            #expect(problem.detail.contains("may or may not have been made"))
        } else {
            #expect(problem.detail.contains("Nothing was changed"))
        }
        #expect(!problem.detail.contains("gone"))
    }

    private static func routes(over desk: SampleDesk) -> HotRoutes {
        let proxies = TrustedProxies([])
        let audiences = AudiencePolicy(standard: nil, issuer: SampleDesk.issuer, verifier: desk.verifier)
        return HotRoutes(
            product: desk.tree.product, issuer: SampleDesk.issuer,
            verify: VerifyEndpoint(
                verifier: desk.verifier, product: desk.tree.product, audiences: audiences, proxies: proxies,
                gateways: GatewayRule(addresses: [], secret: nil)),
            token: desk.tokens, introspection: desk.introspection, revocation: desk.revocation,
            verifier: desk.verifier, proxies: proxies)
    }

    private static func request(
        _ endpoint: HotEndpoint, _ fields: [(String, String)], _ body: String?, _ node: SampleNode
    ) -> HotRequest {
        var headers = HTTPHeaders(fields)
        if body != nil { headers.add(name: "Content-Type", value: "application/x-www-form-urlencoded") }
        return HotRequest(
            endpoint: endpoint, method: body == nil ? .GET : .POST, query: nil, headers: headers,
            body: body.map { ByteBuffer(string: $0) }, peer: nil, requestID: "req-1", now: node.desk.now)
    }
}
