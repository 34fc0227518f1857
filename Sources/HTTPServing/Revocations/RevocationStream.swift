package import CredentialFormat
import Glibc
import HTTPTypes
import Locking
package import Measuring
package import Model
import NIOCore
package import Persistence
package import Tokens

/// What resource servers follow that remember what they were told of credentials (docs/revocation.md): what is to be forgotten, and four
/// times a second until when all of that has been said.
///
/// It hears what the verifier hears, after it, and sends it on before it is told that everything was heard; so a proof stands behind
/// all that it is about. What is sent is encoded once for all who follow, and written on their event loops.
package final class RevocationStream: FeedListener {
    /// How many may follow one node (law 7).
    package static let maximumFollowers = 2000
    /// How many of those may be of one resource server.
    package static let maximumOfOne = 1000
    /// After how long a follower has to begin anew, so that clocks whose rates differ do not drift apart: ten minutes.
    static let longest = TimeAmount.minutes(10)
    /// How long a follower may take to read the last of it while the server stops.
    static let longestAtTheEnd = TimeAmount.seconds(1)
    /// How many chunks in a row may be written to one who has not read what came before: those of two seconds, if nothing is
    /// announced.
    static let maximumUnread = 8
    /// For how long the client's system may take nothing of what is sent. Where a machine is gone, what is sent in ten minutes finds room in
    /// our system's buffers, so it is never seen here that nobody reads.
    static let longestUntaken = TimeAmount.seconds(3)
    /// How many bytes of what was missed are told at most. Who missed more forgets everything.
    private static let maximumMissed = 512 * 1024
    /// How many fingerprints one event has at most, and how many events what was committed together.
    private static let maximumOfEvent = 256
    private static let maximumEvents = 16

    /// A connection that follows. Its event loop alone touches it.
    final class Follower {
        let server: ID<ResourceServer>
        /// Writes what was encoded already, or gives the connection up.
        let send: (ByteBuffer) -> Void
        /// Says goodbye.
        let end: () -> Void

        init(of server: ID<ResourceServer>, send: @escaping (ByteBuffer) -> Void, end: @escaping () -> Void) {
            self.server = server
            self.send = send
            self.end = end
        }
    }

    /// What became of one who wants to follow.
    enum Admission: Sendable {
        /// Its number, and what is to be written first.
        case follows(UInt64, ByteBuffer)
        case refused(HotReply)
    }

    /// Those on one event loop.
    private struct Group: Sendable {
        let loop: any EventLoop
        let followers: NIOLoopBoundBox<[UInt64: Follower]>
    }

    private struct State {
        /// Nil before anybody has followed: nobody has an identifier of ours to go on from.
        var ring: AnnouncementRing?
        var groups: [ObjectIdentifier: Group] = [:]
        var counts: [ID<ResourceServer>: Int] = [:]
        var count = 0
        var lastNumber: UInt64 = 0
        /// Whether something was sent since the last beat.
        var wasSent = false
    }

    private let node: ID<Node>
    private let isAlone: Bool
    private let fingerprints: ChangeFingerprints
    private let clock: @Sendable () -> Int64
    private let mostFollowers: Int
    private let mostOfOne: Int
    private let state = Lock(State())
    private let refused = Counter()
    private let slow = Counter()

    /// - Parameters:
    ///   - isAlone: Whether all that is changed is changed by this process. Otherwise ``hasHeardEverything(before:)`` has it say so.
    ///   - connections: How many connections the node may have. No more than a quarter of them follow, because none of those goes where
    ///     others need room, and no more than half of that quarter of one resource server.
    ///   - clock: The clock of the verifier's hearing, in nanoseconds.
    package init(
        of node: ID<Node>, isAlone: Bool, calling fingerprints: ChangeFingerprints, among connections: Int = .max,
        clock: @escaping @Sendable () -> Int64
    ) {
        mostFollowers = min(Self.maximumFollowers, max(connections / 4, 2))
        mostOfOne = min(Self.maximumOfOne, mostFollowers / 2)
        self.node = node
        self.isAlone = isAlone
        self.fingerprints = fingerprints
        self.clock = clock
    }

    /// How many follow, and what became of others.
    package var metrics: [Metric] {
        [
            .gauge("claviger_feed_followers", "Resource servers' connections that follow the revocation feed.") {
                self.state.withLock(\.count)
            },
            refused.metric(
                "claviger_feed_followers_refused_total",
                "Connections that could not follow because there were too many."),
            slow.metric(
                "claviger_feed_followers_slow_total",
                "Connections that were ended because they did not read what was sent."),
        ]
    }
}

// MARK: What is heard

extension RevocationStream {
    package func hear(_ changes: [Change], at now: Instant) {
        state.withLock { state in
            guard state.ring != nil else { return }
            for announcement in announcements(of: changes) { announce(announcement, &state) }
            for case .resourceServer(let id) in changes { end(id, state) }
        }
    }

    package func forgetEverything() {
        state.withLock { announce(.everything, &$0) }
    }

    package func hasHeardEverything(before moment: Int64) {
        state.withLock { prove(moment, &$0) }
    }

    /// To be called four times a second.
    package func beat() {
        // What was answered before this moment was heard before it.
        let now = clock()
        state.withLock { state in
            if isAlone {
                prove(now, &state)
            } else if !state.wasSent {
                send(ServerSentEvent.comment, state)
            }
            state.wasSent = false
        }
    }

    private func announcements(of changes: [Change]) -> [AnnouncementRing.Announcement] {
        var texts: [String] = []
        for change in changes {
            guard let more = fingerprints.texts(of: change) else { return [.everything] }
            texts += more
        }
        guard texts.count <= Self.maximumOfEvent * Self.maximumEvents else { return [.everything] }
        return stride(from: 0, to: texts.count, by: Self.maximumOfEvent).map { start in
            .these(Array(texts[start..<min(start + Self.maximumOfEvent, texts.count)]))
        }
    }

    private func announce(_ announcement: AnnouncementRing.Announcement, _ state: inout State) {
        guard let event = state.ring?.append(announcement) else { return }
        send(event, state)
        state.wasSent = true
    }

    private func prove(_ moment: Int64, _ state: inout State) {
        guard state.count > 0 else { return }
        send(ServerSentEvent.chunk("proof", data: String(moment / 1000)), state)
        state.wasSent = true
    }

    /// Under the lock, so that all are sent everything in one order.
    private func send(_ chunk: ByteBuffer, _ state: State) {
        for group in state.groups.values {
            let followers = group.followers
            group.loop.execute {
                for follower in followers.value.values { follower.send(chunk) }
            }
        }
    }

    /// Ends the connections of a resource server of which something was changed: it has to prove again who it is.
    private func end(_ server: ID<ResourceServer>, _ state: State) {
        guard state.counts[server] != nil else { return }
        for group in state.groups.values {
            let followers = group.followers
            group.loop.execute {
                for follower in followers.value.values where follower.server == server { follower.end() }
            }
        }
    }
}

// MARK: Who follows

extension RevocationStream {
    /// Has a connection follow from now on. To be called on its event loop, which then writes what is returned at once.
    ///
    /// - Parameter last: The identifier of the last announcement that it was sent, nil if it knows none.
    func add(_ follower: Follower, after last: String?, on loop: any EventLoop) -> Admission {
        loop.assertInEventLoop()
        let server = follower.server
        let (group, admission) = state.withLock { state -> (Group?, Admission) in
            guard state.count < mostFollowers else { return (nil, .refused(Self.busy)) }
            guard state.counts[server, default: 0] < mostOfOne else { return (nil, .refused(Self.tooMany)) }
            state.count += 1
            state.counts[server, default: 0] += 1
            state.lastNumber += 1
            let key = ObjectIdentifier(loop)
            let group = state.groups[key] ?? Group(loop: loop, followers: NIOLoopBoundBox([:], eventLoop: loop))
            state.groups[key] = group
            return (group, .follows(state.lastNumber, opening(after: last, &state)))
        }
        switch admission {
        case .follows(let number, _): group?.followers.value[number] = follower
        case .refused: refused.add()
        }
        return admission
    }

    /// Has a connection follow no longer.
    func remove(_ number: UInt64, of server: ID<ResourceServer>, on loop: any EventLoop) {
        let group = state.withLock { state -> Group? in
            state.count -= 1
            let left = state.counts[server, default: 1] - 1
            state.counts[server] = left > 0 ? left : nil
            return state.groups[ObjectIdentifier(loop)]
        }
        group?.followers.value[number] = nil
    }

    /// Has our system end a connection whose client's system takes nothing for too long (RFC 5482).
    static func limitUntaken(on channel: any Channel) {
        let option = ChannelOptions.Types.SocketOption(
            level: .tcp, name: NIOBSDSocket.Option(rawValue: TCP_USER_TIMEOUT))
        let milliseconds = SocketOptionValue(longestUntaken.nanoseconds / 1_000_000)
        try? channel.syncOptions?.setOption(option, value: milliseconds)
    }

    /// A connection was given up because it does not read.
    func noteSlow() {
        slow.add()
    }

    /// What is said first: the time, after which the clock of who asked began to count, and what it missed.
    private func opening(after last: String?, _ state: inout State) -> ByteBuffer {
        let ring = state.ring ?? AnnouncementRing(of: node.description)
        state.ring = ring
        let missed = last.flatMap(ring.following).flatMap { events in
            events.reduce(0) { $0 + $1.readableBytes } <= Self.maximumMissed ? events : nil
        }
        // Rounded up, so that no proof seems younger than it is.
        let now = (clock() + 999) / 1000
        var opening = ServerSentEvent.chunk(
            // Who resumes has an identifier already, and not yet all that follows it.
            "hello", id: missed == nil ? ring.newestIdentifier : nil,
            data: #"{"node":"\#(node)","now":\#(now),"resumed":\#(missed != nil)}"#)
        for event in missed ?? [] { opening.writeImmutableBuffer(event) }
        return opening
    }

    private static let busy = refusal(.serviceUnavailable, "Too many follow this node.", rule: "followers of the node")
    private static let tooMany = refusal(
        .tooManyRequests, "Too many connections of this resource server follow this node.",
        rule: "followers of the resource server")
    /// What is answered where the connection is not the stream's own.
    static let shared = refusal(
        .serviceUnavailable, "The stream needs a connection on which nothing else is asked.", rule: "pipelined")

    static let onlyHTTP1 = refusal(
        .serviceUnavailable, "The stream is served over HTTP/1.1 alone, on a connection of its own.", rule: "protocol")

    static let ending = refusal(.serviceUnavailable, "The server is about to end.", rule: "ending")

    private static func refusal(_ status: HTTPResponse.Status, _ text: StaticString, rule: String) -> HotReply {
        let body = JSONWriter.object { json in
            json.member("error", "temporarily_unavailable")
            json.member("error_description", "\(text)")
        }
        var reply = HotReply.json(body, status: status)
        reply.fields.append(("Retry-After", "5"))
        reply.rule = rule
        return reply
    }
}
