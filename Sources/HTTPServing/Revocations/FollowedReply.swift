import CredentialFormat
import Model
import NIOCore

/// What follows the head of a reply: the revocation feed, until one of the two ends it.
package final class FollowedReply: Sendable {
    let stream: RevocationStream
    let server: ID<ResourceServer>
    /// `Last-Event-ID`.
    let last: String?

    init(of stream: RevocationStream, by server: ID<ResourceServer>, after last: String?) {
        self.stream = stream
        self.server = server
        self.last = last
    }

    /// The head of the reply. Nothing in between may keep it, change it, or wait for more of it before it passes it on.
    static func head(requestID: String, date: String) -> ByteBuffer {
        ByteBuffer(
            string: """
                HTTP/1.1 200 OK\r
                Cache-Control: no-store\r
                Date: \(date)\r
                X-Request-Id: \(requestID)\r
                Content-Type: text/event-stream\r
                X-Accel-Buffering: no\r
                X-Content-Type-Options: nosniff\r
                Connection: close\r
                Transfer-Encoding: chunked\r
                \r

                """)
    }
}
