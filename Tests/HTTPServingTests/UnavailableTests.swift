import Credentials
import HTTPServing
import HTTPTypes
import Logging
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
            let routes = HotRoutes(over: node.desk)
            let key = try await tree.key(in: tree.europe).secret
            let client = SampleClient(try await tree.integration(in: tree.europe))
            let now = node.desk.now
            let requests = [
                HotRequest(.verify, [("Authorization", "Bearer \(key)")], nil, at: now),
                HotRequest(.oauth(.token), [("Authorization", client.basic)], "grant_type=client_credentials", at: now),
                HotRequest(.oauth(.introspect), [("Authorization", client.basic)], "token=\(key)", at: now),
                HotRequest(.oauth(.revoke), [("Authorization", client.basic)], "token=x", at: now),
                HotRequest(.published(.keySet), [], nil, at: now),
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
                case .oauth, .revocationFeed:
                    #expect(String(decoding: reply.body, as: UTF8.self).contains(#""error":"temporarily_unavailable""#))
                case .verify, .published, .alive: #expect(reply.body.isEmpty)
                }
            }
            // What depends on nothing that changes is answered as ever.
            for endpoint in [HotEndpoint.alive, .published(.serverMetadata)] {
                #expect(routes.answerFromMemory(HotRequest(endpoint, [], nil, at: now))?.status == .ok)
            }
        }
    }

    @Test func `a mistake of ours is 500, at hot routes as at the management API`() async throws {
        let mistake = StoreError.engine("broken")
        try await SampleDesk.open { desk in
            let routes = HotRoutes(over: desk)
            let key = try await desk.tree.key(in: desk.tree.europe).secret
            let client = SampleClient(try await desk.tree.integration(in: desk.tree.europe))
            desk.store.failure = mistake
            for request in [
                HotRequest(.verify, [("Authorization", "Bearer \(key)")], nil, at: desk.now),
                HotRequest(
                    .oauth(.token), [("Authorization", client.basic)], "grant_type=client_credentials", at: desk.now),
            ] {
                #expect(routes.answerFromMemory(request) == nil)
                let reply = await routes.answer(request)
                #expect(reply.status == .internalServerError, "\(request.endpoint)")
                #expect(reply.rule?.contains("broken") == true)
            }
        }
        let problem = ProblemMiddleware.problem(for: mistake, logger: Logger(label: "test"), requestID: "req-1")
        #expect(problem.status == .internalServerError)
    }

    @Test(arguments: [StoreError.overloaded, .conflict, .unavailable("gone"), .slow("gone"), .closed, .uncertain])
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
}
