import HTTPServing
import Hummingbird
import Logging
import Measuring
import ServiceLifecycle

/// Answers `GET /metrics` at an address of its own, apart from everything that callers reach.
struct MetricsListener: Service, NamedPart {
    private let listening: Listeners

    var partName: String { "listening for metrics" }

    /// How many connections it has at most. They do not count among the others, so that a full house can be looked into.
    static let limits = ConnectionLimits(total: 32, perAddress: 32)

    /// - Parameters:
    ///   - further: What is measured under names that are not known before.
    ///   - sockets: Where one may be to listen on instead of at the address.
    ///   - onListening: Told once it listens.
    init(
        _ address: ListenAddress, unlessOn sockets: PassedSockets, _ metrics: [Metric],
        further: @escaping @Sendable () -> [Metric], on listener: WireListener, logger: Logger,
        onListening: @escaping @Sendable () async -> Void
    ) {
        let router = Router(context: BasicRequestContext.self, options: .autoGenerateHeadEndpoints)
        MetricsEndpoint(metrics, further: further).register(on: router)
        listening = Listeners(all: [
            listener.listening(
                .metrics, at: address, unlessOn: sockets, asking: router.buildResponder(), logger: logger,
                over: { listener.connection(answeredBy: $0) }, onListening: { _ in await onListening() })
        ])
    }

    func run() async throws {
        try await listening.run()
    }
}
