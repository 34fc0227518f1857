import CredentialFormat
import Model
import Persistence
import TestSupport
import Testing
import Tokens

/// Somebody writes in the database, and hopes that a sealed value of one row opens in another.
@Suite("Sealed values: K11", .onEveryEngine)
struct SealedValueThreatTests {
    private static let masterKey = MasterKey.generate()

    private static func keys(_ tree: SampleTree) -> OrganizationKeys {
        OrganizationKeys(over: tree.store, wrappedBy: KeyEncryptionKeys(newest: masterKey), now: tree.clock.now)
    }

    private static func place(_ tree: SampleTree) -> SealedPlace {
        SealedPlace(
            table: "connection_secret", field: "refresh_token", organization: tree.europe.id, environment: "clv",
            holder: "cnx_1", provider: "tiktok", generation: 7)
    }

    @Test func `K11: a value opens in its place, and with any part of the place changed it does not`() async throws {
        try await SampleTree.open { tree in
            let organization = try await Self.keys(tree).key(of: tree.europe.id)
            let (key, _) = try organization.makeDataKey(for: "cnx_1", at: tree.clock.current)
            let place = Self.place(tree)
            let plain = Array("rft.secret".utf8)
            let sealed = try key.seal(plain, at: place)
            #expect(key.open(sealed, at: place) == plain)
            let changes: [(String, (inout SealedPlace) -> Void)] = [
                ("table", { $0.table = "provider_client_secret" }), ("field", { $0.field = "access_token" }),
                ("organization", { $0.organization = tree.stranger.id }), ("environment", { $0.environment = "acme" }),
                ("holder", { $0.holder = "cnx_2" }), ("provider", { $0.provider = "instagram" }),
                ("an older generation", { $0.generation = 6 }), ("a newer generation", { $0.generation = 8 }),
                // The same letters, cut elsewhere.
                ("a border", { ($0.table, $0.field) = ("connection_secretr", "efresh_token") }),
                ("another border", { ($0.holder, $0.provider) = ("cnx_1t", "iktok") }),
            ]
            for (part, change) in changes {
                var other = place
                change(&other)
                #expect(key.open(sealed, at: other) == nil, "\(part)")
            }
            for index in sealed.indices {
                var changed = sealed
                changed[index] ^= 1
                #expect(key.open(changed, at: place) == nil, "byte \(index)")
            }
            for wrong in [[], [0], Array(sealed.dropLast()), sealed + [0], Array(sealed.prefix(29))] {
                #expect(key.open(wrong, at: place) == nil)
            }
        }
    }

    @Test func `K11: a value of another data key does not open, nor with that key's name written into it`() async throws
    {
        try await SampleTree.open { tree in
            let organization = try await Self.keys(tree).key(of: tree.europe.id)
            let (mine, _) = try organization.makeDataKey(for: "cnx_1", at: tree.clock.current)
            let (other, _) = try organization.makeDataKey(for: "cnx_1", at: tree.clock.current)
            let place = Self.place(tree)
            let sealed = try mine.seal([1, 2, 3], at: place)
            #expect(other.open(sealed, at: place) == nil)
            let renamed = Array(try other.seal([1, 2, 3], at: place).prefix(18)) + sealed.dropFirst(18)
            #expect(other.open(renamed, at: place) == nil)
            #expect(mine.open(renamed, at: place) == nil)
            // What is said in front: format, algorithm, and the key by which it is found.
            #expect(sealed.prefix(2) == [1, 1] && sealed.count == 2 + 16 + 12 + 3 + 16)
            #expect(
                sealed.dropFirst(2).prefix(16).elementsEqual(withUnsafeBytes(of: mine.id.value.bigEndian) { Array($0) })
            )
        }
    }

    @Test func `K11: a data key opens for its holder and organization alone`() async throws {
        try await SampleTree.open { tree in
            let keys = Self.keys(tree)
            let (europe, stranger) = (try await keys.key(of: tree.europe.id), try await keys.key(of: tree.stranger.id))
            let (key, row) = try europe.makeDataKey(for: "cnx_1", at: tree.clock.current)
            let place = Self.place(tree)
            let sealed = try key.seal([9], at: place)
            #expect(europe.open(row)?.open(sealed, at: place) == [9])
            func moved(
                _ id: ID<DataKeyRow>? = nil, _ organization: ID<Organization>? = nil, _ holder: String? = nil
            ) -> DataKeyRow {
                DataKeyRow(
                    id: id ?? row.id, organization: organization ?? row.organization, holder: holder ?? row.holder,
                    wrapped: row.wrapped, createdAt: row.createdAt)
            }
            #expect(europe.open(moved(nil, nil, "cnx_2")) == nil)
            #expect(europe.open(moved(ID(at: 5))) == nil)
            #expect(europe.open(moved(nil, tree.stranger.id)) == nil)
            #expect(stranger.open(moved(nil, tree.stranger.id)) == nil)
            #expect(stranger.open(row) == nil)
        }
    }

    @Test func `K11: an organization's key in the row of another does not open, and is no reason for a new one`()
        async throws
    {
        try await SampleTree.open { tree in
            _ = try await Self.keys(tree).key(of: tree.europe.id)
            _ = try await Self.keys(tree).key(of: tree.stranger.id)
            let (europe, stranger) = (tree.europe.id, tree.stranger.id)
            try await tree.store.write { tx in
                _ = try tx.execute(
                    """
                    UPDATE organization_key SET wrapped = (SELECT wrapped FROM organization_key
                    WHERE organization_id = \(stranger)) WHERE organization_id = \(europe)
                    """)
            }
            await #expect(throws: CustodyError.unreadable(europe)) { try await Self.keys(tree).key(of: europe) }
            // Others are no worse for it.
            _ = try await Self.keys(tree).key(of: stranger)
        }
    }

    @Test func `K9: keys say nothing of themselves`() async throws {
        try await SampleTree.open { tree in
            let organization = try await Self.keys(tree).key(of: tree.europe.id)
            let (key, _) = try organization.makeDataKey(for: "cnx_1", at: tree.clock.current)
            #expect("\(key) \(organization)" == "DataKey (redacted) OrganizationKey (redacted)")
            #expect(Mirror(reflecting: key).children.isEmpty && Mirror(reflecting: organization).children.isEmpty)
        }
    }
}
