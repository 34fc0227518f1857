import NIOCore
import NIOHTTP1
import NIOPosix

/// The floor that every hot route is measured against: SwiftNIO alone reads a whole request and answers a constant.
///
/// `NIOFloor --port 18091` listens on loopback with one event loop, until it is stopped.
@main
struct NIOFloor {
    static func main() async throws {
        guard let port = port(in: CommandLine.arguments) else {
            print("usage: NIOFloor --port <1…65535>")
            return
        }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let channel = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(ConstantAnswer())
                }
            }
            .bind(host: "127.0.0.1", port: port)
            .get()
        print("NIOFloor listens on 127.0.0.1:\(port)")
        try await channel.closeFuture.get()
    }

    private static func port(in arguments: [String]) -> Int? {
        guard arguments.count == 3, arguments[1] == "--port", let port = Int(arguments[2]) else { return nil }
        return (1...65_535).contains(port) ? port : nil
    }
}

/// Takes in head, body and end of a request, then answers 200 with about as much JSON as a token reply has.
private final class ConstantAnswer: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private static let body = ByteBuffer(
        string: #"{"access_token":"clv_at_0123456789012345678901234567890123456789012345678901234567","#
            + #""token_type":"Bearer","expires_in":3600}"#
    )
    private static let headers: HTTPHeaders = [
        "Content-Type": "application/json",
        "Content-Length": String(body.readableBytes),
        "Date": "Sat, 21 Nov 2026 16:25:07 GMT",
    ]

    private var keepsAlive = true
    private var received = 0

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            keepsAlive = head.isKeepAlive
            received = 0
        case .body(let part):
            received &+= part.readableBytes
        case .end:
            answer(context)
        }
    }

    private func answer(_ context: ChannelHandlerContext) {
        let head = HTTPResponseHead(version: .http1_1, status: .ok, headers: Self.headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(Self.body))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        if !keepsAlive { context.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
