import HTTPServing
import Hummingbird
import HummingbirdCore
import Logging
import Model
import NIOCore
import ServiceLifecycle

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

    /// Answers HTTP at a socket that was passed to us, or else at an address.
    ///
    /// - Parameters:
    ///   - connection: How a connection is answered, which asks what it is given.
    ///   - onListening: Told of the listening channel.
    func listening<Responder: HTTPResponder, Connection: ServerChildChannel>(
        _ place: PassedSockets.Place, at address: ListenAddress, unlessOn sockets: PassedSockets,
        asking responder: Responder, logger: Logger,
        over connection: @escaping @Sendable (@escaping HTTPChannelHandler.Responder) -> Connection,
        onListening: @escaping @Sendable (any Channel) async -> Void
    ) -> Listeners.Listener where Responder.Context: InitializableFromSource<ApplicationRequestContextSource> {
        let passed = sockets[place]
        let begun: @Sendable (any Channel) async -> Void = { channel in
            await guardSocket(channel, isOurs: passed == nil)
            await onListening(channel)
        }
        let service: any Service =
            if let socket = passed {
                PassedListener(
                    place: place, descriptor: socket,
                    connection: connection(ApplicationResponder(responder: responder, now: now, logger: logger).answer),
                    logger: logger, onServerRunning: begun)
            } else {
                Application(
                    responder: responder, server: HTTPServerBuilder { connection($0) },
                    configuration: ApplicationConfiguration(address: .hostname(address.host, port: address.port)),
                    onServerRunning: begun, eventLoopGroupProvider: .shared(EventLoops.group), logger: logger)
            }
        return (sockets.place(place, address), service)
    }

    /// How a connection is answered.
    ///
    /// - Parameter responder: Answers what Hummingbird's channel makes of it.
    func connection(answeredBy responder: @escaping HTTPChannelHandler.Responder) -> WireConnection {
        WireConnection(http: HTTP1Channel(responder: responder, configuration: configuration))
    }

    /// How a connection is answered that comes over TLS, by HTTP/1.1 and HTTP/2.
    ///
    /// - Parameters:
    ///   - responder: Answers what Hummingbird's channel makes of it.
    ///   - ordinary: Answers what is no hot route and comes by HTTP/2.
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
    ///
    /// - Parameter isOurs: Whether it ends with this process. One that was passed lives on, with whoever waits at it.
    func guardSocket(_ channel: any Channel, isOurs: Bool = true) async {
        if isOurs { connections.add(door: channel) }
        let guarded = channel.eventLoop.submit { [connections] in
            try channel.pipeline.syncOperations.addHandler(AcceptGuard(connections), position: .first)
        }
        // A channel that is closed already needs none.
        try? await guarded.get()
    }
}
