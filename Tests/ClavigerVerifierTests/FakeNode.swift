import Locking
import NIOCore
import NIOHTTP1
import TestSupport
import Verification

/// A node that answers questions as a test wants, also as no node would, and whose stream proves every moment.
final class FakeNode: Sendable {
    enum Reply: Sendable {
        case whole(String)
        /// The same, and the time that the node says it is.
        case timed(String, date: String)
        /// The head and the beginning of the body, and nothing behind it.
        case half
        case nothing
    }

    private let replies: [Reply]
    private let state = Lock((questions: [String](), streams: 0, connectionsOfStreams: 0))

    /// - Parameter replies: To the first question, to the second and so on; the last to all that follow.
    private init(_ replies: [Reply]) {
        self.replies = replies
    }

    /// Has `use` work with a node and its address.
    static func open(_ replies: Reply..., use: (FakeNode, String) async throws -> Void) async throws {
        let node = FakeNode(replies)
        let host = try await FakeHost { Answering(for: node) }
        defer { host.close() }
        try await use(node, host.base)
    }

    /// How often it was asked for a credential.
    var questions: Int { state.withLock(\.questions.count) }
    /// What it was asked last, as a form.
    var lastQuestion: String { state.withLock(\.questions).last ?? "" }
    /// How often it was asked for the stream, and how often of that by a connection on which nothing was asked before.
    var streams: (all: Int, connecting: Int) { state.withLock { ($0.streams, $0.connectionsOfStreams) } }

    fileprivate func reply(to question: String) -> Reply {
        state.withLock { state in
            state.questions.append(question)
            return replies[min(state.questions.count, replies.count) - 1]
        }
    }

    fileprivate func noteStream(isFirstOfConnection: Bool) {
        state.withLock { state in
            state.streams += 1
            if isFirstOfConnection { state.connectionsOfStreams += 1 }
        }
    }
}

private final class Answering: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let node: FakeNode
    private var path = ""
    private var body = ""
    private var requests = 0
    private var proofs: RepeatedTask?

    init(for node: FakeNode) {
        self.node = node
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): (path, body) = (head.uri, "")
        case .body(let part): body += String(buffer: part)
        case .end:
            requests += 1
            switch path {
            case "/oauth2/introspect": answer(node.reply(to: body), context)
            case "/api/v1/revocation-feed": stream(context)
            default: answer(.whole(""), context)
            }
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        proofs?.cancel()
        context.fireChannelInactive()
    }

    private func answer(_ reply: FakeNode.Reply, _ context: ChannelHandlerContext) {
        switch reply {
        case .whole(let text): answer(text, ["Content-Length": "\(text.utf8.count)"], context)
        case .timed(let text, let date):
            answer(text, ["Content-Length": "\(text.utf8.count)", "Date": date], context)
        case .half:
            begin(["Content-Length": "100"], context)
            write("{", context)
        case .nothing: break
        }
    }

    private func answer(_ text: String, _ fields: HTTPHeaders, _ context: ChannelHandlerContext) {
        begin(fields, context)
        write(text, context)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    private func stream(_ context: ChannelHandlerContext) {
        node.noteStream(isFirstOfConnection: requests == 1)
        begin(["Content-Type": "text/event-stream"], context)
        write("event: hello\nid: n.0\ndata: {\"node\":\"n\",\"now\":\(Self.now),\"resumed\":false}\n\n", context)
        let here = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
        proofs = context.eventLoop.scheduleRepeatedTask(initialDelay: .zero, delay: .milliseconds(50)) { _ in
            here.value.handler.write("event: proof\ndata: \(Self.now)\n\n", here.value.context)
        }
    }

    /// In microseconds. Rounded as a node does it makes no difference to any test.
    private static var now: Int64 { Uptime.nanoseconds() / 1000 }

    private func begin(_ fields: HTTPHeaders, _ context: ChannelHandlerContext) {
        context.write(
            wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .ok, headers: fields))), promise: nil)
    }

    private func write(_ text: String, _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: text)))), promise: nil)
    }
}
