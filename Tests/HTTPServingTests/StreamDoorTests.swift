import Foundation
import Hummingbird
import Locking
import Logging
import NIOCore
import NIOEmbedded
import NIOHPACK
import NIOHTTP1
import NIOHTTP2
import TestSupport
import Testing

@testable import HTTPServing

/// The door of one stream, with routes that a test plays, on a loop whose time the test moves.
@Suite("Requests on streams of HTTP/2")
struct StreamDoorTests {
    /// Answers at once with what it was asked.
    private struct Echo: HTTPResponder {
        func respond(to request: Request, context: CallerContext) async throws -> Response {
            let body = ByteBuffer(string: "\(request.head.path ?? "") \(context.spoken.rawValue)")
            return Response(status: .ok, headers: [.connection: "close"], body: ResponseBody(byteBuffer: body))
        }
    }

    private static let request = [
        (":method", "GET"), (":scheme", "https"), (":authority", "a"), (":path", "/api/a"),
    ]

    private let channel = EmbeddedChannel()
    private let serving: StreamServing
    private let connection: StreamConnection
    private let door: StreamDoor

    init() throws {
        let logger = Logger(label: "test")
        serving = StreamServing(
            routes: nil, ordinary: OrdinaryResponder(Echo(), logger: logger),
            log: RequestLog(sink: LogSink(to: .nullDevice), format: .json, threshold: LogThreshold(.info)),
            idle: .seconds(75),
            connections: Connections(
                ConnectionLimits(total: 16, perAddress: 16), exempt: TrustedProxies(), logger: logger),
            now: FixedClock().now)
        connection = StreamConnection(serving, on: channel)
        door = StreamDoor(connection)
        try channel.pipeline.syncOperations.addHandler(door)
        try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 1)).wait()
    }

    private func send(_ fields: [(String, String)], isLast: Bool = true) throws {
        try channel.writeInbound(
            HTTP2Frame.FramePayload.headers(.init(headers: HPACKHeaders(fields), endStream: isLast)))
        channel.embeddedEventLoop.run()
    }

    private func send(_ body: String, isLast: Bool) throws {
        try channel.writeInbound(HTTP2Frame.FramePayload(body: ByteBuffer(string: body), isLast: isLast))
        channel.embeddedEventLoop.run()
    }

    private func pass(_ seconds: Int64) { door.lookAtClock(at: channel.eventLoop.now + .seconds(seconds)) }

    /// What the client has received: fields, bodies, and how the stream ended.
    private func received() throws -> [String] {
        var told: [String] = []
        while let frame = try channel.readOutbound(as: HTTP2Frame.FramePayload.self) {
            switch frame {
            case .headers(let part): told.append(part.headers.first(name: ":status") ?? "none")
            case .data(let part):
                guard case .byteBuffer(let bytes) = part.data else { continue }
                told.append(String(buffer: bytes))
            case .rstStream(let code): told.append("reset \(code.networkCode)")
            default: told.append("another frame")
            }
        }
        return told
    }

    @Test
    func `an ordinary request is answered without a channel of Hummingbird's, and nothing is said of a connection`()
        throws
    {
        try send(Self.request)
        guard case .headers(let head) = try channel.readOutbound(as: HTTP2Frame.FramePayload.self) else {
            Issue.record("no head")
            return
        }
        #expect(head.headers.first(name: ":status") == "200")
        #expect(!head.headers.contains(name: "connection"))
        #expect(head.headers.contains(name: "date"))
        #expect(try received() == ["/api/a h2"])
    }

    @Test func `half a body and then silence is over after thirty seconds, and the rest is not wanted`() throws {
        try send([(":method", "POST")] + Self.request.dropFirst(), isLast: false)
        try send("x", isLast: false)
        pass(29)
        #expect(try received() == [])
        pass(31)
        let told = try received()
        #expect(told.first == "408" && told.last == "reset 0" && told.count == 3)
    }

    @Test func `a reply that nobody reads is given up after the time of an idle connection`() throws {
        try send(Self.request)
        pass(74)
        #expect(channel.isActive)
        pass(76)
        #expect(!channel.isActive)
    }

    @Test func `leave to send a body is given, and one that grows too large is refused as announced ones are`() throws {
        try send(
            [(":method", "POST")] + Self.request.dropFirst() + [("expect", "100-continue")], isLast: false)
        #expect(try received() == ["100"])
        try send(String(repeating: "x", count: HotDoor.maximumBody), isLast: false)
        #expect(try received() == [])
        // What refuses it is a middleware, which these routes lack.
        try send("x", isLast: false)
        #expect(try received() == ["200", "/api/a h2", "reset 0"])
    }

    @Test func `bodies that come to too much together are refused, until others are answered`() throws {
        try send([(":method", "POST")] + Self.request.dropFirst(), isLast: false)
        #expect(connection.keep(StreamLimits.bodies))
        try send("x", isLast: true)
        #expect(try received() == ["reset 7"])
        #expect(!connection.keep(1))
        connection.giveBack(StreamLimits.bodies)
        #expect(connection.keep(StreamLimits.bodies))
    }

    @Test func `a body that is answered is counted no longer`() throws {
        try send([(":method", "POST")] + Self.request.dropFirst(), isLast: false)
        try send("x", isLast: true)
        #expect(try received() == ["200", "/api/a h2"])
        #expect(connection.keep(StreamLimits.bodies))
    }

    // MARK: - The end of a connection

    /// The channel of a connection that has one open stream.
    private func outer(_ connection: StreamConnection) throws -> EmbeddedChannel {
        let outer = EmbeddedChannel()
        try outer.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 1)).wait()
        try outer.pipeline.syncOperations.addHandler(connection)
        return outer
    }

    private func goodbyes(_ outer: EmbeddedChannel) throws -> [Int] {
        var told: [Int] = []
        while let frame = try outer.readOutbound(as: HTTP2Frame.self) {
            if case .goAway(let last, _, _) = frame.payload { told.append(Int(last)) }
        }
        return told
    }

    @Test func `what comes behind the announced end ends nothing that was begun, and when that is answered all ends`()
        throws
    {
        let outer = try outer(connection)
        outer.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        outer.embeddedEventLoop.run()
        #expect(try goodbyes(outer) == [])
        outer.embeddedEventLoop.advanceTime(by: StreamConnection.hearing)
        outer.pipeline.fireErrorCaught(NIOHTTP2Errors.noSuchStream(streamID: 3))
        outer.embeddedEventLoop.run()
        #expect(outer.isActive)
        #expect(try goodbyes(outer) == [0])
        try channel.close().wait()
        outer.embeddedEventLoop.run()
        #expect(!outer.isActive)
    }

    @Test func `what a client asks before it has heard of the end is answered, also where it has asked nothing yet`()
        throws
    {
        func frame(_ kind: UInt8, _ flags: UInt8, of stream: UInt8, _ payload: [UInt8] = []) -> [UInt8] {
            [0, 0, UInt8(payload.count), kind, flags, 0, 0, 0, stream] + payload
        }
        // GET https "/api/a" without a host, which is refused at once.
        let request: [UInt8] = [0x82, 0x87, 0x04, 6] + Array("/api/a".utf8)
        let channel = EmbeddedChannel()
        try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 1)).wait()
        try serving.begin(on: channel)
        func send(_ bytes: [UInt8]) throws { try channel.writeInbound(ByteBuffer(bytes: bytes)) }
        /// The frames that were written, by kind and stream, and of a GOAWAY the last stream.
        func received() throws -> [String] {
            channel.embeddedEventLoop.run()
            var bytes = ByteBuffer()
            while var part = try channel.readOutbound(as: ByteBuffer.self) { bytes.writeBuffer(&part) }
            var told: [String] = []
            while let head = bytes.readBytes(length: 9),
                let payload = bytes.readBytes(length: Int(head[1]) << 8 + Int(head[2]))
            {
                switch head[3] {
                case 1: told.append("head \(head[8])")
                case 3: told.append("reset \(head[8])")
                case 6: told.append("ping \(payload)")
                case 7: told.append("goaway \(payload[..<4].map { String($0, radix: 16) })")
                default: break
                }
            }
            return told
        }
        try send(Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + frame(4, 0, of: 0))
        channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        #expect(try received() == [])
        try send(frame(1, 5, of: 1, request))
        var told = try received()
        let ping = try #require(told.last { $0.hasPrefix("ping") })
        #expect(told.filter { $0 != "head 1" } == [#"goaway ["7f", "ff", "ff", "ff"]"#, ping] && told.count == 3)
        // This one crossed with the GOAWAY.
        try send(frame(1, 5, of: 3, request))
        told = try received()
        #expect(told == ["head 3"] && channel.isActive)
        try send(frame(6, 1, of: 0, Array("claviger".utf8)))
        #expect(try received() == [#"goaway ["0", "0", "0", "3"]"#])
        #expect(!channel.isActive)
    }

    @Test func `a body of no stream ends its connection, and a head without host its stream alone`() throws {
        let outer = try outer(connection)
        outer.pipeline.fireErrorCaught(NIOHTTP2Errors.missingPseudoHeader(":path"))
        #expect(outer.isActive)
        outer.pipeline.fireErrorCaught(NIOHTTP2Errors.noSuchStream(streamID: 3))
        #expect(!outer.isActive)
    }

    @Test func `a quiet connection that makes room for another says what it has not seen`() throws {
        let outer = try outer(connection)
        outer.pipeline.fireUserInboundEventTriggered(Connections.MakeRoom())
        #expect(try goodbyes(outer) == [0])
        #expect(!outer.isActive)
    }

    // MARK: - Replies

    @Test func `only fields with few values go into the client's table`() throws {
        let head = HTTPResponseHead(
            version: .http1_1, status: .ok, headers: ["Location": "/a", "Vary": "Origin", "Set-Cookie": "a=b"])
        func indexing(isRelayed: Bool) -> [HPACKIndexing] {
            let payload = HTTP2Frame.FramePayload(head: head, isLast: true, isRelayed: isRelayed)
            guard case .headers(let part) = payload else { return [] }
            return part.headers.dropFirst().map(\.indexable)
        }
        #expect(indexing(isRelayed: false) == [.nonIndexable, .indexable, .neverIndexed])
        #expect(indexing(isRelayed: true) == [.nonIndexable, .nonIndexable, .neverIndexed])
    }

    @Test func `an end behind the reply needs no reset`() throws {
        try send([(":method", "BREW")] + Self.request.dropFirst())
        let told = try received()
        #expect(told.first == "501" && told.count == 2)
    }

    @Test func `a refused HEAD has no body, whatever was wrong`() throws {
        let fields = [(":method", "HEAD")] + Self.request.dropFirst()
        try send(fields + [("host", "b")])
        #expect(try received() == ["400"])
    }

    // MARK: - Heads

    private static func head(_ fields: [(String, String)]) throws -> HTTPRequestHead {
        try HTTPRequestHead(HPACKHeaders(fields))
    }

    @Test func `a head is what it would be in HTTP/1.1, with cookies in one piece and one host`() throws {
        let head = try Self.head(Self.request + [("cookie", "a=1"), ("host", "A"), ("cookie", "b=2")])
        #expect(head.method == .GET && head.uri == "/api/a" && head.version == .http1_1)
        #expect(head.headers["host"] == ["a"])
        #expect(head.headers["cookie"] == ["a=1; b=2"])
    }

    @Test func `what HTTP/1.1 refuses is refused`() {
        let without: (String) -> [(String, String)] = { name in Self.request.filter { $0.0 != name } }
        #expect(throws: WireRefusal.host) { try Self.head(Self.request + [("host", "b")]) }
        #expect(throws: WireRefusal.host) { try Self.head(without(":authority")) }
        #expect(throws: WireRefusal.host) {
            try Self.head(without(":authority") + [("host", "a"), ("host", "a")])
        }
        #expect(throws: WireRefusal.method) { try Self.head(without(":method") + [(":method", "get")]) }
        for path in ["http://a/", "/é", "/a b"] {
            #expect(throws: WireRefusal.malformed) { try Self.head(without(":path") + [(":path", path)]) }
        }
        for length in ["+1", "1, 1", "-0"] {
            #expect(throws: WireRefusal.malformed) { try Self.head(Self.request + [("content-length", length)]) }
        }
        #expect(throws: WireRefusal.malformed) {
            try Self.head(Self.request + [("content-length", "1"), ("content-length", "1")])
        }
        #expect(throws: WireRefusal.malformed) { try Self.head(Self.request + [("x", "a\u{1}b")]) }
        #expect(throws: WireRefusal.headTooLarge) {
            try Self.head(Self.request + (0..<125).map { ("x-\($0)", "") })
        }
        #expect(throws: WireRefusal.headTooLarge) {
            try Self.head(Self.request + [("x", String(repeating: "x", count: 16_384))])
        }
    }
}
