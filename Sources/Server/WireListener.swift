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
        HTTPServerBuilder { responder in connection(answeredBy: responder) }
    }

    /// How a connection is answered.
    ///
    /// - Parameter responder: Answers what Hummingbird's channel makes of it.
    func connection(answeredBy responder: @escaping HTTPChannelHandler.Responder) -> WireConnection {
        WireConnection(http: HTTP1Channel(responder: responder, configuration: configuration))
    }

    /// What it builds one with that answers over TLS, HTTP/1.1 and HTTP/2.
    ///
    /// - Parameter ordinary: Answers what is no hot route and comes by HTTP/2.
    func server(securedBy secured: Secured, _ ordinary: OrdinaryResponder) -> HTTPServerBuilder {
        HTTPServerBuilder { responder in connection(answeredBy: responder, securedBy: secured, ordinary) }
    }

    /// How a connection is answered that comes over TLS.
    func connection(
        answeredBy responder: @escaping HTTPChannelHandler.Responder, securedBy secured: Secured,
        _ ordinary: OrdinaryResponder
    ) -> SecureConnection {
        SecureConnection(
            http: connection(answeredBy: responder),
            streams: StreamServing(
                routes: routes, ordinary: ordinary, log: log, idle: idle, connections: connections, now: now),
            certificate: secured.certificate, handshakes: secured.handshakes)
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
