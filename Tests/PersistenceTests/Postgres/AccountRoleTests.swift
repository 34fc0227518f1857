import CredentialFormat
import Credentials
import Model
import PersistencePostgres
import TestSupport
import Testing

@testable import Persistence

@Suite("PostgreSQL: rows of accounts")
struct AccountRoleTests {
    @Test func `a table has a policy that holds for no owner, or is listed with a reason and has none`() async throws {
        let tables = try await withTemporaryFolder { folder in
            // The last step of the schema on a database that has served already.
            let before = Migration.all.filter { $0.number < 24 }
            await (try await StoreUnderTest.postgres.open(in: folder, migrations: before)).close()
            let store = try await StoreUnderTest.postgres.open(in: folder)
            let tables = try await store.read { tx in
                try tx.all(
                    """
                    SELECT c.relname::text, CASE WHEN c.relrowsecurity THEN 1 ELSE 0 END,
                    CASE WHEN c.relforcerowsecurity THEN 1 ELSE 0 END,
                    (SELECT COUNT(*) FROM pg_policy p WHERE p.polrelid = c.oid AND p.polwithcheck IS NOT NULL)
                    FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
                    """
                ) { row in
                    (
                        name: try row.text(0), isSecured: try row.bool(1), isForced: try row.bool(2),
                        policies: try row.count(3)
                    )
                }
            }
            await store.close()
            return tables
        }
        #expect(tables.count > 40)
        #expect(tables.filter { $0.isSecured != ($0.policies == 1) || $0.isForced }.map(\.name) == [])
        let exempt = AccountRole.exemptTables
        #expect(Set(tables.filter { !$0.isSecured }.map(\.name)) == Set(exempt.map(\.name)))
        #expect(exempt.filter(\.reason.isEmpty).map(\.name) == [])
    }

    /// Every statement of the tables' files, with its filter left out.
    @Test func `a statement that forgot its filter shows and changes nothing of others`() async throws {
        let statements = try WrittenStatement.all().compactMap { written in
            written.filterless.map { (file: written.file, text: $0) }
        }.filter { !$0.text.hasPrefix("INSERT") }
        #expect(statements.count > 150)
        try await SampleTree.open(on: .postgres) { tree in
            try await fill(tree)
            var met = 0
            for (file, text) in statements {
                for scope in [RowScope.nothing, .account(ID(at: 1))] {
                    #expect(try await !meetsRows(text, in: scope, tree.store), "\(file): \(text)")
                }
                if (try? await meetsRows(text, in: .everything, tree.store)) == true { met += 1 }
            }
            // As many as that find something where they may.
            #expect(met > 30)
        }
    }

    @Test func `a setting that is empty or was never made is no account`() async throws {
        try await SampleTree.open(on: .postgres) { tree in
            try await fill(tree)
            let callers = ActorStore(tree.store)
            for _ in 0..<6 {
                let unset = try await tree.store.read { tx in
                    // As after a slip in our own code: confined, and not told to whom.
                    _ = try tx.first("SELECT set_config('role', current_user || '_account', true)") { _ in true }
                    return try counts(tx)
                }
                #expect(unset == [0, 0, 0, 0])
                // It leaves the settings of its connection behind, empty.
                let own = try await callers.read(as: tree.caller(of: tree.europe)) { tx in try counts(tx) }
                #expect(!own.contains(0))
            }
            let nobody = Actor(
                .command("sign-in"), reach: .nothing, permissions: [], requestID: "r", address: nil)
            #expect(try await callers.read(as: nobody) { tx in try counts(tx) } == [0, 0, 0, 0])
        }
    }

    @Test func `an account meets its own rows and those that others share with it, and no more`() async throws {
        try await SampleTree.open(on: .postgres) { tree in
            let filled = try await fill(tree)
            let callers = ActorStore(tree.store)
            let (ours, theirs) = (tree.caller(of: tree.france), tree.caller(of: tree.stranger))
            // The boundary is the account: what is above and beside within it is for the statements to leave out.
            let own = try await callers.read(as: ours) { tx in
                [
                    try tx.apiKey(filled.key) != nil, try tx.member(filled.member) != nil,
                    try tx.clientSecrets(of: .integration(filled.integration)).count == 1,
                    try tx.describedGrant(filled.grant)?.appName == "Report Builder",
                    try tx.organization(tree.northAmerica.id) != nil, try tx.organization(tree.stranger.id) == nil,
                ]
            }
            #expect(own == [true, true, true, true, true, true])
            let others = try await callers.read(as: theirs) { tx in
                [
                    try tx.apiKey(filled.key) == nil, try tx.member(filled.member) == nil,
                    try tx.clientSecrets(of: .integration(filled.integration)).isEmpty,
                    try tx.organization(tree.europe.id) == nil, try tx.app(filled.app) != nil,
                    // How many use its app is told to who offers it, and not who.
                    try tx.grant(filled.grant) != nil, try tx.describedGrant(filled.grant) == nil,
                    try tx.reach(of: filled.app, in: nil, at: Instant(seconds: 0)).refreshTokens == 1,
                ]
            }
            #expect(others == [true, true, true, true, true, true, true, true])
            // What is shared is read, and stays.
            try await callers.write(as: ours) { tx in try tx.delete(filled.app) }
            let isEnded = try await callers.write(as: theirs) { tx -> Bool in
                try tx.delete(filled.grant)
                try tx.delete(filled.key)
                return try tx.delete(filled.lineage)
            }
            #expect(!isEnded)
            let left = try await tree.store.read { tx in
                [
                    try tx.app(filled.app) != nil, try tx.grant(filled.grant) != nil, try tx.apiKey(filled.key) != nil,
                    try tx.lineage(filled.lineage) != nil,
                ]
            }
            #expect(left == [true, true, true, true])
        }
    }

    @Test func `nothing is written into another account, and the audit log is not changed`() async throws {
        try await SampleTree.open(on: .postgres) { tree in
            let callers = ActorStore(tree.store)
            let theirs = tree.caller(of: tree.stranger)
            let id = ID<Organization>(at: 1)
            let path = try #require(tree.europe.path.child(id))
            let intruder = Organization(id: id, path: path, name: "Intruder", createdAt: tree.clock.current)
            await #expect(throws: StoreError.self) {
                try await callers.write(as: theirs) { tx in try tx.insert(intruder) }
            }
            #expect(try await tree.store.read { tx in try tx.organization(id) } == nil)
            for text in ["DELETE FROM audit_event", "UPDATE audit_event SET details = ''"] {
                await #expect(throws: StoreError.self) {
                    try await callers.write(as: theirs) { tx in try tx.execute(BoundSQL(stringLiteral: text)) }
                }
            }
        }
    }

    @Test func `tables in the user's own schema are met by the role, too`() async throws {
        let database = try await PostgresDatabase.make()
        let (address, now) = (PostgresAddress(database.uri), FixedClock().current)
        let empty = try await PostgresStore.open(address, migrations: [], limits: .forTests(), at: now)
        _ = try await empty.write { tx in try tx.execute("CREATE SCHEMA AUTHORIZATION CURRENT_USER") }
        await empty.close()
        let store = try await PostgresStore.open(address, limits: .forTests(), at: now)
        let nobody = Actor(.command("sign-in"), reach: .nothing, permissions: [], requestID: "r", address: nil)
        #expect(try await ActorStore(store).read(as: nobody) { tx in try counts(tx) } == [0, 0, 0, 0])
        await store.close()
    }

    @Test func `bodies that share a transaction are confined each for itself`() async throws {
        try await SampleTree.open(on: .postgres) { tree in
            let callers = ActorStore(tree.store)
            let (ours, theirs) = (tree.caller(of: tree.europe), tree.caller(of: tree.stranger))
            let seen = try await withThrowingTaskGroup(of: [Bool].self) { group in
                for number in 0..<60 {
                    group.addTask {
                        let body: @Sendable (borrowing Transaction) throws -> [Bool] = { tx in
                            [tree.europe.id, tree.stranger.id, tree.desk.id].map { id in
                                (try? tx.organization(id)) != nil
                            }
                        }
                        switch number % 3 {
                        case 0: return try await callers.write(as: ours, body) == [true, false, false] ? [] : [false]
                        case 1: return try await callers.write(as: theirs, body) == [false, true, false] ? [] : [false]
                        default: return try await tree.store.write(body) == [true, true, true] ? [] : [false]
                        }
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(seen == [])
        }
    }
}

// MARK: - Steps

extension AccountRoleTests {
    private struct Filled: Sendable {
        let key: ID<APIKey>
        let integration: ID<Integration>
        let member: ID<Member>
        let app: ID<App>
        let grant: ID<Grant>
        let lineage: ID<RefreshLineage>
    }

    /// Has an account have something of most kinds, and use an app of another account.
    @discardableResult
    private func fill(_ tree: SampleTree) async throws -> Filled {
        let key = try await tree.key(in: tree.europe).credential
        let integration = try await tree.integration(in: tree.europe).credential
        let member = try await tree.member(in: tree.europe, roles: ["admin"])
        let app = try await tree.app(in: tree.stranger).app
        let grant = try await tree.grant(to: app, by: member, in: tree.europe)
        let contact = try await tree.contact(in: tree.europe)
        _ = try await tree.accessKey(of: contact)
        let (lineage, bytes) = (ID<RefreshLineage>(at: 1), [UInt8](repeating: 1, count: 32))
        try await tree.store.write { tx in
            try tx.perform(
                """
                INSERT INTO refresh_lineage (id, grant_id, app_id, scopes, authenticated_at, generation, digest, pepper,
                created_at, expires_at, ends_at) VALUES (\(lineage), \(grant.id), \(app.id), '', 1, 1, \(bytes), 1, 1, 1, 1)
                """)
        }
        return Filled(
            key: key.id, integration: integration.id, member: member.id, app: app.id, grant: grant.id, lineage: lineage)
    }

    private func counts(_ tx: borrowing Transaction) throws -> [Int] {
        try ["organization", "member", "client_secret", "audit_event"].map { table in
            try tx.first(BoundSQL(stringLiteral: "SELECT COUNT(*) FROM \(table)")) { try $0.count(0) } ?? -1
        }
    }

    /// Ends a body, so that nothing of it is left.
    private struct Undone: Error {
        let metRows: Bool
    }

    /// Whether a statement shows or changes rows. What shows nothing but NULL and 0 counted nothing.
    private func meetsRows(_ text: String, in scope: RowScope, _ store: any Store) async throws -> Bool {
        guard text.contains(" FROM ") || text.hasPrefix("UPDATE") else { return false }
        do {
            return try await store.write { tx in
                try tx.confine(to: scope)
                let statement = BoundSQL(stringLiteral: text)
                guard text.hasPrefix("SELECT") else { throw Undone(metRows: try tx.execute(statement) > 0) }
                let rows = try tx.all(statement) { row in
                    (0..<40).contains { ![.null, .integer(0), .text("")].contains(row[$0]) }
                }
                throw Undone(metRows: rows.contains(true))
            }
        } catch let undone as Undone {
            return undone.metRows
        } catch StoreError.constraint {
            // It had a row to change.
            return true
        } catch StoreError.engine(let problem) {
            // A table that is nobody's; or what is left of the statement is none.
            let expected = ["42501", "42601"].contains { problem.contains(" \($0):") }
            #expect(expected || scope == .everything, "\(text): \(problem)")
            return false
        }
    }
}
