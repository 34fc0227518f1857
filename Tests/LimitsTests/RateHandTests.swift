import Limits
import Testing

@Suite("Limits: what several nodes have in hand")
struct RateHandTests {
    /// Nodes over one meter, on a clock that the test moves. Questions are answered some milliseconds later, in one order.
    private struct Cluster {
        struct Node {
            var hand = RateHand()
            var question: (question: RateQuestion, dueAt: Int64)?
            var isPaused = false
            var isCutOff = false
        }

        let limit: RateLimit
        let latency: Int64
        var nodes: [Node]
        var meter = RateMeter()
        /// Uptime; the shared clock runs with it.
        var now: Int64 = 1_000_000
        /// When calls were let through.
        var passed: [Int64] = []
        static let epoch: Int64 = 1_799_999_000_000

        init(_ limit: RateLimit, nodes: Int, latency: Int64 = 10) {
            self.limit = limit
            self.latency = latency
            self.nodes = Array(repeating: Node(), count: nodes)
        }

        /// One call at a node. Where it would wait, it is tried again by whoever calls.
        @discardableResult
        mutating func call(_ index: Int) -> Bool? {
            guard !nodes[index].isPaused else { return nil }
            var hands = [nodes[index].hand]
            let outcome = RateVerdict.spend(1, of: [limit], &hands, at: now, mayWait: true)
            nodes[index].hand = hands[0]
            var passes: Bool?
            if case .settled(let verdict) = outcome { passes = !verdict.isRefused }
            if passes == true { passed.append(now) }
            let isWanted =
                passes == nil ? nodes[index].hand.isWaitedFor : nodes[index].hand.wantsMore(at: now)
            if !nodes[index].hand.isAsked, isWanted { ask(index) }
            return passes
        }

        private mutating func ask(_ index: Int) {
            let question = nodes[index].hand.ask(under: limit, at: now)
            nodes[index].question = (question, now + latency)
        }

        mutating func advance(_ milliseconds: Int64) {
            now += milliseconds
            for index in nodes.indices where !nodes[index].isPaused {
                if let (question, dueAt) = nodes[index].question, dueAt <= now {
                    nodes[index].question = nil
                    if nodes[index].isCutOff {
                        nodes[index].hand.fail(question, at: now)
                    } else {
                        let answer = meter.answer(question, under: limit, at: Self.epoch + now)
                        nodes[index].hand.hear(answer, to: question, at: now)
                    }
                }
                if now % 1000 < milliseconds, nodes[index].hand.hasLapsed(under: limit, at: now) { ask(index) }
            }
        }

        /// The node ends without a word, and another begins in its place.
        mutating func kill(_ index: Int) { nodes[index] = Node() }

        /// The most calls that passed within so many milliseconds.
        func most(within length: Int64) -> Int {
            var first = 0
            var most = 0
            for (last, time) in passed.enumerated() {
                while passed[first] <= time - length { first += 1 }
                most = max(most, last - first + 1)
            }
            return most
        }
    }

    @Test(arguments: [(100, 100), (100, 20), (600, 60), (6000, 6000)])
    func `bursts against one node and against all let through what the limit says, and 5 % and one a node more at most`(
        _ amount: Int, _ burst: Int
    ) {
        let limit = RateLimit(name: "m", amount: amount, per: .minute, burst: burst)
        for targets in [[0], [0, 1, 2]] {
            var cluster = Cluster(limit, nodes: 3)
            // All at once first, and again after everything has settled, and then all the time for three minutes.
            for _ in 0..<burst * 2 { for target in targets { cluster.call(target) } }
            for _ in 0..<50 {
                cluster.advance(10)
                for _ in 0..<burst { for target in targets { cluster.call(target) } }
            }
            #expect(cluster.passed.count >= burst * 95 / 100)
            #expect(cluster.passed.count <= burst + amount / 100 + 3)
            for _ in 0..<18_000 {
                cluster.advance(10)
                for target in targets { for _ in 0..<3 { cluster.call(target) } }
            }
            let allowed = burst + amount + amount * 5 / 100 + 3
            #expect(cluster.most(within: 60_000) <= allowed, "\(targets)")
            #expect(cluster.passed.count >= burst + amount * 3 * 95 / 100, "\(targets)")
        }
    }

    @Test func `a node that is killed, stands still or is cut off lets nobody through beyond the bound`() {
        let limit = RateLimit(name: "m", amount: 600, per: .minute, burst: 100)
        var random: UInt64 = 42
        func draw(_ count: UInt64) -> UInt64 {
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (random >> 33) % count
        }
        for round in 0..<5 {
            var cluster = Cluster(limit, nodes: 3, latency: Int64(5 + draw(200)))
            var killed = 0
            for _ in 0..<12_000 {
                cluster.advance(10)
                for _ in 0..<draw(6) { cluster.call(Int(draw(3))) }
                let node = Int(draw(3))
                switch draw(400) {
                case 0:
                    cluster.kill(node)
                    killed += 1
                case 1: cluster.nodes[node].isPaused.toggle()
                case 2: cluster.nodes[node].isCutOff.toggle()
                default: break
                }
            }
            // One more a node, and what a node that was killed had let through on credit.
            #expect(cluster.most(within: 60_000) <= 100 + 600 + 30 + 3 + killed, "round \(round)")
            #expect(cluster.passed.count > 300)
        }
    }

    @Test func `a window gives no more than its quota, whatever becomes of the nodes`() {
        let limit = RateLimit(name: "h", amount: 1000, per: .hour)
        var cluster = Cluster(limit, nodes: 3)
        for step in 0..<30_000 {
            cluster.advance(10)
            for node in 0..<3 where (step / 500 + node) % 3 != 0 { cluster.call(node) }
            if step == 300 { cluster.kill(1) }
            if step == 400 { cluster.nodes[2].isCutOff = true }
            if step == 900 { cluster.nodes[2].isCutOff = false }
        }
        // The node that was killed had at most a twentieth in hand.
        #expect(cluster.passed.count <= 1000 + 4)
        #expect(cluster.passed.count >= 1000 - 50)
    }

    @Test func `who calls seldom never waits, and takes nothing that others need`() {
        let limit = RateLimit(name: "m", amount: 60, per: .minute, burst: 10)
        var cluster = Cluster(limit, nodes: 3)
        for number in 0..<100 {
            #expect(cluster.call(number % 3) == true)
            for _ in 0..<200 { cluster.advance(10) }
            #expect(cluster.nodes.allSatisfy { !$0.hand.holdsAnything })
        }
        #expect(cluster.meter.standing(under: limit, at: Cluster.epoch + cluster.now).remaining == 10)
    }
}
