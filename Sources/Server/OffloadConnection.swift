import HTTPServing
import HummingbirdCore
import Locking
import Logging
import NIOCore

/// A connection by which HAProxy asks in its own protocol (``OffloadServing``). Hummingbird accepts it and ends it with all others.
struct OffloadConnection: ServerChildChannel {
    let serving: OffloadServing

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Accepted> {
        channel.eventLoop.makeCompletedFuture {
            try serving.begin(on: channel)
            return Accepted(channel)
        }
    }

    func handle(value: Accepted, logger: Logger) async {
        value.isHandled.withLock { $0 = true }
        let channel = value.channel
        await withTaskCancellationHandler {
            try? await channel.closeFuture.get()
        } onCancel: {
            channel.close(promise: nil)
        }
    }

    /// A connection that waits for who handles it. Handed to nobody it is closed, as ``WireConnection/Accepted`` is.
    final class Accepted: ServerChildChannelValue {
        let channel: any Channel
        fileprivate let isHandled = Lock(false)

        init(_ channel: any Channel) {
            self.channel = channel
        }

        deinit {
            if !isHandled.withLock({ $0 }) { channel.close(promise: nil) }
        }
    }
}
