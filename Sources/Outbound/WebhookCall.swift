import AsyncHTTPClient
import Locking
import NIOCore
import NIOHTTP1
package import NIOPosix
import ServiceLifecycle

/// Messages to addresses that customers name (threat K14): never to an address that is not public, which is looked at once the connection
/// is made, without redirects and without a second try. Of an answer, its beginning is read.
package final class WebhookCall: Service, Sendable {
    /// What came of a message.
    package enum Outcome: Sendable, Hashable {
        case answered(status: Int, retryAfter: String?, body: [UInt8])
        /// Why there was no answer, such as `timeout`.
        case failed(code: String)
    }

    private static let connect = TimeAmount.seconds(5)
    private static let farewell = TimeAmount.milliseconds(100)
    private static let idle = TimeAmount.seconds(2)
    /// Connections to one host at a time: as many as messages are sent at a time, since none shall wait here for another customer's.
    private static let width = 64

    /// Nothing is made before the first message, and nothing after the end.
    private enum State {
        case unused
        case open(HTTPClient)
        case closed
    }

    private let reach: OutboundReach
    private let caller: String
    private let group: MultiThreadedEventLoopGroup
    private let state = Lock(State.unused)

    /// - Parameter caller: What receivers' logs are told of who calls.
    package init(_ reach: OutboundReach, on group: MultiThreadedEventLoopGroup, caller: String = "claviger-webhooks") {
        self.reach = reach
        self.group = group
        self.caller = caller
    }

    /// Sends a message once.
    ///
    /// - Parameters:
    ///   - address: `https` or `http`.
    ///   - timeout: How long the whole may take.
    package func post(
        _ body: [UInt8], to address: String, headers: [(name: String, value: String)], within timeout: Duration
    ) async -> Outcome {
        guard let client else { return .failed(code: "shutting-down") }
        let collector = BeginningCollector()
        do {
            var fields = HTTPHeaders(headers.map { ($0.name, $0.value) })
            fields.replaceOrAdd(name: "User-Agent", value: caller)
            let request = try HTTPClient.Request(
                url: address, method: .POST, headers: fields, body: .bytes(body))
            // Before anything is sent: else how a connection to an inner address fails would tell what is there.
            if isForbidden(request.host) { throw ForbiddenAddress() }
            try await client.answer(to: request, through: collector, within: timeout)
        } catch {
            // Whoever has answered has answered, however long the rest of it is or takes.
            return collector.outcome ?? .failed(code: OutboundCall.code(of: error))
        }
        return collector.outcome ?? .failed(code: "connection-closed")
    }

    /// Whether a host is an address, written out, that may not be reached. Where a name leads is known once it was connected to.
    private func isForbidden(_ host: String) -> Bool {
        let text = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        return (try? SocketAddress(ipAddress: text, port: 0)).map { !reach.allows($0) } ?? false
    }

    /// Serves until shut down, then ends what is under way.
    package func run() async throws {
        try? await gracefulShutdown()
        await close()
    }

    /// Ends it. To close again does nothing.
    package func close() async {
        let client = state.withLock { state -> HTTPClient? in
            defer { state = .closed }
            return if case .open(let client) = state { client } else { nil }
        }
        try? await client?.shutdown()
    }

    private var client: HTTPClient? {
        state.withLock { state in
            switch state {
            case .open(let client): return client
            case .closed: return nil
            case .unused:
                let client = HTTPClient.onOneLoop(of: group, Self.configuration(reach))
                state = .open(client)
                return client
            }
        }
    }

    private static func configuration(_ reach: OutboundReach) -> HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.httpVersion = .http1Only
        configuration.decompression = .disabled
        configuration.timeout.connect = connect
        configuration.connectionPool.idleTimeout = idle
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = width
        configuration.http1_1ConnectionDebugInitializer = { channel in
            // The address that was really reached, however the name was looked up.
            guard let address = channel.remoteAddress, reach.allows(address) else {
                // Only once the pool has given the connection up: it takes no close of one that it is about to be told of.
                channel.eventLoop.scheduleTask(in: farewell) { channel.close(promise: nil) }
                return channel.eventLoop.makeFailedFuture(ForbiddenAddress())
            }
            return channel.eventLoop.makeSucceededVoidFuture()
        }
        return configuration
    }
}

/// Takes in the beginning of an answer, and ends the request there.
private final class BeginningCollector: HTTPClientResponseDelegate {
    /// That as much was read as is read.
    struct Enough: Error {}

    private static let longest = 4096

    private struct State {
        var head: HTTPResponseHead?
        var body: [UInt8] = []
    }

    private let state = Lock(State())

    /// Nil before anything came.
    var outcome: WebhookCall.Outcome? {
        state.withLock { state in
            state.head.map { head in
                .answered(
                    status: Int(head.status.code), retryAfter: head.headers.first(name: "Retry-After"),
                    body: state.body)
            }
        }
    }

    func didReceiveHead(task: HTTPClient.Task<Void>, _ head: HTTPResponseHead) -> EventLoopFuture<Void> {
        state.withLock { $0.head = head }
        return task.eventLoop.makeSucceededVoidFuture()
    }

    func didReceiveBodyPart(task: HTTPClient.Task<Void>, _ buffer: ByteBuffer) -> EventLoopFuture<Void> {
        let isFull = state.withLock { state in
            state.body.append(contentsOf: buffer.readableBytesView.prefix(Self.longest - state.body.count))
            return state.body.count >= Self.longest
        }
        return isFull
            ? task.eventLoop.makeFailedFuture(Enough()) : task.eventLoop.makeSucceededVoidFuture()
    }

    func didFinishRequest(task: HTTPClient.Task<Void>) throws {}
}
