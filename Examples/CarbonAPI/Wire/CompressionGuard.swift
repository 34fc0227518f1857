import NIOCore
import NIOHTTP1
import NIOHTTPCompression

/// Takes the compressor away before an answer that no request belongs to: what is no HTTP is answered 400 without ever having been one,
/// and the compressor would end the process over it.
final class CompressionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private let compressor: HTTPResponseCompressor
    /// Requests that have no answer yet.
    private var open = 0
    private var hasCompressor = true

    init(_ compressor: HTTPResponseCompressor) {
        self.compressor = compressor
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head: open += 1
        case .body, .end: break
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head:
            if open > 0 {
                open -= 1
            } else if hasCompressor {
                hasCompressor = false
                // Done before this returns, as we are on the connection's event loop.
                context.pipeline.syncOperations.removeHandler(compressor, promise: nil)
            }
        case .body, .end: break
        }
        context.write(data, promise: promise)
    }
}

@available(*, unavailable)
extension CompressionGuard: Sendable {}
