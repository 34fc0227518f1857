import Persistence
import TestSupport
import Testing
import Verification

@Suite("The nodes as one of them sees them", .onEveryEngine)
struct FeedViewTests {
    @Test func `a node tells whom it has heard, how long ago, and whether it believes its memory`() async throws {
        try await SampleNode.open { queue, node in
            #expect(node.feed.view(definition: "d").others == [])
            let second = try await queue.node()
            await second.join()
            queue.wait(milliseconds: 300)
            second.beat()
            node.listen()
            queue.wait(milliseconds: 250)
            let view = node.feed.view(definition: "d")
            #expect(view.node == node.feed.node && view.isShared && view.definition == "d")
            #expect(view.others == [FeedView.Other(node: second.feed.node, silence: 250)])
            #expect(view.isTrusted)
            queue.wait(milliseconds: 1000)
            let later = node.feed.view(definition: "d")
            #expect(!later.isTrusted && later.others.map(\.silence) == [1250])
            _ = node.feed.heard(second.feed.farewell)
            #expect(node.feed.view(definition: "d").others == [])
        }
    }
}
