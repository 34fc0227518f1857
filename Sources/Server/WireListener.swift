import HTTPServing
import HummingbirdCore
import Model
import NIOCore

/// A listener as all of ours are: HTTP/1.1 with our own door in front, which keeps the rules of HTTP, and a limit on
/// connections.
struct WireListener: Sendable {
    /// Nil where there are no hot routes.
    let routes: HotRoutes?
    /// What answers other requests that arrive whole, nil for Hummingbird's own way.
    let ordinary: OrdinaryResponder?
    let log: RequestLog
    /// How long a connection may be kept without a request.
    let idle: TimeAmount
    let connections: Connections
    let now: @Sendable () -> Instant

    /// What Hummingbird builds its server with.
    var server: HTTPServerBuilder {
        let handlers: @Sendable () -> [any RemovableChannelHandler] = { [self] in
            [
                HotDoorInstaller {
                    HotDoor(
                        routes: routes, ordinary: ordinary, log: log, idle: idle, connections: connections, now: now)
                }
            ]
        }
        let configuration = HTTP1Channel.Configuration(
            additionalChannelHandlers: handlers(),
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: 16 * 1024, maxHeaderListSize: 32 * 1024, maxHeaderFieldCount: 128))
        return HTTPServerBuilder { responder in
            WireConnection(http: HTTP1Channel(responder: responder, configuration: configuration))
        }
    }

    /// Begins to watch the listening socket. Hummingbird lends it once it listens.
    func guardSocket(_ channel: any Channel) async {
        let guarded = channel.eventLoop.submit { [connections] in
            try channel.pipeline.syncOperations.addHandler(AcceptGuard(connections), position: .first)
        }
        // A channel that is closed already needs none.
        try? await guarded.get()
    }
}
