import CredentialFormat
import Model
import Persistence
import TestSupport
import Testing

@Suite("Store: opening, again and again")
struct OpeningTests {
    @Test(arguments: StoreUnderTest.allCases)
    func `what was written is there after closing and opening`(_ engine: StoreUnderTest) async throws {
        try await withTemporaryFolder { folder in
            for round in 0..<4 {
                let store = try await engine.openWithScratch(in: folder)
                try await expectNotes(Array(0..<round), in: store)
                try await store.write { tx in try tx.insertNote(round) }
                await store.close()
            }
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a fresh store has the real schema, and opening it again changes nothing`(
        _ engine: StoreUnderTest
    ) async throws {
        try await withTemporaryFolder { folder in
            for _ in 0..<2 {
                let store = try await engine.open(in: folder)
                let applied = try await store.read { tx in
                    try tx.all("SELECT number, name FROM schema_migration ORDER BY number") {
                        (Int(try $0.integer(0)), try $0.text(1))
                    }
                }
                #expect(applied.map(\.0) == Migration.all.map(\.number))
                #expect(applied.map(\.1) == Migration.all.map(\.name))
                await store.close()
            }
        }
    }

    @Test
    func `the steps of the schema are numbered from 1 without a gap`() {
        #expect(Migration.all.map(\.number) == Array(1...Migration.all.count))
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a later step is added to the schema that is there`(_ engine: StoreUnderTest) async throws {
        try await withTemporaryFolder { folder in
            await (try await engine.open(in: folder)).close()
            let store = try await engine.openWithScratch(in: folder)
            try await store.write { tx in try tx.insertNote(1) }
            await store.close()
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `whose maker left before that was written down is told by the audit log`(_ engine: StoreUnderTest) async throws
    {
        let (gone, here, now) = (ID<Member>(at: 1), ID<Member>(at: 2), Instant(seconds: 100))
        let makers = ["\(gone)", "\(gone) by \(ID<App>(at: 1))", "\(here)", "\(ID<APIKey>(at: 1))"]
        let keys = makers.indices.map { ID<AccessKey>(at: Int64($0)) }
        try await withTemporaryFolder { folder in
            let before = try await engine.open(in: folder, migrations: Migration.all.filter { $0.number < 25 })
            try await before.write { tx in
                let home = ID<Organization>(at: 1)
                let organization = Organization(
                    id: home, path: OrganizationPath(root: home), name: "Home", createdAt: now)
                try tx.insert(organization)
                let contact = Contact(
                    id: ID(at: 1), organization: home, name: "Grace", email: nil, member: nil, createdAt: now,
                    createdBy: "")
                try tx.insert(contact, account: home)
                for (index, maker) in makers.enumerated() {
                    let digest = try #require(
                        SecretDigest(stored: Array(repeating: UInt8(index), count: 32), pepperVersion: 1))
                    let key = AccessKey(
                        id: keys[index], contact: contact.id, name: "Export", hint: SecretHint(stored: "a…b"),
                        createdAt: now, createdBy: maker, rotatedAt: now)
                    try tx.insert(key, digest: digest)
                }
                for (action, member) in [("member.deleted", gone), ("member.created", here)] {
                    try tx.record(
                        AuditEvent(
                            id: ID(at: 1), at: now, action: action, target: "\(member)", organization: home, actor: "",
                            requestID: "", address: nil, details: [:]))
                }
            }
            await before.close()
            let store = try await engine.open(in: folder)
            let left = try await store.read { tx in try keys.map { try tx.accessKey($0)?.creatorLeftAt } }
            await store.close()
            #expect(left == [now, now, nil, nil])
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a schema of a later version is refused and left as it is`(_ engine: StoreUnderTest) async throws {
        try await withTemporaryFolder { folder in
            await (try await engine.openWithScratch(in: folder)).close()
            let newest = Migration.all.map(\.number).max() ?? 0
            let error = await #expect(throws: MigrationError.self) { _ = try await engine.open(in: folder) }
            #expect(error == .newerSchema(found: 9001, newestKnown: newest))
            #expect("\(try #require(error))".contains("9001"))
            await (try await engine.openWithScratch(in: folder)).close()
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a version whose steps a later one serves is gone back to, and forwards again`(
        _ engine: StoreUnderTest
    ) async throws {
        try await withTemporaryFolder { folder in
            let newest = Migration.all.map(\.number).max() ?? 0
            // Two steps of one version, and one of the version after it.
            let next = [1, 2].map { place in
                Migration(
                    number: newest + place, name: "next \(place)", servedFrom: newest,
                    both: "CREATE TABLE next\(place) (id BIGINT);")
            }
            let last = Migration(number: newest + 3, name: "last", both: "CREATE TABLE last (id BIGINT);")
            await (try await engine.open(in: folder)).close()
            await (try await engine.open(in: folder, migrations: Migration.all + next)).close()

            let before = try await engine.open(in: folder)
            #expect(before.stepsRun == 0)
            #expect(try await before.read { tx in try MigrationRunner().later(tx) } == 2)
            #expect(try await before.read { tx in try MigrationRunner().missing(tx) } == 0)
            await before.close()
            let after = try await engine.open(in: folder, migrations: Migration.all + next)
            #expect(try await after.read { tx in try tx.all("SELECT id FROM next2") { try $0.integer(0) } } == [])
            await after.close()

            await (try await engine.open(in: folder, migrations: Migration.all + next + [last])).close()
            await #expect(throws: MigrationError.newerSchema(found: newest + 3, newestKnown: newest)) {
                _ = try await engine.open(in: folder)
            }
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a database of the first versions, which did not keep whom its steps serve, keeps it from now on`(
        _ engine: StoreUnderTest
    ) async throws {
        try await withTemporaryFolder { folder in
            let newest = Migration.all.map(\.number).max() ?? 0
            let store = try await engine.open(in: folder)
            _ = try await store.write { tx in try tx.execute("ALTER TABLE schema_migration DROP COLUMN served_from") }
            await store.close()
            let next = Migration(number: newest + 1, name: "next", both: "CREATE TABLE next (id BIGINT);")
            await (try await engine.open(in: folder, migrations: Migration.all + [next])).close()
            let before = try await engine.open(in: folder)
            #expect(try await before.read { tx in try MigrationRunner().later(tx) } == 1)
            await before.close()
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a schema with another history is refused`(_ engine: StoreUnderTest) async throws {
        try await withTemporaryFolder { folder in
            await (try await engine.openWithScratch(in: folder)).close()
            let other = Migration(number: 9001, name: "another", both: "CREATE TABLE another (id BIGINT);")
            await #expect(throws: MigrationError.anotherHistory(number: 9001, found: "scratch", known: "another")) {
                _ = try await engine.open(in: folder, migrations: Migration.all + [other])
            }
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a step that fails leaves nothing of itself, and the next start goes on from there`(
        _ engine: StoreUnderTest
    ) async throws {
        try await withTemporaryFolder { folder in
            let broken = Migration(
                number: 9002, name: "more", both: "CREATE TABLE more (id BIGINT); INSERT INTO nowhere VALUES (1);")
            let mended = Migration(number: 9002, name: "more", both: "CREATE TABLE more (id BIGINT);")
            let steps = Migration.all + [.scratch]
            await #expect(throws: StoreError.self) {
                _ = try await engine.open(in: folder, migrations: steps + [broken])
            }
            let store = try await engine.open(in: folder, migrations: steps + [mended])
            #expect(try await store.read { tx in try tx.all("SELECT id FROM more") { try $0.integer(0) } } == [])
            await store.close()
        }
    }
}
