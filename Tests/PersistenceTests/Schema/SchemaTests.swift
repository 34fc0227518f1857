import CredentialFormat
import Model
import Persistence
import TestSupport
import Testing

@Suite("The schema on both engines")
struct SchemaTests {
    @Test func `both engines have the same tables, columns, keys and indexes`() async throws {
        let sqlite = try await StoreUnderTest.sqlite.open { store in
            try await store.read { tx in try Schema(sqlite: tx) }
        }
        let postgres = try await StoreUnderTest.postgres.open { store in
            try await store.read { tx in try Schema(postgres: tx) }
        }
        #expect(sqlite.tables.keys.sorted() == postgres.tables.keys.sorted())
        for (name, table) in sqlite.tables {
            let other = try #require(postgres.tables[name], "\(name)")
            #expect(table.columns == other.columns, "\(name)")
            #expect(table.primaryKey == other.primaryKey, "\(name)")
            #expect(table.foreignKeys == other.foreignKeys, "\(name)")
            #expect(table.indexes == other.indexes, "\(name)")
        }
        #expect(sqlite == postgres)
    }

    @Test func `what is compared is there to be compared`() async throws {
        let schema = try await StoreUnderTest.sqlite.open { store in
            try await store.read { tx in try Schema(sqlite: tx) }
        }
        let key = try #require(schema.tables["api_key"])
        #expect(schema.tables.count >= 13)
        #expect(key.columns.contains(.init(name: "digest", kind: "bytes", isNullable: false, standard: nil)))
        #expect(key.columns.contains(.init(name: "uses", kind: "integer", isNullable: false, standard: "0")))
        #expect(key.primaryKey == ["id"])
        #expect(
            key.foreignKeys == [
                .init(column: "organization_id", table: "organization", target: "id", onDelete: "NO ACTION")
            ])
        #expect(
            key.indexes.contains(
                .init(
                    name: "api_key_previous_digest", isUnique: true, columns: ["previous_digest"],
                    predicate: "previous_digest IS NOT NULL")))
        #expect(schema.tables["key_ring"]?.primaryKey == ["purpose", "version"])
    }

    @Test func `a difference in a kind, an order of text, a default or a predicate is seen`() async throws {
        let sqlite = try await schema(.sqlite, "CREATE TABLE t (a INTEGER DEFAULT 1, b TEXT); CREATE INDEX i ON t (a);")
        for text in [
            "CREATE TABLE t (a INTEGER DEFAULT 1, b TEXT COLLATE \"C\"); CREATE INDEX i ON t (a);",
            "CREATE TABLE t (a BIGINT DEFAULT 1, b TEXT); CREATE INDEX i ON t (a);",
            "CREATE TABLE t (a BIGINT DEFAULT 2, b TEXT COLLATE \"C\"); CREATE INDEX i ON t (a);",
            "CREATE TABLE t (a BIGINT DEFAULT 1, b TEXT COLLATE \"C\"); CREATE INDEX i ON t (a) WHERE a = 1;",
        ] {
            #expect(try await schema(.postgres, text) != sqlite, "\(text)")
        }
        let same = "CREATE TABLE t (a BIGINT DEFAULT 1, b TEXT COLLATE \"C\"); CREATE INDEX i ON t (a);"
        #expect(try await schema(.postgres, same) == sqlite)
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a step that makes a table anew takes all its rows along, and ends in the schema of a new database`(
        _ engine: StoreUnderTest
    ) async throws {
        let keys = (1...5).map { number in
            DataKeyRow(
                id: ID(at: Int64(number)), organization: ID(at: 1), holder: "cnx_\(number % 2)",
                wrapped: [UInt8(number)], createdAt: Instant(seconds: Int64(number)))
        }
        try await withTemporaryFolder { folder in
            let before = try await engine.open(in: folder, migrations: Migration.all.filter { $0.number < 25 })
            try await before.write { tx in for key in keys { try tx.insert(key) } }
            await before.close()
            let after = try await engine.open(in: folder)
            let (odd, even, schema) = try await after.read { tx in
                (try tx.dataKeys(of: "cnx_1"), try tx.dataKeys(of: "cnx_0"), try Self.schema(tx))
            }
            await after.close()
            #expect(odd + even == [keys[0], keys[2], keys[4], keys[1], keys[3]])
            #expect(schema.tables["data_key"]?.primaryKey == ["holder", "id"])
            let new = try await engine.open { store in try await store.read { tx in try Self.schema(tx) } }
            #expect(schema == new)
        }
    }

    /// The schema that a text makes.
    private func schema(_ engine: StoreUnderTest, _ text: String) async throws -> Schema {
        let step = Migration(number: 1, name: "one", sqlite: text, postgres: text)
        return try await engine.open(migrations: [step]) { store in
            try await store.read { tx in try Self.schema(tx) }
        }
    }

    private static func schema(_ tx: borrowing Transaction) throws -> Schema {
        switch tx.dialect {
        case .sqlite: try Schema(sqlite: tx)
        case .postgres: try Schema(postgres: tx)
        }
    }
}
