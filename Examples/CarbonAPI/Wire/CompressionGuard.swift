import NIOCore
import NIOHTTP1
import NIOHTTPCompression

/// Takes the compressor away before an answer that no request belongs to: what is no HTTP is answered 400 without ever having been one,
/// and the compressor would end the process over it. Nor is an answer to HTTP/1.0 compressed: its length is not known before, and that has
/// no pieces (RFC 9112 §6.1).
final class CompressionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private let compressor: HTTPResponseCompressor
    /// Of each request that has no answer yet, whether one in pieces is understood.
    private var open = CircularBuffer<Bool>()
    private var hasCompressor = true

    init(_ compressor: HTTPResponseCompressor) {
        self.compressor = compressor
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): open.append(head.version == .http1_1)
        case .body, .end: break
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(var head):
            if let takesPieces = open.popFirst() {
                guard !takesPieces else { break }
                head.headers.remove(name: CompressingChannel.mark)
                context.write(wrapOutboundOut(.head(head)), promise: promise)
                return
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
