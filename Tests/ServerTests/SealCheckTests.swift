import Connections
import CredentialFormat
import Foundation
import Model
import Persistence
import PersistencePostgres
import PersistenceSQLite
import TestSupport
import Testing
import Tokens

@testable import Server

@Suite("claviger doctor and what is sealed")
struct SealCheckTests {
    private let old = MasterKey.generate()
    private let new = MasterKey.generate()
    private let now = SystemClock.now()

    /// What the doctor says of keys and what is below them, beside a node that serves.
    private func found(_ database: String, _ key: MasterKey, previous: MasterKey? = nil) async -> [String] {
        var variables = [
            "CLAVIGER_ISSUER": "https://auth.example", "CLAVIGER_MASTER_KEY": key.reveal(),
            "CLAVIGER_DATABASE": database,
        ]
        variables["CLAVIGER_PREVIOUS_MASTER_KEY"] = previous?.reveal()
        return await Diagnosis(of: ConfigurationReport(flags: [:], variables: variables), at: now).findings
            .filter { ["organization keys", "sealed rows"].contains($0.subject) }
            .map { "\($0.severity.rawValue) \($0.subject): \($0.text)" }
    }

    private func account(_ store: any Engine, _ name: String) async throws -> Organization {
        let id = ID<Organization>(at: now.milliseconds)
        let root = Organization(id: id, path: OrganizationPath(root: id), name: name, createdAt: now)
        try await store.write { tx in
            try tx.insert(Account(organization: root, plan: nil, suspendedAt: nil, isOperator: false))
        }
        return root
    }

    /// A connection with one sealed token.
    private func connect(
        _ home: Organization, _ store: any Engine, _ keys: OrganizationKeys
    ) async throws -> Connection {
        let access = ProviderAccess(
            id: ID(at: now.milliseconds), organization: home.id, provider: "tiktok", clientID: "app", createdAt: now)
        let connection = Connection(
            id: ID(at: now.milliseconds), path: home.path, provider: "tiktok", access: access.id, name: "Ada",
            status: .connected, generation: 1, createdAt: now)
        let sealed = try await ConnectionVault(keys: keys, environment: "clv").seal(
            ConnectionSecrets(accessToken: "act.1", refreshToken: nil), of: connection, generation: 1, under: nil,
            isFresh: true, at: now)
        try await store.write { [now] tx in
            try tx.insert(access)
            try tx.insert(connection)
            if let key = sealed.newKey { try tx.insert(key) }
            try tx.insert(sealed.rows, of: connection.id, at: now)
        }
        return connection
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `it says which keys open, which an older master key is needed for, and what does not open`(
        _ engine: StoreUnderTest
    ) async throws {
        try await withTemporaryFolder { folder in
            let made = engine == .postgres ? try await PostgresDatabase.make() : nil
            let database = made?.uri ?? "sqlite:\(folder)/claviger.db"
            let store: any Engine =
                if let made {
                    try await PostgresStore.open(PostgresAddress(made.uri), limits: .forTests(), at: now)
                } else {
                    try await SQLiteStore.open(path: "\(folder)/claviger.db", at: now)
                }
            #expect(await found(database, old) == [])
            let time = now
            func keys(_ newest: MasterKey, older: [MasterKey] = []) -> OrganizationKeys {
                OrganizationKeys(
                    over: store, wrappedBy: KeyEncryptionKeys(newest: newest, older: older), now: { time })
            }
            let homes = [try await account(store, "Acme"), try await account(store, "Globex")].sorted { $0.id < $1.id }
            for home in homes { _ = try await keys(old).key(of: home.id) }
            let connection = try await connect(homes[1], store, keys(old))
            let sealed = "ok sealed rows: of 1 connections everything opens"
            #expect(await found(database, old) == ["ok organization keys: 2 of 2 open under the master key", sealed])

            // While the master key is being replaced.
            #expect(try await keys(new, older: [old]).rewrap(limit: 1).rewrapped == 1)
            let half = await found(database, new, previous: old)
            #expect(half.first == "ok organization keys: 1 of 2 open under the master key" && half.last == sealed)
            let rest = "warning organization keys: 1 of 2 are still sealed under \(old.identifier)"
            #expect(half.contains { $0.hasPrefix(rest) })
            let alone = await found(database, new)
            #expect(alone.count == 2 && alone.last?.hasPrefix("error organization keys: 1 of 2 are sealed") == true)
            #expect(alone.last?.contains("\(old.identifier), which was not given") == true)
            _ = try await keys(new, older: [old]).rewrap()
            #expect(await found(database, new) == ["ok organization keys: 2 of 2 open under the master key", sealed])

            try await store.write { tx in
                try tx.perform("UPDATE connection_secret SET generation = 2")
                try tx.perform("UPDATE connection SET generation = 2")
                try tx.perform(
                    "UPDATE organization_key SET wrapped = \([UInt8(1)]) WHERE organization_id = \(homes[0].id)")
            }
            let broken = await found(database, new)
            let damaged = "error organization keys: 1 of 2 do not open: their rows are damaged: \(homes[0].id)"
            #expect(broken.contains(damaged))
            #expect(broken.last?.hasPrefix("error sealed rows: of 1 connections") == true)
            #expect(broken.last?.contains(connection.id.description) == true)
            await store.close()
        }
    }
}
