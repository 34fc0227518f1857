import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import TestSupport
import Testing

@testable import Outbound

@Suite("Messages to receivers that fail in every way")
struct WebhookCallTests {
    @Test(arguments: [
        ("/ok", WebhookCall.Outcome.answered(status: 200, retryAfter: nil, body: Array("{}".utf8))),
        ("/redirect", .answered(status: 302, retryAfter: nil, body: [])),
        ("/busy", .answered(status: 503, retryAfter: "7", body: [])),
        ("/endless", .answered(status: 200, retryAfter: nil, body: [UInt8](repeating: 0x61, count: 4096))),
        ("/half", .answered(status: 202, retryAfter: nil, body: Array("ab".utf8))),
        ("/closed", .failed(code: "connection-closed")),
        ("/silent", .failed(code: "timeout")),
    ]) func `each is answered for what it did, within the time`(
        _ path: String, _ outcome: WebhookCall.Outcome
    ) async throws {
        let host = try await FakeHost { UnreliableReceiver() }
        defer { host.close() }
        let call = WebhookCall(.anywhere, on: .singleton)
        let patience: Duration =
            switch path {
            case "/silent": .milliseconds(300)
            // The half must come within it.
            case "/half": .seconds(5)
            default: .seconds(20)
            }
        let came = await call.post(
            Array("{}".utf8), to: host.base + path, headers: [("webhook-id", "1")], within: patience)
        await call.close()
        #expect(came == outcome)
        #expect(await call.post([], to: host.base, headers: [], within: patience) == .failed(code: "shutting-down"))
    }

    @Test(arguments: ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "2130706433"])
    func `K14: no message reaches an address that is not public, whatever it is written as`(_ name: String) async throws
    {
        let host = try await FakeHost { UnreliableReceiver() }
        defer { host.close() }
        let port = try #require(URL(string: host.base)?.port)
        let call = WebhookCall(.providers, on: .singleton)
        let came = await call.post(
            Array("{}".utf8), to: "http://\(name):\(port)/ok", headers: [], within: .seconds(20))
        await call.close()
        guard case .failed(let code) = came else {
            Issue.record("\(name) was reached: \(came)")
            return
        }
        #expect(["address-not-allowed", "unreachable", "connection-failed"].contains(code))
    }
}

/// Answers by the path that it is asked for, mostly badly.
private final class UnreliableReceiver: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private var path = ""

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): path = head.uri
        case .body: break
        case .end: answer(context)
        }
    }

    private func answer(_ context: ChannelHandlerContext) {
        switch path {
        case "/ok": reply(context, .ok, body: "{}")
        case "/redirect": reply(context, .found, ["Location": "/ok"])
        case "/busy": reply(context, .serviceUnavailable, ["Retry-After": "7"])
        case "/endless": reply(context, .ok, body: String(repeating: "a", count: 1_000_000), isWhole: false)
        case "/half": reply(context, .accepted, body: "ab", isWhole: false)
        case "/closed": context.close(promise: nil)
        default: break
        }
    }

    private func reply(
        _ context: ChannelHandlerContext, _ status: HTTPResponseStatus, _ headers: HTTPHeaders = [:], body: String = "",
        isWhole: Bool = true
    ) {
        var headers = headers
        if isWhole { headers.add(name: "Content-Length", value: String(body.utf8.count)) }
        context.write(
            wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers))), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: body)))), promise: nil)
        if isWhole { context.write(wrapOutboundOut(.end(nil)), promise: nil) }
        context.flush()
    }
}
