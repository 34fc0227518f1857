package import Hummingbird
import HTTPTypes
package import Logging
import NIOCore
import NIOHTTP1
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
        // Answers of providers are passed on as they come, which only Hummingbird's channel does.
        guard head.uri.utf8.first == UInt8(ascii: "/"), RelayedPath(head.uri[...]) == nil,
            let method = try? HTTPRequest.Method(head.method)
        else { return nil }
        return Arrived(
            head: HTTPRequest(
                method: method, scheme: "http", authority: head.headers["Host"].first, path: head.uri,
                headerFields: HTTPFields(head.headers, splitCookie: false)),
            isForManagement: head.uri.utf8.starts(with: Self.management.utf8))
    }

    func answer(_ arrived: Arrived, body: ByteBuffer?, on channel: any Channel) async -> Answer {
        let request = Request(head: arrived.head, body: RequestBody(buffer: body ?? ByteBuffer()))
        let context = CallerContext(source: ApplicationRequestContextSource(channel: channel, logger: logger))
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
