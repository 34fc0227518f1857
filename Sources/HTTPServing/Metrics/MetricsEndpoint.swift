package import Hummingbird
import HTTPTypes
package import Measuring
import NIOCore

/// `GET /metrics`, for a listener of its own: what it tells is for operators alone.
package struct MetricsEndpoint: Sendable {
    private let metrics: [Metric]

    package init(_ metrics: [Metric]) {
        self.metrics = metrics
    }

    package func register(on router: some RouterMethods<BasicRequestContext>) {
        router.get("/metrics") { _, _ in
            Response(
                status: .ok, headers: [.contentType: Metric.mediaType, .cacheControl: "no-store"],
                body: .init(byteBuffer: ByteBuffer(string: Metric.text(of: metrics))))
        }
    }
}
