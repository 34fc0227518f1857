import AsyncHTTPClient
import Glibc
import HTTPTypes
import HummingbirdCore
import Logging
package import NIOCore
import NIOHTTP1
import NIOPosix
import ServiceLifecycle

/// Serves the simulated providers by HTTP/1.1. Hummingbird's core does, without its routes: a reply may be nothing at all here, and
/// its `Date` is the simulated one.
package struct SimulatorServer: Service {
    private let options: SimulatorOptions
    private let simulator: Simulator
    private let eventLoops: any EventLoopGroup
    private let onRunning: @Sendable (Int) async -> Void

    /// - Parameters:
    ///   - eventLoops: Nil for those of the process.
    ///   - onRunning: Told the port.
    package init(
        _ options: SimulatorOptions, eventLoops: (any EventLoopGroup)? = nil,
        onRunning: @escaping @Sendable (Int) async -> Void = { _ in }
    ) {
        self.options = options
        simulator = Simulator(options)
        self.eventLoops = eventLoops ?? MultiThreadedEventLoopGroup.singleton
        self.onRunning = onRunning
    }

    private static let mostBody = 1 << 20

    package func run() async throws {
        var logger = Logger(label: "simulator")
        logger.logLevel = .error
        let server = Server(
            childChannelSetup: HTTP1Channel(
                responder: { [simulator] request, writer, channel in
                    try await Self.respond(to: request, writer, channel, simulator)
                },
                configuration: HTTP1Channel.Configuration(idleTimeout: .seconds(600))),
            configuration: ServerConfiguration(
                address: .hostname(options.host, port: options.port), backlog: 4096),
            onServerRunning: { [onRunning] channel in await onRunning(channel.localAddress?.port ?? 0) },
            eventLoopGroup: eventLoops, logger: logger)
        try await server.run()
    }

    /// As Hummingbird calls it: on no actor, so that the writer stays where it is.
    @concurrent private static func respond(
        to request: Request, _ writer: consuming ResponseWriter, _ channel: any Channel, _ simulator: Simulator
    ) async throws {
        let body = try await request.body.collect(upTo: mostBody)
        let call = Call(request, Array(buffer: body), channel)
        var (reply, time) = simulator.answer(call)
        if let push = reply.push { reply = try await send(push) }
        if reply.delay > 0 { try await Task.sleep(for: .milliseconds(reply.delay)) }
        switch reply.delivery {
        // Whoever throws here closes the connection.
        case .lost: throw LostResponse()
        case .whole: break
        }
        let bytes = ByteBuffer(string: reply.body)
        var head = HTTPResponse(status: HTTPResponse.Status(code: reply.status))
        for (name, value) in reply.headers {
            if let name = HTTPField.Name(name) { head.headerFields.append(HTTPField(name: name, value: value)) }
        }
        head.headerFields[.date] = HTTPDate(time + reply.dateShift).field
        let hasBody = reply.status != 204
        if hasBody { head.headerFields[.contentLength] = String(bytes.readableBytes) }
        try await writer.write(response: head, body: hasBody ? ResponseBody(byteBuffer: bytes) : ResponseBody())
    }

    /// Tells what the receiver answered.
    private static func send(_ push: Push) async throws -> Reply {
        var request = HTTPClientRequest(url: push.address)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: push.contentType)
        request.headers.add(name: "User-Agent", value: "simulated-provider")
        request.body = .bytes(ByteBuffer(string: push.body))
        do {
            let response = try await pusher.execute(request, timeout: .seconds(10))
            let answer = try await response.body.collect(upTo: 65_536)
            return .json([
                "status": .integer(Int(response.status.code)), "body": .text(String(buffer: answer)),
                "sent": .text(push.body),
            ])
        } catch {
            return .json(["error": .text("It could not be sent: \(error)"), "sent": .text(push.body)], status: 502)
        }
    }

    private static let pusher: HTTPClient = {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    /// Lets the process hold as many connections as the system allows.
    static func raiseDescriptors() {
        var limits = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits) == 0 else { return }
        limits.rlim_cur = limits.rlim_max
        _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits)
    }
}

/// A switch says that the response is lost.
private struct LostResponse: Error {}

extension Call {
    fileprivate init(_ request: Request, _ body: [UInt8], _ channel: any Channel) {
        var headers: [String: String] = [:]
        for field in request.headers { headers[field.name.canonicalName] = field.value }
        let host = request.head.authority ?? "127.0.0.1"
        self.init(
            method: request.method.rawValue, target: request.head.path ?? "/", headers: headers, body: body,
            peer: channel.remoteAddress.map { "\($0.ipAddress ?? ""):\($0.port ?? 0)" } ?? "",
            base: "http://\(host)")
    }
}
