import CredentialFormat
import Foundation
import Logging
import Model
import Persistence
import PersistencePostgres
import PersistenceSQLite
import TestSupport
import Testing
import Tokens

@testable import Server

/// A node as far as it has to do with master keys.
private struct KeyNode {
    let node = ID<Node>(at: SystemClock.now().milliseconds)
    let keys: MasterKeys
    let ring: KeyRing
    let organizationKeys: OrganizationKeys
    let desk: MasterKeyDesk
    let holding: MasterKeyHolding

    /// What a server does with them before it listens.
    init(_ store: any Store, _ newest: MasterKey, _ older: MasterKey? = nil, isAlone: Bool = false) async throws {
        let now = FixedClock().current
        let others = older.map { [$0] } ?? []
        keys = MasterKeys(newest, older: others)
        try await store.read { [keys] tx in try keys.check(tx) }
        ring = try await KeyRing.open(
            store: store, masterKey: newest, previousMasterKeys: others, now: { now }, clock: { _ in now })
        organizationKeys = OrganizationKeys(over: store, wrappedBy: keys.wrapping, now: { now })
        try await organizationKeys.check()
        try await ring.noteMasterKeyInForce()
        desk = MasterKeyDesk(
            store: store, node: node, isAlone: isAlone, keyRing: ring, organizationKeys: organizationKeys, now: { now })
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        holding = MasterKeyHolding(
            store: store, node: node, isAlone: isAlone, masterKeys: keys, keyRing: ring, logger: logger)
    }

    /// The whole change, for one who is not stopped.
    func change() async throws -> [String] {
        _ = try await desk.putInForce(keys.newest.identifier)
        return try await desk.sealAnew(after: nil, for: .seconds(60)).retired
    }
}

@Suite("Changing the master key", .onEveryEngine)
struct MasterKeyChangeTests {
    private static let accounts = 120

    private func addAccounts(_ store: any Store) async throws -> [ID<Organization>] {
        try await store.write { tx in
            try (0..<Self.accounts).map { number in
                let id = ID<Organization>(at: FixedClock().current.milliseconds)
                let root = Organization(
                    id: id, path: OrganizationPath(root: id), name: "Account \(number)",
                    createdAt: FixedClock().current)
                try tx.insert(Account(organization: root, plan: nil, suspendedAt: nil, isOperator: false))
                return id
            }
        }
    }

    /// What was sealed under the key of each organization.
    private func sealed(_ ids: [ID<Organization>], _ keys: OrganizationKeys) async throws -> [DataKeyRow] {
        var rows: [DataKeyRow] = []
        for id in ids {
            rows.append(try await keys.key(of: id).makeDataKey(for: "cnx_1", at: FixedClock().current).row)
        }
        return rows
    }

    private func opened(_ rows: [DataKeyRow], _ keys: OrganizationKeys) async throws -> Int {
        var count = 0
        for row in rows where try await keys.key(of: row.organization).open(row) != nil { count += 1 }
        return count
    }

    @Test(.endedIfItHangs)
    func `killed after any of its transactions, it leaves every node able to start, and goes on`() async throws {
        try await StoreUnderTest.current.open { store in
            var old = MasterKey.generate()
            let ids = try await addAccounts(store)
            let first = try await KeyNode(store, old)
            let jwks = first.ring.keys.jwks
            let rows = try await sealed(ids, first.organizationKeys)
            // The ring; the rest of the ring, of which there is none; two steps of organizations; the end.
            for good in 0..<5 {
                let new = MasterKey.generate()
                let mortal = FaultyStore(store)
                let changing = try await KeyNode(mortal, new, old)
                mortal.inject(.death, after: good)
                await #expect(throws: StoreError.self) { try await changing.change() }
                // In whatever order they were given them, and while one goes on.
                for (newest, other) in [(new, old), (old, new)] {
                    let node = try await KeyNode(store, newest, other)
                    #expect(node.ring.keys.jwks == jwks, "after \(good)")
                    #expect(try await opened(rows, node.organizationKeys) == Self.accounts, "after \(good)")
                }
                if good == 0 {
                    await #expect(throws: CustodyError.notGiven(masterKey: old.identifier)) {
                        try await KeyNode(store, new)
                    }
                } else {
                    await #expect(throws: CustodyError.notGiven(masterKey: new.identifier)) {
                        try await KeyNode(store, old)
                    }
                }
                #expect(try await KeyNode(store, new, old).change() == [old.identifier])
                let alone = try await KeyNode(store, new)
                #expect(alone.ring.keys.jwks == jwks)
                #expect(try await opened(rows, alone.organizationKeys) == Self.accounts)
                old = new
            }
            let actions = try await store.read { tx in
                try tx.auditEvents(.everything, matching: AuditFilter(), after: nil, limit: 100).map(\.action)
            }
            #expect(actions.count { $0 == "master-key.changed" } == 5)
            #expect(actions.count { $0 == "master-key.retired" } == 5)
        }
    }

    @Test
    func `a node that lacks the new one keeps it from being put in force, and one that has not opened the ring waits`()
        async throws
    {
        try await StoreUnderTest.current.openNodes(2) { stores in
            let (old, new) = (MasterKey.generate(), MasterKey.generate())
            let late = try await KeyNode(stores[1], old)
            try await late.holding.begin()
            let node = try await KeyNode(stores[0], new, old)
            try await node.holding.begin()
            let before = try await stores[0].read { tx in try tx.keyRingRows() }
            let refusal = await #expect(throws: CommandError.self) { try await node.change() }
            #expect(refusal?.description.contains("1 of 2 running nodes were not given \(new.identifier)") == true)
            #expect(refusal?.description.contains(late.node.description) == true)
            #expect(try await stores[0].read { tx in try tx.keyRingRows() } == before)

            // Started again, in the other order. It is another node by then, and the one before has said that it ends.
            try await stores[1].write { tx in try tx.forgetMasterKeys(of: late.node) }
            let again = try await KeyNode(stores[1], old, new)
            try await again.holding.begin()
            #expect(try await node.desk.putInForce(new.identifier) == before.count)
            #expect(try await node.desk.putInForce(new.identifier) == nil)
            let waiting = try await node.desk.sealAnew(after: nil, for: .seconds(60))
            #expect(Set(waiting.waitsFor) == [node.node.description, again.node.description])
            // What is made meanwhile is sealed under the one in force, also by who has it as the other one.
            _ = try await again.ring.rotate([.sealing], by: InitialSetup.actor("keys rotate"))
            #expect(KeyRing.isSealed(try await stores[0].read { tx in try tx.keyRingRows() }, under: new))
            for one in [node, again] { try await one.holding.begin() }
            #expect(try await node.desk.sealAnew(after: nil, for: .seconds(60)).retired == [old.identifier])

            await #expect(throws: CustodyError.notGiven(masterKey: new.identifier)) { try await late.holding.begin() }
            let state = try await stores[0].read { tx in try MasterKeyState(tx) }
            #expect(state.inForce == new.identifier && state.isComplete && state.unconfirmed.isEmpty)
            #expect(MasterKeyAdvice.next(state, given: [new.identifier]).contains("with \(new.identifier) alone"))
        }
    }
}

/// The same by commands, beside servers.
@Suite("claviger master-key", .onEveryEngine)
struct MasterKeyCommandTests {
    private let development = ["--environment", "development"]

    private func makeKey(_ path: String) throws -> MasterKey {
        let key = MasterKey.generate()
        let data = Data(key.reveal().utf8)
        #expect(FileManager.default.createFile(atPath: path, contents: data, attributes: [.posixPermissions: 0o600]))
        return key
    }

    private func state(_ database: ServerDatabase) throws -> MasterKeyState {
        let location =
            database.environment["CLAVIGER_DATABASE"].flatMap { DatabaseLocation($0) }
            ?? .inFolder(database.folder.path + "/data")
        return try MasterKeyState(of: location)
    }

    /// Makes a key of the first account, past any server.
    private func addKey(under key: MasterKey, _ database: ServerDatabase) async throws {
        let now = SystemClock.now()
        let store: any Engine =
            if let uri = database.environment["CLAVIGER_DATABASE"] {
                try await PostgresStore.open(PostgresAddress(uri), limits: .forTests(), at: now)
            } else {
                try await SQLiteStore.open(path: database.folder.path + "/data/claviger.db", at: now)
            }
        let keys = OrganizationKeys(over: store, wrappedBy: MasterKeys(key).wrapping, now: { now })
        let accounts = try await store.read { tx in try tx.accounts(after: nil, limit: 1) }
        _ = try await keys.key(of: try #require(accounts.first).organization.id)
        await store.close()
    }

    @Test(.endedIfItHangs)
    func `servers change it while they serve, and a kill in the middle costs nothing`() async throws {
        let database = try await ServerDatabase.make(in: Folder())
        let folder = database.folder.path
        let (old, new) = (try makeKey(folder + "/old.key"), try makeKey(folder + "/new.key"))
        let onlyOld = development + ["--master-key-file", folder + "/old.key"]
        let onlyNew = development + ["--master-key-file", folder + "/new.key"]
        let both = onlyNew + ["--previous-master-key-file", folder + "/old.key"]
        let swapped = onlyOld + ["--previous-master-key-file", folder + "/new.key"]
        let setUp = try await database.claviger(
            ["init", "--account", "First", "--admin-email", "ada@example.com"] + onlyOld)
        let secret = String(try #require(setUp.output.firstMatch(of: /operator key +(\S+)/), "\(setUp.text)").1)
        try await addKey(under: old, database)
        let count = database.postgres == nil ? 1 : 2
        func start(_ count: Int, _ flags: [String]) async throws -> [ServerProcess] {
            var servers: [ServerProcess] = []
            for _ in 0..<count {
                let server = try await ServerProcess(command: "serve", on: database, arguments: flags)
                servers.append(server)
                try await server.start()
            }
            return servers
        }
        func claviger(_ words: String, _ flags: [String]) async throws -> FinishedCommand {
            try await database.claviger(["master-key"] + words.split(separator: " ").map(String.init) + flags)
        }

        var servers = try await start(1, onlyOld)
        defer { for server in servers { server.kill() } }
        let refused = try await claviger("change", both)
        #expect(refused.status == 1 && refused.errors.contains("were not given \(new.identifier)"), "\(refused.text)")
        for server in servers { #expect(try await server.stop() == 0) }
        servers = try await start(count, both)
        let trial = try await claviger("change --dry-run", both)
        #expect(trial.status == 0 && trial.output.contains("Nothing was changed."), "\(trial.text)")
        #expect(try state(database).inForce == old.identifier)

        // Of two nodes, one is stopped: it has not opened the ring, so the command waits for it, and is killed there. The one that owns a
        // file is killed itself, wherever it is by then.
        if count == 2 { servers[1].signal(SIGSTOP) }
        let command = try await BackgroundProcess(
            try ServerProcess.executable.path, ["master-key", "change"] + both + database.arguments,
            environment: FinishedCommand.environment(with: database.environment), in: folder)
        try await becomes("put in force") { try state(database).inForce == new.identifier }
        if count == 2 {
            command.signal(SIGKILL)
            #expect(try state(database).left == 1)
            servers[1].signal(SIGCONT)
            try await becomes("opened by all") { try state(database).unconfirmed.isEmpty }
        }
        for server in servers { try await server.crash() }
        command.signal(SIGKILL)
        _ = try await command.status()
        // What is left of those that were killed would count for a minute, and an errand that nobody took for half of one.
        try await database.age(masterKeyHoldersBy: 3600)
        try? FileManager.default.removeItem(atPath: folder + "/data/claviger.db-errand")
        let early = try await database.claviger(
            ["serve", "--listen", "127.0.0.1:\(try FreePort.find())"] + onlyOld)
        #expect(early.status == 78 && early.errors.contains(new.identifier), "\(early.text)")
        servers = try await start(count, swapped)
        for server in servers { #expect(try await server.get("/api/v1/me", bearer: secret).status == 200) }

        let done = try await claviger("change", both)
        #expect(done.status == 0, "\(done.text)")
        #expect(try state(database).isComplete)
        #expect(done.output.contains("start these nodes again with \(new.identifier) alone"), "\(done.text)")
        for server in servers { #expect(try await server.stop() == 0) }
        servers = try await start(1, onlyNew)
        for server in servers { #expect(try await server.get("/api/v1/me", bearer: secret).status == 200) }
        let end = try await claviger("status", onlyNew)
        #expect(end.status == 0 && end.output.contains("next           nothing"), "\(end.text)")
        let lacking = try await claviger("status", onlyOld)
        #expect(lacking.status == 1)
        #expect(lacking.output.contains("give this command \(new.identifier)"), "\(lacking.text)")
        let log = try await database.claviger(["audit", "export", "--since", "2020-01-01T00:00:00Z"] + onlyNew)
        #expect(log.output.contains("master-key.changed") && log.output.contains("master-key.retired"), "\(log.text)")

        // Back again where none runs any more, and one was killed.
        for server in servers { try await server.crash() }
        if database.postgres != nil { try await database.age(masterKeyHoldersBy: 3600) }
        let back = try await claviger("change", swapped)
        #expect(back.status == 0 && back.output.contains("0 running nodes have opened them"), "\(back.text)")
        let last = try state(database)
        #expect(last.inForce == old.identifier && last.isComplete)
    }
}
