import HTTPServing
import HummingbirdCore
import Locking
import Logging
import NIOCore
import NIOSSL

/// A connection over TLS. Inside of it HTTP/1.1 is what it is without (``WireConnection``), with the hot door where it always stands;
/// HTTP/2 never comes to Hummingbird (``StreamServing``).
struct SecureConnection: ServerChildChannel {
    let http: WireConnection
    let streams: StreamServing
    let certificate: ServedCertificate
    let handshakes: Handshakes

    /// Hummingbird is given the connection at once: nothing is read before it has it, and so nothing agreed upon.
    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Accepted> {
        channel.eventLoop.makeCompletedFuture {
            let inside = channel.eventLoop.makePromise(of: WireConnection.Accepted?.self)
            let entrance = SecureEntrance(counting: handshakes) { spoken in
                switch spoken {
                case .http1: http.setup(channel: channel, logger: logger).map(Optional.some).cascade(to: inside)
                case .http2:
                    try streams.begin(on: channel)
                    inside.succeed(nil)
                }
            } failed: { error in
                inside.fail(error)
            }
            do {
                let pipeline = channel.pipeline.syncOperations
                try pipeline.addHandler(NIOSSLServerHandler(context: certificate.context))
                try pipeline.addHandler(entrance)
            } catch {
                inside.fail(error)
                throw error
            }
            return Accepted(channel, inside: inside.futureResult)
        }
    }

    func handle(value: Accepted, logger: Logger) async {
        value.isHandled.withLock { $0 = true }
        let channel = value.channel
        do {
            if let connection = try await value.inside.get() {
                await http.handle(value: connection, logger: logger)
                return
            }
            // The streams answer for themselves.
        } catch {
            channel.close(promise: nil)
        }
        await withTaskCancellationHandler {
            try? await channel.closeFuture.get()
        } onCancel: {
            channel.close(promise: nil)
        }
    }

    /// A connection that waits for who handles it. Handed to nobody it is closed, as ``WireConnection/Accepted`` is.
    final class Accepted: ServerChildChannelValue {
        let channel: any Channel
        /// What Hummingbird has of it, nil for HTTP/2.
        let inside: EventLoopFuture<WireConnection.Accepted?>
        fileprivate let isHandled = Lock(false)

        init(_ channel: any Channel, inside: EventLoopFuture<WireConnection.Accepted?>) {
            self.channel = channel
            self.inside = inside
        }

        deinit {
            if !isHandled.withLock({ $0 }) { channel.close(promise: nil) }
        }
    }
}
