package import Hummingbird
import HTTPTypes
package import Logging
import NIOCore
import NIOHTTP1
import NIOHTTP2
import NIOHTTPTypesHTTP1
import ProductDefinition

/// Answers ordinary requests that arrived whole, by Hummingbird's routes and without its channel: what that has to do for
/// requests whose bodies come in pieces costs more than most answers (record 0036).
package struct OrdinaryResponder: Sendable {
    /// A request that arrived whole.
    struct Arrived: Sendable {
        let head: HTTPRequest
        /// Whether it is for the management API, whose answers are made quickly.
        let isForManagement: Bool
        /// Whether the answer is a provider's, which is passed on as it comes.
        let isRelayed: Bool
    }

    /// What is written.
    struct Answer: Sendable {
        var head: HTTPResponseHead
        let body: ByteBuffer
    }

    private static let management = "/api/"

    private let responder: any HTTPResponder<CallerContext>
    private let logger: Logger

    package init(_ responder: any HTTPResponder<CallerContext>, logger: Logger) {
        self.responder = responder
        self.logger = logger
    }

    /// What the head of a request asks for, nil for what Hummingbird's channel has to make something of.
    func arriving(_ head: HTTPRequestHead) -> Arrived? {
        // Over HTTP/1.1 only Hummingbird's channel passes an answer on as it comes.
        guard let arrived = arrivingOnStream(head), !arrived.isRelayed else { return nil }
        return arrived
    }

    /// What the head of a request asks for that has a stream of HTTP/2 to itself, nil for what has no path.
    func arrivingOnStream(_ head: HTTPRequestHead) -> Arrived? {
        guard head.uri.utf8.first == UInt8(ascii: "/"), let method = try? HTTPRequest.Method(head.method) else {
            return nil
        }
        return Arrived(
            head: HTTPRequest(
                method: method, scheme: "http", authority: head.headers["Host"].first, path: head.uri,
                headerFields: HTTPFields(head.headers, splitCookie: false)),
            isForManagement: head.uri.utf8.starts(with: Self.management.utf8),
            isRelayed: RelayedPath(head.uri[...]) != nil)
    }

    func answer(
        _ arrived: Arrived, body: ByteBuffer?, by spoken: WireProtocol, on channel: any Channel
    ) async -> Answer {
        let (request, context) = asked(arrived, body: body, by: spoken, on: channel)
        let collected = CollectedBody()
        do {
            let response = try await responder.respond(to: request, context: context)
            try await response.body.write(collected)
            return Answer(head: HTTPResponseHead(response.head), body: collected.buffer)
        } catch {
            // Everything of ours became an answer further in.
            logger.error("unexpected error", metadata: ["request_id": "\(context.requestID)", "error": "\(error)"])
            return Answer(
                head: HTTPResponseHead(
                    version: .http1_1, status: .internalServerError, headers: ["Content-Length": "0"]),
                body: ByteBuffer())
        }
    }

    /// The request as Hummingbird's routes have it.
    private func asked(
        _ arrived: Arrived, body: ByteBuffer?, by spoken: WireProtocol, on channel: any Channel
    ) -> (Request, CallerContext) {
        var context = CallerContext(source: ApplicationRequestContextSource(channel: channel, logger: logger))
        context.spoken = spoken
        return (Request(head: arrived.head, body: RequestBody(buffer: body ?? ByteBuffer())), context)
    }
}

extension OrdinaryResponder {
    /// Answers on a stream of HTTP/2, and passes the answer on as it comes: no more is asked of the provider than the client has read.
    ///
    /// - Throws: When the answer ends before its end; the stream is then to be closed.
    func relay(_ arrived: Arrived, body: ByteBuffer?, on channel: any Channel, date: String) async throws {
        let (request, context) = asked(arrived, body: body, by: .http2, on: channel)
        let response = try await responder.respond(to: request, context: context)
        var head = HTTPResponseHead(response.head)
        head.headers.replaceOrAdd(name: "Date", value: date)
        let client = StreamedBody(channel: channel)
        try await client.send(HTTP2Frame.FramePayload(head: head, isLast: false, isRelayed: true))
        try await response.body.write(client)
    }
}

/// The body of a reply on a stream of HTTP/2.
private struct StreamedBody: ResponseBodyWriter {
    let channel: any Channel

    func write(_ part: ByteBuffer) async throws {
        try await send(HTTP2Frame.FramePayload(body: part, isLast: false))
    }

    func finish(_: HTTPFields?) async throws {
        try await send(HTTP2Frame.FramePayload(body: ByteBuffer(), isLast: true))
    }

    /// Waits until the client has made room for it, for as long as a connection that ends waits for its client.
    func send(_ payload: HTTP2Frame.FramePayload) async throws {
        let reading = channel.eventLoop.scheduleTask(in: Lingering.longest) { [channel] in channel.close(promise: nil) }
        defer { reading.cancel() }
        try await channel.writeAndFlush(payload).get()
    }
}

/// The body of a reply, as a whole.
private final class CollectedBody: ResponseBodyWriter {
    private(set) var buffer = ByteBuffer()

    func write(_ part: ByteBuffer) async throws {
        if buffer.readableBytes == 0 {
            buffer = part
        } else {
            buffer.writeImmutableBuffer(part)
        }
    }

    func finish(_: HTTPFields?) async throws {}
}
