import NIOCore
import NIOHTTP1
import NIOPosix
import Outbound
import TestSupport
import Testing

@Suite("Collector of traces")
struct TraceCollectorTests {
    @Test(.endedIfItHangs)
    func `one that does not end its reply is given up`() async throws {
        let host = try await FakeHost { Unending() }
        defer { host.close() }
        let collector = TraceCollector(at: "\(host.base)/v1/traces", on: .singleton)
        #expect(await collector.send([0x7B, 0x7D], within: .milliseconds(200)) == "timeout")
        await collector.close()
        #expect(await collector.send([0x7B, 0x7D]) == "closed")
    }

    @Test(
        arguments: [
            ("http://127.0.0.1:65535/v1/traces", true), ("https://collector/v1/traces", true),
            ("http://127.0.0.1:65536/v1/traces", false), ("http://[::1]:99999/v1/traces", false),
            ("http://collector:99999/v1/traces", false), ("http://127.0.0.1:0/v1/traces", false),
            ("http://127.0.0.1:/v1/traces", false), ("http://127.0.0.1/v1/traces?x", false),
        ])
    func `its address is one whose port there is`(_ text: String, _ isAddress: Bool) {
        #expect(TraceCollector.isAddress(text) == isAddress)
    }
}

/// Begins to answer each request, and never ends.
private final class Unending: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .end = unwrapInboundIn(data) else { return }
        let head = HTTPResponseHead(version: .http1_1, status: .ok, headers: ["Content-Length": "10"])
        context.writeAndFlush(wrapOutboundOut(.head(head)), promise: nil)
    }
}
