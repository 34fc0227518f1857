import CredentialFormat
import Credentials
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import Model
import NIOCore
import NIOEmbedded
import OAuth
import Persistence
import Policy
import TestSupport
import Testing
import Verification

@testable import HTTPServing

@Suite("The uses of an API key", .onEveryEngine)
struct APIKeyUseTests {
    /// Where a key is accepted.
    private enum Place: CaseIterable, CustomTestStringConvertible {
        case gateway, introspection, managementAPI
        var testDescription: String { "\(self)" }
    }

    /// The scopes that each place asks for.
    private static let scopes = ["data.read", "claviger:api-keys.read"]

    @Test(arguments: Place.allCases)
    private func `a call is one use, whether memory suffices or not`(_ place: Place) async throws {
        try await SampleDesk.open { desk in
            let key = try await desk.tree.key(in: desk.tree.europe, scopes: Self.scopes)
            let caller = try await Caller(at: place, of: desk)
            for calls in 1...3 {
                #expect(try await caller.isAccepted(key.secret))
                #expect(try await uses(of: key, desk) == calls)
            }
        }
    }

    @Test(arguments: Place.allCases)
    private func `a call that was judged again, because the database was slow, is one use`(_ place: Place) async throws
    {
        try await SampleNode.open { queue, node in
            let desk = node.desk
            let key = try await desk.tree.key(in: desk.tree.europe, scopes: Self.scopes)
            let caller = try await Caller(at: place, of: desk)
            // Memory is not believed, and what the database said first is too old when it says the rest.
            queue.wait(milliseconds: 5000)
            let reading = desk.store.pauseNextRead()
            async let isAccepted = caller.isAccepted(key.secret)
            await reading.reached()
            queue.wait(milliseconds: 751)
            reading.open()
            #expect(try await isAccepted)
            #expect(try await uses(of: key, desk) == 1)
        }
    }

    @Test(arguments: Place.allCases)
    private func `a call that is refused is no use`(_ place: Place) async throws {
        try await SampleDesk.open { desk in
            let key = try await desk.tree.key(in: desk.tree.europe, scopes: ["data.write"])
            let bound = try await desk.key(
                APIKeyDraft(name: "Bound", scopes: Self.scopes, allowedAddresses: ["192.0.2.1"]), in: desk.tree.europe)
            let caller = try await Caller(at: place, of: desk)
            // Introspection asks for no scope.
            for key in place == .introspection ? [bound] : [key, bound] {
                for _ in 0..<2 { #expect(try await !caller.isAccepted(key.secret)) }
                #expect(try await uses(of: key, desk) == 0)
            }
        }
    }

    private func uses(of key: Issued<APIKey>, _ desk: SampleDesk) async throws -> Int {
        try await desk.verifier.usage.flush()
        return try await desk.tree.store.read { tx in try tx.apiKey(key.credential.id)?.lastUse?.count } ?? 0
    }

    /// Shows keys at one place, by the one door and, where that does not answer, by the other.
    private struct Caller: Sendable {
        let place: Place
        let desk: SampleDesk
        let backend: SampleClient

        init(at place: Place, of desk: SampleDesk) async throws {
            self.place = place
            self.desk = desk
            backend = SampleClient(try await desk.resourceServer(["https://api.example.com"]))
        }

        func isAccepted(_ key: String) async throws -> Bool {
            switch place {
            case .gateway:
                let request = HotRequest(
                    .verify, [("Authorization", "Bearer \(key)")], nil, query: "scope=data.read", at: desk.now)
                return await reply(request).status == .ok
            case .introspection:
                let request = HotRequest(
                    .oauth(.introspect), [("Authorization", backend.basic)], "token=\(key)", at: desk.now)
                return try JSON(parsing: await reply(request).body)["active"] == true
            case .managementAPI: return try await isAdmitted(key)
            }
        }

        private func reply(_ request: HotRequest) async -> HotReply {
            let routes = HotRoutes(over: desk)
            if let reply = routes.answerFromMemory(request) { return reply }
            return await routes.answer(request)
        }

        private func isAdmitted(_ key: String) async throws -> Bool {
            let door = BearerAuthentication(
                verifier: desk.verifier, product: desk.tree.product, issuer: SampleDesk.issuer,
                now: desk.tree.clock.now)
            let request = Request(
                head: HTTPRequest(
                    method: .get, scheme: nil, authority: nil, path: "/api/v1/me",
                    headerFields: [.authorization: "Bearer \(key)"]),
                body: RequestBody(buffer: ByteBuffer()))
            let context = CallerContext(
                source: ApplicationRequestContextSource(channel: EmbeddedChannel(), logger: Logger(label: "test")))
            do {
                return try await door.handle(request, context: context) { _, _ in Response(status: .ok) }.status == .ok
            } catch is ProblemDocument {
                return false
            }
        }
    }
}
