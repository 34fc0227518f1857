import HummingbirdCore
import Locking
import Logging
import NIOCore

/// Hummingbird's channel for a connection (HTTP/1.1), also for one that is handed to nobody: it was accepted on one event loop
/// while the listener closed on another. swift-nio ends the process when such a channel is let go of before anybody wrote to
/// it and finished; here it is closed.
struct WireConnection: ServerChildChannel {
    let http: HTTP1Channel

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Accepted> {
        http.setup(channel: channel, logger: logger).map(Accepted.init)
    }

    func handle(value: Accepted, logger: Logger) async {
        guard let connection = value.take() else { return }
        await http.handle(value: connection, logger: logger)
    }

    /// A connection that waits for who handles it.
    final class Accepted: ServerChildChannelValue {
        let channel: any Channel
        private let waiting: Lock<HTTP1Channel.Value?>

        init(_ connection: HTTP1Channel.Value) {
            channel = connection.channel
            waiting = Lock(connection)
        }

        /// The connection, for the first who asks.
        func take() -> HTTP1Channel.Value? {
            waiting.withLock { waiting in
                defer { waiting = nil }
                return waiting
            }
        }

        deinit {
            guard let connection = take() else { return }
            Task { try? await connection.executeThenClose { _, _ in } }
        }
    }
}
