import Connections
import CredentialFormat
import Credentials
import Foundation
import HTTPAPI
import HTTPTypes
import Hummingbird
import Locking
import Logging
import Model
import NIOCore
import Notices
import Organizations
import Persistence
import Policy
import ProviderDefinition
import SignIn
import TestSupport
import Testing
import Tokens

@testable import HTTPServing

/// The management API over a ``ConnectDesk``, answered over HTTP in this process, with a key that may do everything there and one that
/// may only use connections.
final class ConnectionFront: HTTPFront {
    let base: String
    let port: Int
    let desk: ConnectDesk
    let use: ConnectionUse
    /// May look after connections, and not use them.
    let keeper: String
    /// May use connections, and nothing else.
    let user: String
    private let running: RunningService

    init(_ desk: ConnectDesk, relay: any ProviderRelay) async throws {
        self.desk = desk
        let tree = desk.tree
        use = ConnectionUse(desk.service, relay: relay)
        keeper = try await tree.key(
            in: tree.europe, scopes: ["claviger:connections.read", "claviger:connections.manage"],
            lifetimeSeconds: 86_400
        ).secret
        user = try await tree.key(in: tree.europe, scopes: ["claviger:connections.use"], lifetimeSeconds: 86_400).secret
        let judges = SampleDesk(tree)
        let (product, now) = (tree.product, tree.clock.now)
        let hasher = PasswordHasher()
        let api = ManagementAPI(
            store: tree.store, verifier: judges.verifier, product: product,
            address: PublicAddress(issuer: SampleDesk.issuer), keyRing: tree.keys, passwords: hasher,
            sessions: SessionService(store: tree.store, keyRing: tree.keys, product: product, now: now),
            links: OneTimeLinkService(
                store: tree.store, keyRing: tree.keys, product: product, issuer: SampleDesk.issuer, hasher: hasher,
                postman: nil, now: now),
            consoleSessions: ConsoleSessionService(
                keyRing: tree.keys, product: product, issuer: SampleDesk.issuer, allowsLoopback: false, now: now),
            secondFactors: SecondFactorService(keyRing: tree.keys, product: product, now: now),
            letters: OwnerLetters(store: tree.store, product: product, postman: nil), connections: use,
            webhooks: WebhookService(
                vault: WebhookVault(
                    keys: OrganizationKeys(
                        over: tree.store, wrappedBy: KeyEncryptionKeys(newest: MasterKey.generate()), now: now),
                    environment: "clv"),
                product: product, allowsPlain: false, now: now),
            sealToken: { _ in "" }, now: now)
        let router = Router(context: CallerContext.self)
        router.add(
            middleware: RequestMiddleware(
                proxies: TrustedProxies(),
                log: RequestLog(sink: LogSink(to: .nullDevice), format: .json, threshold: LogThreshold(.critical)),
                now: now))
        router.add(middleware: ProblemMiddleware())
        router.add(middleware: BodyLimit())
        router.add(middleware: CutBodies())
        api.register(
            on: router.group().add(
                middleware: BearerAuthentication(
                    verifier: judges.verifier, product: product, issuer: SampleDesk.issuer, now: now)))
        let unknown = Router(context: CallerContext.self)
        unknown.add(middleware: ProblemMiddleware())
        let (ports, heard) = AsyncStream.makeStream(of: Int.self)
        let application = Application(
            responder: CanonicalPaths(router.buildResponder(), unknown: unknown.buildResponder()),
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { heard.yield($0.localAddress?.port ?? 0) }, logger: Logger(label: "test"))
        running = RunningService(application) { heard.finish() }
        var iterator = ports.makeAsyncIterator()
        port = try #require(await iterator.next(), "the front does not listen")
        base = "http://127.0.0.1:\(port)"
    }

    /// A path below Europe's connections.
    func path(_ rest: String = "") -> String {
        "/api/v1/organizations/\(desk.tree.europe.id)/connections\(rest)"
    }

    /// One below a connection.
    func path(_ connection: Connection, _ rest: String = "") -> String { path("/\(connection.id)\(rest)") }

    /// Its access token, or why there is none.
    func token(_ connection: Connection, _ query: String = "") async throws -> Answer {
        try await get(path(connection, "/token\(query)"), bearer: user)
    }

    /// A call to TikTok in its name.
    func pass(
        _ connection: Connection, _ target: String, by method: String = "GET", headers: [(String, String)] = [],
        body: [UInt8]? = nil
    ) async throws -> Answer {
        try await send(
            method, path(connection, "/proxy/\(target)"), headers: headers + [("Authorization", "Bearer \(user)")],
            body: body)
    }
}

/// Has bodies end as those of clients that are too slow, where the request says so.
struct CutBodies: RouterMiddleware {
    typealias Context = CallerContext

    static let field = "Test-Cut"

    func handle(
        _ request: Request, context: CallerContext, next: @concurrent (Request, CallerContext) async throws -> Response
    ) async throws -> Response {
        guard request.headers.contains(where: { $0.name.rawName == Self.field }) else {
            return try await next(request, context)
        }
        let parts = AsyncThrowingStream<ByteBuffer, any Error> { throw RequestCutShort(reason: .tooSlow) }
        var cut = request
        cut.body = RequestBody(asyncSequence: parts)
        return try await next(cut, context)
    }
}

/// Answers calls that are passed on with what a test wrote down, in turn; the last for all that follow.
final class ScriptedRelay: ProviderRelay {
    private let state: Lock<(answers: [RelayOutcome], calls: [RelayedCall], streams: [Int])>

    init(_ answers: RelayOutcome...) {
        state = Lock((answers, [], []))
    }

    /// What was passed on, each whole.
    var calls: [RelayedCall] { state.withLock { $0.calls } }

    /// What was announced of those that came bit by bit, in bytes.
    var streams: [Int] { state.withLock { $0.streams } }

    func relay(_ call: RelayedCall, within hosts: HostAllowList, timeout: Duration) async -> RelayOutcome {
        guard hosts.allows(call.host) else { return .notSent(code: "host-not-allowed") }
        var bytes = call.bytes
        if case .stream(let parts, let length) = call.body {
            do {
                for try await part in parts { bytes += part }
            } catch {
                return .lost(code: "\(error)")
            }
            state.withLock { $0.streams.append(length) }
        }
        let whole = RelayedCall(
            method: call.method, host: call.host, target: call.target, headers: call.headers, body: .whole(bytes))
        return state.withLock { state in
            state.calls.append(whole)
            if state.answers.count > 1 { return state.answers.removeFirst() }
            return state.answers.first ?? .notSent(code: "unreachable")
        }
    }
}

extension RelayedCall {
    /// Its body, where all of it is there.
    var bytes: [UInt8] {
        switch body {
        case .whole(let bytes): bytes
        case .stream: []
        }
    }
}

extension RelayOutcome {
    /// An answer with one part for each text.
    static func answer(
        _ status: Int, _ parts: String..., headers: [(String, String)] = []
    ) -> RelayOutcome {
        let (body, writer) = AsyncThrowingStream.makeStream(of: [UInt8].self)
        for part in parts { writer.yield(Array(part.utf8)) }
        writer.finish()
        return .answered(
            RelayedAnswer(status: status, headers: headers.map { ProviderRequest.Header($0, $1) }, body: body))
    }
}
