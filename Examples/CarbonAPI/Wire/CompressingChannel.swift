import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPCompression
import NIOHTTPTypesHTTP1
import NIOSSL

/// A connection of HTTP/1.1 whose answers are compressed where whoever asked takes that (`Accept-Encoding`, RFC 9110 §12.5.3) and the
/// answer says of itself that it is worth it. A piece that was written is compressed and sent before the next is asked for, so
/// memory does not grow with a large answer.
struct CompressingChannel: ServerChildChannel {
    typealias Value = HTTP1Channel.Value

    private let channel: HTTP1Channel
    private let tls: NIOSSLContext?

    /// - Parameter tls: What it is inside of, nil for nothing.
    init(_ responder: @escaping HTTPChannelHandler.Responder, tls: NIOSSLContext?) {
        channel = HTTP1Channel(responder: responder)
        self.tls = tls
    }

    /// The field by which an answer says so. It is taken out here.
    static let mark = "X-Worth-Compressing"

    func setup(channel connection: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        connection.eventLoop.makeCompletedFuture {
            guard let tls else { return }
            try connection.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls))
        }.flatMap {
            channel.setup(channel: connection, logger: logger)
        }.flatMapThrowing { value in
            let pipeline = connection.pipeline.syncOperations
            let codec = try pipeline.handler(type: HTTP1ToHTTPServerCodec.self)
            let compressor = HTTPResponseCompressor { head, isTaken in
                guard head.headers.contains(name: Self.mark) else { return .doNotCompress }
                head.headers.remove(name: Self.mark)
                // The compressor corrects a length only where the whole answer came before the first of it is sent.
                if isTaken { head.headers.remove(name: "Content-Length") }
                return .compressIfPossible
            }
            try pipeline.addHandlers(
                [compressor, CompressionGuard(compressor)], position: .before(codec))
            return value
        }
    }

    func handle(value: Value, logger: Logger) async {
        await channel.handle(value: value, logger: logger)
    }
}
