import HTTPServing
import Hummingbird
import Logging
import ServiceLifecycle

/// Answers `GET /metrics` at an address of its own, apart from everything that callers reach.
struct MetricsListener: Service {
    private let application: any ApplicationProtocol

    init(_ address: ListenAddress, _ metrics: [Metric], logger: Logger) {
        let router = Router(context: BasicRequestContext.self, options: .autoGenerateHeadEndpoints)
        MetricsEndpoint(metrics).register(on: router)
        application = Application(
            router: router,
            configuration: ApplicationConfiguration(address: .hostname(address.host, port: address.port)),
            eventLoopGroupProvider: .shared(EventLoops.group), logger: logger)
    }

    func run() async throws {
        try await application.run()
    }
}
