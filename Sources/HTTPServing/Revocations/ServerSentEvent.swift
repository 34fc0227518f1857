import NIOCore

/// A server-sent event as a chunk of HTTP/1.1 (RFC 9112 §7.1), so that the same bytes are written to all who follow.
enum ServerSentEvent {
    static func chunk(_ event: StaticString, id: String? = nil, data: String) -> ByteBuffer {
        var text = "event: \(event)\n"
        if let id { text += "id: \(id)\n" }
        text += "data: \(data)\n\n"
        return chunk(text)
    }

    /// A line that says nothing, for whoever stands between and closes what is silent.
    static let comment = chunk(":\n\n")
    /// The node drains, or the stream is old.
    static let goodbye = chunk("goodbye", data: "{}")
    /// The end of the body.
    static let end = ByteBuffer(string: "0\r\n\r\n")

    private static func chunk(_ text: String) -> ByteBuffer {
        ByteBuffer(string: "\(String(text.utf8.count, radix: 16))\r\n\(text)\r\n")
    }
}
