import NIOCore

/// Until when a client must have sent what it owes. A value: the time comes with every call, so tests choose it.
struct ClientClock {
    /// What is awaited of the client.
    enum Phase: Hashable {
        /// A next request, or none.
        case idle
        /// The rest of a head.
        case head
        /// The rest of a body.
        case body
    }

    /// How long a head may take in all, and how long a body may stand still.
    static let patience = TimeAmount.seconds(30)
    /// What a body must come to on average behind that time: a byte for each of these, so 1,000 bytes a second.
    private static let timeForOneByte = TimeAmount.milliseconds(1)

    /// How long a connection may be kept without a request.
    let idle: TimeAmount
    private(set) var phase = Phase.idle
    private var since: NIODeadline
    private var lastByte: NIODeadline
    private var received = 0

    init(idle: TimeAmount, at now: NIODeadline) {
        self.idle = idle
        since = now
        lastByte = now
    }

    /// When the client has had its time.
    var deadline: NIODeadline {
        switch phase {
        case .idle: since + idle
        case .head: since + Self.patience
        case .body:
            min(lastByte + Self.patience, since + Self.patience + Self.timeForOneByte * Int64(clamping: received))
        }
    }

    /// What is awaited from now on.
    mutating func await(_ phase: Phase, at now: NIODeadline) {
        self.phase = phase
        received = 0
        restart(at: now)
    }

    /// So much of the body came.
    mutating func receive(_ count: Int, at now: NIODeadline) {
        received += count
        lastByte = now
    }

    /// The time in which the client could not send, because we did not read, is not its own.
    mutating func resume(at now: NIODeadline) {
        since = since + (now - lastByte)
        lastByte = now
    }

    /// Begins the time anew: until now the client waited for us.
    mutating func restart(at now: NIODeadline) {
        since = now
        lastByte = now
    }
}
