import HTTPTypes
import Model
import NIOCore
import NIOHPACK
import NIOHTTP1
import NIOHTTP2

/// The door of one stream of HTTP/2, which is one request and its reply: what ``HotDoor`` is for a connection of HTTP/1.1, on the same
/// event loop and by the same routes. Nothing is pipelined here and no connection ends with a reply, so most of what that one knows is
/// swift-nio-http2's to do.
///
/// The request is kept until it is whole, no more than ``HotDoor/maximumBody`` of it. Hummingbird's channel has no part in it: ordinary
/// requests are answered by ``OrdinaryResponder``, also those whose answer is passed on as it comes.
final class StreamDoor: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias OutboundOut = HTTP2Frame.FramePayload

    /// A request that is being read.
    private final class Arriving {
        let head: HTTPRequestHead
        let way: Way
        var body: ByteBuffer?

        init(_ head: HTTPRequestHead, by way: Way) {
            self.head = head
            self.way = way
        }
    }

    /// Who answers it.
    private enum Way {
        case hot(HotTarget)
        case ordinary(OrdinaryResponder.Arrived)
    }

    private enum Phase {
        case head
        case body(Arriving)
        case answering
        /// The reply is written, and the client may not have read all of it.
        case answered
        case closed
    }

    private let connection: StreamConnection
    private var phase = Phase.head
    private var clock: ClientClock
    /// Whether the client has sent all that it wants to send.
    private var isWhole = false
    /// How many bytes of the body are counted among those of the connection.
    private var kept = 0
    private var context: ChannelHandlerContext?

    init(_ connection: StreamConnection) {
        self.connection = connection
        clock = ClientClock(idle: connection.serving.idle, at: .uptimeNanoseconds(0))
    }

    private var serving: StreamServing { connection.serving }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        clock.await(.head, at: context.eventLoop.now)
        connection.open(self)
    }

    func handlerRemoved(context _: ChannelHandlerContext) {
        end()
        context = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    /// The stream is over. What is being done for it goes on, as it does for a client of HTTP/1.1 that leaves.
    private func end() {
        let was = phase
        phase = .closed
        switch was {
        case .closed: return
        case .body(let arriving):
            note(.clientLeft, of: arriving.head, as: RequestID.next().description, at: serving.now())
        case .answering: connection.endAnswering()
        case .head, .answered: break
        }
        giveBack()
        connection.close(self)
    }

    // MARK: - What is read

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let payload = unwrapInboundIn(data)
        if case .headers(let part) = payload {
            read(part.headers, isLast: part.endStream, context)
        } else if case .data(let part) = payload, case .byteBuffer(let bytes) = part.data {
            read(bytes, isLast: part.endStream, context)
        }
    }

    private func read(_ list: HPACKHeaders, isLast: Bool, _ context: ChannelHandlerContext) {
        isWhole = isLast
        switch phase {
        case .head: break
        // Fields behind the body, which nothing here reads.
        case .body(let arriving):
            answer(arriving, context)
            return
        case .answering, .answered, .closed: return
        }
        let head: HTTPRequestHead
        let sound: RequestHead
        do throws(WireRefusal) {
            head = try HTTPRequestHead(list)
        } catch {
            refuse(error, isHead: list.first(name: ":method") == "HEAD", context)
            return
        }
        do throws(WireRefusal) {
            sound = try RequestHead(head)
        } catch {
            refuse(error, of: head, context)
            return
        }
        guard let way = way(of: head) else {
            refuse(.malformed, of: head, context)
            return
        }
        let arriving = Arriving(head, by: way)
        if isLast {
            answer(arriving, context)
        } else if sound.isTooLarge {
            refuseBody(of: arriving, context)
        } else {
            phase = .body(arriving)
            clock.await(.body, at: context.eventLoop.now)
            if sound.waitsForContinue { context.writeAndFlush(wrapOutboundOut(.leave), promise: nil) }
        }
    }

    private func read(_ bytes: ByteBuffer, isLast: Bool, _ context: ChannelHandlerContext) {
        isWhole = isLast
        guard case .body(let arriving) = phase else { return }
        guard connection.keep(bytes.readableBytes) else {
            refuseStream(of: arriving, context)
            return
        }
        kept += bytes.readableBytes
        if arriving.body == nil {
            arriving.body = bytes
        } else {
            arriving.body?.writeImmutableBuffer(bytes)
        }
        clock.receive(bytes.readableBytes, at: context.eventLoop.now)
        if arriving.body?.readableBytes ?? 0 > HotDoor.maximumBody {
            refuseBody(of: arriving, context)
        } else if isLast {
            answer(arriving, context)
        }
    }

    private func way(of head: HTTPRequestHead) -> Way? {
        if let target = serving.routes?.target(head.uri) { return .hot(target) }
        return serving.ordinary.arrivingOnStream(head).map { .ordinary($0) }
    }

    // MARK: - What is answered

    private func answer(_ arriving: Arriving, _ context: ChannelHandlerContext) {
        beginAnswering()
        switch arriving.way {
        case .hot(let target): answer(request(arriving, for: target), context)
        case .ordinary(let arrived) where arrived.isRelayed: relay(arrived, arriving.body, context)
        case .ordinary(let arrived): answer(arrived, arriving.body, context)
        }
    }

    private func beginAnswering() {
        phase = .answering
        connection.beginAnswering()
    }

    private func answer(_ request: HotRequest, _ context: ChannelHandlerContext) {
        guard let routes = serving.routes else { return }
        switch routes.begin(request) {
        case .reply(let reply): finish(reply, to: request, context)
        case .rest(let rest):
            let (tasks, loop) = (connection.tasks, context.eventLoop)
            let stream = NIOLoopBound((door: self, context: context), eventLoop: loop)
            Task(executorPreference: tasks) {
                let reply = await routes.finish(rest, of: request, on: tasks)
                loop.executeAtOnce {
                    let (door, context) = stream.value
                    door.finish(reply, to: request, context)
                }
            }
        }
    }

    /// Pages take longer to make than the others on this loop should wait.
    private func answer(
        _ arrived: OrdinaryResponder.Arrived, _ body: ByteBuffer?, _ context: ChannelHandlerContext
    ) {
        let (responder, loop, channel) = (serving.ordinary, context.eventLoop, context.channel)
        let stream = NIOLoopBound((door: self, context: context), eventLoop: loop)
        Task(executorPreference: arrived.isForManagement ? connection.tasks : nil) {
            let answer = await responder.answer(arrived, body: body, by: .http2, on: channel)
            loop.executeAtOnce {
                let (door, context) = stream.value
                door.finish(answer, isHead: arrived.head.method == .head, context)
            }
        }
    }

    private func relay(_ arrived: OrdinaryResponder.Arrived, _ body: ByteBuffer?, _ context: ChannelHandlerContext) {
        let (responder, loop, channel, date) = (serving.ordinary, context.eventLoop, context.channel, connection.date)
        let stream = NIOLoopBound((door: self, context: context), eventLoop: loop)
        Task(executorPreference: connection.tasks) {
            let isComplete: Bool
            do {
                try await responder.relay(arrived, body: body, on: channel, date: date)
                isComplete = true
            } catch {
                isComplete = false
            }
            loop.executeAtOnce {
                let (door, context) = stream.value
                door.endRelay(isComplete: isComplete, context)
            }
        }
    }

    /// What ended before its end must not look whole.
    private func endRelay(isComplete: Bool, _ context: ChannelHandlerContext) {
        guard case .answering = phase else { return }
        guard isComplete else {
            context.close(promise: nil)
            return
        }
        answered(context)
        takeBack(context)
    }

    private func finish(_ reply: HotReply, to request: HotRequest, _ context: ChannelHandlerContext) {
        let reply = reply.followed == nil ? reply : RevocationStream.onlyHTTP1
        serving.log.note(request, reply, by: .http2, peer: connection.peerText)
        write(reply, requestID: request.requestID, isHead: request.method == .HEAD, context)
    }

    private func finish(_ answer: OrdinaryResponder.Answer, isHead: Bool, _ context: ChannelHandlerContext) {
        guard case .answering = phase else { return }
        var head = answer.head
        head.headers.replaceOrAdd(name: "Date", value: connection.date)
        let body = isHead ? ByteBuffer() : answer.body
        write(.init(head: head, isLast: body.readableBytes == 0), body, context)
    }

    private func request(_ arriving: Arriving, for target: HotTarget) -> HotRequest {
        HotRequest(
            target: target, method: arriving.head.method, headers: arriving.head.headers, body: arriving.body,
            peer: connection.peer, requestID: RequestID.next().description, now: serving.now())
    }

    // MARK: - What is refused

    /// 413: what else the client is sending has no use (RFC 9110 §15.5.14).
    private func refuseBody(of arriving: Arriving, _ context: ChannelHandlerContext) {
        arriving.body = nil
        beginAnswering()
        switch arriving.way {
        case .hot(let target):
            guard let routes = serving.routes else { return }
            let request = request(arriving, for: target)
            finish(routes.refuseBody(of: request), to: request, context)
        case .ordinary:
            // Said of a length, ``BodyLimit`` refuses it as each route would have it.
            var head = arriving.head
            head.headers.replaceOrAdd(name: "Content-Length", value: String(Int.max))
            guard let arrived = serving.ordinary.arrivingOnStream(head) else { return }
            answer(arrived, nil, context)
        }
    }

    /// The others on the connection have bodies enough. The client may send it again (RFC 9113 §8.7).
    private func refuseStream(of arriving: Arriving, _ context: ChannelHandlerContext) {
        phase = .answered
        arriving.body = nil
        note(
            arriving.head, status: 503, rule: "bodies of one connection", as: RequestID.next().description,
            at: serving.now())
        context.writeAndFlush(wrapOutboundOut(.rstStream(.refusedStream)), promise: nil)
    }

    /// Refuses a request, whatever it asks for.
    private func refuse(
        _ refusal: WireRefusal, of head: HTTPRequestHead? = nil, isHead: Bool = false, _ context: ChannelHandlerContext
    ) {
        beginAnswering()
        let requestID = RequestID.next().description
        note(refusal, of: head, as: requestID, at: serving.now())
        write(
            HotReply(refusal.problem, requestID: requestID), requestID: requestID,
            isHead: isHead || head?.method == .HEAD, context)
    }

    private func note(_ refusal: WireRefusal, of head: HTTPRequestHead?, as requestID: String, at now: Instant) {
        note(head, status: refusal.loggedStatus, rule: refusal.rule, as: requestID, at: now)
    }

    private func note(_ head: HTTPRequestHead?, status: Int, rule: String, as requestID: String, at now: Instant) {
        var refused = AnsweredRequest(
            requestID, head?.method.rawValue ?? "-", by: .http2, path: head?.loggablePath ?? "-", status: status,
            at: now)
        refused.address = connection.peerText
        refused.rule = rule
        serving.log.noteRefused(refused)
    }

    // MARK: - What is written

    private func write(_ reply: HotReply, requestID: String, isHead: Bool, _ context: ChannelHandlerContext) {
        guard case .answering = phase else { return }
        let body = isHead ? ByteBuffer() : context.channel.allocator.buffer(bytes: reply.body)
        write(
            .init(
                head: reply, requestID: requestID, date: connection.date, isLast: body.readableBytes == 0),
            body, context)
    }

    private func write(_ head: OutboundOut, _ body: ByteBuffer, _ context: ChannelHandlerContext) {
        // First, because the client may have all of it before this returns, and the stream be over.
        answered(context)
        var written: EventLoopPromise<Void>?
        if !isWhole {
            // Once the client has the reply, it hears that nothing else of the request is wanted (RFC 9113 §8.1).
            let promise = context.eventLoop.makePromise(of: Void.self)
            promise.futureResult.assumeIsolated().whenSuccess { [self] in takeBack(context) }
            written = promise
        }
        if body.readableBytes == 0 {
            context.writeAndFlush(wrapOutboundOut(head), promise: written)
        } else {
            context.write(wrapOutboundOut(head), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.init(body: body, isLast: true)), promise: written)
        }
    }

    /// From now on it is the client's time.
    private func answered(_ context: ChannelHandlerContext) {
        phase = .answered
        clock.await(.idle, at: context.eventLoop.now)
        giveBack()
        connection.endAnswering()
    }

    private func giveBack() {
        connection.giveBack(kept)
        kept = 0
    }

    private func takeBack(_ context: ChannelHandlerContext) {
        guard case .answered = phase, !isWhole else { return }
        context.writeAndFlush(wrapOutboundOut(.rstStream(.noError)), promise: nil)
    }

    // MARK: - How long the client may take

    func lookAtClock(at now: NIODeadline) {
        guard let context, clock.deadline <= now else { return }
        switch phase {
        case .body(let arriving):
            arriving.body = nil
            refuse(.tooSlow, of: arriving.head, context)
        case .head, .answered: context.close(promise: nil)
        case .answering, .closed: return
        }
    }

    /// swift-nio-http2 has reset the stream, or does not write a reply that breaks the rules: then the client waits for it no longer.
    func errorCaught(context: ChannelHandlerContext, error _: any Error) { context.close(promise: nil) }
}

@available(*, unavailable)
extension StreamDoor: Sendable {}
