import HTTPTypes
import NIOCore
import NIOHPACK
import NIOHTTP1
import NIOHTTP2

extension HTTP2Frame.FramePayload {
    /// Leave to send a body (RFC 9110 §15.2.1).
    static var leave: Self { .headers(.init(headers: HPACKHeaders([(":status", "100")]))) }

    /// The head of a hot reply.
    init(head reply: HotReply, requestID: String, date: String, isLast: Bool) {
        var list = HPACKHeaders()
        list.reserveCapacity(reply.fields.count + 5)
        list.add(name: ":status", value: String(reply.status.code))
        list.add(name: "cache-control", value: reply.caching.description)
        // What no other reply will say again takes no room in the table of both ends (RFC 7541 §6.2.2).
        list.add(name: "date", value: date, indexing: .nonIndexable)
        list.add(name: "x-request-id", value: requestID, indexing: .nonIndexable)
        for (name, value) in reply.fields { list.add(name: name.description.lowercased(), value: value) }
        list.add(name: "content-length", value: String(reply.body.count), indexing: .nonIndexable)
        self = .headers(.init(headers: list, endStream: isLast))
    }

    /// The head of an ordinary reply, without what is about a connection (RFC 9113 §8.2.2).
    init(head: HTTPResponseHead, isLast: Bool) {
        var list = HPACKHeaders()
        list.reserveCapacity(head.headers.count + 1)
        list.add(name: ":status", value: String(head.status.code))
        for (name, value) in head.headers {
            let name = name.lowercased()
            switch name {
            case "connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade": continue
            // No table has a secret in it that somebody could guess at (RFC 7541 §7.1).
            case "set-cookie": list.add(name: name, value: value, indexing: .neverIndexed)
            case "date", "x-request-id", "content-length", "content-security-policy":
                list.add(name: name, value: value, indexing: .nonIndexable)
            default: list.add(name: name, value: value)
            }
        }
        self = .headers(.init(headers: list, endStream: isLast))
    }

    /// A piece of a body.
    init(body: ByteBuffer, isLast: Bool) {
        self = .data(.init(data: .byteBuffer(body), endStream: isLast))
    }
}
