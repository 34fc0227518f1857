import ClavigerVerifier
import ClavigerVerifierHummingbird
import Foundation
import HTTPTypes
import Hummingbird
import Locking
import Logging
import NIOCore
import TestSupport
import Testing
import Verification

extension Verifier {
    /// Has `use` work with a verifier that runs meanwhile.
    static func running(
        at addresses: [String], as client: DemoCredentials.Client, follows: Bool = true, clock: VerifierClock = .system,
        _ use: (Verifier) async throws -> Void
    ) async throws {
        var configuration = VerifierConfiguration(
            address: addresses[0], clientID: client.id, clientSecret: client.secret)
        configuration.addresses = addresses
        configuration.followsRevocations = follows
        configuration.realm = "Orders"
        let verifier = Verifier(configuration, clock: clock)
        let running = Task { await verifier.run() }
        defer { running.cancel() }
        try await use(verifier)
        running.cancel()
        await running.value
    }

    /// Returns once what is learned is remembered. Nothing is that was asked for in the first 750 ms.
    func remembers(_ credential: String) async throws -> Bool {
        try await eventually {
            _ = try? await check(credential)
            return count > 0
        }
    }

    /// What a check is refused with, nil where it is not.
    func refusal(
        _ credential: String, _ scopes: [String] = [], address: String? = nil, organization: String? = nil
    ) async -> Refusal? {
        do throws(Refusal) {
            _ = try await check(credential, scopes: scopes, address: address, organization: organization)
            return nil
        } catch {
            return error
        }
    }

    /// What a check is refused with, nil where it is not. It is checked again while no answer comes within 750 ms, as happens
    /// on a machine under load.
    func verdict(
        _ credential: String, _ scopes: [String] = [], address: String? = nil, organization: String? = nil
    ) async -> Refusal? {
        var verdict: Refusal?
        _ = try? await eventually {
            verdict = await refusal(credential, scopes, address: address, organization: organization)
            return verdict?.reason != .unavailable
        }
        return verdict
    }
}

@Suite("A verifier beside a real server", .server())
struct VerifierTests {
    @Test func `what is remembered is refused after the news of its revocation`() async throws {
        let (server, demo) = try RunningServer.current
        try await Verifier.running(at: [server.base], as: demo.resourceServer) { verifier in
            let key = try await server.makeKey(in: demo.account, as: demo.operatorKey)
            let other = try await server.makeKey(in: demo.account, as: demo.operatorKey)
            #expect(try await verifier.remembers(key.secret))
            #expect(try await eventually { verifier.mode == .remembering })
            var known: Caller?
            _ = try await eventually {
                known = try? await verifier.check(authorization: "Bearer \(key.secret)", scopes: ["data.read"])
                return known != nil
            }
            let caller = try #require(known)
            #expect(caller.credentialID == key.id && caller.subject == key.id && caller.clientID == nil)
            #expect(caller.accountID == demo.account && caller.organizationPath == demo.account)
            #expect(caller.scopes == ["data.read"])
            #expect(try await eventually { await verifier.refusal(other.secret) == nil && verifier.count == 2 })
            #expect(try await server.call("DELETE", key.path, bearer: demo.operatorKey).status == 204)
            #expect(try await eventually { await verifier.refusal(key.secret)?.status == 401 })
            // Nothing else was forgotten.
            #expect(try await eventually { await verifier.refusal(other.secret) == nil && verifier.count == 2 })
        }
    }

    @Test func `it says what RFC 6750 says`() async throws {
        let (server, demo) = try RunningServer.current
        try await Verifier.running(at: [server.base], as: demo.resourceServer) { verifier in
            let free = try await server.makeKey(in: demo.account, as: demo.operatorKey)
            let key = try await server.makeKey(
                in: demo.account, ["allowed_addresses": ["203.0.113.0/24"]], as: demo.operatorKey)
            for _ in 0..<2 {
                let unknown = try #require(await verifier.verdict("nonsense", ["data.read"]))
                #expect(unknown.status == 401 && unknown.error == "invalid_token")
                #expect(unknown.challenge == #"Bearer realm="Orders", error="invalid_token", scope="data.read""#)
                let lacking = try #require(await verifier.verdict(free.secret, ["no.such"]))
                #expect(lacking.status == 403 && lacking.reason == .insufficientScope(["no.such"]))
                #expect(lacking.challenge == #"Bearer realm="Orders", error="insufficient_scope", scope="no.such""#)
                #expect(await verifier.verdict(key.secret)?.reason == .address)
                #expect(await verifier.verdict(key.secret, address: "192.0.2.1")?.status == 403)
                #expect(await verifier.verdict(key.secret, address: "203.0.113.9") == nil)
                #expect(await verifier.verdict(free.secret, organization: demo.account) == nil)
                #expect(
                    await verifier.verdict(free.secret, organization: "org_0000000000000000000001")?.reason
                        == .organization)
                // Whatever the caller writes there, it is not for want of an answer that it is refused.
                #expect(await verifier.verdict(free.secret, organization: "nonsense")?.reason == .organization)
                #expect(try await verifier.remembers(free.secret))
            }
            for (field, status) in [(nil, 401), ("Basic a", 400), ("Bearer a b", 400), ("Bearer a, Bearer b", 400)] {
                do throws(Refusal) {
                    _ = try await verifier.check(authorization: field)
                    Issue.record("\(field ?? "nothing") is a credential")
                } catch {
                    #expect(error.status == status)
                    #expect(error.challenge?.hasPrefix(#"Bearer realm="Orders""#) == true)
                }
            }
        }
    }

    @Test func `without the stream it asks for each call, and where nothing answers it refuses`() async throws {
        let (server, demo) = try RunningServer.current
        try await Verifier.running(at: [server.base], as: demo.resourceServer, follows: false) { verifier in
            for _ in 0..<2 { #expect(await verifier.verdict(demo.apiKey) == nil) }
            #expect(verifier.mode == .asking && verifier.count == 0)
        }
        let wrong = DemoCredentials.Client(id: demo.resourceServer.id, secret: demo.integration.secret)
        for (address, client) in [
            ("http://127.0.0.1:\(try FreePort.find())", demo.resourceServer), (server.base, wrong),
        ] {
            try await Verifier.running(at: [address], as: client) { verifier in
                let refusal = await verifier.refusal(demo.apiKey)
                #expect(refusal?.status == 503 && refusal?.retryAfter == 1 && refusal?.challenge == nil)
                #expect(verifier.mode == .asking)
            }
        }
    }

    @Test func `what was learned is too old 750 ms later, whatever the connection looks like`() async throws {
        let (server, demo) = try RunningServer.current
        let skipped = Lock<Int64>(0)
        let clock = VerifierClock(
            uptime: {
                Uptime.nanoseconds() + skipped.withLock { $0 } * 1_000_000
            }, seconds: { 0 })
        try await Verifier.running(at: [server.base], as: demo.resourceServer, clock: clock) { verifier in
            let remembers = try await verifier.remembers(demo.apiKey)
            #expect(remembers)
            // As if the process had stood still: what is proven from now on was asked for before.
            skipped.withLock { $0 += 751 }
            #expect(verifier.mode == .asking)
            #expect(await verifier.verdict(demo.apiKey) == nil)
        }
    }

    @Test func `a route behind the middleware is reached with its scope alone, and knows who calls`() async throws {
        let (server, demo) = try RunningServer.current
        enum Read: ScopeRequirement { static let scopes = ["data.read"] }
        enum Delete: ScopeRequirement { static let scopes = ["data.delete"] }
        try await Verifier.running(at: [server.base], as: demo.resourceServer) { verifier in
            let key = try await server.makeKey(in: demo.account, as: demo.operatorKey)
            let router = Router(context: VerifiedContext.self)
            router.group("read").add(middleware: VerifierMiddleware<Read, VerifiedContext>(verifier))
                .get { _, context in try context.requireCaller().credentialID }
            router.group("delete").add(middleware: VerifierMiddleware<Delete, VerifiedContext>(verifier))
                .get { _, _ in "never" }
            let responder = router.buildResponder()
            for (path, credential, status) in [
                ("/read", key.secret, 200), ("/delete", key.secret, 403), ("/read", "nonsense", 401),
                ("/read", nil, 401),
            ] {
                var fields = HTTPFields()
                fields[.authorization] = credential.map { "Bearer \($0)" }
                let request = Request(
                    head: .init(method: .get, scheme: "http", authority: "a", path: path, headerFields: fields),
                    body: RequestBody(buffer: ByteBuffer()))
                let isAnswered = try await eventually {
                    let response = try await responder.respond(
                        to: request, context: VerifiedContext(source: BasicSource()))
                    guard response.status != .serviceUnavailable else { return false }
                    #expect(response.status.code == status)
                    #expect((response.headers[.wwwAuthenticate] != nil) == (status != 200))
                    return true
                }
                #expect(isAnswered)
            }
        }
    }
}

private struct BasicSource: RequestContextSource {
    let logger = Logger(label: "test")
}

private struct VerifiedContext: VerifiedRequestContext {
    typealias Source = BasicSource

    var coreContext: CoreRequestContextStorage
    var caller: Caller?

    init(source: BasicSource) {
        coreContext = CoreRequestContextStorage(source: source)
    }
}

@Suite("A verifier beside two nodes")
struct VerifierNodesTests {
    @Test(.endedIfItHangs)
    func `it refuses what another node revoked, believes no node that stands still, and leaves one that ends`()
        async throws
    {
        try await StoreUnderTest.$current.withValue(.postgres) {
            let first = try await ServerProcess(command: "demo")
            defer { first.kill() }
            try await first.start()
            let demo = try first.credentials()
            let second = try await ServerProcess(
                command: "serve", on: first.database, arguments: ["--environment", "development"])
            defer { second.kill() }
            try await second.start()
            try await Verifier.running(at: [second.base], as: demo.resourceServer) { verifier in
                let key = try await first.makeKey(in: demo.account, as: demo.operatorKey)
                #expect(try await verifier.remembers(key.secret))
                #expect(try await first.call("DELETE", key.path, bearer: demo.operatorKey).status == 204)
                #expect(try await eventually { await verifier.refusal(key.secret)?.status == 401 })

                #expect(try await verifier.remembers(demo.apiKey))
                kill(second.identifier, SIGSTOP)
                #expect(try await eventually { verifier.mode == .asking })
                #expect(await verifier.refusal(demo.apiKey)?.status == 503)
                kill(second.identifier, SIGCONT)
                #expect(try await eventually { verifier.mode == .remembering })
            }
            try await Verifier.running(at: [second.base, first.base], as: demo.resourceServer) { verifier in
                try await eventually { verifier.mode == .remembering }
                #expect(verifier.mode == .remembering)
                #expect(try await second.stop() == 0)
                #expect(try await eventually { verifier.mode == .remembering })
                #expect(try await eventually { await verifier.refusal(demo.apiKey) == nil })
            }
        }
    }
}
