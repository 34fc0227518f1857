import Glibc
package import NIOCore

/// Stands at a listening socket: asks ``Connections`` about who comes, and rests where the system cannot accept anybody.
///
/// SwiftNIO goes on to be woken after a failing `accept`, because its interest in the socket stays, and so fails again and
/// again with a whole core; taking back `autoRead` ends the interest.
package final class AcceptGuard: ChannelInboundHandler, RemovableChannelHandler {
    package typealias InboundIn = any Channel
    package typealias InboundOut = any Channel

    /// How long it rests.
    static let rest = TimeAmount.milliseconds(250)

    private let connections: Connections
    private var isResting = false

    package init(_ connections: Connections) {
        self.connections = connections
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let channel = unwrapInboundIn(data)
        guard connections.admit(channel) else {
            channel.close(promise: nil)
            return
        }
        context.fireChannelRead(data)
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? IOError, [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(error.errnoCode) else {
            context.fireErrorCaught(error)
            return
        }
        connections.missDescriptor()
        guard !isResting, let options = context.channel.syncOptions else { return }
        isResting = true
        try? options.setOption(.autoRead, value: false)
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.rest) { [self] in
            isResting = false
            try? options.setOption(.autoRead, value: true)
        }
    }
}

@available(*, unavailable)
extension AcceptGuard: Sendable {}
