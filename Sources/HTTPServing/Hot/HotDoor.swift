import HTTPTypes
package import Model
package import NIOCore
package import NIOHTTP1
import NIOHTTPTypesHTTP1
import Policy

/// The door on the event loop: answers hot routes where the request was read, has ordinary requests that arrive whole answered
/// without Hummingbird's channel (``OrdinaryResponder``), and lets everything else through to that.
///
/// It stands in front of Hummingbird's codec (``HotDoorInstaller`` puts it there), so a hot request costs none of the
/// conversions that an ordinary one needs, and it writes its replies as bytes past the encoder: a reply of ours is known
/// in full, so there is nothing left to encode. What memory does not suffice for is answered later, by a task on the same
/// event loop (``LoopTasks``): what belongs to other connections goes on meanwhile, and one turn of the loop serves all of
/// them once, so cold requests wait for no more than that behind hot ones. A request that is pipelined behind one that is
/// answered later is handed on to Hummingbird, and not before that reply is written: it may ask for what the other changes
/// (RFC 9112 §9.3.2). A request whose predecessor's reply the client has not read is handed on too, so nothing piles up here
/// (law 7).
///
/// It also keeps the rules of HTTP for both doors: it refuses what is no sound request (``RequestHead``, ``WireRefusal``),
/// gives leave to send a body, ends connections on which the client takes too long (``ClientClock``), and closes in stages
/// (``Lingering``). Nothing but whole and sound requests in due time gets past it, or an error that says what is missing.
package final class HotDoor: ChannelDuplexHandler, RemovableChannelHandler {
    package typealias InboundIn = HTTPServerRequestPart
    package typealias InboundOut = HTTPServerRequestPart
    package typealias OutboundIn = HTTPServerResponsePart
    package typealias OutboundOut = HTTPServerResponsePart

    /// The largest body that is kept here, in bytes.
    package static let maximumBody = 65_536
    /// The largest that is passed on to a provider as it comes, and kept nowhere, in bytes. Its length must be announced.
    package static let maximumRelayedBody = 256 << 20

    /// A request that is being read. A class, so that to look whether there is one copies nothing of it.
    private final class Waiting {
        let head: HTTPRequestHead
        let closes: Bool
        let way: Way
        var body: ByteBuffer?

        init(_ head: HTTPRequestHead, closes: Bool, by way: Way) {
            self.head = head
            self.closes = closes
            self.way = way
        }

        /// Whether it is to be handed on unless all of it is there at once.
        var mustArriveWhole: Bool {
            switch way {
            case .hot: false
            case .ordinary: true
            }
        }
    }

    /// Who answers a request here.
    private enum Way {
        case hot(HotTarget)
        case ordinary(OrdinaryResponder.Arrived, by: OrdinaryResponder)
    }

    /// What is kept from those behind us, and what they wanted to do, until the reply that is due is written. They have no
    /// request meanwhile, so they write nothing.
    private enum Held {
        case part(NIOAny)
        case error(any Error)
        case event(Any)
        case close(CloseMode, EventLoopPromise<Void>?)
    }

    /// The connection's place among those that follow the revocation feed.
    private struct Following {
        let reply: FollowedReply
        let number: UInt64
        let end: Scheduled<Void>
        /// How many chunks in a row were written while the client had not read what came before.
        var unread = 0
    }

    /// How far the end of the connection is.
    private enum Ending {
        case none
        /// The reply that is due is the last one. What else the client sends is thrown away.
        case afterReply
        /// The last reply was written, and the connection is about to be closed.
        case closing
        /// It is being closed in stages.
        case lingering
    }

    private let routes: HotRoutes?
    private let ordinary: OrdinaryResponder?
    private let log: RequestLog
    private let now: @Sendable () -> Instant
    private let idle: TimeAmount
    private let connections: Connections?
    /// What the others know of this connection.
    private var entry: Connections.Entry?
    // An event loop alone touches these, one call after another, so the run-time checks for overlapping access are saved.
    @exclusivity(unchecked) private var dates = HTTPDateCache()
    @exclusivity(unchecked) private var waiting: Waiting?
    @exclusivity(unchecked) private var ending = Ending.none
    /// Whether a request is answered later, by a task of ours. It is the oldest of those in ``handedOn``.
    @exclusivity(unchecked) private var isAnswering = false
    /// That task.
    @exclusivity(unchecked) private var answering: Task<Void, Never>?
    @exclusivity(unchecked) private var held: [Held] = []
    /// Whether somebody wants more to be read than is asked for meanwhile.
    @exclusivity(unchecked) private var isReadHeld = false
    /// Where such tasks run.
    @exclusivity(unchecked) private var tasks: LoopTasks?
    /// What is written as it comes, if the answer is that: until it ends, the request is being answered.
    @exclusivity(unchecked) private var following: Following?
    /// Requests that were handed on, or are answered later, and are not answered yet.
    @exclusivity(unchecked) private var handedOn = 0
    /// Whether the newest request that was handed on is the last one of the connection.
    @exclusivity(unchecked) private var closesAfterReply = false
    /// Whether the reply that is written is one to HEAD that says how a body would come: the framing of all others is the encoder's.
    @exclusivity(unchecked) private var endsWithHead = false
    /// Until when the server, which is stopping, waits for the client to read its reply. Nil while it is not stopping.
    private var lastMoment: NIODeadline?
    /// What is to be refused once those are answered.
    @exclusivity(unchecked) private var refusalDue: (refusal: WireRefusal, head: HTTPRequestHead?)?
    /// Whether the newest request, which stands behind others, waits for leave to send its body.
    @exclusivity(unchecked) private var owesContinue = false
    /// How much came of the body of a request that was handed on.
    @exclusivity(unchecked) private var bodyHandedOn = 0
    /// How much may come of that which is being read.
    @exclusivity(unchecked) private var mostOfBody = HotDoor.maximumBody
    /// Whether those behind us have read something that they were not told the end of.
    @exclusivity(unchecked) private var owesReadComplete = false
    private var peer: IPAddress?
    private var peerText: String?
    /// The context of the encoder: what is written there goes out as it is.
    @exclusivity(unchecked) private var wire: ChannelHandlerContext?
    private var tap: WireTap?
    @exclusivity(unchecked) private var clock: ClientClock
    /// What the parts of this read leave the client to send.
    @exclusivity(unchecked) private var awaited: ClientClock.Phase?
    /// How much of a body is in this read.
    @exclusivity(unchecked) private var bodyRead = 0
    /// Whether the socket is read at present. If not, it is for us that the client waits.
    @exclusivity(unchecked) private var isReading = false
    private var watch: Scheduled<Void>?
    private var watchedUntil = NIODeadline.distantFuture

    /// - Parameters:
    ///   - routes: Nil where there are no hot ones.
    ///   - ordinary: Answers other requests that arrive whole, nil for Hummingbird's own way.
    ///   - idle: How long a connection may be kept without a request.
    ///   - connections: Those among which it was let in, nil where nobody counts.
    package init(
        routes: HotRoutes?, ordinary: OrdinaryResponder? = nil, log: RequestLog, idle: TimeAmount,
        connections: Connections? = nil,
        now: @escaping @Sendable () -> Instant
    ) {
        self.routes = routes
        self.ordinary = ordinary
        self.log = log
        self.now = now
        self.idle = idle
        self.connections = connections
        clock = ClientClock(idle: idle, at: .uptimeNanoseconds(0))
    }

    package func handlerAdded(context: ChannelHandlerContext) {
        peer = IPAddress(of: context.channel.remoteAddress)
        peerText = peer?.description
        let pipeline = context.pipeline.syncOperations
        wire = try? pipeline.context(handlerType: HTTPResponseEncoder.self)
        tap = try? pipeline.handler(type: WireTap.self)
        entry = connections?.entry(of: context.channel)
        clock.restart(at: context.eventLoop.now)
        watchOver(context, until: clock.deadline)
    }

    package func handlerRemoved(context: ChannelHandlerContext) {
        watch?.cancel()
        stopFollowing(context)
        wire = nil
        tap = nil
    }

    package func channelInactive(context: ChannelHandlerContext) {
        watch?.cancel()
        ending = .lingering
        // The reply that is due has nowhere to go any more, and nobody waits for one to what stands behind it.
        stopFollowing(context)
        endAnswering()
        held.removeAll { if case .part = $0 { true } else { false } }
        release(context)
        context.fireChannelInactive()
    }

    // MARK: - What is read

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .none = ending else { return }
        switch unwrapInboundIn(data) {
        case .head(let head): read(head, context)
        case .body(let part): read(part, data, context)
        case .end: readEnd(data, context)
        }
    }

    /// Forwards the event only if a read was forwarded since the last one.
    package func channelReadComplete(context: ChannelHandlerContext) {
        isReading = false
        if let waiting, waiting.mustArriveWhole { handOnWaiting(context) }
        keepTime(context)
        guard owesReadComplete else { return }
        owesReadComplete = false
        context.fireChannelReadComplete()
    }

    package func read(context: ChannelHandlerContext) {
        // What stands behind the request that is being answered is kept here until then, so no more of it is asked for (law 7).
        guard !isAnswering || handedOn == 1 else {
            isReadHeld = true
            return
        }
        if !isReading {
            isReading = true
            if clock.phase == .body { clock.resume(at: context.eventLoop.now) }
        }
        context.read()
    }

    private func handOn(_ data: NIOAny, _ context: ChannelHandlerContext) {
        guard !isAnswering else {
            held.append(.part(data))
            return
        }
        owesReadComplete = true
        context.fireChannelRead(data)
    }

    private func handOn(_ head: HTTPRequestHead, closes: Bool, _ context: ChannelHandlerContext) {
        handedOn += 1
        bodyHandedOn = 0
        var head = head
        // Hummingbird ends a connection for the one word `close` alone, neither for another spelling (RFC 9110 §7.6.1)
        // nor for HTTP/1.0.
        if closes {
            head.headers.replaceOrAdd(name: "Connection", value: "close")
            closesAfterReply = true
        }
        handOn(wrapInboundOut(.head(head)), context)
    }

    /// Hands on what was read so far of a request that was to be answered here.
    private func handOnWaiting(_ context: ChannelHandlerContext) {
        guard let waiting else { return }
        self.waiting = nil
        handOn(waiting.head, closes: waiting.closes, context)
        guard let body = waiting.body else { return }
        bodyHandedOn = body.readableBytes
        handOn(wrapInboundOut(.body(body)), context)
    }

    private func handOnEnd(_ data: NIOAny, _ context: ChannelHandlerContext) {
        handOn(data, context)
        guard closesAfterReply else { return }
        if handedOn > 0 { ending = .afterReply } else { linger(context) }
    }

    private func read(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        let sound: RequestHead
        do throws(WireRefusal) {
            sound = try RequestHead(head)
        } catch {
            refuse(error, of: head, context)
            return
        }
        awaited = .body
        let closes = sound.isLast || !head.isKeepAlive || connections?.endsAfterReplies ?? false
        let isLarge = sound.isTooLarge
        mostOfBody = isLarge && RelayedPath(head.uri[...]) != nil ? Self.maximumRelayedBody : Self.maximumBody
        guard handedOn == 0, wire != nil, context.channel.isWritable, let way = way(of: head, sound) else {
            let isTooLarge = sound.announced.map { $0 > mostOfBody } ?? false
            // Where the reply comes before all of a large one, the rest is not waited for either.
            handOn(head, closes: closes || isLarge, context)
            if sound.waitsForContinue, sound.hasBody, !isTooLarge { owesContinue = true }
            giveLeave(context)
            // Its reply needs no body, so none is waited for.
            if isTooLarge { endAfterReply(because: .bodyTooLarge, context) }
            return
        }
        waiting = Waiting(head, closes: closes, by: way)
        if sound.isTooLarge {
            refuseBody(context)
        } else if sound.waitsForContinue, sound.hasBody {
            owesContinue = true
            giveLeave(context)
        }
    }

    /// Who answers the request here, nil where it is to be handed on.
    private func way(of head: HTTPRequestHead, _ sound: RequestHead) -> Way? {
        if let target = routes?.target(head.uri) { return .hot(target) }
        guard let ordinary, !sound.isTooLarge, !(sound.waitsForContinue && sound.hasBody),
            let arrived = ordinary.arriving(head)
        else { return nil }
        return .ordinary(arrived, by: ordinary)
    }

    private func read(_ part: ByteBuffer, _ data: NIOAny, _ context: ChannelHandlerContext) {
        bodyRead += part.readableBytes
        guard let waiting else {
            bodyHandedOn += part.readableBytes
            handOn(data, context)
            // Whoever reads the body has seen by now that it is too large.
            if bodyHandedOn > mostOfBody { endAfterReply(because: .bodyTooLarge, context) }
            return
        }
        if waiting.body == nil {
            waiting.body = part
        } else {
            waiting.body?.writeImmutableBuffer(part)
        }
        guard waiting.body?.readableBytes ?? 0 > Self.maximumBody else { return }
        if waiting.mustArriveWhole {
            handOnWaiting(context)
            endAfterReply(because: .bodyTooLarge, context)
        } else {
            refuseBody(context)
        }
    }

    private func readEnd(_ data: NIOAny, _ context: ChannelHandlerContext) {
        awaited = .idle
        owesContinue = false
        guard let waiting else {
            handOnEnd(data, context)
            return
        }
        self.waiting = nil
        switch waiting.way {
        case .ordinary(let arrived, let responder): answer(waiting, arrived, by: responder, context)
        case .hot(let target): answer(request(waiting, for: target), closes: waiting.closes, context)
        }
    }

    private func answer(_ request: HotRequest, closes: Bool, _ context: ChannelHandlerContext) {
        guard let routes else { return }
        switch routes.begin(request) {
        case .reply(let reply):
            guard let reply = replyUnlessFollowed(reply, to: request, context) else { return }
            log.note(request, reply, by: .http1, peer: peerText)
            send(
                reply, requestID: request.requestID, isHead: request.method == .HEAD, at: request.now,
                then: closes ? .closing : .none, context)
        case .rest(let rest): answer(request, rest, of: routes, closes: closes, context)
        }
    }

    // MARK: - What is answered later

    /// Has a task answer what memory does not suffice for.
    private func answer(
        _ request: HotRequest, _ rest: HotRoutes.Rest, of routes: HotRoutes, closes: Bool,
        _ context: ChannelHandlerContext
    ) {
        let tasks = beginAnswering(closes: closes, context)
        let loop = context.eventLoop
        let connection = NIOLoopBound((door: self, context: context), eventLoop: loop)
        answering = Task(executorPreference: tasks) {
            let reply = await routes.finish(rest, of: request, on: tasks)
            loop.executeAtOnce {
                let (door, context) = connection.value
                door.finish(reply, to: request, context)
            }
        }
    }

    /// Has a task answer an ordinary request. Pages take longer to make than the others on this loop should wait.
    private func answer(
        _ waiting: Waiting, _ arrived: OrdinaryResponder.Arrived, by responder: OrdinaryResponder,
        _ context: ChannelHandlerContext
    ) {
        let tasks = beginAnswering(closes: waiting.closes, context)
        let (loop, channel, body) = (context.eventLoop, context.channel, waiting.body)
        let connection = NIOLoopBound((door: self, context: context), eventLoop: loop)
        answering = Task(executorPreference: arrived.isForManagement ? tasks : nil) {
            let answer = await responder.answer(arrived, body: body, by: .http1, on: channel)
            loop.executeAtOnce {
                let (door, context) = connection.value
                door.finish(answer, context)
            }
        }
    }

    /// A request is answered later: the oldest that is due.
    ///
    /// - Returns: Where to do so on this loop.
    private func beginAnswering(closes: Bool, _ context: ChannelHandlerContext) -> LoopTasks {
        handedOn += 1
        isAnswering = true
        if closes {
            closesAfterReply = true
            ending = .afterReply
        }
        let tasks = tasks ?? LoopTasks(on: context.eventLoop)
        self.tasks = tasks
        return tasks
    }

    private func endAnswering() {
        isAnswering = false
        answering = nil
    }

    private func finish(_ answer: OrdinaryResponder.Answer, _ context: ChannelHandlerContext) {
        guard isAnswering else { return }
        endAnswering()
        var head = answer.head
        head.headers.replaceOrAdd(name: "Date", value: dates.text(at: now()))
        write(context: context, data: wrapOutboundOut(.head(head)), promise: nil)
        if answer.body.readableBytes > 0 {
            write(context: context, data: wrapOutboundOut(.body(.byteBuffer(answer.body))), promise: nil)
        }
        write(context: context, data: wrapOutboundOut(.end(nil)), promise: nil)
        context.flush()
        release(context)
    }

    private func finish(_ reply: HotReply, to request: HotRequest, _ context: ChannelHandlerContext) {
        guard let reply = isAnswering ? replyUnlessFollowed(reply, to: request, context) : reply else { return }
        log.note(request, reply, by: .http1, peer: peerText)
        // Otherwise the client has left.
        guard isAnswering else { return }
        endAnswering()
        let isLast = (closesAfterReply || ending == .afterReply) && refusalDue == nil && handedOn == 1
        write(
            reply, requestID: request.requestID, isHead: request.method == .HEAD, at: request.now, closes: isLast,
            context)
        answered(context)
        release(context)
    }

    /// Does what waited for the reply that is written by now.
    private func release(_ context: ChannelHandlerContext) {
        let held = held
        self.held = []
        for one in held {
            switch one {
            case .part(let data): handOn(data, context)
            case .error(let error): context.fireErrorCaught(error)
            case .event(let event): context.fireUserInboundEventTriggered(event)
            case .close(let mode, let promise): close(context: context, mode: mode, promise: promise)
            }
        }
        if owesReadComplete {
            owesReadComplete = false
            context.fireChannelReadComplete()
        }
        guard isReadHeld else { return }
        isReadHeld = false
        read(context: context)
    }

    /// Tells those behind us that something went wrong.
    private func tell(_ error: any Error, _ context: ChannelHandlerContext) {
        if isAnswering { held.append(.error(error)) } else { context.fireErrorCaught(error) }
    }

    private func write(
        _ reply: HotReply, requestID: String, isHead: Bool, at now: Instant, closes: Bool,
        _ context: ChannelHandlerContext, promise: EventLoopPromise<Void>? = nil
    ) {
        guard let wire else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        var bytes = context.channel.allocator.buffer(capacity: 640 + reply.body.count)
        reply.write(to: &bytes, requestID: requestID, isHead: isHead, date: dates.text(at: now), closes: closes)
        wire.writeAndFlush(NIOAny(bytes), promise: promise)
    }

    private func request(_ waiting: Waiting, for target: HotTarget) -> HotRequest {
        HotRequest(
            target: target, method: waiting.head.method, headers: waiting.head.headers, body: waiting.body,
            peer: peer, requestID: RequestID.next().description, now: now())
    }

    /// 100 (RFC 9110 §15.2.1), once all requests before this one are answered.
    private func giveLeave(_ context: ChannelHandlerContext) {
        guard owesContinue, handedOn <= 1, let wire else { return }
        owesContinue = false
        wire.writeAndFlush(NIOAny(ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n")), promise: nil)
    }

    // MARK: - What is written as it comes

    /// Writes the head of a reply that is followed by what is still to come, and has the connection follow it.
    ///
    /// - Returns: What is to be answered, nil where that was it.
    private func replyUnlessFollowed(
        _ reply: HotReply, to request: HotRequest, _ context: ChannelHandlerContext
    ) -> HotReply? {
        guard let followed = reply.followed else { return reply }
        guard let wire, lastMoment == nil, !isCloseHeld else { return RevocationStream.ending }
        let follower = RevocationStream.Follower(of: followed.server) { [self] chunk in
            write(chunk, context)
        } end: { [self] in
            endFollowing(context)
        }
        switch followed.stream.add(follower, after: followed.last, on: context.eventLoop) {
        case .refused(let reply): return reply
        case .follows(let number, let opening):
            log.note(request, reply, by: .http1, peer: peerText)
            if !isAnswering { _ = beginAnswering(closes: true, context) }
            closesAfterReply = true
            ending = .afterReply
            RevocationStream.limitUntaken(on: context.channel)
            // The connection is the stream's alone from here on.
            held.removeAll { if case .part = $0 { true } else { false } }
            handedOn = 1
            let end = context.eventLoop.assumeIsolated().scheduleTask(in: RevocationStream.longest) { [self] in
                endFollowing(context)
            }
            following = Following(reply: followed, number: number, end: end)
            var bytes = FollowedReply.head(requestID: request.requestID, date: dates.text(at: request.now))
            bytes.writeImmutableBuffer(opening)
            wire.writeAndFlush(NIOAny(bytes), promise: nil)
            return nil
        }
    }

    /// Whether somebody wants the connection closed once the reply that is due is written.
    private var isCloseHeld: Bool {
        held.contains { if case .close = $0 { true } else { false } }
    }

    /// Writes what came, unless the client has not read what came before: it does not keep others waiting, nor memory (law 7).
    private func write(_ chunk: ByteBuffer, _ context: ChannelHandlerContext) {
        guard let followed = following, let wire else { return }
        let unread = context.channel.isWritable ? 0 : followed.unread + 1
        guard unread <= RevocationStream.maximumUnread else {
            followed.reply.stream.noteSlow()
            stopFollowing(context)
            context.close(promise: nil)
            return
        }
        following?.unread = unread
        wire.writeAndFlush(NIOAny(chunk), promise: nil)
    }

    /// Says goodbye, if the connection follows, and ends the reply and the connection.
    private func endFollowing(_ context: ChannelHandlerContext) {
        guard following != nil else { return }
        stopFollowing(context)
        endAnswering()
        wire?.write(NIOAny(ServerSentEvent.goodbye), promise: nil)
        wire?.write(NIOAny(ServerSentEvent.end), promise: nil)
        answered(context)
        release(context)
    }

    private func stopFollowing(_ context: ChannelHandlerContext) {
        guard let following else { return }
        self.following = nil
        following.end.cancel()
        following.reply.stream.remove(following.number, of: following.reply.server, on: context.eventLoop)
    }

    // MARK: - What is refused

    /// 413, and the end: what else the client is sending has no use (RFC 9110 §15.5.14).
    private func refuseBody(_ context: ChannelHandlerContext) {
        guard let waiting, case .hot(let target) = waiting.way, let routes else { return }
        self.waiting = nil
        waiting.body = nil
        let request = request(waiting, for: target)
        let reply = routes.refuseBody(of: request)
        log.note(request, reply, by: .http1, peer: peerText)
        send(
            reply, requestID: request.requestID, isHead: request.method == .HEAD, at: request.now, then: .lingering,
            context)
    }

    /// Refuses the request that is being read, once those before it are answered.
    private func refuse(
        _ refusal: WireRefusal, of head: HTTPRequestHead? = nil, _ context: ChannelHandlerContext
    ) {
        guard handedOn == 0 else {
            refusalDue = (refusal, head)
            ending = .afterReply
            return
        }
        let request = waiting.flatMap { waiting in
            if case .hot(let target) = waiting.way { self.request(waiting, for: target) } else { nil }
        }
        waiting = nil
        let requestID = request?.requestID ?? RequestID.next().description
        let now = request?.now ?? self.now()
        let method = request?.method ?? head?.method
        var refused = AnsweredRequest(
            requestID, method?.rawValue ?? "-", by: .http1,
            path: request?.endpoint.path ?? head?.loggablePath ?? "-", status: refusal.loggedStatus, at: now)
        refused.address = peerText
        refused.rule = refusal.rule
        log.noteRefused(refused)
        send(
            HotReply(refusal.problem, requestID: requestID), requestID: requestID, isHead: method == .HEAD, at: now,
            then: .lingering, context)
    }

    /// The rest of the request that is being read will not come, or is of no use. Whoever answers it is told.
    private func endAfterReply(because refusal: WireRefusal, _ context: ChannelHandlerContext) {
        awaited = .idle
        guard handedOn > 0 else {
            linger(context)
            return
        }
        ending = .afterReply
        tell(RequestCutShort(reason: refusal), context)
    }

    /// The request that is being read cannot be read to its end.
    private func giveUp(because refusal: WireRefusal, _ context: ChannelHandlerContext) {
        if let waiting, waiting.mustArriveWhole { handOnWaiting(context) }
        if waiting == nil, isInBody {
            endAfterReply(because: refusal, context)
        } else {
            refuse(refusal, context)
        }
    }

    /// Whether a head was read whose body was not.
    private var isInBody: Bool { (awaited ?? clock.phase) == .body }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case is ByteToMessageDecoderError: return
        case let error as HTTPParserError:
            guard case .none = ending else { return }
            let refusal = WireRefusal(error, in: tap?.latest)
            // Between two requests a client may leave.
            if refusal == .clientLeft, !isInBody { return }
            giveUp(because: refusal, context)
            keepTime(context)
        default:
            guard case .none = ending, isInBody else {
                tell(error, context)
                return
            }
            giveUp(because: .clientLeft, context)
        }
    }

    // MARK: - What is written

    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(var head):
            endsWithHead = head.headers.contains(name: "Transfer-Encoding")
            guard closesAfterReply || ending == .afterReply, refusalDue == nil, handedOn == 1 else {
                context.write(data, promise: promise)
                return
            }
            head.headers.replaceOrAdd(name: "Connection", value: "close")
            if head.status.code == UInt(WireRefusal.clientLeftStatus) { head.status = .badRequest }
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body: context.write(data, promise: promise)
        case .end:
            if endsWithHead {
                // The encoder, which does not know the request, would write the end of a body.
                let nothing = IOData.byteBuffer(context.channel.allocator.buffer(capacity: 0))
                context.write(wrapOutboundOut(.body(nothing)), promise: promise)
            } else {
                context.write(data, promise: promise)
            }
            answered(context)
        }
    }

    /// A request that was handed on is answered.
    private func answered(_ context: ChannelHandlerContext) {
        if handedOn > 0 { handedOn -= 1 }
        let now = context.eventLoop.now
        clock.restart(at: now)
        if handedOn == 0 { entry?.becomesQuiet(at: now) }
        giveLeave(context)
        guard handedOn == 0 else { return }
        if let (refusal, head) = refusalDue {
            refusalDue = nil
            // Its reply goes past the encoder, and what was written before must not.
            context.flush()
            refuse(refusal, of: head, context)
        } else if closesAfterReply || ending == .afterReply {
            linger(context)
        }
    }

    private func send(
        _ reply: HotReply, requestID: String, isHead: Bool, at now: Instant, then end: Ending,
        _ context: ChannelHandlerContext
    ) {
        switch end {
        case .none, .afterReply:
            write(reply, requestID: requestID, isHead: isHead, at: now, closes: false, context)
        case .closing:
            ending = .closing
            let written = context.eventLoop.makePromise(of: Void.self)
            written.futureResult.assumeIsolated().whenComplete { _ in context.close(promise: nil) }
            write(reply, requestID: requestID, isHead: isHead, at: now, closes: true, context, promise: written)
        case .lingering:
            write(reply, requestID: requestID, isHead: isHead, at: now, closes: true, context)
            linger(context)
        }
    }

    // MARK: - How the connection ends

    package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is Connections.MakeRoom {
            makeRoom(context)
            return
        }
        if event is ChannelShouldQuiesceEvent {
            let patience = following == nil ? Lingering.longestAtTheEnd : RevocationStream.longestAtTheEnd
            lastMoment = context.eventLoop.now + patience
            endFollowing(context)
        }
        // Hummingbird, which does not know of the reply that is due, would close the connection.
        if isAnswering { held.append(.event(event)) } else { context.fireUserInboundEventTriggered(event) }
    }

    /// Hummingbird says that it has nothing more to write, or that something went wrong.
    package func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        // Nothing that comes from the client gets past us meanwhile, so it is the server that waits no longer.
        if mode != .input { endFollowing(context) }
        if isAnswering, mode != .input {
            held.append(.close(mode, promise))
            answering?.cancel()
            return
        }
        switch mode {
        case .input: context.close(mode: mode, promise: promise)
        case .output: linger(context, promise)
        case .all:
            if ending == .lingering, context.channel.isActive {
                context.channel.closeFuture.cascade(to: promise)
            } else if isInBody || lastMoment != nil, ending != .closing, wire != nil {
                linger(context)
                context.channel.closeFuture.cascade(to: promise)
            } else {
                context.close(mode: mode, promise: promise)
            }
        }
    }

    /// Whether something is done for the client: a whole request is being answered.
    private var isBusy: Bool { handedOn > (isInBody ? 1 : 0) }

    private func makeRoom(_ context: ChannelHandlerContext) {
        if isBusy, ending != .lingering, let entry {
            connections?.stays(entry)
        } else {
            context.close(promise: nil)
        }
    }

    /// Closes in stages: writes what is to be written, says that this was all, and throws away what comes.
    private func linger(_ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>? = nil) {
        guard ending != .lingering, let wire else {
            promise?.succeed()
            return
        }
        ending = .lingering
        waiting = nil
        let written = context.eventLoop.makePromise(of: Void.self)
        if let lastMoment {
            let end = context.eventLoop.assumeIsolated().scheduleTask(deadline: lastMoment) {
                context.close(promise: nil)
            }
            written.futureResult.assumeIsolated().whenComplete { _ in
                end.cancel()
                context.close(promise: promise)
            }
        } else {
            let lingering = Lingering(at: context.eventLoop.now, isWritten: false)
            try? context.pipeline.syncOperations.addHandler(lingering, position: .first)
            written.futureResult.assumeIsolated().whenComplete { _ in
                lingering.begin()
                context.close(mode: .output, promise: promise)
            }
        }
        wire.writeAndFlush(NIOAny(context.channel.allocator.buffer(capacity: 0)), promise: written)
    }

    // MARK: - How long the client may take

    /// Tells the clock what was read.
    private func keepTime(_ context: ChannelHandlerContext) {
        let now = context.eventLoop.now
        switch awaited {
        case .some(let phase): clock.await(phase, at: now)
        case .none where bodyRead > 0: clock.receive(bodyRead, at: now)
        // Something came, and it was no part of anything yet.
        case .none where clock.phase == .idle && ending == .none: clock.await(.head, at: now)
        case .none: break
        }
        if awaited != nil { if isBusy { entry?.becomesBusy() } else { entry?.becomesQuiet(at: now) } }
        awaited = nil
        bodyRead = 0
        guard clock.phase != .idle, clock.deadline < watchedUntil else { return }
        watchOver(context, until: clock.deadline)
    }

    /// When the client has had its time, nil while it is for us to do something.
    private var deadline: NIODeadline? {
        guard ending == .none else { return nil }
        switch clock.phase {
        case .idle, .head: return handedOn == 0 ? clock.deadline : nil
        // Of those that were handed on, the newest is the one whose body is being read.
        case .body: return isReading && handedOn <= 1 ? clock.deadline : nil
        }
    }

    private func watchOver(_ context: ChannelHandlerContext, until deadline: NIODeadline) {
        watch?.cancel()
        watchedUntil = deadline
        watch = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { [weak self] in
            self?.lookAtClock(context)
        }
    }

    private func lookAtClock(_ context: ChannelHandlerContext) {
        watch = nil
        watchedUntil = .distantFuture
        let now = context.eventLoop.now
        let due = deadline
        guard let due, due <= now else {
            watchOver(context, until: due ?? now + min(idle, ClientClock.patience))
            return
        }
        switch clock.phase {
        case .idle: context.close(promise: nil)
        case .head: refuse(.tooSlow, context)
        case .body: giveUp(because: .tooSlow, context)
        }
    }
}

@available(*, unavailable)
extension HotDoor: Sendable {}

/// Puts ``HotDoor`` in front of Hummingbird's codec. Hummingbird's `additionalChannelHandlers` stand behind it.
package final class HotDoorInstaller: ChannelInboundHandler, RemovableChannelHandler {
    package typealias InboundIn = Any

    private let makeDoor: @Sendable () -> HotDoor

    /// - Parameter makeDoor: The door of one connection.
    package init(_ makeDoor: @escaping @Sendable () -> HotDoor) {
        self.makeDoor = makeDoor
    }

    /// Without the codec the ordinary door answers everything: slower, and the same.
    package func handlerAdded(context: ChannelHandlerContext) {
        let pipeline = context.pipeline.syncOperations
        guard let codec = try? pipeline.handler(type: HTTP1ToHTTPServerCodec.self),
            let parser = try? pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
        else { return }
        // Not in front of everything: what is read there may still be encrypted.
        try? pipeline.addHandler(WireTap(), position: .before(parser))
        try? pipeline.addHandler(makeDoor(), position: .before(codec))
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
    fileprivate func write(
        to bytes: inout ByteBuffer, requestID: String, isHead: Bool, date: String, closes: Bool
    ) {
        let status = Self.statusLine(status)
        let length = String(body.count)
        let room = fields.reduce(192 + status.utf8.count + date.utf8.count + requestID.utf8.count + body.count) {
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
            pieces.write(requestID)
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
            if !isHead { body.withUnsafeBytes { pieces.write($0) } }
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
