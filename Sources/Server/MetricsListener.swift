import HTTPServing
import Hummingbird
import Logging
import ServiceLifecycle

/// Answers `GET /metrics` at an address of its own, apart from everything that callers reach.
struct MetricsListener: Service {
    private let application: any ApplicationProtocol

    /// How many connections it has at most. They do not count among the others, so that a full house can be looked into.
    static let limits = ConnectionLimits(total: 32, perAddress: 32)

    init(_ address: ListenAddress, _ metrics: [Metric], on listener: WireListener, logger: Logger) {
        let router = Router(context: BasicRequestContext.self, options: .autoGenerateHeadEndpoints)
        MetricsEndpoint(metrics).register(on: router)
        application = Application(
            router: router, server: listener.server,
            configuration: ApplicationConfiguration(address: .hostname(address.host, port: address.port)),
            onServerRunning: { channel in await listener.guardSocket(channel) },
            eventLoopGroupProvider: .shared(EventLoops.group), logger: logger)
    }

    func run() async throws {
        try await application.run()
    }
}
