import AsyncHTTPClient
import Locking
import NIOCore
import NIOHTTP1
package import NIOPosix
import ServiceLifecycle

/// Messages to addresses that customers name (threat K14). A host is looked up once, every address that it leads to is looked at, and a
/// connection is made to one of these and no other: so nothing is sent, not even a first packet, to an address that is not public, and a
/// name that leads elsewhere a moment later leads nowhere. No redirects, no second try of what was sent. Of an answer, its beginning is read.
package final class WebhookCall: Service, Sendable {
    /// What came of a message.
    package enum Outcome: Sendable, Hashable {
        case answered(status: Int, retryAfter: String?, body: [UInt8])
        /// Why there was no answer, such as `timeout`.
        case failed(code: String)
    }

    /// As many messages as are sent at a time. None shall wait here for another customer's.
    private static let width = 64
    private static let connect = TimeAmount.seconds(5)
    private static let farewell = TimeAmount.milliseconds(100)
    /// So many addresses of a name are tried, as long as none takes a connection.
    private static let mostPlaces = 3

    /// The clients of the messages that are under way: one each, since to which address a host's name leads is a client's own matter.
    private enum State {
        case open([ObjectIdentifier: HTTPClient])
        case closed
    }

    private let reach: OutboundReach
    private let caller: String
    private let group: MultiThreadedEventLoopGroup
    private let names: NameLookUps
    private let state = Lock(State.open([:]))

    /// - Parameter caller: What receivers' logs are told of who calls.
    package convenience init(
        _ reach: OutboundReach, on group: MultiThreadedEventLoopGroup, caller: String = "claviger-webhooks"
    ) {
        self.init(reach, on: group, caller: caller, lookingUp: NameLookUps.system)
    }

    /// - Parameter look: Every address of a name. It may block.
    init(
        _ reach: OutboundReach, on group: MultiThreadedEventLoopGroup, caller: String = "claviger-webhooks",
        lookingUp look: @escaping @Sendable (String) -> [SocketAddress]
    ) {
        self.reach = reach
        self.group = group
        self.caller = caller
        names = NameLookUps(atATime: Self.width, look)
    }

    /// Sends a message once.
    ///
    /// - Parameters:
    ///   - address: `https` or `http`.
    ///   - timeout: How long the whole may take. A look-up of the host is waited for, however long: whoever owns a slow name has their own
    ///     messages wait, and never holds more threads than messages.
    package func post(
        _ body: [UInt8], to address: String, headers: [(name: String, value: String)], within timeout: Duration
    ) async -> Outcome {
        guard isOpen else { return .failed(code: "shutting-down") }
        let deadline = ContinuousClock.now + timeout
        do {
            var fields = HTTPHeaders(headers.map { ($0.name, $0.value) })
            fields.replaceOrAdd(name: "User-Agent", value: caller)
            let request = try HTTPClient.Request(
                url: address, method: .POST, headers: fields, body: .bytes(body))
            for place in try await places(of: request.host) {
                let collector = BeginningCollector()
                let left = deadline - .now
                guard left > .zero else { return .failed(code: "timeout") }
                do {
                    try await send(request, at: place, within: left, through: collector)
                } catch {
                    // Whoever has answered has answered, however long the rest of it is or takes.
                    if let outcome = collector.outcome { return outcome }
                    if !collector.wasSent, Self.isWithoutConnection(error), !Task.isCancelled { continue }
                    throw error
                }
                return collector.outcome ?? .failed(code: "connection-closed")
            }
            return .failed(code: isOpen ? "unreachable" : "shutting-down")
        } catch {
            return .failed(code: OutboundCall.code(of: error))
        }
    }

    /// Where a host is: those of its addresses that are tried, one of each kind first. None where its name leads nowhere.
    ///
    /// - Throws: ``ForbiddenAddress`` where any of its addresses may not be reached: a name that leads here and there is no slip.
    private func places(of host: String) async throws -> ArraySlice<SocketAddress> {
        let found = try await names.addresses(of: host, on: group.next())
        guard found.allSatisfy(reach.allows) else { throw ForbiddenAddress() }
        guard let first = found.first else { return [] }
        let other = found.firstIndex { $0.protocol != first.protocol }
        var places = found
        if let other { places.insert(places.remove(at: other), at: 1) }
        return places.prefix(Self.mostPlaces)
    }

    private func send(
        _ request: HTTPClient.Request, at place: SocketAddress, within timeout: Duration,
        through collector: BeginningCollector
    ) async throws {
        var configuration = Self.configuration(reach)
        // What the receiver is asked as, and what its certificate must name, stays the host.
        guard let number = place.ipAddress else { throw ForbiddenAddress() }
        if NameLookUps.literal(request.host) == nil { configuration.dnsOverride = [request.host: number] }
        guard let client = open(configuration) else { throw HTTPClientError.cancelled }
        defer { end(client) }
        try await client.answer(to: request, through: collector, within: timeout)
    }

    /// Whether an error says that there was no connection to an address. Another one may take it.
    private static func isWithoutConnection(_ error: any Error) -> Bool {
        switch error {
        case is IOError, is NIOConnectionError, is ChannelError: true
        case let error as HTTPClientError: error == .connectTimeout
        default: false
        }
    }

    // MARK: Clients

    private var isOpen: Bool {
        state.withLock { if case .open = $0 { true } else { false } }
    }

    private func open(_ configuration: HTTPClient.Configuration) -> HTTPClient? {
        state.withLock { state in
            guard case .open(var clients) = state else { return nil }
            let client = HTTPClient.onOneLoop(of: group, configuration)
            clients[ObjectIdentifier(client)] = client
            state = .open(clients)
            return client
        }
    }

    /// Closes a client's connection. Nobody waits for that.
    private func end(_ client: HTTPClient) {
        let isOurs = state.withLock { state in
            guard case .open(var clients) = state else { return false }
            defer { state = .open(clients) }
            return clients.removeValue(forKey: ObjectIdentifier(client)) != nil
        }
        if isOurs { client.shutdown { _ in } }
    }

    /// How many messages are under way.
    var clientCount: Int {
        state.withLock { if case .open(let clients) = $0 { clients.count } else { 0 } }
    }

    /// Serves until shut down, then ends what is under way.
    package func run() async throws {
        try? await gracefulShutdown()
        await close()
    }

    /// Ends it. To close again does nothing.
    package func close() async {
        let clients = state.withLock { state -> [HTTPClient] in
            defer { state = .closed }
            return if case .open(let clients) = state { Array(clients.values) } else { [] }
        }
        names.close()
        for client in clients { try? await client.shutdown() }
    }

    private static func configuration(_ reach: OutboundReach) -> HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.httpVersion = .http1Only
        configuration.decompression = .disabled
        configuration.timeout.connect = connect
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.http1_1ConnectionDebugInitializer = { channel in
            // Once more: the address that was really reached.
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
        var wasSent = false
        var head: HTTPResponseHead?
        var body: [UInt8] = []
    }

    private let state = Lock(State())

    /// Whether anything of the request may have left.
    var wasSent: Bool { state.withLock { $0.wasSent } }

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

    func didSendRequestHead(task: HTTPClient.Task<Void>, _ head: HTTPRequestHead) {
        state.withLock { $0.wasSent = true }
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
