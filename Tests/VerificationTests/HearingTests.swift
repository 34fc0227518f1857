import CredentialFormat
import Credentials
import Model
import Persistence
import TestSupport
import Testing
import Verification

@Suite("Whether memory is believed (law 5)")
struct HearingTests {
    @Test func `only when all was read anew and a heartbeat came back`() async throws {
        try await withNode { _, node in
            #expect(!node.isCurrent)
            node.connect()
            #expect(await node.refilled())
            #expect(!node.isCurrent)
            node.beat()
            #expect(!node.isCurrent)
            node.listen()
            #expect(node.isCurrent)
        }
        try await withNode { _, node in
            let reading = node.desk.store.pauseNextRead()
            node.connect()
            node.beat()
            node.listen()
            await reading.reached()
            #expect(!node.isCurrent)
            reading.open()
            #expect(await node.refilled())
            #expect(node.isCurrent)
        }
    }

    @Test func `until 750 ms after the heartbeat was sent, however late it came back`() async throws {
        try await withNode { queue, node in
            await node.join()
            node.beat()
            queue.wait(milliseconds: 700)
            node.listen()
            #expect(node.isCurrent)
            queue.wait(milliseconds: 50)
            #expect(node.isCurrent)
            queue.wait(milliseconds: 1)
            #expect(!node.isCurrent)
        }
    }

    @Test func `a heartbeat that is late suspends it, and nothing has to be read again`() async throws {
        try await withNode { queue, node in
            await node.join()
            let key = try await node.desk.tree.key(in: node.desk.tree.europe)
            node.listen()
            #expect(try await node.desk.verdict(key.secret).rule == nil)
            queue.wait(milliseconds: 1500)
            #expect(!node.isCurrent)
            node.beat()
            node.listen()
            #expect(node.isCurrent)
            let reads = node.desk.store.reads
            #expect(try await node.desk.verdict(key.secret).rule == nil)
            #expect(node.desk.store.reads == reads)
        }
    }

    @Test func `a heartbeat proves nothing on another connection, nor does that of another node`() async throws {
        try await withNode { queue, node in
            let other = try await queue.node()
            await other.join()
            await node.join()
            node.beat()
            node.disconnect()
            #expect(!node.isCurrent)
            let before = try #require(queue.last)
            node.connect()
            #expect(await node.refilled())
            // Sent before the loss, committed after it.
            queue.say(before)
            other.beat()
            node.listen()
            #expect(!node.isCurrent)
            node.beat()
            node.listen()
            #expect(node.isCurrent)
        }
    }

    @Test func `a connection that brings back no heartbeat for two seconds is given up`() async throws {
        try await withNode { _, node in
            await node.join()
            for _ in 0..<8 { #expect(node.beat()) }
            #expect(!node.beat())
            node.listen()
            for _ in 0..<8 { #expect(node.beat()) }
            #expect(!node.beat())
        }
    }

    @Test func `a process that was stopped for long has its next heartbeat to go by`() async throws {
        try await withNode { queue, node in
            await node.join()
            queue.wait(milliseconds: 60_000)
            #expect(!node.isCurrent)
            #expect(node.beat())
            node.listen()
            #expect(node.isCurrent)
        }
    }

    @Test func `what could not be read anew is tried again with the next heartbeat`() async throws {
        try await withNode { _, node in
            node.desk.store.isGone = true
            node.connect()
            #expect(await node.refilled() == false)
            node.beat()
            node.listen()
            #expect(await node.refilled() == false)
            #expect(!node.isCurrent)
            node.desk.store.isGone = false
            node.beat()
            #expect(await node.refilled())
            node.listen()
            #expect(node.isCurrent)
        }
    }

    @Test(arguments: ["everything", "gossip of a later version"])
    func `after more than is worth naming, all is read anew first`(_ payload: String) async throws {
        try await withNode { queue, node in
            await node.join()
            let key = try await node.desk.tree.key(in: node.desk.tree.europe)
            node.listen()
            #expect(try await node.desk.verdict(key.secret).rule == nil)
            let reading = node.desk.store.pauseNextRead()
            queue.say(FeedMessage(payload: payload))
            node.beat()
            node.listen()
            await reading.reached()
            #expect(!node.isCurrent)
            reading.open()
            #expect(await node.refilled())
            #expect(node.isCurrent)
            let reads = node.desk.store.reads
            #expect(try await node.desk.verdict(key.secret).rule == nil)
            #expect(node.desk.store.reads == reads + 1)
        }
    }

    @Test func `where one process owns the database, always`() {
        #expect(Hearing.always.isCurrent)
    }

    private func withNode(_ use: (SampleFeed, SampleNode) async throws -> Void) async throws {
        try await SampleTree.open { tree in
            let queue = SampleFeed(tree)
            try await use(queue, try await queue.node())
        }
    }
}

@Suite("How nodes confirm to each other what they have heard")
struct ConfirmationTests {
    @Test func `where nobody else is, at once`() async throws {
        try await withNodes(1) { queue, nodes in
            queue.wait(milliseconds: 1000)
            #expect(await nodes[0].feed.confirmation(within: .seconds(1)) == .alone)
        }
    }

    @Test func `all answer once they have heard what came before`() async throws {
        try await withNodes(3) { queue, nodes in
            let question = queue.length
            async let confirmation = nodes[0].feed.confirmation(within: .seconds(1))
            await queue.grown(beyond: question)
            queue.wait(milliseconds: 7)
            nodes[1].listen()
            nodes[2].listen()
            nodes[0].listen()
            let answer = await confirmation
            #expect(answer == FeedConfirmation(nodes: 3, confirmed: 3, milliseconds: 7))
            #expect(nodes[0].measurements.contains(.confirmation(nanoseconds: 7_000_000)))
        }
    }

    @Test func `one that does not answer is said to be missing`() async throws {
        try await withNodes(3) { queue, nodes in
            let question = queue.length
            async let confirmation = nodes[0].feed.confirmation(within: .seconds(1))
            await queue.grown(beyond: question)
            nodes[1].listen()
            nodes[0].listen()
            queue.wait(milliseconds: 1000)
            nodes[0].losePatience()
            let answer = await confirmation
            #expect(answer == FeedConfirmation(nodes: 3, confirmed: 2, milliseconds: 1000))
            #expect(nodes[0].measurements.contains(.silence))
        }
    }

    @Test func `one that says farewell, or is silent for ten seconds, is not waited for`() async throws {
        try await withNodes(3) { queue, nodes in
            #expect(nodes[0].feed.nodeCount == 3)
            queue.say(nodes[1].feed.farewell)
            nodes[0].listen()
            #expect(nodes[0].feed.nodeCount == 2)
            queue.wait(milliseconds: 10_500)
            nodes[0].beat()
            nodes[0].listen()
            #expect(nodes[0].feed.nodeCount == 1)
        }
    }

    @Test func `who was stopped for long does not take the others for gone`() async throws {
        try await withNodes(2) { queue, nodes in
            for _ in 0..<100 {
                queue.wait(milliseconds: 250)
                nodes[1].beat()
                nodes[1].listen()
            }
            nodes[0].beat()
            nodes[0].listen()
            #expect(nodes[0].feed.nodeCount == 2)
        }
    }

    @Test func `who has just begun to listen waits to learn who the others are`() async throws {
        try await withNodes(2) { queue, nodes in
            let late = try await queue.node()
            await late.join()
            let question = queue.length
            async let confirmation = late.feed.confirmation(within: .seconds(1))
            await queue.grown(beyond: question)
            late.beat()
            late.listen()
            for node in nodes {
                node.beat()
                node.listen()
            }
            late.listen()
            queue.wait(milliseconds: 750)
            late.beat()
            late.listen()
            let answer = await confirmation
            #expect(answer == FeedConfirmation(nodes: 3, confirmed: 3, milliseconds: 750))
        }
    }

    @Test func `who does not listen can speak for itself alone`() async throws {
        try await withNodes(2) { _, nodes in
            nodes[0].disconnect()
            let confirmation = await nodes[0].feed.confirmation(within: .seconds(1))
            #expect(confirmation == FeedConfirmation(nodes: 2, confirmed: 1, milliseconds: 0))
        }
    }

    @Test func `whose connection is lost while it waits is told what is known`() async throws {
        try await withNodes(2) { queue, nodes in
            let question = queue.length
            async let confirmation = nodes[0].feed.confirmation(within: .seconds(1))
            await queue.grown(beyond: question)
            nodes[0].disconnect()
            let answer = await confirmation
            #expect(answer == FeedConfirmation(nodes: 2, confirmed: 1, milliseconds: 0))
            #expect(nodes[0].measurements.contains(.loss))
        }
    }

    /// Nodes that listen, and know of each other.
    private func withNodes(_ count: Int, _ use: (SampleFeed, [SampleNode]) async throws -> Void) async throws {
        try await SampleTree.open { tree in
            let queue = SampleFeed(tree)
            var nodes: [SampleNode] = []
            for _ in 0..<count { nodes.append(try await queue.node()) }
            for node in nodes { await node.join() }
            for _ in 0..<4 {
                queue.wait(milliseconds: 250)
                for node in nodes { node.beat() }
                for node in nodes { node.listen() }
            }
            try await use(queue, nodes)
        }
    }
}
