import NIOCore

/// The last stage of a connection that we end while the client may still be sending (RFC 9112 §9.6): what comes is read and
/// thrown away, for a bounded time and amount. Were the socket closed at once, the client's system would throw away our answer
/// with the reset that its next packet meets; were nothing read, a client that reads only after it has sent would never
/// come to it.
///
/// It stands in front of everything, so nobody behind hears of what is thrown away.
final class Lingering: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    /// How long it goes on at most.
    static let longest = TimeAmount.seconds(30)
    /// How long the client may be silent meanwhile.
    static let silence = TimeAmount.seconds(5)
    /// How many bytes are thrown away at most.
    static let most = 32 << 20

    private var end: NIODeadline
    private var lastByte: NIODeadline
    private var thrownAway = 0
    private var watch: Scheduled<Void>?

    init(at now: NIODeadline) {
        end = now + Self.longest
        lastByte = now
    }

    func handlerAdded(context: ChannelHandlerContext) {
        watchOver(context)
        context.read()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        watch?.cancel()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        thrownAway += unwrapInboundIn(data).readableBytes
        lastByte = context.eventLoop.now
        if thrownAway > Self.most { context.close(promise: nil) }
    }

    /// Those behind may have stopped reading, so this goes on by itself.
    func channelReadComplete(context: ChannelHandlerContext) {
        context.read()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent || event is Connections.MakeRoom
            || event as? ChannelEvent == .inputClosed
        {
            context.close(promise: nil)
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        watch?.cancel()
        context.fireChannelInactive()
    }

    private func watchOver(_ context: ChannelHandlerContext) {
        let deadline = min(end, lastByte + Self.silence)
        watch = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { [weak self] in
            guard let self else { return }
            if context.eventLoop.now >= min(self.end, self.lastByte + Self.silence) {
                context.close(promise: nil)
            } else {
                self.watchOver(context)
            }
        }
    }
}

@available(*, unavailable)
extension Lingering: Sendable {}
