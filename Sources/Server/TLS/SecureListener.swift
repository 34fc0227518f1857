import HTTPServing
import Hummingbird
import HummingbirdCore
import Logging
import ServiceLifecycle

/// Answers over TLS, at an address of its own beside the plain one, what that one answers.
struct SecureListener: Service {
    private let application: any ApplicationProtocol

    init(
        _ address: ListenAddress, responder: some HTTPResponder<CallerContext>, on listener: WireListener,
        server: HTTPServerBuilder, logger: Logger
    ) {
        application = Application(
            responder: responder, server: server,
            configuration: ApplicationConfiguration(address: .hostname(address.host, port: address.port)),
            onServerRunning: { channel in
                await listener.guardSocket(channel)
                logger.notice("TLS is answered", metadata: ["port": "\(channel.localAddress?.port ?? 0)"])
            },
            eventLoopGroupProvider: .shared(EventLoops.group), logger: logger)
    }

    func run() async throws {
        try await application.run()
    }
}
