import CredentialFormat
import HTTPServing
import HTTPTypes
import Locking
import Model
import Persistence
import TestSupport
import Testing
import Tokens

@testable import HTTPAPI

@Suite("Idempotent replies", .onEveryEngine)
struct IdempotentRepliesTests {
    /// A store with keys, and requests to create something there.
    private struct Desk: Sendable {
        let tree: SampleTree
        let replies: IdempotentReplies
        /// A member of Europe.
        let member: Actor
        let made = Counter()

        static func open(_ use: (Desk) async throws -> Void) async throws {
            try await SampleTree.open { tree in try await use(node(of: tree)) }
        }

        /// A node with a key ring of its own, which hears of no rotation.
        static func node(of tree: SampleTree, for member: Actor? = nil) async throws -> Desk {
            let ring = try await SampleTree.keyRing(over: tree.store, at: tree.clock)
            let replies = IdempotentReplies(keyRing: ring, now: tree.clock.now)
            return Desk(tree: tree, replies: replies, member: member ?? tree.caller(of: tree.europe))
        }

        /// One request, by the member unless by another; its reply says how many were made.
        func create(
            _ key: String = "k1", body: String = "{}", target: String = "POST /api/v1/things", as actor: Actor? = nil
        ) async throws -> Reply {
            let request = IdempotentReplies.KeyedRequest(
                key: try #require(IdempotencyKey(key)), actor: actor ?? member,
                caller: .permission(.apiKeysManage), target: target, body: Array(body.utf8))
            return try await replies.reply(to: request, in: ActorStore(tree.store)) { [made] _ in
                let number = made.next()
                return .created(at: "/things/\(number)", revision: 1) { $0.member("secret", "s\u{1F511}\(number)") }
            }
        }
    }

    private final class Counter: Sendable {
        private let count = Lock(0)
        func next() -> Int {
            count.withLock {
                $0 += 1; return $0
            }
        }
    }

    @Test func `a repetition is answered with the first reply, byte for byte, and creates nothing`() async throws {
        try await Desk.open { desk in
            let first = try await desk.create()
            desk.tree.clock.advance(seconds: 86_399)
            let second = try await desk.create()
            #expect(!first.isReplay)
            #expect(second.isReplay)
            #expect(second.body == first.body && second.entityTag == first.entityTag)
            #expect(second.location == first.location && second.status == first.status)
            #expect(desk.made.next() == 2)
        }
    }

    @Test func `of many equal requests at once one creates`() async throws {
        try await Desk.open { desk in
            let ends = await race(32) { _ in try await desk.create() }
            let replies = try ends.map { try $0.get() }
            #expect(replies.count { !$0.isReplay } == 1)
            #expect(Set(replies.map(\.body)).count == 1)
        }
    }

    @Test(arguments: [("{ }", "POST /api/v1/things"), ("{}", "POST /api/v1/others")])
    func `another request under the same key is refused`(_ body: String, _ target: String) async throws {
        try await Desk.open { desk in
            _ = try await desk.create()
            let refusal = await #expect(throws: ProblemDocument.self) {
                try await desk.create(body: body, target: target)
            }
            #expect(refusal?.type == "idempotency-key-reused")
            #expect(desk.made.next() == 2)
        }
    }

    @Test func `a key is its caller's own`() async throws {
        try await Desk.open { desk in
            _ = try await desk.create()
            let other = Actor(
                .apiKey(ID(at: 1)), reach: .subtree(desk.tree.europe.path), permissions: [.apiKeysManage],
                requestID: "req", address: nil)
            let reply = try await desk.create(as: other)
            #expect(!reply.isReplay)
            #expect(try await !desk.create("k2").isReplay)
        }
    }

    @Test func `after a day the key is free again`() async throws {
        try await Desk.open { desk in
            _ = try await desk.create()
            desk.tree.clock.advance(seconds: 86_401)
            #expect(try await !desk.create(body: #"{"other":1}"#).isReplay)
            #expect(try await desk.create(body: #"{"other":1}"#).isReplay)
        }
    }

    @Test func `a caller who has lost the right sees no reply again`() async throws {
        try await Desk.open { desk in
            _ = try await desk.create()
            let weaker = Actor(
                desk.member.identity, reach: desk.member.reach, permissions: [.apiKeysRead], requestID: "req",
                address: nil)
            await #expect(throws: Refusal.forbidden(.apiKeysManage)) { try await desk.create(as: weaker) }
        }
    }

    @Test func `an error is not kept, and what failed can be tried again`() async throws {
        try await Desk.open { desk in
            let request = IdempotentReplies.KeyedRequest(
                key: try #require(IdempotencyKey("k1")), actor: desk.member,
                caller: .permission(.apiKeysManage), target: "POST /api/v1/things", body: Array("{}".utf8))
            await #expect(throws: Refusal.notFound) {
                try await desk.replies.reply(to: request, in: ActorStore(desk.tree.store)) { _ in throw Refusal.notFound
                }
            }
            #expect(try await !desk.create().isReplay)
        }
    }

    @Test func `a node that has not heard of a rotation opens what another one sealed after it`() async throws {
        try await SampleTree.open { tree in
            let here = try await Desk.node(of: tree)
            let there = try await Desk.node(of: tree, for: here.member)
            for pace in [RotationPace.prompt, .immediate] {
                try await there.replies.keyRing.rotate([.replies], by: SampleTree.theOperator, pace: pace)
                let first = try await there.create("\(pace)")
                let again = try await here.create("\(pace)")
                #expect(again.isReplay)
                #expect(again.body == first.body)
            }
        }
    }

    @Test(arguments: [false, true])
    func `a reply under a leaked key that was replaced is lost, and nothing is created again`(
        _ isElsewhere: Bool
    ) async throws {
        try await SampleTree.open { tree in
            let here = try await Desk.node(of: tree)
            let there = try await Desk.node(of: tree, for: here.member)
            _ = try await here.create()
            // A prompt rotation leaves it; one for leaked keys does not.
            try await here.replies.keyRing.rotate([.replies], by: SampleTree.theOperator)
            #expect(try await here.create().isReplay)
            try await here.replies.keyRing.rotate([.replies], by: SampleTree.theOperator, pace: .immediate)
            tree.clock.advance(seconds: 1)
            let node = isElsewhere ? there : here
            try await node.replies.keyRing.reload()
            let refusal = await #expect(throws: ProblemDocument.self) { try await node.create() }
            #expect(refusal?.type == "first-reply-lost")
            #expect(refusal?.status == .conflict)
            #expect(here.made.next() == 2)
            #expect(there.made.next() == 1)
            #expect(try await !node.create("k2").isReplay)
        }
    }

    @Test func `neither the reply nor the request is kept in clear`() async throws {
        try await Desk.open { desk in
            _ = try await desk.create(body: #"{"password":"correct horse battery"}"#)
            let label = desk.member.label
            let found = try await desk.tree.store.read { tx in
                try tx.idempotentReply(actor: label, key: "k1", notBefore: Instant(milliseconds: 0))
            }
            let kept = try #require(found)
            #expect(!String(decoding: kept.sealed, as: UTF8.self).contains("secret"))
            #expect(kept.requestDigest.count == 32)
        }
    }
}
