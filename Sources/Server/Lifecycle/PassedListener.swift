import HummingbirdCore
import Logging
import NIOCore
import NIOExtras
import NIOPosix
import ServiceLifecycle

/// Accepts at a socket that was passed to us, as Hummingbird's server does at one that it makes: that takes no descriptors.
///
/// At the end the socket is closed here and lives on with who made it, so that nobody is refused meanwhile.
struct PassedListener<Connection: ServerChildChannel>: Service {
    let place: PassedSockets.Place
    let descriptor: Int32
    let connection: Connection
    let logger: Logger
    /// Told of the listening channel.
    let onServerRunning: @Sendable (any Channel) async -> Void

    func run() async throws {
        let quiescing = ServerQuiescingHelper(group: EventLoops.group)
        let listening = try await ServerBootstrap(group: EventLoops.group)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        quiescing.makeServerChannelHandler(channel: channel))
                }
            }
            .childChannelOption(ChannelOptions.allowRemoteHalfClosure, value: true)
            .bind(descriptor) { [connection, logger] channel in connection.setup(channel: channel, logger: logger) }
        await withGracefulShutdownHandler {
            await onServerRunning(listening.channel)
            await withDiscardingTaskGroup { group in
                do {
                    try await listening.executeThenClose { accepted in
                        for try await value in accepted {
                            group.addTask { await connection.handle(value: value, logger: logger) }
                        }
                    }
                } catch {
                    logger.error(
                        "accepting has failed", metadata: ["place": "\(place.rawValue)", "error": "\(error)"])
                }
            }
        } onGracefulShutdown: {
            quiescing.initiateShutdown(promise: nil)
        }
    }
}
