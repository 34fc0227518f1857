import HTTPServing
import NIOCore
import NIOSSL
import NIOTLS

/// Stands behind the handler of TLS: waits until the client and we have agreed (RFC 8446, and RFC 7301 on what is spoken inside), and then
/// has the rest of the pipeline put together, before anything is read.
///
/// It goes on to keep from those behind that a client closes without saying goodbye first: HTTP itself tells what is complete. And where
/// they close, it keeps from them what comes while the client may still say goodbye: that would be done, and never be answered.
final class SecureEntrance: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// How long a client may take: as long as for a head.
    private static let patience = TimeAmount.seconds(30)
    /// The same while the server stops. The client's first request may come with its last word of TLS.
    private static let patienceAtTheEnd = TimeAmount.seconds(1)

    private let handshakes: Handshakes
    private let agreed: (AgreedProtocol) throws -> Void
    private let failed: (any Error) -> Void
    private var isThrough = false
    /// Whether the connection is being closed.
    private var isClosing = false
    /// Whether another waits for its place.
    private var isHurried = false
    /// Whether the server stops. Those who are not there yet are told when they are.
    private var isLast = false
    private var watch: Scheduled<Void>?

    /// - Parameters:
    ///   - agreed: Puts the rest together.
    ///   - failed: Told, once, if it comes to nothing.
    init(
        counting handshakes: Handshakes, agreed: @escaping (AgreedProtocol) throws -> Void,
        failed: @escaping (any Error) -> Void
    ) {
        self.handshakes = handshakes
        self.agreed = agreed
        self.failed = failed
    }

    func handlerAdded(context: ChannelHandlerContext) {
        watch = context.eventLoop.assumeIsolated().scheduleTask(in: Self.patience) { context.close(promise: nil) }
    }

    func handlerRemoved(context _: ChannelHandlerContext) {
        giveUp(ChannelError.ioOnClosedChannel)
    }

    func channelInactive(context: ChannelHandlerContext) {
        giveUp(ChannelError.ioOnClosedChannel)
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        let isMakingRoom = event is Connections.MakeRoom
        var hasBegun = false
        if case .handshakeCompleted(let name) = event as? TLSUserEvent {
            hasBegun = !isThrough
            begin(name, context)
        } else if !isThrough, isMakingRoom {
            end(context)
        } else if !isThrough, event is ChannelShouldQuiesceEvent {
            isLast = true
            watch?.cancel()
            watch = context.eventLoop.assumeIsolated().scheduleTask(in: Self.patienceAtTheEnd) { [self] in
                end(context)
            }
        }
        isHurried = isMakingRoom
        context.fireUserInboundEventTriggered(event)
        isHurried = false
        if hasBegun, isLast, !isClosing { context.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent()) }
        // swift-nio-ssl, which lets a client end its half alone, would wait on.
        if isClosing, event as? ChannelEvent == .inputClosed { leave(context) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isClosing else { return }
        context.fireChannelRead(data)
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard case .all = mode else {
            context.close(mode: mode, promise: promise)
            return
        }
        context.channel.closeFuture.cascade(to: promise)
        end(context)
        if isHurried { leave(context) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if case NIOSSLError.uncleanShutdown = error { return }
        context.fireErrorCaught(error)
    }

    /// Who names no protocol speaks HTTP/1.1.
    private func begin(_ name: String?, _ context: ChannelHandlerContext) {
        guard !isThrough else { return }
        watch?.cancel()
        guard let spoken = AgreedProtocol(rawValue: name ?? AgreedProtocol.http1.rawValue) else {
            end(context)
            return
        }
        isThrough = true
        let tls = try? context.pipeline.syncOperations.handler(type: NIOSSLServerHandler.self)
        handshakes.note(tls?.tlsVersion, spoken)
        do {
            try agreed(spoken)
        } catch {
            failed(error)
            end(context)
        }
    }

    /// Says goodbye, and gives the client a moment to do so.
    private func end(_ context: ChannelHandlerContext) {
        isClosing = true
        context.close(promise: nil)
    }

    /// Ends the connection without waiting for the client's goodbye. Ours has been written.
    private func leave(_ context: ChannelHandlerContext) {
        try? context.pipeline.syncOperations.context(handlerType: NIOSSLServerHandler.self).close(promise: nil)
    }

    private func giveUp(_ error: any Error) {
        watch?.cancel()
        guard !isThrough else { return }
        isThrough = true
        handshakes.fail()
        failed(error)
    }
}

@available(*, unavailable)
extension SecureEntrance: Sendable {}
