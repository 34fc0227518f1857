import Connections
import CredentialFormat
import Foundation
import HTTPServing
import HTTPTypes
import Hummingbird
import Locking
import Logging
import Model
import NIOCore
import NIOPosix
import Outbound
import Policy
import ProductDefinition
import SignIn
import TestSupport
import Testing
import WebConsole

/// The pages of a product in this process, on a port of their own, beside a simulator whose clock shows what theirs does. Below
/// `/_test` somebody is signed in, time passes, and the simulator is told something.
final class RunningPages: Sendable {
    let base: String
    let desk: ConnectDesk
    let simulator: RunningSimulator
    private let members = Lock<[String: ID<Member>]>([:])

    static func open(_ product: Product, _ use: (RunningPages) async throws -> Void) async throws {
        let port = try FreePort.find()
        let base = "http://127.0.0.1:\(port)"
        let simulator = try await RunningSimulator(at: "\(FixedClock().current.milliseconds / 1000)")
        let reach = try #require(OutboundReach.simulator(at: simulator.base))
        let call = OutboundCall(reach, on: .singleton)
        do {
            try await ConnectDesk.open(over: call, product: product, issuer: base) { desk in
                let pages = RunningPages(base: base, desk: desk, simulator: simulator)
                try await pages.serve(on: port) { try await use(pages) }
            }
        } catch {
            try await call.close()
            throw error
        }
        try await call.close()
    }

    private init(base: String, desk: ConnectDesk, simulator: RunningSimulator) {
        self.base = base
        self.desk = desk
        self.simulator = simulator
    }

    private func serve(on port: Int, _ use: () async throws -> Void) async throws {
        let router = Router(context: CallerContext.self)
        try console().register(on: router)
        router.get("/_test/enter") { request, _ in try await self.enter(request) }
        router.get("/_test/pass") { request, _ in try await self.pass(request) }
        router.get("/_test/fault") { request, _ in try await self.fault(request) }
        let (ready, heard) = AsyncStream.makeStream(of: Void.self)
        var logger = Logger(label: "pages")
        logger.logLevel = .error
        let application = Application(
            router: router,
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port)),
            onServerRunning: { _ in heard.yield() }, logger: logger)
        let running = RunningService(application) { heard.finish() }
        defer { withExtendedLifetime(running) {} }
        var iterator = ready.makeAsyncIterator()
        try #require(await iterator.next() != nil, "the pages are not served")
        try await use()
    }

    private func console() throws -> WebConsole {
        let (tree, hasher) = (desk.tree, PasswordHasher())
        let sample = SampleDesk(tree)
        return WebConsole(
            try ConsoleServices(
                store: tree.store, keyRing: tree.keys, product: tree.product, issuer: base, passwords: hasher,
                links: OneTimeLinkService(
                    store: tree.store, keyRing: tree.keys, product: tree.product, issuer: base, hasher: hasher,
                    postman: nil, now: tree.clock.now),
                emailChanges: EmailChangeService(
                    store: tree.store, keyRing: tree.keys, product: tree.product, issuer: base, hasher: hasher,
                    postman: nil, now: tree.clock.now),
                letters: OwnerLetters(store: tree.store, product: tree.product, postman: nil),
                authorization: sample.authorization, keepRefusal: { _, _, _ in }, sealToken: { _ in "" },
                connections: ConnectionDesk(service: desk.service, clients: desk.clients), isDevelopment: true,
                now: tree.clock.now))
    }

    /// Signs a member with a role in, and goes on to a page.
    private func enter(_ request: Request) async throws -> Response {
        let role = request.uri.queryParameters["role"].map { String($0) } ?? ""
        let page = request.uri.queryParameters["to"].map { String($0) } ?? "/"
        let tree = desk.tree
        let id: ID<Member>
        if let known = members.withLock({ $0[role] }) {
            id = known
        } else {
            let home = role == "operator" ? tree.desk : tree.global
            id = try await tree.member(in: home, roles: [role], email: "\(role)@example.com").id
            members.withLock { $0[role] = id }
        }
        let secret = try await tree.session(of: id).secret
        return Response(
            status: .seeOther,
            headers: [
                .location: page, .setCookie: "claviger=\(secret); Path=/; HttpOnly; SameSite=Lax",
            ])
    }

    /// Moves both clocks, and does what is due by then.
    private func pass(_ request: Request) async throws -> Response {
        let seconds = request.uri.queryParameters["seconds"].flatMap { Int(String($0)) } ?? 0
        desk.tree.clock.advance(seconds: seconds)
        try await simulator.control("clock", ["set": .number(Double(desk.tree.clock.current.milliseconds / 1000))])
        let renewed = try await desk.engine.round()
        let probed = try await desk.prober.round()
        return Response(status: .ok, body: .init(byteBuffer: ByteBuffer(string: "\(renewed) \(probed)")))
    }

    private func fault(_ request: Request) async throws -> Response {
        let parameters = request.uri.queryParameters
        try await simulator.fault(
            parameters["provider"].map { String($0) } ?? "", parameters["kind"].map { String($0) } ?? "")
        return Response(status: .noContent)
    }
}
