import Foundation
import HTTPTypes
import Logging
import NIOCore
import NIOEmbedded
import NIOHTTP1
import TestSupport
import Testing

@testable import HTTPServing

/// The door in front of a backend that a test plays, on a loop whose time the test moves.
@Suite("Requests that do not arrive whole")
struct HotDoorTests {
    /// What gets past the door.
    private final class Backend: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private(set) var targets: [String] = []
        private(set) var body = ""
        private(set) var ends = 0
        private(set) var cutShort: [WireRefusal] = []

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head): targets.append(head.uri)
            case .body(let part): body += String(buffer: part)
            case .end: ends += 1
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            if let error = error as? RequestCutShort { cutShort.append(error.reason) }
        }
    }

    private let backend = Backend()
    private let channel = EmbeddedChannel()
    private let connections = Connections(
        ConnectionLimits(total: 16, perAddress: 16), exempt: TrustedProxies(), logger: Logger(label: "test"))

    init() throws {
        let log = RequestLog(sink: LogSink(to: .nullDevice), format: .json, threshold: LogThreshold(.info))
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandlers([
            WireTap(), HTTPResponseEncoder(), ByteToMessageHandler(HTTPRequestDecoder()),
            HotDoor(
                routes: nil, log: log, idle: .seconds(75), connections: connections, now: FixedClock().now), backend,
        ])
        try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 1)).wait()
    }

    /// The client sends, and the socket is read on.
    private func send(_ text: String) throws {
        try channel.writeInbound(ByteBuffer(string: text))
        channel.read()
    }

    private func pass(_ seconds: Int64) { channel.embeddedEventLoop.advanceTime(by: .seconds(seconds)) }

    /// The backend answers.
    private func answer(_ status: HTTPResponseStatus = .ok) throws {
        let head = HTTPResponseHead(version: .http1_1, status: status, headers: ["Content-Length": "0"])
        try channel.writeOutbound(HTTPServerResponsePart.head(head))
        try channel.writeOutbound(HTTPServerResponsePart.end(nil))
    }

    /// What the client has received since it last looked.
    private func received() throws -> String {
        var text = ""
        while let bytes = try channel.readOutbound(as: ByteBuffer.self) { text += String(buffer: bytes) }
        return text
    }

    private static func head(_ fields: String, _ target: String = "/page") -> String {
        "POST \(target) HTTP/1.1\r\nHost: a\r\n\(fields)\r\n"
    }

    @Test func `towards the end of the server a reply says that its connection ends with it`() throws {
        try send("GET /page HTTP/1.1\r\nHost: a\r\n\r\n")
        try answer()
        #expect(!(try received().lowercased().contains("connection: close")))
        connections.endAfterReplies()
        try send("GET /page HTTP/1.1\r\nHost: a\r\n\r\n")
        try answer()
        #expect(try received().lowercased().contains("connection: close"))
        #expect(backend.targets == ["/page", "/page"])
    }

    // MARK: - Time

    @Test func `half a body and then silence is over after thirty seconds, on ordinary routes too`() throws {
        try send(Self.head("Content-Length: 100\r\n") + "x")
        pass(29)
        #expect(backend.cutShort == [])
        pass(1)
        #expect(backend.cutShort == [.tooSlow])
        try answer(.requestTimeout)
        let text = try received()
        #expect(text.hasPrefix("HTTP/1.1 408 "))
        #expect(text.lowercased().contains("connection: close"))
        #expect(!channel.isActive)
    }

    @Test func `a byte every ten seconds does not hold the door, in a body or in a head`() throws {
        try send(Self.head("Content-Length: 100\r\n"))
        for _ in 0..<4 {
            pass(10)
            try send("x")
        }
        #expect(backend.cutShort == [.tooSlow])
        #expect(backend.body == "xxx")
    }

    @Test func `a head must be whole within thirty seconds`() throws {
        for byte in "GET".unicodeScalars {
            try send(String(byte))
            pass(10)
        }
        #expect(try received().hasPrefix("HTTP/1.1 408 "))
        #expect(!channel.isActive)
        #expect(backend.targets == [])
    }

    @Test func `without a request a connection lives seventy-five seconds, from the last answer on`() throws {
        pass(74)
        try send("GET /a HTTP/1.1\r\nHost: a\r\n\r\n")
        // However long we take, it is not the client's time.
        pass(1000)
        #expect(channel.isActive)
        try answer()
        pass(74)
        #expect(channel.isActive)
        _ = try received()
        pass(1)
        #expect(!channel.isActive)
        #expect(try received() == "")
    }

    @Test func `while nobody reads, the time is not the client's`() throws {
        try channel.writeInbound(ByteBuffer(string: Self.head("Content-Length: 100\r\n") + "x"))
        pass(600)
        #expect(backend.cutShort == [])
        channel.read()
        pass(29)
        #expect(backend.cutShort == [])
        pass(2)
        #expect(backend.cutShort == [.tooSlow])
    }

    @Test func `a body whose answer is given already ends the connection when it stays away`() throws {
        try send(Self.head("Content-Length: 100\r\n") + "x")
        try answer(.unauthorized)
        #expect(try received().hasPrefix("HTTP/1.1 401 "))
        pass(29)
        #expect(channel.isActive)
        pass(2)
        #expect(!channel.isActive)
    }

    @Test func `a request behind one that is being answered has its time when that is done`() throws {
        try send("GET /a HTTP/1.1\r\nHost: a\r\n\r\n" + Self.head("Content-Length: 9\r\n", "/b"))
        pass(600)
        #expect(backend.cutShort == [])
        try answer()
        pass(29)
        #expect(backend.cutShort == [])
        pass(2)
        #expect(backend.cutShort == [.tooSlow])
    }

    // MARK: - Leaving

    @Test func `a client that leaves in mid-body is told apart from an error of ours`() throws {
        try send(Self.head("Content-Length: 100\r\n") + "x")
        channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(backend.cutShort == [.clientLeft])
        #expect(RequestCutShort(reason: .clientLeft).problem.status.code == 499)
        // Who only stopped sending may still read, and 499 is no status of HTTP.
        try answer(HTTPResponseStatus(statusCode: 499, reasonPhrase: "Client Closed Request"))
        #expect(try received().hasPrefix("HTTP/1.1 400 "))
        #expect(!channel.isActive)
    }

    @Test func `a reset in mid-body is the same, and between two requests it is nothing`() throws {
        channel.pipeline.fireErrorCaught(IOError(errnoCode: ECONNRESET, reason: "read"))
        #expect(backend.cutShort == [])
        try send(Self.head("Content-Length: 100\r\n") + "x")
        channel.pipeline.fireErrorCaught(IOError(errnoCode: ECONNRESET, reason: "read"))
        #expect(backend.cutShort == [.clientLeft])
    }

    // MARK: - Leave to send

    @Test func `leave to send is given at once, and not to HTTP 1.0`() throws {
        try send(Self.head("Content-Length: 3\r\nExpect: 100-continue\r\n"))
        #expect(try received() == "HTTP/1.1 100 Continue\r\n\r\n")
        try send("abc")
        try answer()
        #expect(try received().hasPrefix("HTTP/1.1 200 "))
        try send("POST /b HTTP/1.0\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
        #expect(try received() == "")
        #expect(backend.targets == ["/page", "/b"])
    }

    @Test(arguments: ["Content-Length: 0\r\n", ""])
    func `nobody needs leave to send nothing`(_ length: String) throws {
        try send(Self.head(length + "Expect: 100-continue\r\n"))
        #expect(try received() == "")
    }

    @Test func `leave is given after the answers to the requests before`() throws {
        try send(
            "GET /a HTTP/1.1\r\nHost: a\r\n\r\n"
                + Self.head("Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n", "/b"))
        #expect(try received() == "")
        try answer()
        let text = try received()
        #expect(text.hasPrefix("HTTP/1.1 200 ") && text.hasSuffix("HTTP/1.1 100 Continue\r\n\r\n"))
    }

    @Test func `no leave is given for what is too large, and the answer needs no body`() throws {
        try send(Self.head("Content-Length: 65537\r\nExpect: 100-continue\r\n"))
        #expect(backend.cutShort == [.bodyTooLarge])
        try answer(.payloadTooLarge)
        let text = try received()
        #expect(text.hasPrefix("HTTP/1.1 413 ") && text.lowercased().contains("connection: close"))
        #expect(!channel.isActive)
    }

    // MARK: - What is passed on to a provider

    private static let relayed = "/api/v1/organizations/org_1/connections/cnx_1/proxy/api.provider.example/b"
    private static let piece = String(repeating: "x", count: 50_000)

    @Test func `what is passed on may be larger than what is kept, and its connection ends with it`() throws {
        try send(Self.head("Content-Length: 150000\r\nExpect: 100-continue\r\n", Self.relayed))
        #expect(try received().hasPrefix("HTTP/1.1 100 "))
        for _ in 0..<3 { try send(Self.piece) }
        #expect(backend.body.utf8.count == 150_000 && backend.ends == 1 && backend.cutShort == [])
        try answer()
        #expect(try received().lowercased().contains("connection: close"))
    }

    @Test func `a reply that comes before all of it is the last, and the rest is not handed on`() throws {
        try send(Self.head("Content-Length: 150000\r\n", Self.relayed) + Self.piece)
        try answer(.unauthorized)
        let text = try received()
        #expect(text.hasPrefix("HTTP/1.1 401 ") && text.lowercased().contains("connection: close"))
        #expect(!channel.isActive)
        #expect(backend.body.utf8.count == 50_000 && backend.ends == 0)
    }

    @Test(arguments: ["Content-Length: 268435457\r\n", "Transfer-Encoding: chunked\r\n"])
    func `it has a bound too, and one that announces nothing has the usual one`(_ length: String) throws {
        try send(Self.head(length, Self.relayed))
        if length.hasPrefix("T") { for _ in 0..<2 { try send("c350\r\n\(Self.piece)\r\n") } }
        #expect(backend.cutShort == [.bodyTooLarge])
    }

    // MARK: - Refusals

    @Test func `a refusal waits for the answers before it`() throws {
        try send("GET /a HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\n\r\nGET /c HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(backend.targets == ["/a"])
        #expect(try received() == "")
        try answer()
        let text = try received()
        #expect(text.hasPrefix("HTTP/1.1 200 "))
        #expect(text.contains("HTTP/1.1 400 ") && text.contains("urn:claviger:problem:host"))
        #expect(!channel.isActive)
    }

    @Test func `a chunk that is none ends the request for whoever reads it`() throws {
        try send(Self.head("Transfer-Encoding: chunked\r\n") + "3\r\nabc\r\nZ\r\n")
        #expect(backend.cutShort == [.malformed])
        #expect(backend.ends == 0)
    }

    @Test func `a body that grows too large is handed on until that is seen, and no further`() throws {
        let piece = String(repeating: "x", count: 40_000)
        try send(Self.head("Transfer-Encoding: chunked\r\n"))
        for _ in 0..<3 { try send("9c40\r\n\(piece)\r\n") }
        #expect(backend.body.utf8.count == 80_000)
        #expect(backend.cutShort == [.bodyTooLarge])
    }

    @Test func `a request that asks for another protocol is the last one, because the parser stops there`() throws {
        try send("GET /a HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n")
        try answer()
        #expect(try received().lowercased().contains("connection: close"))
        #expect(!channel.isActive)
    }
}
