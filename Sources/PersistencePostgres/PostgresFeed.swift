import CLibPQ
import Dispatch
import Glibc
import Locking
package import Persistence

/// The connection over which a node listens to the revocation feed, and what it says there itself (docs/revocation.md).
///
/// It has a thread, and nothing else runs on either, so a busy database or a long transaction never makes it deaf.
package final class PostgresFeed: Sendable {
    /// How often a node says that it is there.
    private static let beat = Duration.milliseconds(250)
    /// How long to wait after a connection was lost or could not be made.
    private static let pause = Duration.milliseconds(100)
    /// How many messages may wait to be said. Beyond, the oldest question would be answered too late anyway.
    private static let capacity = 1024

    private struct State {
        var outgoing: [FeedMessage] = []
        var isClosed = false
    }

    /// What becomes of the connection.
    package enum Condition: Sendable, Hashable {
        case listens
        /// It was lost, given up, or could not be made. The text is for the log.
        case isLost(String)
    }

    private let lines: Lines
    private let report: @Sendable (Condition) -> Void
    private let state = Lock(State())
    private let wake = WakeUp()
    private let thread = DispatchGroup()

    /// - Parameters:
    ///   - lines: Those of a store. Where this connection falls silent, nobody waits long on them.
    ///   - report: Told of each change, and of each attempt that fails, on the thread that listens.
    init(over lines: Lines, report: @escaping @Sendable (Condition) -> Void) {
        self.report = report
        self.lines = lines
    }

    /// Has `receiver` hear the feed from now on, until ``close(saying:)``. To be called once.
    package func start(_ receiver: any FeedReceiver) {
        EngineThread.start(named: "postgres-feed", in: thread) { [self] in
            while !state.withLock(\.isClosed) {
                listen(receiver)
                wake.wait(for: nil, until: .now + Self.pause)
            }
        }
    }

    /// Says `message` to all nodes, this one too. It is lost where no connection listens.
    package func say(_ message: FeedMessage) {
        state.withLock { state in
            if state.outgoing.count == Self.capacity { state.outgoing.removeFirst() }
            state.outgoing.append(message)
        }
        wake.call()
    }

    /// Ends the connection, after a last word.
    package func close(saying farewell: FeedMessage? = nil) async {
        if let farewell { say(farewell) }
        state.withLock { $0.isClosed = true }
        wake.call()
        await thread.end()
    }

    /// Listens until the connection is lost, given up or no longer wanted.
    private func listen(_ receiver: any FeedReceiver) {
        let line: Line
        do {
            line = try open()
        } catch {
            return report(.isLost(Self.words(error)))
        }
        state.withLock { $0.outgoing = [] }
        receiver.listeningBegan()
        report(.listens)
        var problem = "what the node says to itself does not come back"
        do {
            try converse(on: line, receiver)
        } catch {
            problem = Self.words(error)
        }
        receiver.listeningEnded()
        guard !state.withLock(\.isClosed) else { return }
        // A server that answers, be it with an error, is there: who made all lines anew each time would keep the store from working.
        if line.isBroken || line.isAwaited {
            lines.suspicion.raise(byLineMadeAt: line.madeAt, isLongSilent: !line.isBroken)
        }
        report(.isLost(problem))
    }

    private static func words(_ error: any Error) -> String {
        switch error {
        case StoreError.unavailable(let problem), StoreError.slow(let problem), StoreError.engine(let problem): problem
        default: "\(error)"
        }
    }

    /// A connection that listens.
    private func open() throws -> Line {
        let line = try lines.open(until: .now + lines.limits.connecting)
        // What is said here changes nothing that would have to reach a disk.
        try line.send("SET synchronous_commit = off", [])
        try line.listen()
        try line.complete(until: .now + lines.limits.connecting)
        return line
    }

    private func converse(on line: Line, _ receiver: any FeedReceiver) throws {
        var nextBeat = ContinuousClock.now
        while true {
            var messages = state.withLock { state in
                defer { state.outgoing = [] }
                return state.outgoing
            }
            if ContinuousClock.now >= nextBeat {
                guard let heartbeat = receiver.heartbeat() else { return }
                messages.append(heartbeat)
                nextBeat = .now + Self.beat
            }
            try say(messages, on: line)
            if state.withLock({ $0.isClosed && $0.outgoing.isEmpty }) { return }
            wake.wait(for: line.socket, until: nextBeat)
            for payload in try line.arrivals() {
                let replies = receiver.heard(FeedMessage(payload: payload))
                if !replies.isEmpty { try say(replies, on: line) }
            }
        }
    }

    private func say(_ messages: [FeedMessage], on line: Line) throws {
        guard !messages.isEmpty else { return }
        for message in messages {
            try line.say(message)
            // Each is a transaction of its own.
            try line.mark()
        }
    }
}

/// Wakes a thread that waits for a socket.
private final class WakeUp: Sendable {
    /// The file descriptor of an eventfd.
    private let event = eventfd(0, Int32(EFD_NONBLOCK))

    deinit {
        if event >= 0 { Glibc.close(event) }
    }

    /// Wakes the thread, or has its next wait end at once.
    func call() {
        var one: UInt64 = 1
        _ = Glibc.write(event, &one, 8)
    }

    /// Blocks the thread until something can be read from `socket`, somebody calls, or it is `end`.
    func wait(for socket: Int32?, until end: ContinuousClock.Instant) {
        let left = ContinuousClock.now.duration(to: end)
        var wanted = [pollfd(fd: event, events: Int16(POLLIN), revents: 0)]
        if let socket { wanted.append(pollfd(fd: socket, events: Int16(POLLIN), revents: 0)) }
        guard poll(&wanted, nfds_t(wanted.count), left.pollTimeout) > 0 else { return }
        var count: UInt64 = 0
        _ = Glibc.read(event, &count, 8)
    }
}
