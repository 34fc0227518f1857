import HTTPTypes
package import Model
package import NIOCore
package import NIOHTTP1
import NIOHTTPTypesHTTP1
import Policy

/// The door on the event loop: answers hot routes where the request was read, and lets everything else through to
/// Hummingbird.
///
/// It stands in front of Hummingbird's codec (``HotDoorInstaller`` puts it there), so a hot request costs none of the
/// conversions that an ordinary one needs, and it writes its replies as bytes past the encoder: a reply of ours is known
/// in full, so there is nothing left to encode. What memory does not suffice for is handed on as it came. A request that
/// is pipelined behind one that was handed on is handed on too, so replies keep their order; so is one whose
/// predecessor's reply the client has not read, so nothing piles up here (law 7).
///
/// It also ends connections that stay silent, in the middle of a request or between two.
package final class HotDoor: ChannelDuplexHandler, RemovableChannelHandler {
    package typealias InboundIn = HTTPServerRequestPart
    package typealias InboundOut = HTTPServerRequestPart
    package typealias OutboundIn = HTTPServerResponsePart
    package typealias OutboundOut = HTTPServerResponsePart

    /// How long a connection may be silent while a request is under way to us, and between two.
    package static let patience = TimeAmount.seconds(30)
    /// The largest body that a hot route reads, in bytes.
    static let maximumBody = 65_536

    private struct Waiting {
        let head: HTTPRequestHead
        let target: HotTarget
        var body: ByteBuffer?
    }

    private let routes: HotRoutes
    private let log: RequestLog
    private let now: @Sendable () -> Instant
    // An event loop alone touches these, one call after another, so the run-time checks for overlapping access are saved.
    @exclusivity(unchecked) private var dates = HTTPDateCache()
    @exclusivity(unchecked) private var waiting: Waiting?
    @exclusivity(unchecked) private var isClosing = false
    /// Requests that were handed on and are not answered yet.
    @exclusivity(unchecked) private var handedOn = 0
    /// Whether those behind us have read something that they were not told the end of.
    @exclusivity(unchecked) private var owesReadComplete = false
    private var peer: IPAddress?
    private var peerText: String?
    /// The context of the encoder: what is written there goes out as it is.
    @exclusivity(unchecked) private var wire: ChannelHandlerContext?
    @exclusivity(unchecked) private var lastRead = NIODeadline.now()
    private var watch: Scheduled<Void>?

    package init(routes: HotRoutes, log: RequestLog, now: @escaping @Sendable () -> Instant) {
        self.routes = routes
        self.log = log
        self.now = now
    }

    package func handlerAdded(context: ChannelHandlerContext) {
        peer = IPAddress(of: context.channel.remoteAddress)
        peerText = peer?.description
        wire = try? context.pipeline.syncOperations.context(handlerType: HTTPResponseEncoder.self)
        watchForSilence(context)
    }

    package func handlerRemoved(context: ChannelHandlerContext) {
        watch?.cancel()
        wire = nil
    }

    package func channelInactive(context: ChannelHandlerContext) {
        watch?.cancel()
        context.fireChannelInactive()
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        lastRead = .now()
        guard !isClosing else { return }
        switch unwrapInboundIn(data) {
        case .head(let head): read(head, context)
        case .body(let part): read(part, data, context)
        case .end: readEnd(data, context)
        }
    }

    /// Those behind us hear only of reads that were theirs.
    package func channelReadComplete(context: ChannelHandlerContext) {
        guard owesReadComplete else { return }
        owesReadComplete = false
        context.fireChannelReadComplete()
    }

    private func handOn(_ data: NIOAny, _ context: ChannelHandlerContext) {
        owesReadComplete = true
        context.fireChannelRead(data)
    }

    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data), handedOn > 0 { handedOn -= 1 }
        context.write(data, promise: promise)
    }

    /// The head as it is handed on. Hummingbird ends a connection for the one word `close` alone, neither for another
    /// spelling (RFC 9110 §7.6.1) nor for HTTP/1.0.
    private static func ordinary(_ head: HTTPRequestHead) -> HTTPRequestHead {
        guard !head.isKeepAlive else { return head }
        var head = head
        head.headers.replaceOrAdd(name: "Connection", value: "close")
        return head
    }

    private func read(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        guard handedOn == 0, wire != nil, context.channel.isWritable,
            let target = routes.target(head.uri), !head.headers.contains(name: "Expect")
        else {
            handedOn += 1
            handOn(wrapInboundOut(.head(Self.ordinary(head))), context)
            return
        }
        waiting = Waiting(head: head, target: target)
    }

    private func read(_ part: ByteBuffer, _ data: NIOAny, _ context: ChannelHandlerContext) {
        guard waiting != nil else {
            handOn(data, context)
            return
        }
        if waiting?.body == nil {
            waiting?.body = part
        } else {
            waiting?.body?.writeImmutableBuffer(part)
        }
        if waiting?.body?.readableBytes ?? 0 > Self.maximumBody { refuseBody(context) }
    }

    private func readEnd(_ data: NIOAny, _ context: ChannelHandlerContext) {
        guard let waiting else {
            handOn(data, context)
            return
        }
        self.waiting = nil
        let request = request(waiting)
        guard let reply = routes.answerFromMemory(request) else {
            handedOn += 1
            handOn(wrapInboundOut(.head(Self.ordinary(waiting.head))), context)
            if let body = waiting.body { handOn(wrapInboundOut(.body(body)), context) }
            handOn(data, context)
            return
        }
        send(reply, to: request, thenClose: !waiting.head.isKeepAlive, context)
    }

    private func request(_ waiting: Waiting) -> HotRequest {
        HotRequest(
            target: waiting.target, method: waiting.head.method, headers: waiting.head.headers, body: waiting.body,
            peer: peer, requestID: RequestID.next().description, now: now())
    }

    /// 413, and the end: what else the client is sending has no use (RFC 9110 §15.5.14).
    private func refuseBody(_ context: ChannelHandlerContext) {
        guard var waiting else { return }
        self.waiting = nil
        waiting.body = nil
        let request = request(waiting)
        send(routes.refuseBody(of: request), to: request, thenClose: true, context)
    }

    private func send(
        _ reply: HotReply, to request: HotRequest, thenClose: Bool, _ context: ChannelHandlerContext
    ) {
        log.note(request, reply, peer: peerText)
        guard let wire else { return }
        var bytes = context.channel.allocator.buffer(capacity: 640 + reply.body.count)
        reply.write(to: &bytes, request, date: dates.text(at: request.now), closes: thenClose)
        guard thenClose else {
            wire.writeAndFlush(NIOAny(bytes), promise: nil)
            return
        }
        isClosing = true
        let promise = context.eventLoop.makePromise(of: Void.self)
        let channel = context.channel
        promise.futureResult.whenComplete { _ in channel.close(promise: nil) }
        wire.writeAndFlush(NIOAny(bytes), promise: promise)
    }

    /// Ends a connection on which a request stays unfinished, or none comes. One that waits for our reply is left alone.
    private func watchForSilence(_ context: ChannelHandlerContext) {
        watch = context.eventLoop.assumeIsolated().scheduleTask(in: Self.patience) { [weak self] in
            guard let self else { return }
            if self.handedOn == 0, NIODeadline.now() - self.lastRead >= Self.patience {
                context.close(promise: nil)
            } else {
                self.watchForSilence(context)
            }
        }
    }
}

@available(*, unavailable)
extension HotDoor: Sendable {}

/// Puts ``HotDoor`` in front of Hummingbird's codec. Hummingbird's `additionalChannelHandlers` stand behind it.
package final class HotDoorInstaller: ChannelInboundHandler, RemovableChannelHandler {
    package typealias InboundIn = Any

    private let routes: HotRoutes
    private let log: RequestLog
    private let now: @Sendable () -> Instant

    package init(routes: HotRoutes, log: RequestLog, now: @escaping @Sendable () -> Instant) {
        self.routes = routes
        self.log = log
        self.now = now
    }

    /// Without the codec the ordinary door answers everything: slower, and the same.
    package func handlerAdded(context: ChannelHandlerContext) {
        let pipeline = context.pipeline.syncOperations
        guard let codec = try? pipeline.handler(type: HTTP1ToHTTPServerCodec.self) else { return }
        try? pipeline.addHandler(HotDoor(routes: routes, log: log, now: now), position: .before(codec))
    }
}

@available(*, unavailable)
extension HotDoorInstaller: Sendable {}

/// The `Date` field, made once a second.
struct HTTPDateCache {
    private var second: Int64 = .min
    private var cached = ""

    mutating func text(at now: Instant) -> String {
        if now.seconds != second {
            second = now.seconds
            cached = CivilTime(now).httpDate
        }
        return cached
    }
}

extension HotReply {
    /// Writes the reply as HTTP/1.1 (RFC 9112 §4), all of it in one stretch of memory.
    fileprivate func write(to bytes: inout ByteBuffer, _ request: HotRequest, date: String, closes: Bool) {
        let status = Self.statusLine(status)
        let length = String(body.count)
        let room = fields.reduce(192 + status.utf8.count + date.utf8.count + request.requestID.utf8.count + body.count)
        {
            $0 + $1.name.utf8CodeUnitCount + $1.value.utf8.count + 4
        }
        bytes.writeWithUnsafeMutableBytes(minimumWritableBytes: room) { memory in
            var pieces = Pieces(memory)
            pieces.write("HTTP/1.1 ")
            pieces.write(status)
            pieces.write("\r\nCache-Control: ")
            pieces.write(caching)
            pieces.write("\r\nDate: ")
            pieces.write(date)
            pieces.write("\r\nX-Request-Id: ")
            pieces.write(request.requestID)
            for (name, value) in fields {
                pieces.write("\r\n")
                pieces.write(name)
                pieces.write(": ")
                pieces.write(value)
            }
            if closes { pieces.write("\r\nConnection: close") }
            pieces.write("\r\nContent-Length: ")
            pieces.write(length)
            pieces.write("\r\n\r\n")
            if request.method != .HEAD { body.withUnsafeBytes { pieces.write($0) } }
            return pieces.count
        }
    }

    private static func statusLine(_ status: HTTPResponse.Status) -> String {
        switch status.code {
        case 200: "200 OK"
        case 401: "401 Unauthorized"
        case 403: "403 Forbidden"
        default: "\(status.code) \(status.reasonPhrase)"
        }
    }
}

/// Pieces of text, one behind another in memory that has room for all of them.
private struct Pieces: ~Copyable {
    private let memory: UnsafeMutableRawBufferPointer
    /// How many bytes were written.
    private(set) var count = 0

    init(_ memory: UnsafeMutableRawBufferPointer) {
        self.memory = memory
    }

    mutating func write(_ text: StaticString) {
        write(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    mutating func write(_ text: String) {
        if text.utf8.withContiguousStorageIfAvailable({ write(UnsafeRawBufferPointer($0)) }) == nil {
            var text = text
            text.withUTF8 { write(UnsafeRawBufferPointer($0)) }
        }
    }

    /// What does not fit is left out: the room was counted from the same pieces.
    mutating func write(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress, let target = memory.baseAddress, bytes.count <= memory.count - count
        else {
            return
        }
        (target + count).copyMemory(from: source, byteCount: bytes.count)
        count += bytes.count
    }
}
