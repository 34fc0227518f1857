package import Hummingbird
import HTTPTypes
package import Measuring
import NIOCore

/// `GET /metrics`, for a listener of its own: what it tells is for operators alone.
package struct MetricsEndpoint: Sendable {
    private let metrics: [Metric]
    private let further: @Sendable () -> [Metric]

    /// - Parameter further: What is measured under names that are not known before.
    package init(_ metrics: [Metric], further: @escaping @Sendable () -> [Metric] = { [] }) {
        self.metrics = metrics
        self.further = further
    }

    package func register(on router: some RouterMethods<BasicRequestContext>) {
        router.get("/metrics") { [metrics, further] _, _ in
            Response(
                status: .ok, headers: [.contentType: Metric.mediaType, .cacheControl: "no-store"],
                body: .init(byteBuffer: ByteBuffer(string: Metric.text(of: metrics + further()))))
        }
    }
}
