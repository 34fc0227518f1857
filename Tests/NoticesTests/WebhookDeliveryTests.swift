import CredentialFormat
import Foundation
import Locking
import Model
import Notices
import Persistence
import ProductDefinition
import TestSupport
import Testing

@Suite("Webhooks on their way", .onEveryEngine)
struct WebhookDeliveryTests {
    @Test func `two nodes send each event once, and what is about one credential in order`() async throws {
        try await StoreUnderTest.current.openNodes(2) { stores in
            let tree = try await SampleTree(in: stores[0])
            let desk = NoticeDesk(tree)
            let endpoint = try await desk.endpoint(in: tree.europe).endpoint
            // Above and beside it, nothing is for it.
            for organization in [tree.global, tree.northAmerica, tree.stranger] {
                try await desk.tell("key_other", occasion: organization.id.description, in: organization)
            }
            for number in 0..<12 {
                try await desk.tell("key_\(number % 3)", occasion: "\(number)", in: tree.france)
            }
            let nodes = [1, 2].map { number in desk.node(on: stores[number - 1], number: number) { _ in taken } }
            while try await desk.deliveries(to: endpoint).contains(where: { $0.finishedAt == nil }) {
                let rounds = await race(2) { try await nodes[$0].round() }
                #expect(rounds.filter { !$0.isSuccess }.isEmpty)
            }
            #expect(Set(desk.sent.identifiers).count == 12)
            #expect(desk.sent.identifiers.count == 12)
            let order = Dictionary(uniqueKeysWithValues: try await desk.events().map { ($0.id.description, $0) })
            for subject in ["key_0", "key_1", "key_2"] {
                let occasions = desk.sent.identifiers.compactMap { order[$0] }.filter { $0.subject == subject }
                    .compactMap { Int($0.occasion) }
                #expect(occasions == occasions.sorted())
                #expect(occasions.count == 4)
            }
        }
    }

    @Test func `what a node had begun that is gone is sent by another, and the late one changes nothing`() async throws
    {
        try await SampleTree.open { tree in
            let desk = NoticeDesk(tree)
            let endpoint = try await desk.endpoint(in: tree.europe).endpoint
            try await desk.tell("key_1", occasion: "1", in: tree.europe)
            let (begun, arrival) = AsyncStream.makeStream(of: Void.self)
            let (waiting, release) = AsyncStream.makeStream(of: Void.self)
            let slow = desk.node(number: 1) { _ in
                arrival.yield()
                for await _ in waiting { break }
                return .answered(status: 500, retryAfter: nil, body: [])
            }
            let late = Task { try await slow.round() }
            for await _ in begun { break }
            let other = desk.node(number: 2) { _ in taken }
            #expect(try await other.round() == 0)
            try await tree.store.write { tx in
                try tx.perform("UPDATE webhook_delivery SET lease_until = 0 WHERE finished_at IS NULL")
            }
            #expect(try await other.round() == 1)
            release.yield()
            #expect(try await late.value == 1)
            let delivery = try #require(try await desk.deliveries(to: endpoint).first)
            #expect(delivery.state == .delivered)
            #expect(delivery.attempts == 1)
            #expect(Set(desk.sent.identifiers).count == 1)
        }
    }

    @Test func `what only a newer version knows is neither sent nor lost, and holds nothing up`() async throws {
        try await SampleTree.open { tree in
            let desk = NoticeDesk(tree)
            let endpoint = try await desk.endpoint(in: tree.europe).endpoint
            try await desk.tell("key_new", occasion: "1", in: tree.europe)
            let new = try #require(try await desk.events().first?.id.description)
            func rename(to kind: String) async throws {
                try await tree.store.write { tx in
                    try tx.perform("UPDATE lifecycle_event SET kind = \(kind) WHERE subject = 'key_new'")
                    try tx.perform("UPDATE webhook_delivery SET kind = \(kind) WHERE subject = 'key_new'")
                }
            }
            try await rename(to: "credential.of_tomorrow")
            try await desk.tell("key_1", occasion: "1", in: tree.europe)
            let node = desk.node { _ in taken }
            #expect(try await node.round() == 1)
            #expect(try await node.round() == 0)
            #expect(!desk.sent.identifiers.contains(new))
            #expect(try await desk.deliveries(to: endpoint).map(\.subject) == ["key_1"])
            #expect(try await desk.events().map(\.subject) == ["key_1"])
            try await rename(to: "credential.expired")
            #expect(try await node.round() == 1)
            #expect(desk.sent.identifiers.last == new)
        }
    }

    @Test(arguments: [true, false])
    func
        `what is on its way to an endpoint that is stopped is dropped in pieces, also when it is sent to again at once`(
            _ isSentToAgain: Bool
        ) async throws
    {
        try await SampleTree.open { tree in
            let desk = NoticeDesk(tree)
            let endpoint = try await desk.endpoint(in: tree.europe).endpoint
            let (now, path) = (tree.clock.current, tree.europe.path)
            let drafts = (0..<1100).map { number in
                EventDraft(
                    .expired, subject: "key_\(number % 100)", occasion: "\(number)", path: path, at: now,
                    [("name", .text("n"))])
            }
            #expect(try await tree.store.write { tx in try tx.tell(drafts, at: now) } == 1100)
            tree.clock.advance(seconds: 1)
            let (service, actor, organization) = (desk.service, tree.caller(of: tree.europe), tree.europe.id)
            func edit(isStopped: Bool) async throws {
                try await tree.store.write { tx in
                    _ = try service.edit(
                        endpoint.id, in: organization, WebhookEdit(isStopped: isStopped), as: actor, tx: tx)
                }
            }
            func count(_ condition: BoundSQL) async throws -> Int {
                try await tree.store.read { tx in
                    try tx.first("SELECT count(*) FROM webhook_delivery WHERE \(part: condition)") { row in
                        Int(try row.integer(0))
                    } ?? 0
                }
            }
            try await edit(isStopped: true)
            #expect(try await count("finished_at IS NULL") == 600)
            let node = desk.node { _ in taken }
            if isSentToAgain {
                try await edit(isStopped: false)
                while try await node.round() > 0 {}
            } else {
                #expect(try await node.round() == 0)
            }
            #expect(try await count("finished_at IS NULL") == 0)
            #expect(try await count("state = 'abandoned'") == 1100)
            #expect(desk.sent.all.isEmpty)
            guard isSentToAgain else { return }
            // What it missed goes out where somebody wants it to.
            let recovered = try await tree.store.write { tx in
                try service.recover(endpoint.id, in: organization, since: now, as: actor, tx: tx)
            }
            #expect(recovered.count == 500)
            #expect(recovered.hasMore)
            while try await node.round() > 0 {}
            #expect(Set(desk.sent.identifiers).count == 500)
        }
    }

    @Test
    func `what an account has sent by hand has a bound, whichever endpoint it is for, and comes back by the minute`()
        async throws
    {
        try await SampleTree.open { tree in
            let desk = NoticeDesk(tree)
            let first = try await desk.endpoint(in: tree.europe).endpoint
            let second = try await desk.endpoint(in: tree.europe).endpoint
            let other = try await desk.endpoint(in: tree.stranger).endpoint
            let service = desk.service
            func test(_ endpoint: WebhookEndpoint, in organization: Organization) async throws -> Int? {
                tree.clock.set(tree.clock.current.next)
                do {
                    try await tree.store.write { tx in
                        _ = try service.test(
                            endpoint.id, in: organization.id, as: tree.caller(of: organization), tx: tx)
                    }
                    return nil
                } catch Refusal.tooOften(let seconds) {
                    return seconds
                }
            }
            for number in 0..<60 {
                #expect(try await test(number % 2 == 0 ? first : second, in: tree.europe) == nil)
            }
            let wait = try #require(try await test(first, in: tree.europe))
            #expect((59...60).contains(wait))
            #expect(try await test(second, in: tree.europe) != nil)
            #expect(try await test(other, in: tree.stranger) == nil)
            let delivery = try #require(try await desk.deliveries(to: first).first)
            let (actor, organization) = (tree.caller(of: tree.europe), tree.europe.id)
            await #expect(throws: Refusal.self) {
                try await tree.store.write { tx in
                    _ = try service.replay(delivery.id, to: first.id, in: organization, as: actor, tx: tx)
                }
            }
            await #expect(throws: Refusal.self) {
                try await tree.store.write { tx in
                    _ = try service.recover(
                        first.id, in: organization, since: Instant(milliseconds: 0), as: actor, tx: tx)
                }
            }
            tree.clock.advance(seconds: wait)
            #expect(try await test(second, in: tree.europe) == nil)
            #expect(try await test(second, in: tree.europe) != nil)
            // A clock that was set back keeps nobody out for a day.
            tree.clock.advance(seconds: -86_400)
            #expect(try await test(second, in: tree.europe) == nil)
        }
    }

    @Test func `nothing of a suspended account is sent, and it waits; without webhooks in the plan it is dropped`()
        async throws
    {
        try await SampleTree.open { tree in
            let desk = NoticeDesk(tree)
            let endpoint = try await desk.endpoint(in: tree.europe).endpoint
            func suspend(at time: Instant?) async throws {
                try await tree.store.write { tx in
                    try tx.perform(
                        "UPDATE account SET suspended_at = \(time.stored) WHERE organization_id = \(tree.global.id)")
                }
            }
            let node = desk.node { _ in taken }
            try await suspend(at: tree.clock.current)
            try await desk.tell("key_1", occasion: "1", in: tree.europe)
            #expect(try await node.round() == 1)
            #expect(desk.sent.all.isEmpty)
            let waiting = try #require(try await desk.deliveries(to: endpoint).first)
            #expect(waiting.state == .due)
            let log = try await tree.store.read { tx in
                (try tx.webhookAttempts(of: waiting.id), try tx.webhookEndpoint(endpoint.id)?.failingSince)
            }
            #expect(log.0.map(\.error) == ["suspended"])
            // Its receiver has done nothing wrong.
            #expect(log.1 == nil)
            try await suspend(at: nil)
            tree.clock.set(try #require(waiting.nextAt))
            #expect(try await node.round() == 1)
            #expect(desk.sent.all.count == 1)

            try await desk.tell("key_1", occasion: "2", in: tree.europe)
            let plan = PlanDefinition(name: "free", features: [.apiAccess])
            let product = Product(name: "Sample", plans: PlanCatalogue([plan], standard: "free"))
            #expect(try await desk.node(of: product) { _ in taken }.round() == 1)
            #expect(desk.sent.all.count == 1)
            #expect(try await desk.deliveries(to: endpoint).map(\.state) == [.delivered, .abandoned])
            let service = WebhookService(vault: desk.vault, product: product, allowsPlain: true, now: tree.clock.now)
            await #expect {
                try await tree.store.write { tx in
                    _ = try service.test(
                        endpoint.id, in: tree.europe.id, as: tree.caller(of: tree.europe), tx: tx)
                }
            } throws: { error in
                guard case .conflict("plan", _)? = error as? Refusal else { return false }
                return true
            }
        }
    }

    @Test func `an edit by a version that does not know all kinds of an endpoint keeps those`() async throws {
        try await SampleTree.open { tree in
            let desk = NoticeDesk(tree)
            let endpoint = try await desk.endpoint(in: tree.europe, kinds: ["credential.expired"]).endpoint
            let (service, actor, organization) = (desk.service, tree.caller(of: tree.europe), tree.europe.id)
            let written = "credential.expired credential.of_tomorrow"
            func edit(_ edit: WebhookEdit) async throws -> String? {
                try await tree.store.write { tx in
                    _ = try service.edit(endpoint.id, in: organization, edit, as: actor, tx: tx)
                }
                return try await tree.store.read { tx in
                    try tx.first("SELECT kinds FROM webhook_endpoint WHERE id = \(endpoint.id)") { try $0.text(0) }
                }
            }
            try await tree.store.write { tx in
                try tx.perform("UPDATE webhook_endpoint SET kinds = \(written) WHERE id = \(endpoint.id)")
            }
            #expect(try await edit(WebhookEdit(description: "Other words")) == written)
            let both = ["credential.unused", "credential.of_tomorrow"]
            #expect(try await edit(WebhookEdit(kinds: both)) == "credential.of_tomorrow credential.unused")
            // What was never there is a slip.
            await #expect(throws: Refusal.self) { try await edit(WebhookEdit(kinds: ["credential.of_next_week"])) }
            // With nothing else, nothing is sent from here, and nothing fails.
            #expect(try await edit(WebhookEdit(kinds: ["credential.of_tomorrow"])) == "credential.of_tomorrow")
            try await desk.tell("key_1", occasion: "1", in: tree.europe)
            #expect(try await desk.deliveries(to: endpoint).isEmpty)
            let found = try await tree.store.write { tx in
                try service.recover(
                    endpoint.id, in: organization, since: Instant(milliseconds: 0), as: actor, tx: tx
                ).count
            }
            #expect(found == 0)
            #expect(try await edit(WebhookEdit(kinds: ["credential.unused"])) == "credential.unused")
        }
    }

    @Test func `what is not taken is sent again at longer and longer pauses, and at last not any more`() async throws {
        try await SampleTree.open { tree in
            let desk = NoticeDesk(tree)
            let endpoint = try await desk.endpoint(in: tree.europe).endpoint
            try await desk.tell("key_1", occasion: "1", in: tree.europe)
            try await desk.tell("key_1", occasion: "2", in: tree.europe)
            let begin = tree.clock.current
            let node = desk.node { _ in .answered(status: 503, retryAfter: "60", body: Array("later".utf8)) }
            var pauses: [Int] = []
            for _ in 0..<10 {
                #expect(try await node.round() == 1)
                guard let next = try await desk.deliveries(to: endpoint).first?.nextAt else { break }
                pauses.append(next.seconds(since: tree.clock.current))
                tree.clock.set(next)
            }
            // What the endpoint said is waited for, where it is longer.
            #expect(pauses == [60] + WebhookSchedule.pauses.dropFirst(2))
            #expect(tree.clock.current.seconds(since: begin) > 3 * 86_400)
            let stopped = try await tree.store.read { tx in try tx.webhookEndpoint(endpoint.id) }
            #expect(stopped?.stop == .failing)
            #expect(try await desk.deliveries(to: endpoint).map(\.state) == [.failed, .abandoned])
            #expect(try await node.round() == 0)
            let log = try await tree.store.read { tx in
                try tx.webhookAttempts(of: try tx.webhookDeliveries(to: endpoint.id, limit: 2)[1].id)
            }
            #expect(log.map(\.number) == Array(1...10))
            #expect(log.allSatisfy { $0.status == 503 && $0.error == "status" && $0.response == "later" })
        }
    }

    @Test func `an endpoint that is gone hears nothing any more, and what it missed can be sent once it is back`()
        async throws
    {
        try await SampleTree.open { tree in
            let desk = NoticeDesk(tree)
            let endpoint = try await desk.endpoint(in: tree.europe, kinds: ["credential.expired"]).endpoint
            let begin = tree.clock.current
            for number in 0..<3 { try await desk.tell("key_\(number)", occasion: "1", in: tree.europe) }
            let gone = desk.node { _ in .answered(status: 410, retryAfter: nil, body: []) }
            while try await gone.round() > 0 {}
            try await desk.tell("key_late", occasion: "1", in: tree.europe)
            let service = desk.service
            let (actor, organization) = (tree.caller(of: tree.europe), tree.europe.id)
            let stopped = try await tree.store.read { tx in
                try service.get(endpoint.id, in: organization, as: actor, tx: tx)
            }
            #expect(stopped.stop == .gone)
            await #expect(throws: Refusal.self) {
                try await tree.store.write { tx in
                    _ = try service.test(endpoint.id, in: organization, as: actor, tx: tx)
                }
            }
            let counts = try await tree.store.write { tx in
                _ = try service.edit(
                    endpoint.id, in: organization, WebhookEdit(isStopped: false), as: actor, tx: tx)
                let found = try service.recover(endpoint.id, in: organization, since: begin, as: actor, tx: tx)
                let again = try service.recover(endpoint.id, in: organization, since: begin, as: actor, tx: tx)
                return [found.count, again.count]
            }
            #expect(counts == [4, 0])
            let before = Set(desk.sent.identifiers)
            let back = desk.node { _ in taken }
            while try await back.round() > 0 {}
            let again = desk.sent.all.count
            #expect(Set(desk.sent.identifiers).isSuperset(of: before))
            #expect(Set(desk.sent.identifiers).count == 4)
            // A delivery that was taken can be sent once more, under the identifier that it had.
            let delivery = try #require(try await desk.deliveries(to: endpoint).last)
            try await tree.store.write { tx in
                _ = try service.replay(delivery.id, to: endpoint.id, in: organization, as: actor, tx: tx)
            }
            #expect(try await back.round() == 1)
            #expect(desk.sent.all.count == again + 1)
            #expect(Set(desk.sent.identifiers).count == 4)
        }
    }

    @Test func `the reference verifier takes both signatures of a rotation, and no other secret or body`() async throws
    {
        try await SampleTree.open(on: .sqlite) { tree in
            // The verifier goes by the machine's clock.
            tree.clock.set(Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)))
            let desk = NoticeDesk(tree)
            let first = try await desk.endpoint(in: tree.europe)
            let key = try await desk.vault.key(of: tree.europe.id)
            let second = try await tree.store.write { [service = desk.service] tx in
                try service.rotate(
                    first.endpoint.id, in: tree.europe.id, overlapSeconds: 3600, under: key,
                    as: tree.caller(of: tree.europe), tx: tx)
            }
            try await desk.tell("key_1", occasion: "1", in: tree.europe)
            #expect(try await desk.node { _ in taken }.round() == 1)
            let message = try #require(desk.sent.all.first)
            let stranger = try await desk.endpoint(in: tree.global)
            let run = try await FinishedCommand.python(
                [
                    "Tests/ForeignClients/webhook_receiver.py", try #require(first.secret),
                    try #require(second.secret), try #require(stranger.secret),
                    try #require(message["webhook-id"]), try #require(message["webhook-timestamp"]),
                    try #require(message["webhook-signature"]), String(decoding: message.body, as: UTF8.self),
                ])
            #expect(run.lines == ["taken", "taken", "refused", "refused", "refused"], "\(run.text)")
            #expect(run.status == 0)
        }
    }

    @Test func `receivers with a public key verify by it, also both while one replaces the other, and have no secret`()
        async throws
    {
        try await SampleTree.open(on: .sqlite) { tree in
            let desk = NoticeDesk(tree)
            let first = try await desk.endpoint(in: tree.europe, scheme: "v1a")
            let (key, organization) = (try await desk.vault.key(of: tree.europe.id), tree.europe.id)
            let actor = tree.caller(of: tree.europe)
            func rotate(to scheme: String? = nil) async throws -> IssuedWebhook {
                try await tree.store.write { [service = desk.service] tx in
                    try service.rotate(
                        first.endpoint.id, in: organization, overlapSeconds: 3600, scheme: scheme, under: key,
                        as: actor, tx: tx)
                }
            }
            let second = try await rotate()
            #expect(first.secret == nil && second.secret == nil)
            try await desk.tell("key_1", occasion: "1", in: tree.europe)
            #expect(try await desk.node { _ in taken }.round() == 1)
            let message = try #require(desk.sent.all.first)
            let stranger = try await desk.endpoint(in: tree.northAmerica, scheme: "v1a")
            let run = try await FinishedCommand.python(
                [
                    "Tests/ForeignClients/webhook_public_key.py", try #require(first.endpoint.publicKey),
                    try #require(second.endpoint.publicKey), try #require(stranger.endpoint.publicKey),
                    try #require(message["webhook-id"]), try #require(message["webhook-timestamp"]),
                    try #require(message["webhook-signature"]), String(decoding: message.body, as: UTF8.self),
                ])
            #expect(run.lines == ["taken", "taken", "refused", "refused", "refused"], "\(run.text)")
            #expect(run.status == 0)
            // The other scheme takes over in the same way.
            let third = try await rotate(to: "v1")
            #expect(third.secret?.hasPrefix("whsec_") == true && third.endpoint.publicKey == nil)
            try await desk.tell("key_2", occasion: "1", in: tree.europe)
            #expect(try await desk.node { _ in taken }.round() == 1)
            let mixed = try #require(desk.sent.all.last?["webhook-signature"])
            #expect(mixed.split(separator: " ").map { String($0.prefix { $0 != "," }) } == ["v1", "v1a"])
        }
    }

    @Test func `a key for one scheme signs in no other, whatever its row says (K11)`() async throws {
        try await SampleTree.open { tree in
            let desk = NoticeDesk(tree)
            let endpoint = try await desk.endpoint(in: tree.europe, scheme: "v1a").endpoint
            try await tree.store.write { tx in
                try tx.perform("UPDATE webhook_secret SET scheme = 'v1' WHERE endpoint_id = \(endpoint.id)")
            }
            try await desk.tell("key_1", occasion: "1", in: tree.europe)
            #expect(try await desk.node { _ in taken }.round() == 1)
            #expect(desk.sent.all.isEmpty)
            let delivery = try #require(try await desk.deliveries(to: endpoint).first)
            let log = try await tree.store.read { tx in try tx.webhookAttempts(of: delivery.id) }
            #expect(log.map(\.error) == ["secret-unreadable"])
        }
    }

    @Test func `a header field of an endpoint's own is sent, sealed for its name, replaced and removed`() async throws {
        try await SampleTree.open { tree in
            let desk = NoticeDesk(tree)
            let endpoint = try await desk.endpoint(in: tree.europe).endpoint
            let (service, actor, organization) = (desk.service, tree.caller(of: tree.europe), tree.europe.id)
            let key = try await desk.vault.key(of: organization)
            func set(_ header: WebhookHeaderDraft?) async throws {
                try await tree.store.write { tx in
                    _ = try service.edit(
                        endpoint.id, in: organization, WebhookEdit(header: .some(header)), under: key, as: actor, tx: tx
                    )
                }
            }
            func sent(_ occasion: String) async throws -> WebhookRequest? {
                let count = desk.sent.all.count
                try await desk.tell("key_\(occasion)", occasion: occasion, in: tree.europe)
                #expect(try await desk.node { _ in taken }.round() == 1)
                return desk.sent.all.count > count ? desk.sent.all.last : nil
            }
            try await set(WebhookHeaderDraft(name: "X-Receiver-Key", value: "first S3cr3t"))
            #expect(try await sent("1")?["X-Receiver-Key"] == "first S3cr3t")
            try await set(WebhookHeaderDraft(name: "X-Receiver-Key", value: "second S3cr3t"))
            #expect(try await sent("2")?["X-Receiver-Key"] == "second S3cr3t")
            // One data key for the secret, one for the value in force.
            let keys = try await tree.store.read { tx in try tx.dataKeys(of: endpoint.id.description).count }
            #expect(keys == 2)
            // A value that was given for one field is sent in no other (K11).
            try await tree.store.write { tx in
                try tx.perform("UPDATE webhook_endpoint SET header_name = 'X-Other' WHERE id = \(endpoint.id)")
            }
            #expect(try await sent("3") == nil)
            try await set(nil)
            let bare = try #require(try await sent("4"))
            #expect(bare["X-Receiver-Key"] == nil && bare["X-Other"] == nil)
        }
    }

    @Test(arguments: [
        ("Host", "a"), ("content-LENGTH", "0"), ("Content_Type", "a"), ("webhook-signature", "v1,a"),
        ("Transfer-Encoding", "chunked"), ("Proxy-Authorization", "a"), ("X-Forwarded-For", "192.0.2.1"), ("", "a"),
        ("X A", "a"), ("X:", "a"), ("X-A\r\nX-B", "a"), ("X-A", "a\r\nX-B: b"), ("X-A", "a\0"), ("X-A", "ä"),
        ("X-A", ""), ("X-A", " a"), ("X-A", String(repeating: "a", count: 1001)),
        (String(repeating: "a", count: 65), "a"),
    ])
    func `no header field of an endpoint's own says what is ours to say, or ends and begins another (R9)`(
        _ name: String, _ value: String
    ) async throws {
        try await SampleTree.open(on: .sqlite) { tree in
            let desk = NoticeDesk(tree)
            let (service, key) = (desk.service, try await desk.vault.key(of: tree.europe.id))
            let draft = WebhookDraft(
                address: "https://receiver.example/", header: WebhookHeaderDraft(name: name, value: value))
            await #expect {
                try await tree.store.write { tx in
                    _ = try service.create(
                        draft, in: tree.europe.id, under: key, as: tree.caller(of: tree.europe), tx: tx)
                }
            } throws: { error in
                guard case .invalid(let fields)? = error as? Refusal else { return false }
                return fields.allSatisfy { $0.field.hasPrefix("header.") }
            }
        }
    }
}
