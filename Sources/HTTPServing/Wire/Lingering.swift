import NIOCore

/// The last stage of a connection that we end while the client may still be sending (RFC 9112 §9.6): what comes is read and
/// thrown away, for a bounded time and amount. Were the socket closed at once, the client's system would throw away our answer
/// with the reset that its next packet meets; were nothing read, a client that reads only after it has sent would never
/// come to it.
///
/// It stands in front of everything, so nobody behind hears of what is thrown away.
final class Lingering: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    /// How long it goes on at most, and how long the client may take before to read what is written to it.
    static let longest = TimeAmount.seconds(30)
    /// How long that may take while the server stops.
    static let longestAtTheEnd = TimeAmount.seconds(10)
    /// How long the client may be silent meanwhile.
    static let silence = TimeAmount.seconds(5)
    /// How many bytes are thrown away at most.
    static let most = 32 << 20

    private var end: NIODeadline
    private var lastByte: NIODeadline
    /// Whether the client has all that is written to it. Before, it has reason to be silent.
    private var isWritten: Bool
    private var thrownAway = 0
    private var watch: Scheduled<Void>?
    private var context: ChannelHandlerContext?

    init(at now: NIODeadline, isWritten: Bool = true) {
        end = now + Self.longest
        lastByte = now
        self.isWritten = isWritten
    }

    /// All is written.
    func begin() {
        guard let context else { return }
        isWritten = true
        lastByte = context.eventLoop.now
        end = lastByte + Self.longest
        watchOver(context)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        watchOver(context)
        context.read()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        watch?.cancel()
        self.context = nil
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
        let isServersEnd = event is ChannelShouldQuiesceEvent
        if event is Connections.MakeRoom || isWritten && (isServersEnd || event as? ChannelEvent == .inputClosed) {
            context.close(promise: nil)
        } else if isServersEnd {
            end = min(end, context.eventLoop.now + Self.longestAtTheEnd)
            watchOver(context)
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        watch?.cancel()
        context.fireChannelInactive()
    }

    private var deadline: NIODeadline { isWritten ? min(end, lastByte + Self.silence) : end }

    private func watchOver(_ context: ChannelHandlerContext) {
        watch?.cancel()
        watch = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { [weak self] in
            guard let self else { return }
            if context.eventLoop.now >= self.deadline {
                context.close(promise: nil)
            } else {
                self.watchOver(context)
            }
        }
    }
}

@available(*, unavailable)
extension Lingering: Sendable {}
