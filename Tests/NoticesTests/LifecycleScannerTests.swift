import CredentialFormat
import Credentials
import Model
import Notices
import Organizations
import Persistence
import ProductDefinition
import TestSupport
import Testing
import Tokens
import Verification

@Suite("What becomes of credentials", .onEveryEngine)
struct LifecycleScannerTests {
    private static let day = 86_400

    @Test func `is told when it comes to be so, once, however many nodes look at the same time`() async throws {
        try await StoreUnderTest.current.openNodes(2) { stores in
            let tree = try await SampleTree(in: stores[0])
            let desk = NoticeDesk(tree)
            let (key, integration) = (
                try await tree.key(in: tree.france, lifetimeSeconds: 100 * Self.day).credential,
                try await tree.integration(in: tree.europe).credential
            )
            let contact = try await tree.contact(in: tree.europe)
            let accessKey = try await tree.accessKey(of: contact).credential
            // Nobody hears that what was given for a day ends in a day.
            _ = try await tree.key(in: tree.france, lifetimeSeconds: Self.day)
            var told: [[String]] = []
            for day in 0...101 {
                let scanner = desk.scanner
                let counts = await race(4) { try await scanner.round(through: stores[$0 % 2]) }
                #expect(counts.filter { !$0.isSuccess }.isEmpty)
                let count = try counts.reduce(0) { try $0 + $1.get() }
                let events = try await desk.events().dropFirst(told.count)
                #expect(count == events.count)
                told += events.map { ["\(day)", $0.kind.rawValue, $0.subject] }
                // Of what is used, nobody is told that it is not.
                try await tree.store.write { tx in
                    guard day == 20 else { return }
                    try tx.recordUse(
                        clientSecret: ID(at: 1), of: .integration(integration.id), at: tree.clock.current, address: nil)
                }
                tree.clock.advance(seconds: Self.day)
            }
            let expected: [[String]] = [
                ["1", "credential.expired", "another key"],
                ["30", "credential.never_used", key.id.description],
                ["30", "credential.never_used", accessKey.id.description],
                ["70", "credential.expiring", key.id.description],
                ["93", "credential.expiring", key.id.description],
                ["99", "credential.expiring", key.id.description],
                ["100", "credential.expired", key.id.description],
            ]
            let known = [key.id.description, integration.id.description, accessKey.id.description]
            let named = told.map { [$0[0], $0[1], known.contains($0[2]) ? $0[2] : "another key"] }
            #expect(Set(named) == Set(expected))
            #expect(named.count == expected.count)
            let bodies = try await desk.events().map(\.body)
            #expect(bodies.contains { $0.contains(#""type":"credential.expiring""#) && $0.contains(#""days":7"#) })
            #expect(bodies.allSatisfy { $0.contains(#""account_id":"\#(tree.global.id)""#) })
        }
    }

    @Test func `an old secret that nobody uses any more can be ended, and who left is told for what they looked after`()
        async throws
    {
        try await SampleTree.open { tree in
            let desk = NoticeDesk(tree)
            // From now on the audit log is followed.
            try await desk.scanner.round(through: tree.store)
            let member = try await tree.store.write { tx in
                try tree.members.create(
                    MemberDraft(email: "ada@example.com", name: "Ada", roles: ["developer"]), in: tree.europe.id,
                    as: SampleTree.theOperator, tx: tx)
            }
            let ada = Actor(
                .member(member.id), reach: .subtree(tree.europe.path), permissions: SampleTree.customerRights,
                requestID: "r", address: nil)
            let key = try await tree.key(in: tree.europe, lifetimeSeconds: 60 * Self.day, as: ada).credential
            let integration = try await tree.integration(in: tree.europe, as: ada).credential
            try await tree.store.write { tx in
                _ = try tree.apiKeys.rotate(
                    key.id, in: tree.europe.id, overlapSeconds: Self.day, as: SampleTree.theOperator, tx: tx)
                _ = try tree.integrations.rotate(
                    integration.id, in: tree.europe.id, overlapSeconds: Self.day, as: SampleTree.theOperator, tx: tx)
            }
            tree.clock.advance(seconds: 6 * 3600 - 1)
            #expect(try await desk.scanner.round(through: tree.store) == 0)
            tree.clock.advance(seconds: 1)
            #expect(try await desk.scanner.round(through: tree.store) == 2)
            tree.clock.advance(seconds: 3600)
            try await tree.store.write { tx in
                try tree.members.delete(member.id, in: tree.europe.id, as: SampleTree.theOperator, tx: tx)
            }
            #expect(
                try await eventually(within: .seconds(120)) { try await desk.scanner.round(through: tree.store) == 2 })
            #expect(try await desk.scanner.round(through: tree.store) == 0)
            let events = try await desk.events().map { [$0.kind.rawValue, $0.subject] }
            let kinds = ["credential.old_secret_idle", "credential.creator_left"]
            let both = [key.id.description, integration.id.description]
            #expect(Set(events) == Set(kinds.flatMap { kind in both.map { [kind, $0] } }))

            // Ended by two changes, it is told once, and without the secret.
            let leaked = try await tree.key(in: tree.europe)
            let leaks = LeakService(
                product: tree.product, peppers: { [keys = tree.keys] in keys.keys.peppers },
                safe: ClientSecretSafe(keyRing: tree.keys), now: tree.clock.now)
            let secret = try #require(
                PresentedSecret(parsing: Array(leaked.secret.utf8), in: tree.product.secretFormats))
            let outcome = try await tree.store.write { tx in
                let occasion = LeakService.Occasion(
                    .partner(foundAt: "https://partner.example/a"), requestID: "req-leak", address: nil)
                return try leaks.end(secret, by: .revoke, on: occasion, tx: tx)?.outcome
            }
            #expect(outcome == .revoked)
            #expect(
                try await eventually(within: .seconds(120)) { try await desk.scanner.round(through: tree.store) == 1 })
            #expect(try await desk.scanner.round(through: tree.store) == 0)
            let told = try #require(try await desk.events().first { $0.kind == .leaked })
            #expect(told.subject == leaked.credential.id.description)
            #expect(told.body.contains(#""told_by":"partner","found_at":"https://partner.example/a""#))
            #expect(!told.body.contains(leaked.secret))
        }
    }

    @Test func `an account's callers see their own, and nobody else's`() async throws {
        try await SampleTree.open { tree in
            let desk = NoticeDesk(tree)
            try await desk.tell("key_1", occasion: "1", in: tree.france)
            try await desk.tell("key_2", occasion: "1", in: tree.stranger)
            let service = desk.service
            func subjects(_ organization: Organization, as caller: Organization) async throws -> [String] {
                try await ActorStore(tree.store).read(as: tree.caller(of: caller)) { tx in
                    try service.events(
                        in: organization.id, includeDescendants: true, page: Page(), as: tree.caller(of: caller), tx: tx
                    ).items.map(\.subject)
                }
            }
            #expect(try await subjects(tree.europe, as: tree.europe) == ["key_1"])
            #expect(try await subjects(tree.stranger, as: tree.stranger) == ["key_2"])
            await #expect(throws: Refusal.notFound) { try await subjects(tree.europe, as: tree.stranger) }
        }
    }
}
