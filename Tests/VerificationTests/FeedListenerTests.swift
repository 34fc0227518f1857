import CredentialFormat
import Locking
import Model
import Persistence
import TestSupport
import Testing
import Tokens
import Verification

@Suite("What else listens to the revocation feed")
struct FeedListenerTests {
    private final class Ear: FeedListener {
        let heard = Lock<[String]>([])

        func hear(_ changes: [Change], at now: Instant) { heard.withLock { $0.append("\(changes.count)") } }

        func forgetEverything() { heard.withLock { $0.append("everything") } }

        func hasHeardEverything(before moment: Int64) { heard.withLock { $0.append("before \(moment)") } }
    }

    @Test func `keys of organizations are forgotten by what other nodes change`() async throws {
        try await SampleNode.open { _, node in
            let tree = node.desk.tree
            let keys = OrganizationKeys(
                over: tree.store, wrappedBy: KeyEncryptionKeys(newest: MasterKey.generate()), now: tree.clock.now)
            let feed = RevocationFeed(
                node: ID(at: 0), verifier: node.desk.verifier, others: [keys], graceSeconds: 0, now: tree.clock.now)
            for forget in [
                { _ = feed.heard(.changes([.organization(tree.europe.id)])) }, { _ = feed.heard(.everything) },
                { feed.listeningBegan() },
            ] {
                _ = try await keys.key(of: tree.europe.id)
                #expect(keys.countInMemory == 1)
                forget()
                #expect(keys.countInMemory == 0)
            }
        }
    }

    @Test func `they hear everything in order, and what was heard once a heartbeat came back`() async throws {
        try await SampleNode.open { queue, node in
            let ear = Ear()
            let (refills, refilled) = AsyncStream.makeStream(of: Void.self)
            let other = ID<Node>(at: 7)
            let feed = RevocationFeed(
                node: other, verifier: node.desk.verifier, others: [ear], graceSeconds: 0,
                now: node.desk.tree.clock.now,
                clock: { queue.uptime }, measure: { if case .refill = $0 { refilled.yield() } })
            feed.listeningBegan()
            for await _ in refills { break }
            let sentAt = queue.uptime
            let heartbeat = try #require(feed.heartbeat())
            queue.wait(milliseconds: 20)
            _ = feed.heard(.changes([.apiKey(ID(at: 1)), .apiKey(ID(at: 2))]))
            _ = feed.heard(.heartbeat(node.feed.node, number: 1))
            _ = feed.heard(heartbeat)
            feed.listeningEnded()
            #expect(ear.heard.withLock { $0 } == ["everything", "2", "before \(sentAt)", "everything"])
        }
    }
}
