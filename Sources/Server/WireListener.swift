import HTTPServing
import HummingbirdCore
import Model
import NIOCore

/// A listener as all of ours are: HTTP with our own door in front, which keeps the rules of HTTP, and a limit on
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
        let configuration = configuration
        return HTTPServerBuilder { responder in
            WireConnection(http: HTTP1Channel(responder: responder, configuration: configuration))
        }
    }

    /// What it builds one with that answers over TLS, HTTP/1.1 and HTTP/2.
    ///
    /// - Parameter ordinary: Answers what is no hot route and comes by HTTP/2.
    func server(
        securedBy certificate: ServedCertificate, counting handshakes: Handshakes, _ ordinary: OrdinaryResponder
    ) -> HTTPServerBuilder {
        let configuration = configuration
        let streams = StreamServing(
            routes: routes, ordinary: ordinary, log: log, idle: idle, connections: connections, now: now)
        return HTTPServerBuilder { responder in
            SecureConnection(
                http: WireConnection(http: HTTP1Channel(responder: responder, configuration: configuration)),
                streams: streams, certificate: certificate, handshakes: handshakes)
        }
    }

    private var configuration: HTTP1Channel.Configuration {
        let handlers: @Sendable () -> [any RemovableChannelHandler] = { [self] in
            [
                HotDoorInstaller {
                    HotDoor(
                        routes: routes, ordinary: ordinary, log: log, idle: idle, connections: connections, now: now)
                }
            ]
        }
        return HTTP1Channel.Configuration(
            additionalChannelHandlers: handlers(),
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: HeadLimits.longestField, maxHeaderListSize: HeadLimits.longest,
                maxHeaderFieldCount: HeadLimits.mostFields))
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
