/// What is answered, and how it reaches the caller or does not.
struct Reply: Sendable {
    enum Delivery: Sendable {
        case whole
        /// The connection closes without a byte.
        case lost
    }

    var status: Int
    var headers: [(name: String, value: String)]
    var body: String
    var delivery = Delivery.whole
    /// Milliseconds to wait before that.
    var delay = 0
    /// Seconds by which the `Date` is wrong.
    var dateShift = 0
    /// Sent to somebody else first; what came back is told.
    var push: Push?

    static func json(_ value: JSONValue, status: Int = 200) -> Reply {
        Reply(
            status: status,
            headers: [("Content-Type", "application/json; charset=utf-8"), ("Cache-Control", "no-store")],
            body: value.description)
    }

    /// Form-encoded, as some providers answer unless asked for JSON.
    static func form(_ parameters: Parameters) -> Reply {
        Reply(
            status: 200, headers: [("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")],
            body: parameters.encoded)
    }

    static func page(_ body: String, status: Int = 200) -> Reply {
        Reply(
            status: status,
            headers: [
                ("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "no-store"),
                ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"),
                ("Referrer-Policy", "no-referrer"),
            ], body: body)
    }

    static func redirect(to address: String) -> Reply {
        Reply(status: 302, headers: [("Location", address), ("Cache-Control", "no-store")], body: "")
    }

    static func text(_ body: String, status: Int) -> Reply {
        Reply(status: status, headers: [("Content-Type", "text/plain; charset=utf-8")], body: body + "\n")
    }

    func with(_ name: String, _ value: String) -> Reply {
        var reply = self
        reply.headers.append((name, value))
        return reply
    }
}
