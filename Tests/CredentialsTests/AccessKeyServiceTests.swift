import CredentialFormat
import Credentials
import Model
import Organizations
import Persistence
import ProductDefinition
import TestSupport
import Testing
import Tokens

@Suite("Access keys", .onEveryEngine)
struct AccessKeyServiceTests {
    @Test func `an access key is shown once, kept as a digest, and announced with its contact`() async throws {
        try await SampleTree.open { tree in
            let contact = try await tree.contact(in: tree.europe)
            let heard = Heard(on: tree.store)
            let issued = try await tree.accessKey(of: contact, as: tree.caller(of: tree.global))
            #expect(issued.secret.hasPrefix("clv_ak_"))
            #expect(heard.changes == [.contact(contact.id)])
            let rotated = try await rotate(issued.credential, of: contact, tree)
            #expect(rotated.secret != issued.secret)
            #expect(rotated.credential.generation == 2)
            let listed = try await tree.store.read { [keys = tree.accessKeys] tx in
                try keys.list(
                    of: contact.id, in: tree.europe.id, page: Page(), as: tree.caller(of: tree.europe), tx: tx
                ).items
            }
            #expect(listed == [rotated.credential])
            var text = "\(issued) \(rotated)"
            dump(issued, to: &text)
            dump(listed, to: &text)
            dump(try await tree.auditEvents(), to: &text)
            for secret in [issued.secret, rotated.secret] {
                #expect(!text.contains(secret.dropFirst("clv_ak_1234".count).dropLast(4)))
            }
        }
    }

    @Test func `a contact has at most ten`() async throws {
        try await SampleTree.open { tree in
            let contact = try await tree.contact(in: tree.europe)
            for _ in 0..<AccessKeyService.maximumPerContact { _ = try await tree.accessKey(of: contact) }
            await #expect(throws: Refusal.self) { _ = try await tree.accessKey(of: contact) }
            _ = try await tree.accessKey(of: tree.contact(in: tree.europe))
        }
    }

    @Test func `where the product has none, none is made, and those that there are can be got rid of`() async throws {
        try await SampleTree.open { tree in
            let contact = try await tree.contact(in: tree.europe)
            let key = try await tree.accessKey(of: contact).credential
            let off = AccessKeyService(
                product: Product(name: "Off", policy: ProductPolicy(accessKeys: .off)),
                peppers: { [keys = tree.keys] in
                    keys.keys.peppers
                }, now: tree.clock.now)
            let (actor, place) = (SampleTree.theOperator, tree.europe.id)
            await #expect(throws: Refusal.self) {
                try await tree.store.write { tx in
                    _ = try off.create(name: "K", for: contact.id, in: place, as: actor, tx: tx)
                }
            }
            await #expect(throws: Refusal.self) {
                try await tree.store.write { tx in
                    _ = try off.rotate(key.id, of: contact.id, in: place, as: actor, tx: tx)
                }
            }
            try await tree.store.write { tx in try off.delete(key.id, of: contact.id, in: place, as: actor, tx: tx) }
        }
    }

    @Test func `an access key of another contact, or of one elsewhere, is as if it did not exist`() async throws {
        try await SampleTree.open { tree in
            let (mine, other) = (try await tree.contact(in: tree.europe), try await tree.contact(in: tree.europe))
            let elsewhere = try await tree.contact(in: tree.northAmerica)
            let key = try await tree.accessKey(of: other).credential
            let foreign = try await tree.accessKey(of: elsewhere).credential
            await #expect(throws: Refusal.notFound) { _ = try await rotate(key, of: mine, tree) }
            await #expect(throws: Refusal.notFound) { _ = try await rotate(foreign, of: mine, tree) }
            let reader = tree.caller(of: tree.europe, [.contactsRead])
            await #expect(throws: Refusal.forbidden(.contactsManage)) {
                _ = try await rotate(key, of: other, as: reader, tree)
            }
            for place in [tree.northAmerica, tree.france, tree.stranger] {
                await #expect(throws: Refusal.notFound) {
                    _ = try await rotate(key, of: other, as: tree.caller(of: place), tree)
                }
            }
        }
    }

    @Test func `a page gets the access keys of all its contacts at once, and of no others`() async throws {
        try await SampleTree.open { tree in
            let ours = try await tree.contact(in: tree.europe)
            let bare = try await tree.contact(in: tree.europe)
            let below = try await tree.contact(in: tree.france)
            let beside = try await tree.contact(in: tree.northAmerica)
            var keys: [ID<Contact>: [AccessKey]] = [:]
            for contact in [ours, ours, below, beside] {
                keys[contact.id, default: []].append(try await tree.accessKey(of: contact).credential)
            }
            let found = try await tree.store.read { [service = tree.accessKeys] tx in
                try service.list(
                    of: [ours, bare, below, beside], in: tree.europe.id, as: tree.caller(of: tree.europe), tx: tx)
            }
            keys[beside.id] = nil
            #expect(found == keys)
        }
    }

    @Test
    func `as many are at a risk as its filter lists, and a maker who has left is one until another secret is made`()
        async throws
    {
        try await SampleTree.open { tree in
            let ada = try await tree.member(in: tree.global, roles: ["admin"])
            _ = try await tree.member(in: tree.global, roles: ["admin"], email: "bob@example.com")
            let hers = Actor(
                .member(ada.id), reach: .subtree(tree.global.path), permissions: SampleTree.customerRights,
                requestID: "req-ada", address: nil)
            let through = Actor(
                .app(ID(at: 1), for: ada.id), reach: .subtree(tree.global.path),
                permissions: SampleTree.customerRights, requestID: "req-app", address: nil)
            let (contact, away) = (try await tree.contact(in: tree.europe), try await tree.contact(in: tree.france))
            let made = [
                try await tree.accessKey(of: contact, as: hers), try await tree.accessKey(of: contact, as: through),
                try await tree.accessKey(of: contact, as: hers), try await tree.accessKey(of: away, as: hers),
            ].map(\.credential)
            _ = try await tree.accessKey(of: try await tree.contact(in: tree.stranger))
            tree.clock.advance(seconds: 100)
            try await tree.store.write {
                [contacts = tree.contacts, keys = tree.accessKeys, members = tree.members] tx in
                let (actor, now) = (SampleTree.theOperator, tree.clock.current)
                try tx.recordUse(accessKey: made[2].id, at: now, address: nil)
                _ = try contacts.disable(away.id, in: tree.france.id, as: actor, tx: tx)
                _ = try keys.rotate(made[2].id, of: contact.id, in: tree.europe.id, as: actor, tx: tx)
                try members.delete(ada.id, in: tree.global.id, as: actor, tx: tx)
            }
            func risks() async throws -> CredentialRisks {
                let now = tree.clock.current
                let times = RiskTimes(now: now, soon: now, idleSince: now, newSince: now, oldBefore: now)
                return try await tree.store.read { tx in try tx.accessKeyRisks(within: tree.global.path, times) }
            }
            func listed(_ narrow: (inout AccessKeyQuery) -> Void) async throws -> [ID<AccessKey>] {
                var query = AccessKeyQuery()
                (query.works, query.isDescending) = (true, false)
                narrow(&query)
                let asked = query
                return try await tree.store.read { tx in
                    try tx.accessKeys(.within(tree.global.path), asked, limit: 9).items.map(\.key.id)
                }
            }
            let (now, found) = (tree.clock.current, try await risks())
            let theirs = [made[0].id, made[1].id]
            #expect(found.count == 4 && found.expiring == 0 && found.expired == 0)
            #expect(found.neverUsed == 2 && found.idle == 2 && found.old == 2 && found.left == 2, "\(found)")
            #expect(try await listed { ($0.neverUsed, $0.madeBefore) = (true, now) } == theirs)
            #expect(try await listed { $0.unusedSince = now } == theirs)
            #expect(try await listed { $0.secretBefore = now } == theirs)
            #expect(
                try await listed { $0.isCreatorLeft = true } == theirs,
                "One has another secret since.")
            #expect(try await listed { $0.works = false } == [made[3].id])
            #expect(try await listed { $0.works = nil }.count == 4)
            tree.clock.advance(seconds: 1)
            _ = try await rotate(made[0], of: contact, tree)
            #expect(try await risks().left == 1)
        }
    }

    private func rotate(
        _ key: AccessKey, of contact: Contact, as actor: Actor = SampleTree.theOperator, _ tree: SampleTree
    ) async throws -> Issued<AccessKey> {
        try await tree.store.write { [keys = tree.accessKeys] tx in
            try keys.rotate(key.id, of: contact.id, in: contact.organization, as: actor, tx: tx)
        }
    }
}
