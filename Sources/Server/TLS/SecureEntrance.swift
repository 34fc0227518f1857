import HTTPServing
import NIOCore
import NIOSSL
import NIOTLS

/// Stands behind the handler of TLS: waits until the client and we have agreed (RFC 8446, and RFC 7301 on what is spoken inside), and then
/// has the rest of the pipeline put together, before anything is read.
///
/// It goes on to keep from those behind that a client closes without saying goodbye first: HTTP itself tells what is complete.
final class SecureEntrance: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    /// How long a client may take: as long as for a head.
    private static let patience = TimeAmount.seconds(30)

    private let handshakes: Handshakes
    private let agreed: (AgreedProtocol) throws -> Void
    private let failed: (any Error) -> Void
    private var isThrough = false
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
        if case .handshakeCompleted(let name) = event as? TLSUserEvent {
            begin(name, context)
        } else if !isThrough, event is Connections.MakeRoom || event is ChannelShouldQuiesceEvent {
            context.close(promise: nil)
        }
        context.fireUserInboundEventTriggered(event)
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
            context.close(promise: nil)
            return
        }
        isThrough = true
        let tls = try? context.pipeline.syncOperations.handler(type: NIOSSLServerHandler.self)
        handshakes.note(tls?.tlsVersion, spoken)
        do {
            try agreed(spoken)
        } catch {
            failed(error)
            context.close(promise: nil)
        }
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
