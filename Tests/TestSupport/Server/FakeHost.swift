package import NIOCore
import NIOHTTP1
import NIOPosix

/// A host on this machine that answers HTTP/1.1 as a test wants, also as no server would.
package struct FakeHost: Sendable {
    /// Where it is, without a path.
    package let base: String
    private let channel: any Channel

    /// - Parameter handler: Makes what answers the requests of one connection: parts of requests come in, parts of responses go out.
    package init<Handler: ChannelInboundHandler>(_ handler: @escaping @Sendable () -> Handler) async throws {
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(handler())
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        guard let port = channel.localAddress?.port else { throw ServerFailure("No port can be had.") }
        base = "http://127.0.0.1:\(port)"
    }

    /// Takes no more connections.
    package func close() { channel.close(promise: nil) }
}
