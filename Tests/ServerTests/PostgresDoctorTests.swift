import Foundation
import Model
import Persistence
import PersistencePostgres
import TestSupport
import Testing
import Tokens

@testable import Server

@Suite("claviger doctor and PostgreSQL")
struct PostgresDoctorTests {
    private let key = MasterKey.generate()

    /// What the doctor finds of a database, by severity. The server of the tests does not wait for its disk, which it
    /// says as well.
    ///
    /// - Parameter offset: By how many seconds the clock of this machine is wrong.
    private func findings(_ uri: String, key: MasterKey? = nil, offset: Int = 0) async -> [Finding.Severity: [String]] {
        let report = ConfigurationReport(
            flags: [:],
            variables: [
                "CLAVIGER_ISSUER": "https://auth.example", "CLAVIGER_MASTER_KEY": (key ?? self.key).reveal(),
                "CLAVIGER_DATABASE": uri,
            ])
        let now = SystemClock.now().adding(seconds: offset)
        let findings = await Diagnosis(of: report, at: now).findings.filter { !$0.text.contains("fsync") }
        return Dictionary(grouping: findings, by: \.severity).mapValues { $0.map { "\($0.subject): \($0.text)" } }
    }

    /// Has `use` look at a database while a node is connected to it.
    private func withNode(_ use: (_ uri: String) async throws -> Void) async throws {
        let database = try await PostgresDatabase.make()
        let store = try await PostgresStore.open(
            PostgresAddress(database.uri), limits: .forTests(), at: SystemClock.now())
        do {
            _ = try await KeyRing.open(store: store, masterKey: key, now: SystemClock.now)
            try await use(database.uri)
            await store.close()
        } catch {
            await store.close()
            throw error
        }
    }

    @Test func `a sound database has nothing wrong, also beside a node`() async throws {
        try await withNode { uri in
            let found = await findings(uri)
            #expect(found[.error] == nil)
            #expect(found[.warning] == nil)
            let texts = found[.fine]?.joined(separator: "\n") ?? ""
            #expect(texts.contains("schema up to date"))
            #expect(texts.contains("PostgreSQL 1"))
            #expect(texts.contains("no standby confirms a commit"))
            #expect(texts.contains("_account keeps accounts apart"))
        }
    }

    @Test func `a server that does not wait for its disk is an error`() async throws {
        try await withNode { uri in
            let report = ConfigurationReport(
                flags: [:],
                variables: [
                    "CLAVIGER_ISSUER": "https://auth.example", "CLAVIGER_MASTER_KEY": key.reveal(),
                    "CLAVIGER_DATABASE": uri,
                ])
            let status = try PostgresStore.peek(at: PostgresAddress(uri)) { tx in try PostgresStatus(tx) }
            let says = await Diagnosis(of: report, at: SystemClock.now()).findings.contains {
                $0.severity == .error && $0.text.contains("fsync")
            }
            #expect(says == !status.keepsWhatItWrote)
            #expect(status.isPrimary)
            #expect(status.version >= PostgresStatus.oldestVersion)
        }
    }

    @Test func `an empty database lacks the schema and is left empty`() async throws {
        let database = try await PostgresDatabase.make()
        for _ in 0..<2 {
            let found = await findings(database.uri)
            #expect(found[.error] == nil)
            #expect(found[.fine]?.contains { $0.contains("\(Migration.all.count) schema steps are run") } == true)
        }
    }

    @Test func `another master key than that of the database is an error`() async throws {
        try await withNode { uri in
            let errors = await findings(uri, key: .generate())[.error]
            #expect(errors?.count == 1)
            #expect(errors?.first?.contains("does not open") == true)
        }
    }

    @Test func `a server that nobody answers for is an error, without the password`() async throws {
        let uri = "postgres://user:hunter22@127.0.0.1:\(try FreePort.find())/claviger"
        let errors = await findings(uri)[.error]
        #expect(errors?.count == 1)
        #expect(errors?.first?.hasPrefix("database: postgres://user@127.0.0.1:") == true)
        #expect(errors?.description.contains("hunter22") == false)
    }

    @Test(arguments: [
        ("postgres://u@db.example/d", true), ("postgres://u@db.example/d?sslmode=require", true),
        ("postgres://u@127.0.0.1,db.example/d?sslmode=prefer", true),
        ("postgres://u@db.example/d?sslmode=verify-full", false),
        ("postgres://u@db.example/d?sslmode=verify-ca", false), ("postgres://u@localhost/d", false),
        ("postgres:///d?host=/run/postgresql", false),
    ])
    func `a way over the network on which nobody proves who they are is a warning`(_ uri: String, _ warns: Bool) {
        let check = PostgresCheck(address: PostgresAddress(uri), installation: nil, now: Instant(seconds: 0))
        #expect(check.encryption().count == (warns ? 1 : 0))
    }

    @Test func `a clock that differs from the server's is told`() async throws {
        try await withNode { uri in
            for (offset, word) in [(600, "ahead"), (-40, "behind")] {
                let warnings = await findings(uri, offset: offset)[.warning]
                #expect(warnings?.count == 1)
                #expect(warnings?.first?.contains(word) == true)
            }
        }
    }
}
