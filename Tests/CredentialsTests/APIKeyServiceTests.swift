import CredentialFormat
import Credentials
import Model
import Persistence
import Policy
import ProductDefinition
import TestSupport
import Testing

@Suite("API keys", .onEveryEngine)
struct APIKeyServiceTests {
    @Test func `a key is shown once, kept as a digest, and announced`() async throws {
        try await SampleTree.open { tree in
            let heard = Heard(on: tree.store)
            let issued = try await create(
                APIKeyDraft(
                    name: " BI Dashboard ", description: " nightly ", lifetimeSeconds: 3600,
                    scopes: ["reports.read", "data.read"], allowedAddresses: ["192.0.2.0/24", "2001:db8::1"]),
                in: tree.europe, as: tree.caller(of: tree.global), tree)
            let key = issued.credential
            #expect(key.name == "BI Dashboard")
            #expect(key.description == "nightly")
            #expect(key.scopes.text == "data.read reports.read")
            #expect(key.addresses.ranges?.map(\.description) == ["192.0.2.0/24", "2001:db8::1"])
            #expect(key.expiresAt == tree.clock.current.adding(seconds: 3600))
            #expect(issued.secret.hasPrefix("clv_key_"))
            #expect(heard.changes == [.apiKey(key.id)])
            #expect(try await tree.store.read { tx in try tx.apiKey(key.id) } == key)
        }
    }

    @Test func `neither a print of what was issued, nor a list, nor the audit log has the secret`() async throws {
        try await SampleTree.open { tree in
            let issued = try await tree.key(in: tree.global)
            let rotated = try await rotate(issued.credential, as: SampleTree.theOperator, tree)
            let listing = try await tree.store.read { [keys = tree.apiKeys] tx in
                try keys.list(in: tree.global.id, page: Page(), as: SampleTree.theOperator, tx: tx)
            }
            var dumped = ""
            dump(issued, to: &dumped)
            dump(listing, to: &dumped)
            dump(try await tree.auditEvents(), to: &dumped)
            for secret in [issued.secret, rotated.secret] {
                let body = secret.dropFirst("clv_key_1234".count).dropLast(4)
                for text in ["\(issued)", "\(rotated)", "\(listing)", dumped] { #expect(!text.contains(body)) }
            }
        }
    }

    @Test func `all bad fields are named at once`() async throws {
        try await SampleTree.open { tree in
            do {
                _ = try await create(
                    APIKeyDraft(
                        name: "", description: String(repeating: "x", count: 2001), lifetimeSeconds: 0,
                        scopes: ["data.read", "unheard.of", "claviger:everything"],
                        allowedAddresses: ["192.0.2.1", "192.0.2.1/24", "::1%eth0"]),
                    in: tree.global, as: SampleTree.theOperator, tree)
                Issue.record("It was accepted.")
            } catch Refusal.invalid(let fields) {
                #expect(
                    fields.map(\.field) == [
                        "lifetime_seconds", "name", "description", "scopes.1", "scopes.2", "allowed_addresses.1",
                        "allowed_addresses.2",
                    ])
            }
        }
    }

    @Test(arguments: [
        APIKeyDraft(name: "K", scopes: []), APIKeyDraft(name: "K", scopes: ["data.read"], allowedAddresses: []),
        APIKeyDraft(name: "K", lifetimeSeconds: 366 * 86_400 + 1, scopes: ["data.read"]),
        APIKeyDraft(name: "K", lifetimeSeconds: .max, scopes: ["data.read"]),
        APIKeyDraft(name: "K", lifetimeSeconds: .min, scopes: ["data.read"]),
        APIKeyDraft(name: "K", scopes: Array(repeating: "data.read", count: 65)),
        APIKeyDraft(name: "K", scopes: ["data.read data.write"]),
        APIKeyDraft(name: "K", scopes: ["data.read"], allowedAddresses: Array(repeating: "192.0.2.1", count: 65)),
    ])
    func `nothing empty, endless or out of range is accepted`(_ draft: APIKeyDraft) async throws {
        try await SampleTree.open { tree in
            await #expect(throws: Refusal.self) {
                _ = try await create(draft, in: tree.global, as: SampleTree.theOperator, tree)
            }
        }
    }

    @Test func `without a lifetime the product's standard one is taken`() async throws {
        try await SampleTree.open { tree in
            let key = try await tree.key(in: tree.global).credential
            let standard = tree.product.policy.apiKeyLifetimes.standard
            #expect(key.expiresAt == key.createdAt.adding(seconds: standard))
        }
    }

    @Test func `description, scopes and addresses change alone or together, and null takes them away`() async throws {
        try await SampleTree.open { tree in
            let key = try await create(
                APIKeyDraft(name: "K", description: "old", scopes: ["data.read"], allowedAddresses: ["192.0.2.1"]),
                in: tree.global, as: SampleTree.theOperator, tree
            ).credential
            let same = try await edit(key, APIKeyEdit(), as: SampleTree.theOperator, tree)
            #expect(same.description == "old")
            #expect(same.addresses == key.addresses)
            tree.clock.advance(seconds: 1)
            let after = try await edit(
                key, APIKeyEdit(description: .some(nil), scopes: ["data.write"], allowedAddresses: .some(nil)),
                as: SampleTree.theOperator, tree)
            #expect(after.description == nil)
            #expect(after.scopes.text == "data.write")
            #expect(after.addresses == .anywhere)
            #expect(after.name == key.name)
            #expect(after.expiresAt == key.expiresAt)
            // The first edit changed nothing, so it is none.
            #expect(after.revision == 2)
            #expect(try await tree.store.read { tx in try tx.apiKey(key.id) } == after)
            #expect(
                try await tree.auditEvents().first?.details
                    == ["fields": "description scopes allowed_addresses", "scopes": "data.write"])
        }
    }

    @Test func `an edit with an empty list of addresses is refused, since it could be meant as either`() async throws {
        try await SampleTree.open { tree in
            let key = try await tree.key(in: tree.global).credential
            await #expect(throws: Refusal.self) {
                _ = try await edit(key, APIKeyEdit(allowedAddresses: []), as: SampleTree.theOperator, tree)
            }
        }
    }

    @Test func `disable and enable are announced once, however often they are asked for`() async throws {
        try await SampleTree.open { tree in
            let key = try await tree.key(in: tree.global).credential
            let heard = Heard(on: tree.store)
            let keys = tree.apiKeys
            for _ in 0..<2 {
                let disabled = try await tree.store.write { tx in
                    try keys.disable(key.id, in: tree.global.id, as: SampleTree.theOperator, tx: tx)
                }
                #expect(disabled.state(at: tree.clock.current) == .disabled)
                #expect(try await tree.store.read { tx in try tx.apiKey(key.id) } == disabled)
            }
            for _ in 0..<2 {
                let enabled = try await tree.store.write { tx in
                    try keys.enable(key.id, in: tree.global.id, as: SampleTree.theOperator, tx: tx)
                }
                #expect(enabled.state(at: tree.clock.current) == .active)
                #expect(try await tree.store.read { tx in try tx.apiKey(key.id) } == enabled)
            }
            #expect(heard.changes == [.apiKey(key.id), .apiKey(key.id)])
        }
    }

    @Test func `a deleted key is gone, announced and in the audit log`() async throws {
        try await SampleTree.open { tree in
            let key = try await tree.key(in: tree.france).credential
            let heard = Heard(on: tree.store)
            let keys = tree.apiKeys
            let actor = tree.caller(of: tree.europe)
            let delete = { (revision: Int?) in
                try await tree.store.write { tx in
                    try keys.delete(
                        key.id, in: tree.france.id, expecting: revision.map { .exactly($0) } ?? .any, as: actor, tx: tx)
                }
            }
            await #expect(throws: Refusal.preconditionFailed) { try await delete(2) }
            tree.clock.advance(seconds: 1)
            try await delete(1)
            #expect(heard.changes == [.apiKey(key.id)])
            #expect(try await tree.auditEvents().first?.action == "api-key.deleted")
            await #expect(throws: Refusal.notFound) { try await delete(nil) }
        }
    }

    @Test func `a list has the organization's own keys, or the subtree's, page by page`() async throws {
        try await SampleTree.open { tree in
            for organization in [tree.global, tree.europe, tree.france, tree.northAmerica, tree.stranger] {
                _ = try await tree.key(in: organization)
            }
            let list = { (organization: Organization, descendants: Bool, page: Page) in
                try await tree.store.read { [keys = tree.apiKeys] tx in
                    try keys.list(
                        in: organization.id, includeDescendants: descendants, page: page,
                        as: tree.caller(of: organization), tx: tx)
                }
            }
            #expect(try await list(tree.global, true, Page()).items.count == 4)
            #expect(try await list(tree.global, false, Page()).items.map(\.organization) == [tree.global.id])
            let first = try await list(tree.europe, true, Page(limit: 1))
            #expect(first.items.map(\.organization) == [tree.europe.id])
            let second = try await list(tree.europe, true, Page(limit: 1, after: first.next))
            #expect(second.items.map(\.organization) == [tree.france.id])
            #expect(second.next == nil)
        }
    }

    // MARK: - Rotation

    @Test func `a rotation replaces at once, or leaves the one before it for a while`() async throws {
        try await SampleTree.open { tree in
            let issued = try await tree.key(in: tree.global)
            let once = try await rotate(issued.credential, as: SampleTree.theOperator, tree)
            #expect(once.previousExpiresAt == nil)
            #expect(once.secret != issued.secret)
            #expect(once.credential.hint != issued.credential.hint)
            #expect(once.credential.expiresAt == issued.credential.expiresAt)
            let twice = try await rotate(issued.credential, overlap: 600, as: SampleTree.theOperator, tree)
            #expect(twice.previousExpiresAt == tree.clock.current.adding(seconds: 600))
            let stored = try await tree.store.read { tx in try tx.apiKey(issued.credential.id) }
            #expect(stored == twice.credential)
        }
    }

    @Test func `a rotation inside an overlap is refused unless forced, and free again after it`() async throws {
        try await SampleTree.open { tree in
            let key = try await tree.key(in: tree.global).credential
            _ = try await rotate(key, overlap: 600, as: SampleTree.theOperator, tree)
            for overlap in [0, 60] {
                let refusal = await #expect(throws: Refusal.self) {
                    _ = try await rotate(key, overlap: overlap, as: SampleTree.theOperator, tree)
                }
                guard case .conflict(code: "rotation_in_progress", _) = refusal else {
                    Issue.record("Refused as \(String(describing: refusal))")
                    continue
                }
            }
            _ = try await rotate(key, overlap: 600, force: true, as: SampleTree.theOperator, tree)
            tree.clock.advance(seconds: 600)
            _ = try await rotate(key, as: SampleTree.theOperator, tree)
        }
    }

    @Test func `an overlap ends with the key, and is at most the product's`() async throws {
        try await SampleTree.open { tree in
            let key = try await tree.key(in: tree.global).credential
            for overlap in [-1, tree.product.policy.secretOverlapMaximumSeconds + 1, .max, .min] {
                await #expect(throws: Refusal.self) {
                    _ = try await rotate(key, overlap: overlap, as: SampleTree.theOperator, tree)
                }
            }
            tree.clock.set(key.expiresAt.adding(seconds: -10))
            let rotated = try await rotate(key, overlap: 600, as: SampleTree.theOperator, tree)
            #expect(rotated.previousExpiresAt == key.expiresAt)
            tree.clock.set(key.expiresAt)
            await #expect(throws: Refusal.self) {
                _ = try await rotate(key, force: true, as: SampleTree.theOperator, tree)
            }
        }
    }

    // MARK: - Limits

    @Test func `of 64 who make keys at once, no more get one than the account may have`() async throws {
        let product = Product(name: "Small", policy: ProductPolicy(apiKeysPerAccount: 10))
        try await SampleTree.open(product: product) { tree in
            let organizations = [tree.global, tree.europe, tree.france, tree.northAmerica]
            let ends = await race(64) { number in try await tree.key(in: organizations[number % 4]) }
            #expect(ends.count { $0.isSuccess } == 10)
            for case .failure(let error) in ends {
                guard case Refusal.limitReached(code: "api_key_limit", _) = error else {
                    Issue.record("Refused as \(error)")
                    continue
                }
            }
            let kept = try await tree.store.read { tx in
                try tx.apiKeys(.within(tree.global.path), after: nil, limit: 100).count
            }
            #expect(kept == 10)
            _ = try await tree.key(in: tree.stranger)
        }
    }

    @Test func `an account has 500 keys, disabled ones too, and room again when one is deleted or expires`()
        async throws
    {
        try await SampleTree.open { tree in
            let keys = tree.apiKeys
            let made = try await tree.store.write { tx in
                try (0..<499).map { number in
                    let lifetime = number == 0 ? 1000 : 3600
                    return try keys.create(
                        APIKeyDraft(name: "\(number)", lifetimeSeconds: lifetime, scopes: ["data.read"]),
                        in: tree.france.id, as: SampleTree.theOperator, tx: tx
                    ).credential
                }
            }
            let ends = await race(64) { _ in try await tree.key(in: tree.global) }
            #expect(ends.count { $0.isSuccess } == 1)
            try await tree.store.write { tx in
                _ = try keys.disable(made[1].id, in: tree.france.id, as: SampleTree.theOperator, tx: tx)
            }
            await #expect(throws: Refusal.self) { _ = try await tree.key(in: tree.global) }
            try await tree.store.write { tx in
                try keys.delete(made[1].id, in: tree.france.id, as: SampleTree.theOperator, tx: tx)
            }
            _ = try await tree.key(in: tree.global)
            await #expect(throws: Refusal.self) { _ = try await tree.key(in: tree.global) }
            tree.clock.set(made[0].expiresAt)
            _ = try await tree.key(in: tree.global)
        }
    }

    // MARK: - Steps

    private func create(
        _ draft: APIKeyDraft, in organization: Organization, as actor: Actor, _ tree: SampleTree
    ) async throws -> Issued<APIKey> {
        try await tree.store.write { [keys = tree.apiKeys] tx in
            try keys.create(draft, in: organization.id, as: actor, tx: tx)
        }
    }

    private func edit(
        _ key: APIKey, _ edit: APIKeyEdit, as actor: Actor, _ tree: SampleTree
    ) async throws -> APIKey {
        try await tree.store.write { [keys = tree.apiKeys] tx in
            try keys.edit(key.id, in: key.organization, edit, as: actor, tx: tx)
        }
    }

    private func rotate(
        _ key: APIKey, overlap: Int = 0, force: Bool = false, as actor: Actor, _ tree: SampleTree
    ) async throws -> Issued<APIKey> {
        try await tree.store.write { [keys = tree.apiKeys] tx in
            try keys.rotate(key.id, in: key.organization, overlapSeconds: overlap, force: force, as: actor, tx: tx)
        }
    }
}
