import HTTPTypes
package import Model
package import NIOCore
import NIOHTTP1
package import NIOHTTPTypes
import Policy

/// The door on the event loop: answers hot routes where the request was read, and lets everything else through to
/// Hummingbird.
///
/// It stands behind the HTTP codec (Hummingbird's `additionalChannelHandlers`) and writes its replies as bytes past it:
/// a reply of ours is known in full, so there is nothing left to encode. What memory does not suffice for is handed on
/// as it came. A request that is pipelined behind one that was handed on is handed on too, so replies keep their order;
/// so is one whose predecessor's reply the client has not read, so nothing piles up here (law 7).
///
/// It also ends connections that stay silent, in the middle of a request or between two.
package final class HotDoor: ChannelDuplexHandler, RemovableChannelHandler {
    package typealias InboundIn = HTTPRequestPart
    package typealias InboundOut = HTTPRequestPart
    package typealias OutboundIn = HTTPResponsePart
    package typealias OutboundOut = HTTPResponsePart

    /// How long a connection may be silent while a request is under way to us, and between two.
    package static let patience = TimeAmount.seconds(30)

    private struct Waiting {
        let head: HTTPRequest
        let endpoint: HotEndpoint
        let query: Substring?
        var body: ByteBuffer?
    }

    private let routes: HotRoutes
    private let log: RequestLog
    private let now: @Sendable () -> Instant
    private var dates = HTTPDateCache()
    private var waiting: Waiting?
    private var isClosing = false
    /// Requests that were handed on and are not answered yet.
    private var handedOn = 0
    private var peer: IPAddress?
    /// The context of the encoder: what is written there goes out as it is.
    private var wire: ChannelHandlerContext?
    private var lastRead = NIODeadline.now()
    private var watch: Scheduled<Void>?

    package init(routes: HotRoutes, log: RequestLog, now: @escaping @Sendable () -> Instant) {
        self.routes = routes
        self.log = log
        self.now = now
    }

    package func handlerAdded(context: ChannelHandlerContext) {
        peer = IPAddress(of: context.channel.remoteAddress)
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
        case .head(let head): read(head, data, context)
        case .body(let part): read(part, data, context)
        case .end: readEnd(data, context)
        }
    }

    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data), handedOn > 0 { handedOn -= 1 }
        context.write(data, promise: promise)
    }

    private func read(_ head: HTTPRequest, _ data: NIOAny, _ context: ChannelHandlerContext) {
        let path = head.path ?? ""
        let mark = path.utf8.firstIndex(of: UInt8(ascii: "?")) ?? path.endIndex
        guard handedOn == 0, wire != nil, context.channel.isWritable,
            let endpoint = routes.paths[path[..<mark]], head.headerFields[.expect] == nil
        else {
            handedOn += 1
            context.fireChannelRead(data)
            return
        }
        let query = mark == path.endIndex ? nil : path[path.index(after: mark)...]
        waiting = Waiting(head: head, endpoint: endpoint, query: query)
        if let length = head.headerFields[.contentLength].flatMap({ Int($0) }), length > Self.maximumBody {
            refuseBody(context)
        }
    }

    private func read(_ part: ByteBuffer, _ data: NIOAny, _ context: ChannelHandlerContext) {
        guard waiting != nil else {
            context.fireChannelRead(data)
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
            context.fireChannelRead(data)
            return
        }
        self.waiting = nil
        let request = HotRequest(
            endpoint: waiting.endpoint, method: waiting.head.method, query: waiting.query,
            fields: waiting.head.headerFields, body: waiting.body.map { Array($0.readableBytesView) } ?? [], peer: peer,
            requestID: RequestID.next().description, now: now())
        guard let reply = routes.answerFromMemory(request) else {
            handedOn += 1
            context.fireChannelRead(wrapInboundOut(.head(waiting.head)))
            if let body = waiting.body { context.fireChannelRead(wrapInboundOut(.body(body))) }
            context.fireChannelRead(data)
            return
        }
        send(reply, to: request, thenClose: Self.wantsClose(waiting.head.headerFields), context)
        log.note(request, reply)
    }

    /// 413, and the end: what else the client is sending has no use (RFC 9110 §15.5.14).
    private func refuseBody(_ context: ChannelHandlerContext) {
        guard let waiting else { return }
        self.waiting = nil
        let request = HotRequest(
            endpoint: waiting.endpoint, method: waiting.head.method, query: nil, fields: waiting.head.headerFields,
            body: [], peer: peer, requestID: RequestID.next().description, now: now())
        let reply = HotReply(.contentTooLarge, rule: "body too large")
        send(reply, to: request, thenClose: true, context)
        log.note(request, reply)
    }

    private func send(
        _ reply: HotReply, to request: HotRequest, thenClose: Bool, _ context: ChannelHandlerContext
    ) {
        guard let wire else { return }
        var bytes = context.channel.allocator.buffer(capacity: 512 + reply.body.count)
        bytes.writeStaticString("HTTP/1.1 ")
        bytes.writeString(Self.statusLine(reply.status))
        bytes.writeStaticString("\r\nDate: ")
        bytes.writeString(dates.text(at: request.now))
        bytes.writeStaticString("\r\nX-Request-Id: ")
        bytes.writeString(request.requestID)
        for (name, value) in reply.fields {
            bytes.writeStaticString("\r\n")
            bytes.writeStaticString(name)
            bytes.writeStaticString(": ")
            bytes.writeString(value)
        }
        if thenClose { bytes.writeStaticString("\r\nConnection: close") }
        bytes.writeStaticString("\r\nContent-Length: ")
        bytes.writeString(String(reply.body.count))
        bytes.writeStaticString("\r\n\r\n")
        if request.method != .head { bytes.writeBytes(reply.body) }
        let promise = thenClose ? context.eventLoop.makePromise(of: Void.self) : nil
        if let promise {
            isClosing = true
            let channel = context.channel
            promise.futureResult.whenComplete { _ in channel.close(promise: nil) }
        }
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

    /// The largest body that a hot route reads, in bytes.
    static let maximumBody = 65_536

    private static func wantsClose(_ fields: HTTPFields) -> Bool {
        guard let connection = fields[.connection] else { return false }
        return connection.lowercased().contains("close")
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

@available(*, unavailable)
extension HotDoor: Sendable {}

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
