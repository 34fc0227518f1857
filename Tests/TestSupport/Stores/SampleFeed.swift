import CredentialFormat
import Locking
import Model
package import Persistence
package import ProductDefinition
package import Verification

/// A revocation feed as the database keeps it, one order for all, with nodes that hear of it when a test says so.
package final class SampleFeed: Sendable {
    private struct State {
        var messages: [FeedMessage] = []
        /// Nanoseconds.
        var uptime: Int64 = 1_000_000_000_000
        var hurry: Int64 = 0
    }

    private let tree: SampleTree
    private let state = Lock(State())

    /// The feed of whatever `tree` commits.
    package init(_ tree: SampleTree) {
        self.tree = tree
        tree.store.listen { [weak self] changes in
            for message in FeedMessage.announcing(changes) { self?.say(message) }
        }
    }

    /// A node over the tree, with memory and a key ring of its own. It does not listen yet, and hears nothing in any other
    /// way.
    package func node(graceSeconds: Int = 0, limit: LookUpLimit = LookUpLimit()) async throws -> SampleNode {
        let store = WatchedStore(tree.store)
        // How long a busy machine takes is not what is tried with these nodes.
        let patience = LookUpPatience(trusting: .seconds(600), distrusting: .seconds(600))
        let hearing = Hearing(clock: { self.uptime }, patience: patience)
        let desk = SampleDesk(
            tree, over: store, keys: try await SampleTree.keyRing(over: store, at: tree.clock), limit: limit,
            hearing: hearing)
        return SampleNode(desk, on: self, graceSeconds: graceSeconds)
    }

    /// What the nodes' clocks show, in nanoseconds.
    package var uptime: Int64 {
        state.withLock { state in
            state.uptime += state.hurry
            return state.uptime
        }
    }

    /// Has every look at the clocks find them so much later.
    package func hurry(milliseconds: Int64) {
        state.withLock { $0.hurry = milliseconds * 1_000_000 }
    }

    /// Lets time go by.
    package func wait(milliseconds: Int64) {
        state.withLock { $0.uptime += milliseconds * 1_000_000 }
    }

    /// Puts a message at the end.
    package func say(_ message: FeedMessage) {
        // As it arrives: read from its payload.
        state.withLock { $0.messages.append(FeedMessage(payload: message.payload)) }
    }

    /// How many messages were said.
    package var length: Int { state.withLock(\.messages.count) }

    /// The message that was said last.
    package var last: FeedMessage? { state.withLock(\.messages.last) }

    /// Returns when more messages were said than so many.
    package func grown(beyond length: Int) async {
        while self.length <= length { await Task.yield() }
    }

    func message(_ number: Int) -> FeedMessage? {
        state.withLock { $0.messages.indices.contains(number) ? $0.messages[number] : nil }
    }
}

/// One node of several.
package final class SampleNode: Sendable {
    package let desk: SampleDesk
    package let feed: RevocationFeed
    private let queue: SampleFeed
    private let position = Lock<Int?>(nil)
    private let refills: AsyncStream<Bool>
    private let measured = Measured()

    fileprivate init(_ desk: SampleDesk, on queue: SampleFeed, graceSeconds: Int) {
        self.desk = desk
        self.queue = queue
        let (refills, refilled) = AsyncStream.makeStream(of: Bool.self)
        self.refills = refills
        // Nobody's patience ends but by a test.
        feed = RevocationFeed(
            node: ID(at: 0), verifier: desk.verifier, graceSeconds: graceSeconds, now: desk.tree.clock.now,
            clock: { queue.uptime }, sleep: { [measured] _ in await measured.patience.pass() },
            measure: { [measured] measurement in
                measured.all.withLock { $0.append(measurement) }
                if case .refill(let isDone) = measurement { refilled.yield(isDone) }
            })
        feed.speak { message in queue.say(message) }
    }

    /// Has `use` work with a node over a fresh tree, which listens and believes its memory.
    package static func open(
        product: Product = .standard, graceSeconds: Int = 0, limit: LookUpLimit = LookUpLimit(),
        _ use: (SampleFeed, SampleNode) async throws -> Void
    ) async throws {
        try await SampleTree.open(product: product) { tree in
            let queue = SampleFeed(tree)
            let node = try await queue.node(graceSeconds: graceSeconds, limit: limit)
            await node.join()
            try await use(queue, node)
        }
    }

    /// What was measured.
    package var measurements: [FeedMeasurement] { measured.all.withLock(\.self) }

    /// Whether memory is believed.
    package var isCurrent: Bool { desk.verifier.hearing.isCurrent }

    /// Begins to listen, at the end of the feed.
    package func connect() {
        position.withLock { $0 = queue.length }
        feed.listeningBegan()
    }

    /// Loses its connection, and with it all that it has not heard.
    package func disconnect() {
        position.withLock { $0 = nil }
        feed.listeningEnded()
    }

    /// Hears all that was said and it has not heard yet.
    package func listen() {
        while let next = next() {
            for reply in feed.heard(next) { queue.say(reply) }
        }
    }

    private func next() -> FeedMessage? {
        position.withLock { position in
            guard let here = position, let message = queue.message(here) else { return nil }
            position = here + 1
            return message
        }
    }

    /// Sends a heartbeat, which does not come back before the node listens.
    ///
    /// - Returns: Whether it did, or gave the connection up.
    @discardableResult
    package func beat() -> Bool {
        guard let heartbeat = feed.heartbeat() else { return false }
        queue.say(heartbeat)
        return true
    }

    /// Returns when a refill has ended, and says whether it could be done.
    package func refilled() async -> Bool {
        for await isDone in refills { return isDone }
        return false
    }

    /// Connects, and does all that it takes until memory is believed.
    package func join() async {
        connect()
        _ = await refilled()
        beat()
        listen()
    }

    /// Ends the patience of those who wait for a confirmation.
    package func losePatience() {
        measured.patience.open()
    }
}

private final class Measured: Sendable {
    let all = Lock<[FeedMeasurement]>([])
    let patience = Pause()
}
