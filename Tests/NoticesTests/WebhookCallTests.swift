import Foundation
import Locking
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
        #expect(["address-not-allowed", "unreachable"].contains(code))
    }

    /// Where a receiver of this machine would be under another name.
    private func address(of host: FakeHost, as name: String) throws -> String {
        "http://\(name):\(try #require(URL(string: host.base)?.port))/host"
    }

    private func addresses(_ texts: [String]) throws -> [SocketAddress] {
        try texts.map { try SocketAddress(ipAddress: $0, port: 0) }
    }

    @Test(arguments: [
        ["127.0.0.1"], ["93.184.215.14", "127.0.0.1"], ["::1"], ["::ffff:10.0.0.1"], ["169.254.169.254"],
    ])
    func `K14: nothing is connected to where one of the addresses of a name is not public`(_ texts: [String])
        async throws
    {
        let connections = Lock(0)
        let counted = { @Sendable in connections.withLock { $0 += 1 } }
        let host = try await FakeHost {
            counted()
            return UnreliableReceiver()
        }
        defer { host.close() }
        let found = try addresses(texts)
        let call = WebhookCall(.providers, on: .singleton) { _ in found }
        let came = await call.post(
            [], to: try address(of: host, as: "receiver.example"), headers: [], within: .seconds(20))
        await call.close()
        #expect(came == .failed(code: "address-not-allowed"))
        #expect(connections.withLock(\.self) == 0)
    }

    @Test func `K14: a message goes to the address that was looked at, under the name of its host`() async throws {
        let host = try await FakeHost { UnreliableReceiver() }
        defer { host.close() }
        let asked = Names()
        let found = try addresses(["127.0.0.1"])
        let call = WebhookCall(.anywhere, on: .singleton) { name in
            asked.note(name)
            // A name that leads elsewhere the moment after leads nowhere.
            return asked.all.count == 1 ? found : []
        }
        let address = try address(of: host, as: "receiver.example")
        let came = await call.post([], to: address, headers: [], within: .seconds(20))
        let name = address.dropFirst("http://".count).dropLast("/host".count)
        #expect(came == .answered(status: 200, retryAfter: nil, body: Array(name.utf8)))
        #expect(asked.all == ["receiver.example"])
        #expect(await call.post([], to: address, headers: [], within: .seconds(20)) == .failed(code: "unreachable"))
        #expect(call.clientCount == 0)
        await call.close()
    }

    @Test func `an address that takes no connection is followed by another one of the name`() async throws {
        let host = try await FakeHost { UnreliableReceiver() }
        defer { host.close() }
        let found = try addresses(["127.0.0.2", "127.0.0.1"])
        let call = WebhookCall(.anywhere, on: .singleton) { _ in found }
        let came = await call.post(
            [], to: try address(of: host, as: "receiver.example"), headers: [], within: .seconds(20))
        await call.close()
        guard case .answered(200, _, _) = came else {
            Issue.record("\(came)")
            return
        }
    }

    @Test func `a look-up that does not end holds up nobody but its own message, and no end of the server`()
        async throws
    {
        let host = try await FakeHost { UnreliableReceiver() }
        defer { host.close() }
        let (begun, arrival) = AsyncStream.makeStream(of: Void.self)
        let gate = Gate()
        defer { gate.open() }
        let found = try addresses(["127.0.0.1"])
        let call = WebhookCall(.anywhere, on: .singleton) { name in
            guard name == "slow.example" else { return found }
            arrival.yield()
            gate.wait()
            return []
        }
        let (slow, quick) = (
            try address(of: host, as: "slow.example"), try address(of: host, as: "receiver.example")
        )
        let waiting = Task { await call.post([], to: slow, headers: [], within: .seconds(20)) }
        for await _ in begun { break }
        guard case .answered(200, _, _) = await call.post([], to: quick, headers: [], within: .seconds(20)) else {
            Issue.record("A message was held up.")
            return
        }
        waiting.cancel()
        #expect(await waiting.value == .failed(code: "connection-failed"))
        await call.close()
    }
}

/// What was looked up, in this order.
private final class Names: Sendable {
    private let names = Lock([String]())

    func note(_ name: String) { names.withLock { $0.append(name) } }

    var all: [String] { names.withLock { $0 } }
}

/// Keeps a thread until it is opened.
private final class Gate: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    func wait() { semaphore.wait() }

    func open() { semaphore.signal() }
}

/// Answers by the path that it is asked for, mostly badly.
private final class UnreliableReceiver: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private var path = ""
    private var name = ""

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): (path, name) = (head.uri, head.headers.first(name: "Host") ?? "")
        case .body: break
        case .end: answer(context)
        }
    }

    private func answer(_ context: ChannelHandlerContext) {
        switch path {
        case "/ok": reply(context, .ok, body: "{}")
        case "/host": reply(context, .ok, body: name)
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
