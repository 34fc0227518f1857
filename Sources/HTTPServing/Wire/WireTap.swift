import NIOCore

/// Holds what was read last while the parser is at it: the parser's errors say less than an answer needs
/// (``WireRefusal/init(_:in:)``).
final class WireTap: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    /// Nil outside of a read.
    @exclusivity(unchecked) private(set) var latest: ByteBuffer?

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        latest = unwrapInboundIn(data)
        context.fireChannelRead(data)
        latest = nil
    }
}

@available(*, unavailable)
extension WireTap: Sendable {}
