import CredentialFormat
import HTTPTypes
import Model
import NIOCore
import NIOHTTP1
import OAuth
import Policy
import TestSupport
import Testing

@testable import HTTPServing

@Suite("Wrong secrets of clients", .onEveryEngine)
struct WrongSecretTests {
    private struct Desk {
        let routes: HotRoutes
        let desk: SampleDesk

        init(_ desk: SampleDesk) {
            self.desk = desk
            routes = HotRoutes(over: desk)
        }

        func ask(
            _ client: SampleClient, from address: String, at endpoint: OAuthEndpoint = .token
        ) async throws -> HotReply {
            var headers = HTTPHeaders([("Authorization", client.basic)])
            headers.add(name: "Content-Type", value: "application/x-www-form-urlencoded")
            return await routes.answer(
                HotRequest(
                    target: HotTarget(.oauth(endpoint)), method: .POST, headers: headers,
                    body: ByteBuffer(string: "grant_type=client_credentials&token=x"),
                    peer: IPAddress(address), requestID: "req-1", now: desk.now))
        }
    }

    /// Threat S8: one of a network is all of it.
    @Test func `they are slowed down by client and network, and the right secret is accepted all the while`()
        async throws
    {
        try await SampleDesk.open { desk in
            let endpoint = Desk(desk)
            let right = SampleClient(try await desk.tree.integration(in: desk.tree.europe))
            let other = SampleClient(try await desk.tree.integration(in: desk.tree.europe))
            let wrong = SampleClient(id: right.id, secret: other.secret)
            let nobody = SampleClient(id: ID<Integration>(at: 5).description, secret: other.secret)
            var statuses: [Int] = []
            for number in 1...12 {
                let door: OAuthEndpoint = [.token, .introspect, .revoke][number % 3]
                statuses.append(try await endpoint.ask(wrong, from: "2001:db8::\(number)", at: door).status.code)
            }
            #expect(statuses == Array(repeating: 401, count: 10) + [429, 429])
            let refused = try await endpoint.ask(wrong, from: "2001:db8::1")
            #expect(try JSON(parsing: refused.body)["error"] == "temporarily_unavailable")
            #expect(refused.fields.contains { "\($0.name)" == "Retry-After" && $0.value == "1" })
            #expect(refused.rule == "wrong_secrets")
            // The right one from the same address; the wrong one from elsewhere, and another client's from there.
            #expect(try await endpoint.ask(right, from: "2001:db8::1").status == .ok)
            #expect(try await endpoint.ask(wrong, from: "2001:db8:0:1::1").status == .unauthorized)
            #expect(
                try await endpoint.ask(SampleClient(id: other.id, secret: right.secret), from: "2001:db8::1").status
                    == .unauthorized)
            // A client that does not exist is answered alike.
            statuses = []
            for _ in 1...11 { statuses.append(try await endpoint.ask(nobody, from: "192.0.2.1").status.code) }
            #expect(statuses == Array(repeating: 401, count: 10) + [429])
            desk.tree.clock.advance(seconds: 1)
            #expect(try await endpoint.ask(wrong, from: "2001:db8::1").status == .unauthorized)
        }
    }
}
