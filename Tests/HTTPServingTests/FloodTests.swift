import CredentialFormat
import Credentials
import HTTPServing
import HTTPTypes
import Model
import OAuth
import ProductDefinition
import TestSupport
import Testing
import Verification

/// One who floods through the same gateway or backend as everybody else, at both doors.
@Suite("A flood through a messenger (K8)", .onEveryEngine)
struct FloodTests {
    @Test func `a good new key gets in every second, whatever else its messenger carries`() async throws {
        let limit = LookUpLimit(perAddress: 5, overall: 10, perAsker: 10, reserve: 1)
        try await SampleDesk.open(limit: limit) { desk in
            let routes = HotRoutes(over: desk)
            let backend = SampleClient(try await desk.resourceServer([SampleDesk.issuer]))
            let brand = desk.tree.product.brand
            var limited = (verify: 0, introspect: 0)
            for _ in 0..<10 {
                for _ in 0..<100 {
                    let verify = await ask(routes, desk, verify: MintedSecret(.apiKey, brand: brand).reveal())
                    for reply in verify where reply.status != .unauthorized {
                        #expect(reply.status == .tooManyRequests)
                        #expect(reply.fields.contains { "\($0.name)" == "Retry-After" && $0.value == "1" })
                        limited.verify += 1
                    }
                    let made = MintedSecret(.apiKey, brand: brand).reveal()
                    let introspect = await ask(routes, desk, introspect: made, as: backend)
                    for reply in introspect where reply.status != .ok {
                        #expect(reply.status == .tooManyRequests)
                        limited.introspect += 1
                    }
                }
                // The same messenger, so the same address, and no other to tell the callers apart by.
                for _ in 0..<2 {
                    let key = try await desk.tree.key(in: desk.tree.europe).secret
                    for reply in await ask(routes, desk, verify: key) { #expect(reply.status == .ok) }
                    let other = try await desk.tree.key(in: desk.tree.europe).secret
                    for reply in await ask(routes, desk, introspect: other, as: backend) {
                        #expect(reply.status == .ok)
                        #expect(String(decoding: reply.body, as: UTF8.self).contains("\"active\":true"))
                    }
                }
                desk.tree.clock.advance(seconds: 1)
            }
            // The flood is stopped all the same: of 1,000 keys at each, 10 + 9 × 5 and 20 + 9 × 10 are looked up at least.
            #expect(limited.verify > 1000)
            #expect(limited.introspect > 1000)
        }
    }

    @Test func `made-up clients are told of the limit in the words of OAuth, and a new one gets a token`()
        async throws
    {
        try await SampleDesk.open(limit: LookUpLimit(perAddress: 5, overall: 10, reserve: 1)) { desk in
            let routes = HotRoutes(over: desk)
            let secret = MintedSecret(.clientSecret, brand: desk.tree.product.brand).reveal()
            func token(_ client: SampleClient) async -> HotReply {
                await routes.answer(
                    HotRequest(
                        .oauth(.token), [("Authorization", client.basic)], "grant_type=client_credentials", at: desk.now
                    ))
            }
            for number in 0..<50 {
                let madeUp = SampleClient(id: ID<Integration>(at: Int64(number)).description, secret: secret)
                let reply = await token(madeUp)
                #expect(reply.status == (number < 10 ? .unauthorized : .tooManyRequests))
                guard number >= 10 else { continue }
                let fields = Dictionary(uniqueKeysWithValues: reply.fields.map { ("\($0.name)", $0.value) })
                #expect(fields["Content-Type"] == "application/json")
                #expect(fields["Retry-After"] == "1")
                #expect("\(reply.caching)" == "no-store")
                #expect(String(decoding: reply.body, as: UTF8.self).contains(#""error":"temporarily_unavailable""#))
            }
            let client = SampleClient(try await desk.tree.integration(in: desk.tree.europe))
            let reply = await token(client)
            #expect(reply.status == .ok)
        }
    }

    @Test func `a gateway that makes 500 of a 429 is told of the limit by 403`() async throws {
        try await SampleDesk.open(limit: LookUpLimit(perAddress: 1, overall: 1, reserve: 1)) { desk in
            let routes = HotRoutes(over: desk)
            var last: HotReply?
            for _ in 0..<5 {
                let key = MintedSecret(.apiKey, brand: desk.tree.product.brand).reveal()
                last = await routes.answer(
                    HotRequest(.verify, [("Authorization", "Bearer \(key)")], nil, query: "on_limit=403", at: desk.now))
            }
            let reply = try #require(last)
            #expect(reply.status == .forbidden)
            let fields = Dictionary(uniqueKeysWithValues: reply.fields.map { ("\($0.name)", $0.value) })
            #expect(fields == ["Retry-After": "1", "X-Auth-Reason": "rate"])
        }
    }

    private func ask(_ routes: HotRoutes, _ desk: SampleDesk, verify key: String) async -> [HotReply] {
        await ask(routes, HotRequest(.verify, [("Authorization", "Bearer \(key)")], nil, at: desk.now))
    }

    private func ask(
        _ routes: HotRoutes, _ desk: SampleDesk, introspect key: String, as client: SampleClient
    ) async -> [HotReply] {
        await ask(
            routes, HotRequest(.oauth(.introspect), [("Authorization", client.basic)], "token=\(key)", at: desk.now))
    }

    /// What the door on the event loop answers, which hands on what memory does not suffice for, and then the ordinary one.
    private func ask(_ routes: HotRoutes, _ request: HotRequest) async -> [HotReply] {
        var first = routes.answerFromMemory(request)
        if first == nil { first = await routes.answer(request) }
        let second = await routes.answer(request)
        return [first, second].compactMap(\.self)
    }
}
