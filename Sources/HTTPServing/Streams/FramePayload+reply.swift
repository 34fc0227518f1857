import HTTPTypes
import NIOCore
import NIOHPACK
import NIOHTTP1
import NIOHTTP2

extension HTTP2Frame.FramePayload {
    /// The fields of ours that have few values. No other goes into the table of both ends (RFC 7541 §2.3.2): it is the client that says
    /// how much of ours is kept, and swift-nio-http2 does as it is told (law 7).
    private static let repeated: Set<String> = [
        "access-control-allow-headers", "access-control-allow-methods", "access-control-allow-origin",
        "access-control-max-age", "allow", "cache-control", "content-type", "cross-origin-opener-policy",
        "cross-origin-resource-policy", "permissions-policy", "referrer-policy", "strict-transport-security", "vary",
        "x-content-type-options", "x-frame-options",
    ]

    /// Leave to send a body (RFC 9110 §15.2.1).
    static var leave: Self { .headers(.init(headers: HPACKHeaders([(":status", "100")]))) }

    /// The head of a hot reply.
    init(head reply: HotReply, requestID: String, date: String, isLast: Bool) {
        var list = HPACKHeaders()
        list.reserveCapacity(reply.fields.count + 5)
        list.add(name: ":status", value: String(reply.status.code))
        list.add(name: "cache-control", value: reply.caching.description)
        list.add(name: "date", value: date, indexing: .nonIndexable)
        list.add(name: "x-request-id", value: requestID, indexing: .nonIndexable)
        for (name, value) in reply.fields {
            let name = name.description.lowercased()
            list.add(name: name, value: value, indexing: Self.repeated.contains(name) ? .indexable : .nonIndexable)
        }
        list.add(name: "content-length", value: String(reply.body.count), indexing: .nonIndexable)
        self = .headers(.init(headers: list, endStream: isLast))
    }

    /// The head of an ordinary reply, without what is about a connection (RFC 9113 §8.2.2).
    ///
    /// - Parameter isRelayed: Whether its values are a provider's.
    init(head: HTTPResponseHead, isLast: Bool, isRelayed: Bool = false) {
        var list = HPACKHeaders()
        list.reserveCapacity(head.headers.count + 1)
        list.add(name: ":status", value: String(head.status.code))
        for (name, value) in head.headers {
            let name = name.lowercased()
            switch name {
            case "connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade": continue
            // No table has a secret in it that somebody could guess at (RFC 7541 §7.1).
            case "set-cookie": list.add(name: name, value: value, indexing: .neverIndexed)
            case _ where !isRelayed && Self.repeated.contains(name): list.add(name: name, value: value)
            default: list.add(name: name, value: value, indexing: .nonIndexable)
            }
        }
        self = .headers(.init(headers: list, endStream: isLast))
    }

    /// A piece of a body.
    init(body: ByteBuffer, isLast: Bool) {
        self = .data(.init(data: .byteBuffer(body), endStream: isLast))
    }
}
