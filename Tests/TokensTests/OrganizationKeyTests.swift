import CredentialFormat
import Model
import Persistence
import Synchronization
import TestSupport
import Testing
import TextForms
import Tokens

@Suite("Keys of organizations", .onEveryEngine)
struct OrganizationKeyTests {
    private let old = MasterKey.generate()
    private let new = MasterKey.generate()

    private func keys(
        _ tree: SampleTree, _ newest: any KeyEncryptionKey, older: [any KeyEncryptionKey] = [], capacity: Int = 1000
    ) -> OrganizationKeys {
        OrganizationKeys(
            over: tree.store, wrappedBy: KeyEncryptionKeys(newest: newest, older: older), capacity: capacity,
            now: tree.clock.now)
    }

    private func place(_ organization: Organization) -> SealedPlace {
        SealedPlace(
            table: "t", field: "f", organization: organization.id, environment: "clv", holder: "cnx_1", provider: "p",
            generation: 1)
    }

    @Test func `of many who need a key at once, on two nodes, all get the same`() async throws {
        try await SampleTree.open { tree in
            let nodes = [keys(tree, old), keys(tree, old)]
            let ends = await race(8) { number in try await nodes[number % 2].key(of: tree.europe.id) }
            let all = try ends.map { try $0.get() }
            let (key, row) = try all[0].makeDataKey(for: "cnx_1", at: tree.clock.current)
            let sealed = try key.seal([1], at: place(tree.europe))
            for other in all { #expect(other.open(row)?.open(sealed, at: place(tree.europe)) == [1]) }
            await #expect(throws: StoreError.self) { try await nodes[0].key(of: ID(at: 77)) }
        }
    }

    @Test func `a master key is replaced while all is read, in steps that may be stopped and run twice`() async throws {
        try await SampleTree.open { tree in
            let before = keys(tree, old)
            try await before.check()
            var rows: [(Organization, DataKeyRow, [UInt8])] = []
            for organization in [tree.global, tree.europe, tree.france, tree.northAmerica, tree.stranger] {
                let (key, row) = try await before.key(of: organization.id).makeDataKey(
                    for: "cnx_1", at: tree.clock.current)
                rows.append((organization, row, try key.seal([7], at: place(organization))))
            }
            func opens(_ keys: OrganizationKeys) async throws -> Int {
                var count = 0
                for (organization, row, sealed) in rows {
                    let key = try? await keys.key(of: organization.id)
                    if key?.open(row)?.open(sealed, at: place(organization)) == [7] { count += 1 }
                }
                return count
            }
            // All nodes are given the new one as one that only opens; then it is the newest, with the old one behind it.
            #expect(try await opens(keys(tree, old, older: [new])) == 5)
            let promoted = keys(tree, new, older: [old])
            try await promoted.check()
            #expect(try await opens(promoted) == 5)
            await #expect(throws: CustodyError.missing(masterKey: old.identifier)) { try await keys(tree, new).check() }

            let first = try await promoted.rewrap(limit: 2)
            #expect(first.rewrapped == 2 && first.next != nil)
            #expect(try await opens(keys(tree, new, older: [old])) == 5)
            #expect(try await opens(keys(tree, old, older: [new])) == 5, "a node that was not started again yet")
            // From the beginning again, and two nodes at once.
            let ends = await race(2) { _ in try await keys(tree, new, older: [old]).rewrap(limit: 100).rewrapped }
            #expect(try ends.map { try $0.get() }.reduce(0, +) == 3)
            #expect(try await promoted.rewrap() == OrganizationKeys.Rewrapping())
            try await keys(tree, new).check()
            #expect(try await opens(keys(tree, new)) == 5)
            #expect(try await opens(keys(tree, old)) == 0)
            await #expect(throws: CustodyError.missing(masterKey: new.identifier)) { try await keys(tree, old).check() }
        }
    }

    @Test func `one key that does not open is named, and keeps nothing else from being read or wrapped anew`()
        async throws
    {
        try await SampleTree.open { tree in
            let before = keys(tree, old)
            for organization in [tree.global, tree.europe, tree.stranger] {
                _ = try await before.key(of: organization.id)
            }
            let broken = tree.europe.id
            try await tree.store.write { tx in
                _ = try tx.execute(
                    "UPDATE organization_key SET wrapped = \([UInt8(1)]) WHERE organization_id = \(broken)")
            }
            let after = keys(tree, new, older: [old])
            let progress = try await after.rewrap()
            #expect(progress.rewrapped == 2 && progress.unreadable == [broken])
            _ = try await after.key(of: tree.global.id)
            await #expect(throws: CustodyError.unreadable(broken)) { try await after.key(of: broken) }
        }
    }

    @Test func `a canary that does not open is named by its key's name`() async throws {
        try await SampleTree.open { tree in
            try await keys(tree, old).check()
            try await keys(tree, old).check()
            try await tree.store.write { tx in _ = try tx.execute("UPDATE master_key SET canary = \([UInt8(3)])") }
            await #expect(throws: CustodyError.canary(masterKey: old.identifier)) { try await keys(tree, old).check() }
            #expect("\(CustodyError.canary(masterKey: old.identifier))".contains(old.identifier))
            #expect(old.identifier.wholeMatch(of: /mk_[0-9a-f]{16}/) != nil && old.identifier != new.identifier)
        }
    }

    @Test func `what is kept in memory is bounded, ends after ten minutes, and goes when it is destroyed`() async throws
    {
        try await SampleTree.open { tree in
            let counted = CountedKey(old)
            let keys = keys(tree, counted, capacity: 2)
            tree.store.listen { keys.hear($0, at: tree.clock.current) }
            for organization in [tree.global, tree.europe, tree.france, tree.stranger] {
                _ = try await keys.key(of: organization.id)
            }
            #expect(keys.countInMemory == 2)
            _ = try await keys.key(of: tree.europe.id)
            let before = counted.unwrapped
            _ = try await keys.key(of: tree.europe.id)
            #expect(counted.unwrapped == before)
            // Out of reach: what is in memory serves on, for its ten minutes.
            counted.isOutOfReach = true
            tree.clock.advance(seconds: 599)
            _ = try await keys.key(of: tree.europe.id)
            await #expect(throws: CountedKey.OutOfReach.self) { try await keys.key(of: tree.northAmerica.id) }
            tree.clock.advance(seconds: 1)
            await #expect(throws: CountedKey.OutOfReach.self) { try await keys.key(of: tree.europe.id) }
            counted.isOutOfReach = false
            _ = try await keys.key(of: tree.europe.id)

            let ring = tree.keys
            let receipt = try await tree.store.write { tx in
                try tx.shredKey(of: tree.europe.id, issuer: issuer, keys: ring.keys, at: tree.clock.current)
            }
            #expect(try await keys.existingKey(of: tree.europe.id) == nil)
            #expect(receipt.holder == tree.europe.id.description)
        }
    }

    @Test
    func `what was sealed for a holder is beyond reach once its keys are destroyed, and a signed receipt says so`()
        async throws
    {
        try await SampleTree.open { tree in
            let keys = keys(tree, old)
            let organization = try await keys.key(of: tree.europe.id)
            let made = try (0..<2).map { _ in
                try organization.makeDataKey(for: "cnx_1", at: tree.clock.current).row
            }
            let other = try organization.makeDataKey(for: "cnx_2", at: tree.clock.current).row
            try await tree.store.write { tx in for row in made + [other] { try tx.insert(row) } }
            let ring = tree.keys
            let receipt = try await tree.store.write { tx in
                try tx.shred(
                    "cnx_1", of: tree.europe.id, provider: "tik\"tok", values: 3, issuer: issuer, keys: ring.keys,
                    at: tree.clock.current)
            }
            let left = try await tree.store.read { tx in
                (try tx.dataKeys(of: "cnx_1"), try tx.dataKeys(of: "cnx_2"), try tx.shreddingReceipts(of: "cnx_1"))
            }
            #expect(left.0.isEmpty && left.1.map(\.id) == [other.id] && left.2 == [receipt])
            let claims = try #require(Base64URL.bytes(Array(receipt.receipt.split(separator: ".")[1].utf8)))
            let text = String(decoding: claims, as: UTF8.self)
            #expect(text.contains(#""holder":"cnx_1","provider":"tik\"tok""#) && text.contains(#""values":3}"#))
            for row in made { #expect(text.contains(row.id.description)) }
            // It passes for no access token.
            #expect(JWTAccessToken.verify(Array(receipt.receipt.utf8), issuer: issuer, with: ring.keys) == nil)
        }
    }

    @Test func `fingerprints find the same again, and tell kinds apart`() async throws {
        try await RingUnderTest.open { under in
            #expect(throws: TokenError.missing(.fingerprints)) { try under.keys.fingerprint(of: "a", "b") }
            try await under.ring.ensure(.fingerprints)
            let keys = under.keys
            let one = try keys.fingerprint(of: "refresh_token", "tiktok", "rft.1")
            let others = [
                try keys.fingerprint(of: "refresh_token", "tiktok", "rft.2"),
                try keys.fingerprint(of: "account", "tiktok", "rft.1"),
                try keys.fingerprint(of: "refresh_token", "tiktokr", "ft.1"),
            ]
            #expect(one.count == 32 && !others.contains(one))
            #expect(try await under.reopened().keys.fingerprint(of: "refresh_token", "tiktok", "rft.1") == one)
        }
    }

    @Test func `the key ring is sealed anew under the newest master key, and stays what it is`() async throws {
        try await RingUnderTest.open { under in
            let next = MasterKey.generate()
            func open(_ masterKey: MasterKey, _ previous: [MasterKey] = []) async throws -> KeyRing {
                try await KeyRing.open(
                    store: under.store, masterKey: masterKey, previousMasterKeys: previous, now: under.clock.now,
                    clock: under.clock.shared)
            }
            let jwks = under.keys.jwks
            await #expect(throws: TokenError.self) { try await open(next) }
            let ring = try await open(next, [under.masterKey])
            #expect(ring.keys.jwks == jwks)
            #expect(try await ring.reseal(limit: 2) == 2)
            // Half of it under either: whoever has both reads it.
            #expect(try await open(under.masterKey, [next]).keys.jwks == jwks)
            #expect(try await ring.reseal() == under.rows.count - 2)
            #expect(try await ring.reseal() == 0)
            #expect(try await open(next).keys.jwks == jwks)
            await #expect(throws: TokenError.self) { try await open(under.masterKey) }
        }
    }
}

/// A master key that counts, and can be out of reach as a service can.
private final class CountedKey: KeyEncryptionKey {
    struct OutOfReach: Error {}

    private let key: MasterKey
    private let count = Atomic(0)
    private let isGone = Atomic(false)

    init(_ key: MasterKey) {
        self.key = key
    }

    var identifier: String { key.identifier }
    var unwrapped: Int { count.load(ordering: .relaxed) }
    var isOutOfReach: Bool {
        get { isGone.load(ordering: .relaxed) }
        set { isGone.store(newValue, ordering: .relaxed) }
    }

    func wrap(_ bytes: [UInt8], for context: String) async throws -> [UInt8] {
        if isOutOfReach { throw OutOfReach() }
        return try key.seal(bytes, for: context)
    }

    func unwrap(_ wrapped: [UInt8], for context: String) async throws -> [UInt8]? {
        if isOutOfReach { throw OutOfReach() }
        count.add(1, ordering: .relaxed)
        return key.open(wrapped, for: context)
    }
}
