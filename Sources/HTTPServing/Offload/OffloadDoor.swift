import HTTPTypes
import Model
import NIOCore
import NIOHTTP1
import Policy

/// A connection of HAProxy's Stream Processing Offload Protocol: a greeting, and then questions, many at a time, each answered by the
/// routes of `/verify` on this event loop. What memory does not suffice for is answered later, in whatever order it is known.
///
/// Whatever is not as the protocol has it ends the connection. HAProxy then has no answer, and lets nobody through.
final class OffloadDoor: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// How long HAProxy may take to greet, and to send a frame that it began.
    static let patience = TimeAmount.seconds(10)
    /// The same while the server stops: what HAProxy sends at once is there long before.
    static let patienceAtTheEnd = TimeAmount.seconds(1)
    /// How many questions may wait for the database. Nothing else is looked at meanwhile, nor read (law 7).
    static let mostUnanswered = 256

    private enum Phase {
        case greeting
        case asking
        /// The server stops: what was asked is still answered.
        case leaving
        case ended
    }

    private let serving: OffloadServing
    private let peer: IPAddress?
    private let peerText: String?
    private let tasks: LoopTasks
    private let entry: Connections.Entry?
    @exclusivity(unchecked) private var phase = Phase.greeting
    /// What came and is no whole frame yet, or has to wait.
    @exclusivity(unchecked) private var arrived = ByteBuffer()
    /// What is to be written once all that came was looked at.
    @exclusivity(unchecked) private var outgoing = ByteBuffer()
    @exclusivity(unchecked) private var isReading = false
    @exclusivity(unchecked) private var isReadHeld = false
    @exclusivity(unchecked) private var unanswered = 0
    /// How long a frame may be, by what both sides said.
    private var longestFrame = OffloadFrame.sizes.upperBound
    private var quietSince: NIODeadline
    /// Since when HAProxy owes the rest of what it began.
    private var owingSince: NIODeadline?
    /// Whether the rest of a frame is waited for no longer.
    private var isHurried = false
    private var watch: Scheduled<Void>?
    private var context: ChannelHandlerContext?

    init(_ serving: OffloadServing, on channel: any Channel) {
        self.serving = serving
        peer = IPAddress(of: channel.remoteAddress)
        peerText = peer?.description
        tasks = LoopTasks(on: channel.eventLoop)
        entry = serving.connections.entry(of: channel)
        quietSince = channel.eventLoop.now
        owingSince = quietSince
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        entry?.becomesQuiet(at: quietSince)
        watchOver(context)
    }

    func handlerRemoved(context _: ChannelHandlerContext) {
        watch?.cancel()
        phase = .ended
        context = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        watch?.cancel()
        phase = .ended
        context.fireChannelInactive()
    }

    // MARK: - What is read

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard phase != .ended else { return }
        isReading = true
        var bytes = unwrapInboundIn(data)
        if arrived.readableBytes == 0 {
            arrived = bytes
        } else {
            arrived.discardReadBytes()
            arrived.writeBuffer(&bytes)
        }
        takeFrames(context)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        isReading = false
        quietSince = context.eventLoop.now
        settle(context)
        context.fireChannelReadComplete()
    }

    func read(context: ChannelHandlerContext) {
        guard hasRoom(context) else {
            isReadHeld = true
            return
        }
        context.read()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        goOn(context)
        context.fireChannelWritabilityChanged()
    }

    /// Whether another question may be looked at: one read brings more of them than may wait.
    private func hasRoom(_ context: ChannelHandlerContext) -> Bool {
        unanswered < Self.mostUnanswered && context.channel.isWritable
    }

    private func takeFrames(_ context: ChannelHandlerContext) {
        do throws(OffloadFault) {
            while phase != .ended, hasRoom(context),
                let frame = try OffloadFrame.next(in: &arrived, longest: longestFrame)
            {
                owingSince = nil
                try read(frame, context)
                if outgoing.readableBytes >= OffloadFrame.sizes.upperBound { flush(context) }
            }
        } catch {
            end(because: error, context)
        }
    }

    /// Looks at what there was no room for, and reads on.
    private func goOn(_ context: ChannelHandlerContext) {
        // What is written in between may come back to here.
        guard !isReading, phase != .ended else { return }
        isReading = true
        takeFrames(context)
        isReading = false
        settle(context)
    }

    /// What came was looked at, as far as there was room.
    private func settle(_ context: ChannelHandlerContext) {
        guard phase != .ended else { return }
        if arrived.readableBytes == 0 {
            // Not to keep the memory of a large read behind a small rest.
            arrived = ByteBuffer()
        } else if owingSince == nil, hasRoom(context) {
            owingSince = context.eventLoop.now
        }
        if unanswered == 0 { entry?.becomesQuiet(at: context.eventLoop.now) }
        flush(context)
        leaveIfAnswered(context)
        guard isReadHeld, hasRoom(context) else { return }
        isReadHeld = false
        context.read()
    }

    private func read(_ frame: OffloadFrame, _ context: ChannelHandlerContext) throws(OffloadFault) {
        switch (frame.kind, phase) {
        case (.hello, .greeting): try greet(OffloadGreeting(frame.payload), context)
        case (.notify, .asking), (.notify, .leaving): try answer(frame, context)
        case (.disconnect, .greeting), (.disconnect, .asking), (.disconnect, .leaving):
            end(because: .none, context)
        case (.hello, .asking), (.hello, .leaving), (.notify, .greeting), (.unset, _), (_, .ended):
            throw .invalidFrame
        }
    }

    private func greet(_ greeting: OffloadGreeting, _ context: ChannelHandlerContext) {
        longestFrame = greeting.longestFrame
        outgoing.writeOffloadHello(longestFrame: longestFrame)
        guard greeting.isHealthCheck else {
            phase = .asking
            return
        }
        phase = .ended
        closeAfterWriting(context)
    }

    // MARK: - What is answered

    private func answer(_ frame: OffloadFrame, _ context: ChannelHandlerContext) throws(OffloadFault) {
        let question = try OffloadQuestion(frame.payload, wanting: serving.wanted)
        let request = HotRequest(
            target: HotTarget(.verify, query: question.rule.map { Substring($0) }), method: .GET,
            headers: question.headers, body: nil, peer: peer, requestID: RequestID.next().description,
            now: serving.now())
        if let slip = question.slip {
            write(serving.routes.refuse(slip, in: request), to: request, frame.number)
            return
        }
        switch serving.routes.begin(request) {
        case .reply(let reply): write(reply, to: request, frame.number)
        case .rest(let rest): answer(request, rest, frame.number, context)
        }
    }

    /// Has a task answer what memory does not suffice for.
    private func answer(
        _ request: HotRequest, _ rest: HotRoutes.Rest, _ number: OffloadFrame.Number, _ context: ChannelHandlerContext
    ) {
        unanswered += 1
        if unanswered == 1 { entry?.becomesBusy() }
        let (routes, tasks, loop) = (serving.routes, tasks, context.eventLoop)
        let door = NIOLoopBound(self, eventLoop: loop)
        Task(executorPreference: tasks) {
            let reply = await routes.finish(rest, of: request, on: tasks)
            loop.executeAtOnce {
                door.value.finish(reply, to: request, number)
            }
        }
    }

    private func finish(_ reply: HotReply, to request: HotRequest, _ number: OffloadFrame.Number) {
        unanswered -= 1
        write(reply, to: request, number)
        if let context { goOn(context) }
    }

    private func write(_ reply: HotReply, to request: HotRequest, _ number: OffloadFrame.Number) {
        let start = outgoing.writerIndex
        outgoing.writeOffloadAck(reply, requestID: request.requestID, to: number)
        var reply = reply
        if outgoing.writerIndex - start - OffloadFrame.lengthSize > longestFrame {
            reply = HotReply(.serviceUnavailable, rule: "answer longer than a frame")
            outgoing.moveWriterIndex(to: start)
            outgoing.writeOffloadAck(reply, requestID: request.requestID, to: number)
        }
        serving.log.note(request, reply, by: .spoe, peer: peerText)
    }

    private func flush(_ context: ChannelHandlerContext) {
        guard outgoing.readableBytes > 0, context.channel.isActive else { return }
        let bytes = outgoing
        outgoing = ByteBuffer()
        context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
    }

    // MARK: - How it ends

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is Connections.MakeRoom:
            if unanswered > 0, let entry {
                serving.connections.stays(entry)
            } else {
                end(because: .none, context)
            }
        case is ChannelShouldQuiesceEvent:
            if phase == .asking { phase = .leaving } else { end(because: .none, context) }
            let loop = context.eventLoop.assumeIsolated()
            loop.scheduleTask(in: Self.patienceAtTheEnd) { [self] in
                isHurried = true
                if let context = self.context { leaveIfAnswered(context) }
            }
            loop.scheduleTask(in: Lingering.longestAtTheEnd) { [self] in
                if let context = self.context { end(because: .none, context) }
            }
            leaveIfAnswered(context)
        case ChannelEvent.inputClosed: context.close(promise: nil)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error _: any Error) { context.close(promise: nil) }

    private func leaveIfAnswered(_ context: ChannelHandlerContext) {
        guard phase == .leaving, unanswered == 0, !isReading,
            arrived.readableBytes == 0 || (isHurried && owingSince != nil)
        else { return }
        end(because: .none, context)
    }

    /// Says why, and closes. What still waits for the database has no answer.
    private func end(because fault: OffloadFault, _ context: ChannelHandlerContext) {
        guard phase != .ended else { return }
        phase = .ended
        outgoing.writeOffloadDisconnect(fault)
        closeAfterWriting(context)
    }

    private func closeAfterWriting(_ context: ChannelHandlerContext) {
        watch?.cancel()
        let bytes = outgoing
        outgoing = ByteBuffer()
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { _ in context.close(promise: nil) }
        context.writeAndFlush(wrapOutboundOut(bytes), promise: written)
        // Who does not read what is written has no claim to more time.
        watch = context.eventLoop.assumeIsolated().scheduleTask(in: Self.patience) { context.close(promise: nil) }
    }

    // MARK: - How long it is kept

    private func watchOver(_ context: ChannelHandlerContext) {
        watch = context.eventLoop.assumeIsolated().scheduleTask(in: min(serving.idle, Self.patience)) { [weak self] in
            self?.lookAtClock(context)
        }
    }

    private func lookAtClock(_ context: ChannelHandlerContext) {
        guard phase != .ended else { return }
        let now = context.eventLoop.now
        if let owingSince, owingSince + Self.patience <= now {
            end(because: .timeout, context)
        } else if unanswered == 0, quietSince + serving.idle <= now {
            end(because: .none, context)
        } else {
            watchOver(context)
        }
    }
}

@available(*, unavailable)
extension OffloadDoor: Sendable {}
