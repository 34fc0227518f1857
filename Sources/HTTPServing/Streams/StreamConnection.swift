import NIOCore
import NIOHTTP2
import Policy

/// A connection of HTTP/2: what its streams share, how long it is kept, and how it ends.
///
/// It stands behind swift-nio-http2's handler and sees what is about the connection; what is about a stream goes to that one's
/// ``StreamDoor``. Its timer looks after all of them: one every few seconds while requests are open costs less than one for each.
final class StreamConnection: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame
    typealias OutboundOut = HTTP2Frame

    /// How often it looks at its streams.
    static let look = TimeAmount.seconds(5)
    /// How long a client may take to hear that no more requests are taken, and for its first request.
    static let hearing = TimeAmount.seconds(3)
    /// What tells an answer to our PING from others.
    private static let farewell = HTTP2PingData(withInteger: 0x636C_6176_6967_6572)

    /// How far the end of the connection is.
    private enum Ending {
        case none
        /// The client, which has just come, is about to ask something, and shall have an answer.
        case awaitingRequest
        /// The client was told that there will be one.
        case announced
        /// It was told which stream was the last. When all are answered, the connection goes.
        case settled
    }

    let serving: StreamServing
    let peer: IPAddress?
    let peerText: String?
    /// Where tasks of its streams run.
    let tasks: LoopTasks
    /// The newest stream that the client opened.
    var newest = HTTP2StreamID.rootStream
    private var dates = HTTPDateCache()
    private var doors: [ObjectIdentifier: StreamDoor] = [:]
    /// How many requests are being answered.
    private var busy = 0
    /// How many bytes of bodies are kept.
    private var kept = 0
    private var quietSince: NIODeadline
    private let entry: Connections.Entry?
    private var ending = Ending.none
    private var watch: Scheduled<Void>?
    private var watchedUntil = NIODeadline.distantFuture
    private var context: ChannelHandlerContext?

    init(_ serving: StreamServing, on channel: any Channel) {
        self.serving = serving
        peer = IPAddress(of: channel.remoteAddress)
        peerText = peer?.description
        tasks = LoopTasks(on: channel.eventLoop)
        entry = serving.connections.entry(of: channel)
        quietSince = channel.eventLoop.now
    }

    /// The `Date` of a reply.
    var date: String { dates.text(at: serving.now()) }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        entry?.becomesQuiet(at: quietSince)
        watchOver(context, until: quietSince + serving.idle)
    }

    func handlerRemoved(context _: ChannelHandlerContext) {
        watch?.cancel()
        context = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        watch?.cancel()
        context.fireChannelInactive()
    }

    // MARK: - Its streams

    func open(_ door: StreamDoor) {
        doors[ObjectIdentifier(door)] = door
        if ending == .awaitingRequest, let context {
            // Not in the midst of what is being read.
            context.eventLoop.assumeIsolated().execute { [self] in announceEnd() }
        }
        guard let context, watchedUntil > context.eventLoop.now + Self.look else { return }
        watchOver(context, until: context.eventLoop.now + Self.look)
    }

    func close(_ door: StreamDoor) {
        guard doors.removeValue(forKey: ObjectIdentifier(door)) != nil, doors.isEmpty, let context else { return }
        quietSince = context.eventLoop.now
        closeIfSettled(context)
    }

    /// A whole request came.
    func beginAnswering() {
        busy += 1
        if busy == 1 { entry?.becomesBusy() }
    }

    /// Its reply is written, or nobody waits for it.
    func endAnswering() {
        busy -= 1
        guard busy == 0, let context else { return }
        entry?.becomesQuiet(at: context.eventLoop.now)
    }

    /// Makes room for so much of a body.
    ///
    /// - Returns: Whether there is any.
    func keep(_ count: Int) -> Bool {
        guard kept + count <= StreamLimits.bodies else { return false }
        kept += count
        return true
    }

    /// So much of a body is of no use any more.
    func giveBack(_ count: Int) { kept -= count }

    // MARK: - How it ends

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .ping(Self.farewell, ack: true) = unwrapInboundIn(data).payload else { return }
        settle(context)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is Connections.MakeRoom:
            if busy > 0, let entry {
                serving.connections.stays(entry)
            } else {
                goAway(after: newest, context)
                context.close(promise: nil)
            }
        case is ChannelShouldQuiesceEvent: beginEnd(context)
        // Nobody could make room for a reply any more.
        case ChannelEvent.inputClosed: context.close(promise: nil)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    /// A stream at fault was reset, and the rest goes on. Any other fault has ended the connection for the client (RFC 9113 §5.4.1): it
    /// was told so, and nothing is read of it any more.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard !error.isOfOneStream else { return }
        // What a client sends that has not heard of the end in all that time is no reason to end what was begun before.
        if ending == .settled, error.isOfWhatIsNotOpened { return }
        context.close(promise: nil)
    }

    /// The server ends. A client that has just come has its request on the way, and many would neither take a GOAWAY before it for anything
    /// but a failure, nor try again.
    private func beginEnd(_ context: ChannelHandlerContext) {
        guard ending == .none else { return }
        ending = .awaitingRequest
        let loop = context.eventLoop.assumeIsolated()
        loop.scheduleTask(in: Lingering.longestAtTheEnd) { [self] in self.context?.close(promise: nil) }
        if newest == .rootStream, doors.isEmpty {
            loop.scheduleTask(in: Self.hearing) { [self] in announceEnd() }
        } else {
            announceEnd()
        }
    }

    /// Has the client open no further stream, in two steps (RFC 9113 §6.8). What it sends before it has heard of the first is still
    /// answered: a PING behind it is answered by who has. The second says of all that comes later that nobody looked at it, and the
    /// connection is not closed before that has been heard.
    private func announceEnd() {
        guard ending == .awaitingRequest, let context else { return }
        ending = .announced
        Self.announceEnd(past: context)
        context.writeAndFlush(
            wrapOutboundOut(HTTP2Frame(streamID: .rootStream, payload: .ping(Self.farewell, ack: false))), promise: nil)
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.hearing) { [self] in settle(context) }
    }

    /// The first GOAWAY (RFC 9113 §6.8), written past swift-nio-http2: once that has written one, it refuses every further stream,
    /// whichever the last one was said to be. It writes whole frames alone, so this one stands between two of them.
    private static func announceEnd(past context: ChannelHandlerContext) {
        let http2 = try? context.pipeline.syncOperations.context(handlerType: NIOHTTP2Handler.self)
        // 8 bytes, GOAWAY, without flags, of the connection; the highest stream; NO_ERROR.
        let frame: [UInt8] = [0, 0, 8, 7, 0, 0, 0, 0, 0, 0x7F, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0]
        http2?.writeAndFlush(NIOAny(ByteBuffer(bytes: frame)), promise: nil)
    }

    private func settle(_ context: ChannelHandlerContext) {
        guard ending == .announced, self.context != nil else { return }
        ending = .settled
        goAway(after: newest, context)
        closeIfSettled(context)
    }

    private func closeIfSettled(_ context: ChannelHandlerContext) {
        guard ending == .settled, doors.isEmpty else { return }
        // The last reply may not have been flushed yet.
        context.eventLoop.assumeIsolated().execute { [self] in self.context?.close(promise: nil) }
    }

    private func goAway(after last: HTTP2StreamID, _ context: ChannelHandlerContext) {
        context.writeAndFlush(
            wrapOutboundOut(
                HTTP2Frame(
                    streamID: .rootStream,
                    payload: .goAway(lastStreamID: last, errorCode: .noError, opaqueData: nil))), promise: nil)
    }

    // MARK: - How long it is kept

    private func watchOver(_ context: ChannelHandlerContext, until deadline: NIODeadline) {
        watch?.cancel()
        watchedUntil = deadline
        watch = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { [weak self] in
            self?.lookAround(context)
        }
    }

    private func lookAround(_ context: ChannelHandlerContext) {
        let now = context.eventLoop.now
        for door in doors.values { door.lookAtClock(at: now) }
        let end = quietSince + serving.idle
        if !doors.isEmpty {
            watchOver(context, until: now + Self.look)
        } else if now < end {
            watchOver(context, until: end)
        } else {
            // What the client sends at this very moment it may send again elsewhere: it is told that nobody saw it.
            goAway(after: newest, context)
            context.close(promise: nil)
        }
    }
}

@available(*, unavailable)
extension StreamConnection: Sendable {}

extension Error {
    /// Whether swift-nio-http2 resets a stream because of it, and not the connection. Those of its errors that come of what a client of
    /// a proxy sent, which shares the connection with others.
    fileprivate var isOfOneStream: Bool {
        switch self {
        case is NIOHTTP2Errors.StreamError, is NIOHTTP2Errors.StreamClosed, is NIOHTTP2Errors.MissingPseudoHeader,
            is NIOHTTP2Errors.DuplicatePseudoHeader,
            is NIOHTTP2Errors.PseudoHeaderAfterRegularHeader, is NIOHTTP2Errors.UnknownPseudoHeader,
            is NIOHTTP2Errors.UnsupportedPseudoHeader,
            is NIOHTTP2Errors.InvalidPseudoHeaders, is NIOHTTP2Errors.InvalidPseudoHeaderValue,
            is NIOHTTP2Errors.EmptyPathHeader, is NIOHTTP2Errors.ForbiddenHeaderField,
            is NIOHTTP2Errors.InvalidHTTP2HeaderFieldName, is NIOHTTP2Errors.InvalidHTTP2HeaderFieldValue,
            is NIOHTTP2Errors.ContentLengthViolated, is NIOHTTP2Errors.ContentLengthHeadersMismatch,
            is NIOHTTP2Errors.ContentLengthHeaderNegative, is NIOHTTP2Errors.ContentLengthHeaderMalformedValue:
            true
        case _: false
        }
    }

    /// Whether swift-nio-http2 says so of the body of a stream that it did not open because the connection ends: it takes it for one
    /// that never was, and cannot tell the client so any more.
    fileprivate var isOfWhatIsNotOpened: Bool {
        self is NIOHTTP2Errors.NoSuchStream || self is NIOHTTP2Errors.RaisedGoawayLastStreamID
            || self is NIOHTTP2Errors.IOOnClosedConnection
    }
}
