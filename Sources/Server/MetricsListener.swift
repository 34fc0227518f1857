import HTTPServing
import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle

/// Answers `GET /metrics` at an address of its own, apart from everything that callers reach.
struct MetricsListener: Service, NamedPart {
    private let listening: Listeners

    var partName: String { "listening for metrics" }

    /// How many connections it has at most. They do not count among the others, so that a full house can be looked into.
    static let limits = ConnectionLimits(total: 32, perAddress: 32)

    /// - Parameters:
    ///   - socket: A listening socket that was passed to us, nil for the address.
    ///   - onServerRunning: Told once it listens.
    init(
        _ address: ListenAddress, _ socket: Int32?, _ metrics: [Metric], on listener: WireListener, logger: Logger,
        onServerRunning: @escaping @Sendable () async -> Void
    ) {
        let router = Router(context: BasicRequestContext.self, options: .autoGenerateHeadEndpoints)
        MetricsEndpoint(metrics).register(on: router)
        let begun: @Sendable (any Channel) async -> Void = { channel in
            await listener.guardSocket(channel)
            await onServerRunning()
        }
        guard let socket else {
            let application = Application(
                router: router, server: listener.server,
                configuration: ApplicationConfiguration(address: .hostname(address.host, port: address.port)),
                onServerRunning: begun, eventLoopGroupProvider: .shared(EventLoops.group), logger: logger)
            listening = Listeners(all: [("\(address)", application)])
            return
        }
        let responder = ApplicationResponder(responder: router.buildResponder(), now: listener.now, logger: logger)
        let passed = PassedListener(
            place: .metrics, descriptor: socket, connection: listener.connection(answeredBy: responder.answer),
            logger: logger, onServerRunning: begun)
        listening = Listeners(all: [("the socket metrics that was passed", passed)])
    }

    func run() async throws {
        try await listening.run()
    }
}
