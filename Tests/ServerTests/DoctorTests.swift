import Foundation
import Model
import Persistence
import PersistenceSQLite
import TestSupport
import Testing
import Tokens

@testable import Server

@Suite("claviger doctor")
struct DoctorTests {
    /// An installation in a folder of its own.
    private struct Installation {
        let folder: String
        var flags: [ConfigurationKey: String] = [:]
        var variables: [String: String]
        let clock = FixedClock()

        init(_ folder: String) throws {
            self.folder = folder
            try FileManager.default.createDirectory(atPath: folder + "/data", withIntermediateDirectories: true)
            let key = folder + "/k"
            try MasterKey.generate().reveal().write(toFile: key, atomically: false, encoding: .utf8)
            chmod(key, 0o600)
            variables = [
                "CLAVIGER_ISSUER": "https://auth.example", "CLAVIGER_MASTER_KEY_FILE": key,
                "CLAVIGER_DATABASE": "sqlite:\(folder)/data/claviger.db",
            ]
        }

        var database: String { folder + "/data/claviger.db" }

        func diagnosis() async -> Diagnosis {
            await Diagnosis(of: ConfigurationReport(flags: flags, variables: variables), at: clock.current)
        }

        func errors() async -> [String] { await texts(.error) }
        func warnings() async -> [String] { await texts(.warning) }

        private func texts(_ severity: Finding.Severity) async -> [String] {
            await diagnosis().findings.filter { $0.severity == severity }.map { "\($0.subject): \($0.text)" }
        }

        /// Has a store and its key ring made, and the store open while `use` runs.
        func whileOpen(_ use: () async throws -> Void) async throws {
            let store = try await SQLiteStore.open(path: database, at: clock.current)
            do {
                let key = try await MasterKeySource.file(folder + "/k").load { _ in }
                _ = try await KeyRing.open(store: store, masterKey: key, now: clock.now, clock: clock.shared)
                try await use()
                await store.close()
            } catch {
                await store.close()
                throw error
            }
        }
    }

    private func withInstallation(_ use: (inout Installation) async throws -> Void) async throws {
        try await withTemporaryFolder { folder in
            var installation = try Installation(folder)
            try await use(&installation)
        }
    }

    /// What is wrong in a temporary folder that may well be in memory.
    private func besidesMount(_ texts: [String]) -> [String] {
        texts.filter { !$0.contains("is in memory") }
    }

    @Test func `a sound installation has nothing wrong, before its first start and after`() async throws {
        try await withInstallation { installation in
            #expect(await installation.errors() == [])
            #expect(besidesMount(await installation.warnings()) == [])
            #expect(!FileManager.default.fileExists(atPath: installation.database))
            try await installation.whileOpen {}
            #expect(await installation.errors() == [])
            #expect(besidesMount(await installation.warnings()) == [])
            #expect(await installation.diagnosis().text.contains("schema up to date, not in use"))
        }
    }

    @Test func `beside a running server it looks without a hand on anything`() async throws {
        try await withInstallation { installation in
            try await installation.whileOpen {
                let text = await installation.diagnosis().text
                #expect(await installation.diagnosis().isHealthy)
                #expect(text.contains("in use by process \(getpid())"))
                #expect(text.contains("schema up to date"))
            }
            try await installation.whileOpen {}
        }
    }

    @Test func `where the product offers providers, it looks at the journal and at the secrets in files`() async throws
    {
        try await withInstallation { installation in
            let product = installation.folder + "/claviger.yaml"
            let file = installation.folder + "/facebook"
            try """
            product: {name: Acme}
            scopes: {data.read: {description: Read}}
            roles: {admin: {permissions: [organizations.read]}}
            connections: {providers: {facebook: {client_id: app, secret: {file: \(file)}}}}
            """.write(toFile: product, atomically: true, encoding: .utf8)
            installation.flags[.product] = product
            try "s3cret\n".write(toFile: file, atomically: true, encoding: .utf8)
            chmod(file, 0o644)
            let journal = installation.folder + "/data/recovery.journal"
            try "".write(toFile: journal, atomically: true, encoding: .utf8)
            chmod(journal, 0o644)
            let errors = await installation.errors()
            #expect(errors.contains { $0.hasPrefix("recovery-journal: ") && $0.contains("chmod 600") }, "\(errors)")
            #expect(errors.contains { $0.hasPrefix("provider secrets: ") && $0.contains("chmod 600") }, "\(errors)")
            chmod(file, 0o600)
            chmod(journal, 0o600)
            installation.variables["CLAVIGER_PROVIDER_SECRETS"] = "facebook=other"
            #expect(await installation.errors().contains { $0.contains("keep one of them") })
            installation.variables["CLAVIGER_PROVIDER_SECRETS"] = nil
            #expect(await installation.errors() == [])
            installation.variables["CLAVIGER_PROVIDER_SIMULATOR"] = "http://127.0.0.1:8199"
            #expect(await installation.errors().contains { $0.contains("in development alone") })
        }
    }

    @Test func `it says what is in force and where it was said`() async throws {
        try await withInstallation { installation in
            installation.flags[.logLevel] = "debug"
            let lines = await installation.diagnosis().text.split(separator: "\n").map {
                $0.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
            }
            #expect(lines.contains("issuer https://auth.example environment CLAVIGER_ISSUER"))
            #expect(lines.contains("log-level debug flag --log-level"))
            #expect(lines.contains("listen 127.0.0.1:8080 default"))
            #expect(lines.contains("master-key not set default"))
            for key in ConfigurationKey.all where key != .data {
                #expect(lines.contains { $0.hasPrefix(key.name + " ") }, "\(key.name)")
            }
        }
    }

    @Test func `columns stand below each other`() async throws {
        try await withInstallation { installation in
            let rows = await installation.diagnosis().text.split(separator: "\n").dropFirst().prefix(3)
            let starts = rows.map { row in
                row.dropFirst(2).firstRange(of: #/ {2,}/#).map { row.distance(from: row.startIndex, to: $0.upperBound) }
            }
            #expect(Set(starts).count == 1)
        }
    }

    @Test func `secrets are shown as set, also when they are wrong or in the wrong place`() async throws {
        try await withInstallation { installation in
            let secret = "geheim" + String(repeating: "x", count: 30)
            installation.variables["CLAVIGER_VERIFY_GATEWAY_SECRET"] = secret
            installation.variables["CLAVIGER_MASTER_KEY_FILE"] = nil
            installation.variables["CLAVIGER_MASTER_KEY"] = String(repeating: "5a", count: 32)
            #expect(await installation.diagnosis().isHealthy)
            #expect(
                await installation.diagnosis().settings.filter { $0.key.isSecret }.map(\.shown)
                    == ["set", "not set", "set", "not set"])
            var texts = [await installation.diagnosis().text]
            installation.variables["CLAVIGER_VERIFY_GATEWAY_SECRET"] = "geheim"
            installation.variables["CLAVIGER_MASTER_KEY"] = "5a5a5a"
            installation.variables["CLAVIGER_DATABASE"] = "postgres://user:geheim@host"
            installation.variables["CLAVIGER_LISTEN"] = secret
            installation.variables["CLAVIGER_SECRET"] = secret
            texts.append(await installation.diagnosis().text)
            #expect(await installation.errors().count == 5)
            for text in texts { #expect(!text.contains("geheim") && !text.contains("5a5a")) }
        }
    }

    @Test func `errors of the configuration are its errors`() async throws {
        try await withInstallation { installation in
            installation.variables["CLAVIGER_ISSUER"] = "http://auth.example"
            let errors = await installation.errors()
            #expect(
                errors.count == 1 && errors.first?.hasPrefix("issuer: environment CLAVIGER_ISSUER: must be") == true)
            #expect(await installation.diagnosis().isHealthy == false)
        }
    }

    @Test func `beyond loopback it warns of plain HTTP, of missing proxies and of an open verify`() async throws {
        try await withInstallation { installation in
            installation.flags[.listen] = "0.0.0.0:8080"
            #expect(
                besidesMount(await installation.warnings()).map { $0.prefix { $0 != ":" } } == [
                    "listen", "trusted-proxies", "verify-gateways",
                ])
            #expect(await installation.diagnosis().isHealthy)
            installation.flags[.trustedProxies] = "10.0.0.1"
            installation.flags[.verifyGateways] = "10.0.0.1"
            #expect(besidesMount(await installation.warnings()).map { $0.prefix { $0 != ":" } } == ["listen"])
            installation.flags[.environment] = "development"
            #expect(
                besidesMount(await installation.warnings()).map { $0.prefix { $0 != ":" } } == [
                    "listen", "environment",
                ])
            (installation.flags[.environment], installation.flags[.listen]) = (nil, nil)
            installation.flags[.spoeListen] = "0.0.0.0:8081"
            #expect(besidesMount(await installation.warnings()).map { $0.prefix { $0 != ":" } } == ["spoe-listen"])
            installation.flags[.trustedProxies] = nil
            #expect(
                besidesMount(await installation.warnings()).map { $0.prefix { $0 != ":" } } == [
                    "trusted-proxies", "spoe-listen",
                ])
        }
    }

    @Test(arguments: ["0.0.0.0/0", "::/0", "10.0.0.1, ::/0"])
    func `everybody is no trusted proxy and no gateway`(_ ranges: String) async throws {
        try await withInstallation { installation in
            installation.flags[.trustedProxies] = ranges
            installation.flags[.verifyGateways] = ranges
            #expect(
                await installation.errors().map { $0.prefix { $0 != ":" } } == ["trusted-proxies", "verify-gateways"])
        }
    }

    @Test func `a product definition with a mistake is named with its line and key`() async throws {
        try await withInstallation { installation in
            let path = installation.folder + "/claviger.yaml"
            try "product:\n  name: Acme\n  brnd: acme\n".write(toFile: path, atomically: true, encoding: .utf8)
            installation.flags[.product] = path
            #expect(await installation.errors().count == 1)
            #expect(
                await installation.errors().first?.hasPrefix("product: \(path):3:3: product.brnd: unknown key") == true)
        }
    }

    @Test(arguments: ["127.0.0.1:9464", "0.0.0.0:9464"])
    func `metrics that other machines reach are a warning`(_ address: String) async throws {
        try await withInstallation { installation in
            installation.flags[.metrics] = address
            let said = await installation.diagnosis().findings.filter { $0.subject == "metrics" }
            #expect(said.map(\.severity) == (address.hasPrefix("127") ? [] : [.warning]))
        }
    }

    @Test func `it says how many connections there may be, and warns where descriptors are too few`() async throws {
        try await withInstallation { installation in
            installation.flags[.maxConnections] = "50"
            let said = await installation.diagnosis().findings.filter { $0.subject == "connections" }
            #expect(said.map(\.severity) == [.fine])
            #expect(said.first?.text.hasPrefix("at most 50 connections, 16 from one address; ") == true)
            let configuration = try ConfigurationReport(
                flags: installation.flags, variables: installation.variables
            ).outcome.get()
            #expect(ConnectionCheck(configuration, descriptors: 70).findings().map(\.severity) == [.warning])
        }
    }

    @Test func `it says what verification may remember, and warns where that is most of what there is`() async throws {
        try await withInstallation { installation in
            installation.flags[.memoryLimit] = "64MiB"
            let said = await installation.diagnosis().findings.filter { $0.subject == "memory" }
            #expect(said.map(\.severity) == [.fine])
            let configuration = try ConfigurationReport(
                flags: installation.flags, variables: installation.variables
            ).outcome.get()
            #expect(MemoryCheck(configuration, available: 128).findings().map(\.severity) == [.fine])
            #expect(MemoryCheck(configuration, available: 127).findings().map(\.severity) == [.warning])
            #expect(MemoryCheck(configuration, available: nil).findings().map(\.severity) == [.fine])
        }
    }

    @Test(arguments: [0, 60])
    func `a grace for revocations is a warning`(_ seconds: Int) async throws {
        try await withInstallation { installation in
            let path = installation.folder + "/claviger.yaml"
            let yaml = """
                product: {name: Acme}
                scopes: {read: {description: Read}}
                policy: {revocation_grace_seconds: \(seconds)}
                """
            try yaml.write(toFile: path, atomically: true, encoding: .utf8)
            installation.flags[.product] = path
            let said = await installation.diagnosis().findings.filter {
                $0.subject == "product" && $0.severity == .warning
            }
            #expect(said.count == (seconds == 0 ? 0 : 1))
            #expect(said.first?.text.contains("revocation_grace_seconds is 60") != false)
        }
    }

    @Test(arguments: ["5m", "299s"])
    func `access tokens that clients renew before every call are a warning`(_ lifetime: String) async throws {
        try await withInstallation { installation in
            let path = installation.folder + "/claviger.yaml"
            let yaml = """
                product: {name: Acme}
                scopes: {read: {description: Read}}
                policy: {access_token_lifetime: \(lifetime)}
                """
            try yaml.write(toFile: path, atomically: true, encoding: .utf8)
            installation.flags[.product] = path
            let said = await installation.diagnosis().findings.filter {
                $0.subject == "product" && $0.severity == .warning
            }
            #expect(said.count == (lifetime == "5m" ? 0 : 1))
            #expect(said.first?.text.hasPrefix("access tokens live 299 seconds.") != false)
        }
    }

    @Test(arguments: [(40, 0), (55, 1)])
    func `scopes that do not fit into what nginx takes are a warning`(_ count: Int, _ warnings: Int) async throws {
        try await withInstallation { installation in
            let path = installation.folder + "/claviger.yaml"
            let scopes = (0..<count).map { number in
                "  \(String(repeating: "x", count: 65)).\(10 + number): {description: Read}"
            }
            let yaml = "product: {name: Acme}\nscopes:\n" + scopes.joined(separator: "\n") + "\n"
            try yaml.write(toFile: path, atomically: true, encoding: .utf8)
            installation.flags[.product] = path
            let said = await installation.diagnosis().findings.filter {
                $0.subject == "product" && $0.severity == .warning
            }
            #expect(said.count == warnings)
            #expect(said.first?.text.contains("proxy_buffer_size") != false)
        }
    }

    @Test func `a master key that others may read, or that is gone, is an error`() async throws {
        try await withInstallation { installation in
            chmod(installation.folder + "/k", 0o644)
            let errors = await installation.errors()
            #expect(errors.count == 1 && errors.first?.contains("chmod 600") == true)
            unlink(installation.folder + "/k")
            #expect(await installation.errors().count == 1)
        }
    }

    @Test func `another master key than that of the database is an error`() async throws {
        try await withInstallation { installation in
            try await installation.whileOpen {}
            installation.variables["CLAVIGER_MASTER_KEY_FILE"] = nil
            installation.variables["CLAVIGER_MASTER_KEY"] = MasterKey.generate().reveal()
            #expect(await installation.errors().count == 1)
            #expect(await installation.errors().first?.contains("does not open") == true)
        }
    }

    @Test func `in development a missing key is made with the database, and not looked for before`() async throws {
        try await withInstallation { installation in
            installation.variables = ["CLAVIGER_ENVIRONMENT": "development"]
            installation.flags[.data] = installation.folder + "/data"
            #expect(await installation.diagnosis().isHealthy)
            let made = try FileManager.default.contentsOfDirectory(atPath: installation.folder + "/data")
            #expect(made == [])
            #expect(
                FileManager.default.createFile(
                    atPath: installation.database, contents: nil, attributes: [.posixPermissions: 0o600]))
            #expect(await installation.errors().count == 1)
        }
    }

    @Test func `in production a key beside the database is a warning`() async throws {
        try await withInstallation { installation in
            let path = installation.folder + "/data/k"
            try FileManager.default.moveItem(atPath: installation.folder + "/k", toPath: path)
            installation.variables["CLAVIGER_MASTER_KEY_FILE"] = path
            #expect(besidesMount(await installation.warnings()).map { $0.prefix { $0 != ":" } } == ["master key"])
        }
    }

    @Test(arguments: [(0o644, 1, 0), (0o640, 0, 1), (0o602, 1, 0), (0o600, 0, 0)])
    func `a database that others may open is an error for everybody and a warning for the group`(
        _ mode: mode_t, _ errors: Int, _ warnings: Int
    ) async throws {
        try await withInstallation { installation in
            try await installation.whileOpen {}
            chmod(installation.database, mode)
            unlink(installation.database + "-wal")
            unlink(installation.database + "-shm")
            #expect(await installation.errors().filter { $0.contains("claviger.db. Run") }.count == errors)
            #expect(
                await installation.warnings().filter { $0.contains("group of \(installation.database) ") }.count
                    == warnings)
        }
    }

    @Test func `a folder in which everybody may replace files is an error`() async throws {
        try await withInstallation { installation in
            chmod(installation.folder + "/data", 0o777)
            #expect(await installation.errors().count == 1)
            chmod(installation.folder + "/data", 0o700)
            #expect(await installation.errors() == [])
        }
    }

    @Test func `a file that is no database of ours is an error`() async throws {
        try await withInstallation { installation in
            try String(repeating: "no database", count: 1000).write(
                toFile: installation.database, atomically: false, encoding: .utf8)
            chmod(installation.database, 0o600)
            #expect(await installation.errors().count == 1)
        }
        try await withInstallation { installation in
            let strange = Migration(
                number: 9999, name: "later", sqlite: "CREATE TABLE later (id INTEGER);", postgres: "")
            let store = try await SQLiteStore.open(
                path: installation.database, migrations: Migration.all + [strange], at: installation.clock.current)
            await store.close()
            #expect(await installation.errors().first?.contains("later version") == true)
        }
    }

    @Test func `it says when signing keys that are published begin to sign`() async throws {
        try await withInstallation { installation in
            func said() async -> [String] {
                await installation.diagnosis().findings.filter { $0.subject == "signing keys" }.map(\.text)
            }
            try await installation.whileOpen {}
            #expect(await said() == [])
            let store = try await SQLiteStore.open(path: installation.database, at: installation.clock.current)
            let key = try await MasterKeySource.file(installation.folder + "/k").load { _ in }
            let ring = try await KeyRing.open(
                store: store, masterKey: key, now: installation.clock.now, clock: installation.clock.shared)
            try await ring.rotateAll(pace: .timed, at: installation.clock.current)
            await store.close()
            #expect(await said().first?.contains("sign from 2026-09-22T") == true)
            installation.clock.advance(seconds: 86_400)
            #expect(await said() == [])
            #expect(await installation.errors() == [])
        }
    }

    @Test func `a clock behind what was recorded is an error`() async throws {
        try await withInstallation { installation in
            try await installation.whileOpen {}
            installation.clock.advance(seconds: -3600)
            #expect(await installation.errors().map { $0.prefix { $0 != ":" } } == ["clock"])
        }
    }

    @Test func `a file of settings that says a secret must be closed`() async throws {
        try await withInstallation { installation in
            let path = installation.folder + "/settings.yaml"
            try "verify-gateway-secret: \(String(repeating: "s", count: 40))\n".write(
                toFile: path, atomically: false, encoding: .utf8)
            installation.flags[.config] = path
            chmod(path, 0o644)
            #expect(await installation.errors().map { $0.prefix { $0 != ":" } } == ["config"])
            chmod(path, 0o600)
            #expect(await installation.errors() == [])
        }
    }

    @Test func `it tells memory and network from a disk`() {
        #expect(Mount(of: "/proc")?.type == "proc")
        #expect(Mount(of: "/nowhere") == nil)
        #expect(Mount(of: "/") != nil)
    }
}
