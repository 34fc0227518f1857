import Credentials
import HTTPServing
import HTTPTypes
import NIOHTTP1
import ProductDefinition
import TestSupport
import Testing

@Suite("A challenge says what would help (RFC 6750 §3)", .onEveryEngine)
struct ChallengeTests {
    /// The query of the gateway's question, and what its challenge ends with.
    @Test(
        arguments: [
            (nil, ""), ("scope=data.read", ", scope=\"data.read\""),
            ("scope=data.write+data.read", ", scope=\"data.read data.write\""),
        ] as [(String?, String)])
    func `the 401 of verify names the scopes that the route wants`(_ query: String?, _ ending: String) async throws {
        try await SampleDesk.open { desk in
            let routes = HotRoutes(over: desk)
            let key = try await desk.tree.key(in: desk.tree.europe).secret
            let realm = "Bearer realm=\"\(desk.tree.product.name)\""
            let known = String(key.reversed())
            for (authorization, error) in [
                (nil, ""), ("Bearer x", ", error=\"invalid_token\""), ("Bearer \(known)", ", error=\"invalid_token\""),
            ] as [(String?, String)] {
                let request = HotRequest(
                    target: HotTarget(.verify, query: query.map { Substring($0) }), method: .GET,
                    headers: HTTPHeaders(authorization.map { [("Authorization", $0)] } ?? []), body: nil, peer: nil,
                    requestID: "req-1", now: desk.now)
                let reply = await routes.answer(request)
                #expect(reply.status == .unauthorized)
                let challenge = reply.fields.first { $0.name.description == "WWW-Authenticate" }?.value
                #expect(challenge == realm + error + ending)
            }
        }
    }
}
