import AsyncHTTPClient
import Locking
import NIOCore
import NIOHTTP1
package import NIOPosix
package import ProviderDefinition
import ServiceLifecycle

/// Requests to providers over the network: to the hosts of the provider's file alone, never to an address that is not public, without
/// redirects and without a second try.
package final class OutboundCall: ProviderTransport, Service {
    /// A connection that nobody used for so long is closed by us, so that a request never meets one that the provider has just closed:
    /// then nobody would know whether it was taken.
    private static let idle = TimeAmount.seconds(2)
    private static let farewell = TimeAmount.milliseconds(100)
    private static let connect = TimeAmount.seconds(5)
    /// For so long an answer to a call that was passed on may pause.
    private static let pause = TimeAmount.seconds(30)
    /// And the call itself: longer than whoever makes it may pause, so that it is they who are called slow, and not the provider.
    private static let longestPauseOfCalls = TimeAmount.seconds(40)
    /// Requests of ours to one host at a time. How many there are is for those who make them to say, and none shall wait here: the
    /// time that it may take would go by.
    private static let width = 1024
    /// Calls that were passed on to one host at a time. Their answers may be long, so they have connections of their own.
    private static let relayWidth = 64

    /// Nothing is made before the first request, and nothing after the end.
    private enum State {
        case unused
        case open(Clients)
        case closed
    }

    /// One for our own requests, one for calls that are passed on.
    private struct Clients {
        let own: HTTPClient
        /// Nil once calls are passed on no longer.
        var relay: HTTPClient?
    }

    private let state = Lock(State.unused)
    private let group: MultiThreadedEventLoopGroup
    let reach: OutboundReach
    let caller: String

    /// - Parameter caller: What the providers' logs are told of who calls.
    package init(_ reach: OutboundReach, on group: MultiThreadedEventLoopGroup, caller: String = "claviger") {
        self.group = group
        self.reach = reach
        self.caller = caller
    }

    private var client: HTTPClient? { clients?.own }

    /// For calls that are passed on. Nil after their end.
    var relayClient: HTTPClient? { clients?.relay }

    private var clients: Clients? {
        state.withLock { state in
            switch state {
            case .open(let clients): return clients
            case .closed: return nil
            case .unused:
                var configuration = Self.configuration(reach)
                configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = Self.width
                let own = HTTPClient.onOneLoop(of: group, configuration)
                configuration.timeout.read = Self.pause
                configuration.timeout.write = Self.longestPauseOfCalls
                configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = Self.relayWidth
                let clients = Clients(
                    own: own, relay: HTTPClient(eventLoopGroup: group, configuration: configuration))
                state = .open(clients)
                return clients
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

    package func send(
        _ request: ProviderRequest, within hosts: HostAllowList, timeout: Duration
    ) async -> ProviderResponse {
        guard hosts.allows(request.host) else { return .notSent(code: "host-not-allowed") }
        guard let client else { return .notSent(code: "shutting-down") }
        let collector = AnswerCollector()
        do {
            var headers = HTTPHeaders(request.headers.map { ($0.name, $0.value) })
            headers.replaceOrAdd(name: "User-Agent", value: caller)
            let outgoing = try HTTPClient.Request(
                url: reach.mapped(request.address), method: HTTPMethod(rawValue: request.method.rawValue),
                headers: headers, body: request.body.isEmpty ? nil : .bytes(request.body))
            return .answered(try await client.answer(to: outgoing, through: collector, within: timeout))
        } catch {
            let code = Self.code(of: error)
            return collector.wasSent ? .lost(code: code) : .notSent(code: code)
        }
    }

    package func pageAddress(_ address: String) -> String { reach.mapped(address) }

    /// Serves until shut down, then ends what is under way.
    package func run() async throws {
        try? await gracefulShutdown()
        try await close()
    }

    /// Ends what is under way and closes all connections.
    package func close() async throws {
        let clients = state.withLock { state -> Clients? in
            defer { state = .closed }
            return if case .open(let clients) = state { clients } else { nil }
        }
        try await clients?.own.shutdown()
        try await clients?.relay?.shutdown()
    }

    /// Ends the calls that are passed on, and takes no more of them. Requests of ours go on.
    package func endRelays() async throws {
        // Without clients nothing is under way, and what begins later is for the end of everything.
        let relay = state.withLock { state -> HTTPClient? in
            guard case .open(var clients) = state else { return nil }
            defer { state = .open(clients) }
            return clients.relay.take()
        }
        try await relay?.shutdown()
    }

    static func code(of error: any Error) -> String {
        switch error {
        case is ForbiddenAddress: "address-not-allowed"
        case is AnswerCollector.TooLarge: "answer-too-large"
        case let error as HTTPClientError
        where error == .deadlineExceeded || error == .readTimeout || error == .writeTimeout: "timeout"
        case let error as HTTPClientError where error == .connectTimeout: "connect-timeout"
        case let error as HTTPClientError where error == .remoteConnectionClosed: "connection-closed"
        case is NIOConnectionError: "unreachable"
        default: "connection-failed"
        }
    }
}

/// That a name led to an address that is nobody's on the Internet.
struct ForbiddenAddress: Error {}
