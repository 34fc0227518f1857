import Foundation
import Hummingbird
import Locking
import Logging
import NIOCore
import NIOEmbedded
import NIOHTTP1
import TestSupport
import Testing

@testable import HTTPServing

/// The door with an answer that is due, in front of a backend that a test plays.
@Suite("While a request is answered later")
struct LaterAnswerTests {
    /// Answers when it is told to, and refuses when its task is cancelled.
    private final class SlowRoutes: HTTPResponder {
        typealias Context = CallerContext

        private let waiting = Lock<CheckedContinuation<Void, any Error>?>(nil)

        func respond(to request: Request, context: CallerContext) async throws -> Response {
            do {
                try await withTaskCancellationHandler {
                    try await withCheckedThrowingContinuation { caller in waiting.withLock { $0 = caller } }
                } onCancel: {
                    end(.failure(CancellationError()))
                }
                return Response(status: .ok)
            } catch {
                return Response(status: .serviceUnavailable)
            }
        }

        func end(_ result: Result<Void, any Error>) {
            waiting.withLock { $0.take() }?.resume(with: result)
        }
    }

    /// What gets past the door.
    private final class Backend: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private(set) var seen: [String] = []

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            if case .head(let head) = unwrapInboundIn(data) { seen.append(head.uri) }
        }

        func channelReadComplete(context: ChannelHandlerContext) { seen.append("read") }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            seen.append((error as? RequestCutShort)?.reason.rule ?? "\(error)")
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            switch event {
            case ChannelEvent.inputClosed: seen.append("end")
            case is ChannelShouldQuiesceEvent:
                seen.append("stop")
                context.close(promise: nil)
            default: return
            }
        }
    }

    /// A socket that takes nothing while the client does not read.
    private final class Socket: ChannelOutboundHandler {
        typealias OutboundIn = ByteBuffer

        private var isRead = true
        private var unread: [(NIOAny, EventLoopPromise<Void>?)] = []

        func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
            if isRead { context.write(data, promise: promise) } else { unread.append((data, promise)) }
        }

        func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
            for (_, promise) in unread { promise?.fail(ChannelError.ioOnClosedChannel) }
            unread = []
            context.close(mode: mode, promise: promise)
        }

        func stopReading() { isRead = false }

        func read(_ context: ChannelHandlerContext) {
            isRead = true
            for (data, promise) in unread { context.write(data, promise: promise) }
            unread = []
            context.flush()
        }
    }

    private let routes = SlowRoutes()
    private let backend = Backend()
    private let socket = Socket()
    private let channel = EmbeddedChannel()

    init() throws {
        let log = RequestLog(sink: LogSink(to: .nullDevice), format: .json, threshold: LogThreshold(.info))
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandlers([
            socket, WireTap(), HTTPResponseEncoder(), ByteToMessageHandler(HTTPRequestDecoder()),
            HotDoor(
                routes: nil, ordinary: OrdinaryResponder(routes, logger: Logger(label: "test")), log: log,
                idle: .seconds(75), now: FixedClock().now), backend,
        ])
        try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 1)).wait()
    }

    private static let first = "DELETE /api/a HTTP/1.1\r\nHost: a\r\n\r\n"
    private static let second = "GET /b HTTP/1.1\r\nHost: a\r\n\r\n"

    private func send(_ text: String) throws {
        try channel.writeInbound(ByteBuffer(string: text))
        channel.embeddedEventLoop.run()
    }

    private func answer() {
        routes.end(.success(()))
        channel.embeddedEventLoop.run()
    }

    private func received() throws -> String {
        var text = ""
        while let bytes = try channel.readOutbound(as: ByteBuffer.self) { text += String(buffer: bytes) }
        return text
    }

    @Test func `nobody sees what stands behind it, since that may be about what it changes`() throws {
        try send(Self.first + Self.second)
        channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(backend.seen == [])
        #expect(try received() == "")
        answer()
        #expect(backend.seen == ["/b", "end", "read"])
        #expect(try received().hasPrefix("HTTP/1.1 200 "))
    }

    @Test func `a reply to HEAD that says how a body would come has none`() throws {
        let path = "/api/v1/organizations/org_1/connections/cnx_1/proxy/api.provider.example/b"
        for _ in 1...2 {
            try send("HEAD \(path) HTTP/1.1\r\nHost: a\r\n\r\n")
            let head = HTTPResponseHead(version: .http1_1, status: .ok, headers: ["Transfer-Encoding": "chunked"])
            try channel.writeOutbound(HTTPServerResponsePart.head(head))
            try channel.writeOutbound(HTTPServerResponsePart.end(nil))
            #expect(try received() == "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
        }
        #expect(channel.isActive)
    }

    @Test func `what is wrong behind it is told in its turn`() throws {
        try send(Self.first + "POST /b HTTP/1.1\r\nHost: a\r\nContent-Length: 65537\r\n\r\n")
        #expect(backend.seen == [])
        answer()
        #expect(backend.seen == ["/b", "body too large", "read"])
        #expect(channel.isActive)
    }

    @Test func `a client that leaves gets nothing done that stands behind it`() throws {
        try send(Self.first + Self.second)
        channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        try channel.pipeline.syncOperations.context(handler: socket).close(promise: nil)
        channel.embeddedEventLoop.run()
        answer()
        #expect(!backend.seen.contains("/b"))
    }

    @Test func `a server that waits no longer gives it up, and says so`() throws {
        try send(Self.first)
        channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        #expect(backend.seen == [])
        // As Hummingbird does when its time is over.
        channel.close(promise: nil)
        channel.embeddedEventLoop.run()
        #expect(try received().hasPrefix("HTTP/1.1 503 "))
        #expect(!channel.isActive)
    }

    @Test func `a server that stops writes the answer to its end, for ten seconds`() throws {
        try send(Self.first)
        channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        socket.stopReading()
        answer()
        #expect(backend.seen == ["stop"])
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(9))
        #expect(channel.isActive)
        socket.read(try channel.pipeline.syncOperations.context(handler: socket))
        #expect(try received().hasPrefix("HTTP/1.1 200 "))
        #expect(!channel.isActive)
    }

    @Test func `a client that does not read does not hold a server that stops`() throws {
        try send(Self.first)
        channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        socket.stopReading()
        answer()
        channel.embeddedEventLoop.advanceTime(by: .seconds(10))
        #expect(!channel.isActive)
    }
}
