import CredentialFormat
import Limits
import Model
import Persistence
import Policy
import TestSupport
import Testing
import Verification

@Suite("Rate limits that nodes share", .onEveryEngine)
struct SharedRateLimitTests {
    private let account = ID<Organization>(at: 7)
    private let terms = KnownTerms(scopes: .empty, addresses: .anywhere)
    private let now = Instant(seconds: 1_800_000_000)

    private func caller() -> KnownCredential {
        let key = APIKey(
            id: ID(value: 5), organization: account, name: "", description: nil, scopes: .empty, addresses: .anywhere,
            hint: SecretHint(stored: ""), createdAt: now, expiresAt: now.adding(seconds: 3600), disabledAt: nil,
            rotatedAt: now, previousExpiresAt: nil, createdBy: "", lastUse: nil)
        let standing = Standing(
            path: OrganizationPath(root: account), isSuspended: false, isOperator: false, features: [], validities: [])
        return .apiKey(
            KnownAPIKey(
                key, by: Fingerprint(of: "key"), expiresAt: key.expiresAt, terms: terms, ownsTerms: false,
                standing: standing, epoch: 0))
    }

    /// Whether a call passes, with whatever waiting it takes.
    private func passes(_ limiter: RateLimiter, _ set: RateLimitSet, _ caller: KnownCredential) async -> Bool {
        for attempt in 0..<5 {
            switch limiter.take(1, by: caller, under: set, at: now, mayWait: attempt < 4) {
            case .settled(let verdict): return !verdict.isRefused
            case .waits: await limiter.settled()
            case .none: return true
            }
        }
        return false
    }

    /// How many of so many calls at once pass, at each of the nodes.
    private func burst(_ count: Int, at nodes: [RateLimiter], _ set: RateLimitSet) async -> [Int] {
        let caller = caller()
        return await withTaskGroup(of: (Int, Bool).self) { group in
            for _ in 0..<count {
                for (index, node) in nodes.enumerated() {
                    group.addTask { (index, await passes(node, set, caller)) }
                }
            }
            var passed = Array(repeating: 0, count: nodes.count)
            for await (index, isPassed) in group where isPassed { passed[index] += 1 }
            return passed
        }
    }

    /// The end of a month is far enough from every run but one in many thousands.
    private let monthly = RateLimit(name: "monthly", amount: 300, per: .month)

    @Test func `a burst at one node passes up to the quota, one at all of them passes it by one a node at most`()
        async throws
    {
        try await SampleTree.open { tree in
            let set = try #require(RateLimitSet([monthly]))
            let nodes = (0..<3).map { _ in RateLimiter(sharing: tree.store) }
            let first = await burst(250, at: [nodes[0]], set)
            #expect(first == [250])
            let all = await burst(200, at: nodes, set).reduce(0, +)
            #expect((35...53).contains(all), "\(all)")
            var after = 0
            for node in nodes { after += await burst(60, at: [node], set).reduce(0, +) }
            #expect(250 + all + after <= 303)
        }
    }

    /// On SQLite they share a store, so nobody meets anybody.
    @Test func `many nodes that overrun one limit of an account are refused for the limit, not because they meet`()
        async throws
    {
        try await StoreUnderTest.current.openNodes(6) { stores in
            let set = try #require(
                RateLimitSet([RateLimit(name: "account", amount: 900, per: .month, of: .account)]))
            let nodes = stores.map { RateLimiter(sharing: $0) }
            let passed = await burst(250, at: nodes, set)
            let all = passed.reduce(0, +)
            // A hand holds 45 at most, which its node has no more calls for.
            #expect((900 - 6 * 45...906).contains(all), "\(passed)")
            for (node, store) in zip(nodes, stores) {
                await node.settled()
                try await node.flush(to: store, isLast: true)
            }
            let used = try await stores[0].read { tx in
                try tx.rateCounts(of: [ID(value: account.value)]).map(\.used)
            }
            #expect(used.count == 1 && used[0] >= Int64(all), "\(used)")
        }
    }

    @Test func `tokens that came to nothing are there again, and nodes together give no more than there are`()
        async throws
    {
        try await SampleTree.open { tree in
            let limit = RateLimit(name: "tokens", amount: 20, per: .month, counting: .tokens)
            let set = try #require(RateLimitSet([limit])?.tokens)
            let id = ID<Integration>(value: 9)
            let integration = Integration(
                id: id, organization: account, label: "", scopes: .empty, addresses: .anywhere, accessTokenSeconds: nil,
                tokenFormat: .sealed, createdAt: now, createdBy: "")
            let client = KnownClient(
                id: .integration(id), kind: .integration(integration), secrets: [],
                standing: Standing(
                    path: OrganizationPath(root: account), isSuspended: false, isOperator: false, features: [],
                    validities: []), validity: Validity())
            let nodes = (0..<2).map { _ in RateLimiter(sharing: tree.store) }
            func take(_ node: RateLimiter) async -> RateLimiter.TokenCount? {
                for attempt in 0..<5 {
                    switch node.takeToken(by: client, under: set, at: now, mayWait: attempt < 4) {
                    case .settled(let count): return count.verdict.isRefused ? nil : count
                    case .waits: await node.settled()
                    case .none: return nil
                    }
                }
                return nil
            }
            for turn in 0..<60 {
                let node = nodes[turn % 2]
                if let count = await take(node) { node.giveBack(count, at: now) }
            }
            for node in nodes { try await node.flush(to: tree.store, isLast: true) }
            var given = 0
            for turn in 0..<60 where await take(nodes[turn % 2]) != nil { given += 1 }
            #expect((19...22).contains(given), "\(given)")
        }
    }

    @Test func `a quota survives the end of all nodes, and what they had in hand is there again`() async throws {
        try await SampleTree.open { tree in
            let set = try #require(RateLimitSet([monthly]))
            let node = RateLimiter(sharing: tree.store)
            #expect(await burst(120, at: [node], set) == [120])
            await node.settled()
            try await node.flush(to: tree.store, isLast: true)
            let next = RateLimiter(sharing: tree.store)
            #expect(await burst(300, at: [next], set).reduce(0, +) == 180)
        }
    }

    @Test func `one process writes windows down, and the next goes on from there`() async throws {
        try await SampleTree.open { tree in
            let set = try #require(RateLimitSet([monthly, RateLimit(name: "minute", amount: 500, per: .minute)]))
            let process = RateLimiter()
            #expect(await burst(120, at: [process], set) == [120])
            try await process.flush(to: tree.store, isLast: true)
            let counts = try await tree.store.read { [now] tx in try tx.rateCounts(liveAt: now, limit: 10) }
            #expect(counts.map(\.used) == [120])
            let next = RateLimiter()
            next.load(counts)
            #expect(await burst(300, at: [next], set).reduce(0, +) == 180)
        }
    }
}
