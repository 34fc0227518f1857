import CredentialFormat
import Credentials
import Limits
import Model
import Notices
import Organizations
import Persistence
import Policy
import ProductDefinition
import TestSupport
import Testing

@Suite("What comes of how credentials are used", .onEveryEngine)
struct UsageNoticeTests {
    private static let day = 86_400

    private func kinds(_ desk: NoticeDesk) async throws -> [[String]] {
        try await desk.events().map { [$0.kind.rawValue, $0.subject] }
    }

    @Test func `a network from which a credential was not used before is told once, and the first is told nobody`()
        async throws
    {
        try await SampleTree.open { tree in
            let desk = NoticeDesk(tree)
            let key = try await tree.key(in: tree.france, lifetimeSeconds: 300 * Self.day).credential
            let steps: [(address: String, told: Int)] = [
                ("192.0.2.1", 0), ("192.0.2.200", 0), ("198.51.100.7", 1), ("192.0.2.1", 0), ("198.51.100.8", 0),
                ("2001:db8:1:2::1", 1), ("2001:db8:1:3::1", 0),
            ]
            for step in steps {
                tree.clock.advance(seconds: 60)
                let (now, address) = (tree.clock.current, try #require(IPAddress(step.address)))
                try await tree.store.write { tx in
                    try tx.recordUse(apiKey: key.id, at: now, address: address)
                }
                #expect(try await desk.scanner.round(through: tree.store) == step.told, "\(step.address)")
                #expect(try await desk.scanner.round(through: tree.store) == 0)
            }
            let told = try await desk.events().map(\.body)
            #expect(told.count == 2 && told[0].contains(#""network":"198.51.100.0/24""#))
            #expect(told[1].contains(#""network":"2001:db8:1::/48""#))
            // What is used from everywhere is told of no more.
            for number in 0..<30 {
                tree.clock.advance(seconds: 60)
                let (now, address) = (tree.clock.current, try #require(IPAddress("10.0.\(number).1")))
                try await tree.store.write { tx in
                    try tx.recordUse(apiKey: key.id, at: now, address: address)
                }
                try await desk.scanner.round(through: tree.store)
            }
            #expect(try await desk.events().count == 8)
            #expect(try await tree.store.read { tx in try tx.networks(of: [ID(value: key.id.value)]) }.count == 16)
        }
    }

    @Test func `who is refused by the hundred in an hour is told of once a day, and limits do not count`() async throws
    {
        try await SampleTree.open { tree in
            let desk = NoticeDesk(tree)
            let key = try await tree.key(in: tree.france, lifetimeSeconds: 300 * Self.day).credential
            let other = try await tree.integration(in: tree.europe).credential
            func count(_ kind: KeptRefusal.Kind, _ id: ID<AnyEntity>, _ outcomes: [(String, Int)]) async throws {
                let hour = UsageSpan.hour.start(of: tree.clock.current)
                let calls = outcomes.map { outcome, count in
                    CountedCalls(
                        CallTraits(
                            account: tree.global.id, organization: tree.europe.id, kind: kind,
                            credential: id, secret: nil, scopes: "", outcome: outcome, status: 403),
                        in: hour, count: count)
                }
                try await tree.store.write { tx in try tx.add(calls) }
            }
            #expect(try await desk.scanner.round(through: tree.store) == 0)
            tree.clock.advance(seconds: 3600)
            try await count(.apiKey, ID(value: key.id.value), [("scope", 80), ("address", 40), ("admitted", 100)])
            try await count(.integration, ID(value: other.id.value), [("scope", 99), ("rate", 1000)])
            #expect(try await desk.scanner.round(through: tree.store) == 0, "The hour is not over.")
            tree.clock.advance(seconds: 3600 + 300)
            #expect(try await desk.scanner.round(through: tree.store) == 1)
            #expect(try await desk.scanner.round(through: tree.store) == 0)
            let event = try #require(try await desk.events().first)
            #expect(event.subject == key.id.description && event.path == tree.france.path)
            #expect(event.body.contains(#""calls":220,"refused":120"#) && event.body.contains(#""rule":"scope""#))
            // Of most calls that were let through, nothing is told, and of one day no more.
            try await count(.integration, ID(value: other.id.value), [("scope", 200), ("admitted", 1000)])
            try await count(.apiKey, ID(value: key.id.value), [("scope", 500)])
            tree.clock.advance(seconds: 3600 + 300)
            #expect(try await desk.scanner.round(through: tree.store) == 0)
        }
    }

    @Test func `a limit of a day is told at 80 and at 100 percent, of whoever it counts`() async throws {
        let product = try Product(
            yaml: """
                product: {name: Acme}
                scopes: {data.read: {description: Read}}
                rate_limits:
                  daily: {limit: 1000, per: day}
                  all: {limit: 1000, per: month, of: account}
                  trial: {limit: 10, per: day, mode: observe}
                  short: {limit: 10, per: minute}
                """, file: "claviger.yaml")
        try await SampleTree.open(product: product) { tree in
            let desk = NoticeDesk(tree)
            let key = try await tree.key(in: tree.france, lifetimeSeconds: 300 * Self.day).credential
            let limits = try #require(product.rateLimits.limits(ofPlan: nil, isOperator: false)).limits
            func use(_ name: String, _ used: Int64, by holder: ID<AnyEntity>) async throws {
                let limit = try #require(limits.first { $0.name == name })
                let window = LimitWindow(limit.period, in: limit.zone, at: tree.clock.current.milliseconds)
                let count = RateCount(
                    holder: holder, limit: Int64(bitPattern: limit.fingerprint), account: tree.global.id,
                    mark: window.start, used: used, idleAt: Instant(milliseconds: window.end))
                try await tree.store.write { tx in try tx.put([count]) }
            }
            try await use("daily", 799, by: ID(value: key.id.value))
            try await use("trial", 10, by: ID(value: key.id.value))
            try await use("short", 10, by: ID(value: key.id.value))
            #expect(try await desk.scanner.round(through: tree.store) == 0)
            try await use("daily", 800, by: ID(value: key.id.value))
            try await use("all", 1200, by: ID(value: tree.global.id.value))
            #expect(try await desk.scanner.round(through: tree.store) == 2)
            try await use("daily", 1000, by: ID(value: key.id.value))
            #expect(try await desk.scanner.round(through: tree.store) == 1)
            #expect(try await desk.scanner.round(through: tree.store) == 0)
            let events = try await desk.events()
            #expect(Set(events.map(\.kind)) == [.limitReached])
            let ofKey = events.filter { $0.subject == key.id.description }
            #expect(ofKey.count == 2 && ofKey.allSatisfy { $0.path == tree.france.path })
            #expect(ofKey.contains { $0.body.contains(#""percent":80,"period":"day","amount":1000,"used":800"#) })
            #expect(ofKey.contains { $0.body.contains(#""percent":100"#) })
            #expect(events.contains { $0.subject == tree.global.id.description && $0.path == tree.global.path })
            // The next day begins anew.
            tree.clock.advance(seconds: Self.day)
            #expect(try await desk.scanner.round(through: tree.store) == 0)
            try await use("daily", 900, by: ID(value: key.id.value))
            #expect(try await desk.scanner.round(through: tree.store) == 1)
        }
    }

    @Test func `another plan is told of the account`() async throws {
        let product = try Product(
            yaml: """
                product: {name: Acme}
                scopes: {data.read: {description: Read}}
                plans: {team: {title: Team, features: []}}
                """, file: "claviger.yaml")
        try await SampleTree.open(product: product) { tree in
            let desk = NoticeDesk(tree)
            try await desk.scanner.round(through: tree.store)
            try await tree.store.write { tx in
                for edit in [AccountEdit(name: "Globe"), AccountEdit(plan: .some("team"))] {
                    _ = try tree.accounts.edit(tree.global.id, edit, as: SampleTree.theOperator, tx: tx)
                }
            }
            #expect(
                try await eventually(within: .seconds(120)) { try await desk.scanner.round(through: tree.store) == 1 })
            let event = try #require(try await desk.events().first)
            #expect(event.kind == .planChanged && event.subject == tree.global.id.description)
            #expect(event.body.contains(#""plan":"team""#))
        }
    }
}
