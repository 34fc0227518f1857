package import Model
package import NIOCore
import NIOHTTP2

/// How connections of HTTP/2 are answered: each stream by a door of its own (``StreamDoor``), by the same routes as HTTP/1.1.
package struct StreamServing: Sendable {
    let routes: HotRoutes?
    let ordinary: OrdinaryResponder
    let log: RequestLog
    let idle: TimeAmount
    let connections: Connections
    let now: @Sendable () -> Instant

    /// - Parameters:
    ///   - routes: Nil where there are no hot ones.
    ///   - idle: How long a connection may be kept without a request, and how long a client may take to read a reply.
    ///   - connections: Those among which one was let in.
    package init(
        routes: HotRoutes?, ordinary: OrdinaryResponder, log: RequestLog, idle: TimeAmount, connections: Connections,
        now: @escaping @Sendable () -> Instant
    ) {
        self.routes = routes
        self.ordinary = ordinary
        self.log = log
        self.idle = idle
        self.connections = connections
        self.now = now
    }

    /// Has a connection, on whose loop this is called, speak HTTP/2.
    package func begin(on channel: any Channel) throws {
        let pipeline = channel.pipeline.syncOperations
        let connection = StreamConnection(self, on: channel)
        let bound = NIOLoopBound(connection, eventLoop: channel.eventLoop)
        _ = try pipeline.configureHTTP2Pipeline(
            mode: .server, connectionConfiguration: StreamLimits.connection, streamConfiguration: StreamLimits.stream,
            streamDelegate: NewestStream(connection: bound)
        ) { stream in
            stream.eventLoop.makeCompletedFuture {
                try stream.pipeline.syncOperations.addHandler(StreamDoor(bound.value))
            }
        }
        try pipeline.addHandler(connection)
    }
}

/// Tells a connection of its streams' numbers.
private struct NewestStream: NIOHTTP2StreamDelegate {
    let connection: NIOLoopBound<StreamConnection>

    func streamCreated(_ id: HTTP2StreamID, channel _: any Channel) { connection.value.newest = id }
    func streamClosed(_: HTTP2StreamID, channel _: any Channel) {}
}
