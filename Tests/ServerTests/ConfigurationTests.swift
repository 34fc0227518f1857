import Foundation
import HTTPServing
import Policy
import TestSupport
import Testing
import Verification

@testable import Server

/// Values of every key: one each for the flag, the variable and the file.
private let samples: [ConfigurationKey: [String]] = [
    .environment: ["production", "development", "production"],
    .issuer: ["https://a.example", "https://b.example/auth", "https://c.example:8443"],
    .listen: ["127.0.0.1:1", "[::1]:2", "0.0.0.0:3"],
    .database: ["sqlite:a.db", "postgres://u@b1,b2/c", "sqlite:./d/e.db"],
    .masterKeyFile: ["/a.key", "/b.key", "/c.key"],
    .masterKeyCommand: ["echo a", "echo b", "echo c"],
    .masterKey: ["", String(repeating: "ab", count: 32), String(repeating: "cd", count: 32)],
    .previousMasterKeyFile: ["/d.key", "/e.key", "/f.key"],
    .previousMasterKeyCommand: ["echo d", "echo e", "echo f"],
    .previousMasterKey: ["", String(repeating: "ef", count: 32), String(repeating: "01", count: 32)],
    .trustedProxies: ["10.0.0.1", "10.0.0.2", "10.0.0.3"],
    .verifyGateways: ["10.0.0.4", "10.0.0.5", "10.0.0.6"],
    .verifyGatewaySecret: ["", String(repeating: "s", count: 32), String(repeating: "t", count: 32)],
    .idleSeconds: ["5", "60", "3600"],
    .drainSeconds: ["0", "20", "300"],
    .maxConnections: ["16", "500", "1000000"],
    .maxConnectionsPerAddress: ["1", "50", "1000000"],
    .memoryLimit: ["64MiB", "1024GiB", "700MiB"],
    .keyRotationDays: ["1", "0", "3650"],
    .logLevel: ["debug", "notice", "error"],
    .logFormat: ["text", "json", "text"],
    .metrics: ["127.0.0.1:9001", "127.0.0.1:9002", "127.0.0.1:9003"],
    .traces: ["http://127.0.0.1:1/a", "https://[::1]:2/b", "http://collector/v1/traces"],
    .secretScanningKeys: ["keys.json", "https://partner.example/keys", "https://partner.example/others"],
    .product: ["a.yaml", "b.yaml", "c.yaml"],
    .providers: ["a", "b", "c"],
    .providerSecretsFolder: ["/a", "/b", "/c"],
    .providerSecrets: ["", "facebook=a", "facebook=a,tiktok=b"],
    .providerSimulator: ["http://127.0.0.1:1", "http://localhost:2", "http://sim:3"],
    .recoveryJournal: ["/a.journal", "/b.journal", "/c.journal"],
    .mailCommand: ["/usr/sbin/sendmail", "/usr/bin/msmtp", "/opt/sendmail"],
    .mailFrom: ["a@acme.example", "b@acme.example", "c@acme.example"],
    .spoeListen: ["127.0.0.1:9201", "127.0.0.1:9202", "127.0.0.1:9203"],
    .tlsListen: ["127.0.0.1:9101", "127.0.0.1:9102", "127.0.0.1:9103"],
    .tlsCertificateFile: ["/a.pem", "/b.pem", "/c.pem"],
    .tlsKeyFile: ["/a-key.pem", "/b-key.pem", "/c-key.pem"],
]
private let settings = ConfigurationKey.all.filter { $0 != .config && $0 != .data }
private let masterKeys: [ConfigurationKey] = [.masterKeyFile, .masterKeyCommand, .masterKey]
private let tls: [ConfigurationKey] = [.tlsListen, .tlsCertificateFile, .tlsKeyFile]

/// What production needs said, besides `key`.
private func needed(besides key: ConfigurationKey? = nil) -> [String: String] {
    var variables = ["CLAVIGER_ISSUER": "https://auth.example", "CLAVIGER_MASTER_KEY_FILE": "/etc/master.key"]
    if key == .mailCommand { variables["CLAVIGER_MAIL_FROM"] = "auth@acme.example" }
    if key == .mailFrom { variables["CLAVIGER_MAIL_COMMAND"] = "/usr/sbin/sendmail" }
    if key == .providerSimulator { variables["CLAVIGER_ENVIRONMENT"] = "development" }
    if key == .issuer { variables["CLAVIGER_ISSUER"] = nil }
    if let key, masterKeys.contains(key) { variables["CLAVIGER_MASTER_KEY_FILE"] = nil }
    if let key, tls.contains(key) {
        let values = ["0.0.0.0:443", "/etc/tls.pem", "/etc/tls-key.pem"]
        for (other, value) in zip(tls, values) where other != key {
            if let variable = other.variable { variables[variable] = value }
        }
    }
    return variables
}

private func errors(
    _ flags: [ConfigurationKey: String] = [:], _ variables: [String: String] = [:],
    forcing: ServerConfiguration.Environment? = nil
) -> [ConfigurationError] {
    guard case .failure(let errors) = ConfigurationReport(flags: flags, variables: variables, forcing: forcing).outcome
    else { return [] }
    return errors.errors
}

private func configuration(
    _ flags: [ConfigurationKey: String] = [:], _ variables: [String: String] = needed(),
    forcing: ServerConfiguration.Environment? = nil
) throws -> ServerConfiguration {
    try ConfigurationReport(flags: flags, variables: variables, forcing: forcing).outcome.get()
}

private func withFile<R>(_ text: String, _ use: (String) async throws -> R) async throws -> R {
    try await withTemporaryFolder { folder in
        let path = folder + "/settings.yaml"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return try await use(path)
    }
}

@Suite("Where settings come from")
struct ConfigurationOriginTests {
    @Test(arguments: settings)
    func `a flag is heard before the environment, that before the file, that before the default`(
        _ key: ConfigurationKey
    ) async throws {
        let values = try #require(samples[key])
        try await withFile("\(key.name): \"\(values[2])\"\n") { path in
            var variables = needed(besides: key)
            func inForce(_ flags: [ConfigurationKey: String]) throws -> SettingInForce {
                let report = ConfigurationReport(flags: flags, variables: variables)
                #expect(key.isRequired && flags.isEmpty || (try? report.outcome.get()) != nil)
                return try #require(report.inForce.first { $0.key == key })
            }
            func shown(_ value: String) -> String { key.isSecret ? "set" : value }
            #expect(try inForce([:]).source == .standard)

            variables["CLAVIGER_CONFIG"] = path
            #expect(try inForce([:]) == .init(key: key, shown: shown(values[2]), source: .file(path, line: 1)))

            let variable = try #require(key.variable)
            variables[variable] = values[1]
            #expect(try inForce([:]) == .init(key: key, shown: shown(values[1]), source: .variable(variable)))

            if let flag = key.flag {
                #expect(try inForce([key: values[0]]) == .init(key: key, shown: values[0], source: .flag(flag)))
            }
        }
    }

    @Test func `what is said arrives`() async throws {
        let file = """
            {"environment": "development", "issuer": "http://localhost:9000", "listen": "[::1]:9000",
             "database": "sqlite:x/y.db", "master-key-command": "cat k", "trusted-proxies": ["10.0.0.0/8", "::1"],
             "verify-gateways": "192.0.2.1, 192.0.2.2", "verify-gateway-secret": "0123456789abcdef0123456789ABCDEF",
             "idle-seconds": 90, "drain-seconds": 20, "max-connections": 5000, "max-connections-per-address": 200,
             "memory-limit": "2GiB", "key-rotation-days": 30, "log-level": "warning", "log-format": "json", "metrics": "[::1]:9464", "traces": "http://127.0.0.1:4318/v1/traces",
             "secret-scanning-keys": "https://partner.example/keys", "product": "p.yaml", "providers": "p", "provider-secrets": ["facebook=new", "tiktok=t=1", "facebook=old"],
             "provider-secrets-folder": "s", "provider-simulator": "http://127.0.0.1:8199", "recovery-journal": "r", "mail-command": "/usr/sbin/sendmail", "mail-from": "auth@acme.example",
             "tls-listen": "0.0.0.0:8443", "tls-certificate-file": "c.pem", "tls-key-file": "k.pem", "spoe-listen": "127.0.0.1:8081"}
            """
        try await withFile(file) { path in
            let found = try configuration([.config: path], [:])
            #expect(found.environment == .development)
            #expect(found.issuer == "http://localhost:9000")
            #expect(found.listen == ListenAddress(host: "::1", port: 9000))
            #expect(found.database == .sqlite(path: "x/y.db"))
            guard case .command("cat k") = found.masterKey else { return #expect(Bool(false)) }
            #expect(found.trustedProxies.map(\.description) == ["10.0.0.0/8", "::1"])
            #expect(found.verifyGateways.map(\.description) == ["192.0.2.1", "192.0.2.2"])
            #expect(found.verifyGatewaySecret == "0123456789abcdef0123456789ABCDEF")
            #expect(found.idleSeconds == 90 && found.drainSeconds == 20)
            #expect(found.spoeListen == ListenAddress(host: "127.0.0.1", port: 8081))
            #expect(found.maxConnections == 5000 && found.maxConnectionsPerAddress == 200)
            #expect(found.memoryLimit.bytes == 2 << 30)
            #expect(found.keyRotationDays == 30)
            #expect("\(found.logLevel)" == "warning")
            #expect(found.logFormat == .json)
            #expect(found.metrics == ListenAddress(host: "::1", port: 9464))
            #expect(found.traces == "http://127.0.0.1:4318/v1/traces")
            #expect(found.tls?.listen == ListenAddress(host: "0.0.0.0", port: 8443))
            #expect(found.tls?.files == CertificateFiles(certificate: "c.pem", key: "k.pem"))
            #expect(found.secretScanningKeys == .published(host: "partner.example", target: "/keys"))
            #expect(found.productPath == "p.yaml" && found.providersPath == "p")
            #expect(found.providerSecrets == ["facebook": ["new", "old"], "tiktok": ["t=1"]])
            #expect(found.providerSecretsFolder == "s" && found.recoveryJournalPath == "r")
            #expect(found.providerSimulator == "http://127.0.0.1:8199")
            #expect(
                found.mail?.command == "/usr/sbin/sendmail" && found.mail.map { "\($0.from)" } == "auth@acme.example")
        }
    }

    @Test func `defaults are those that the list of keys states`() throws {
        let production = try configuration()
        #expect(production.environment == .production)
        #expect(production.listen.description == ConfigurationKey.listen.standard)
        #expect(production.database.description == ConfigurationKey.database.standard)
        #expect("\(production.idleSeconds)" == ConfigurationKey.idleSeconds.standard)
        #expect(production.drainSeconds == 5)
        #expect(production.maxConnections == 10_000 && production.maxConnectionsPerAddress == nil)
        #expect("\(production.memoryLimit)" == ConfigurationKey.memoryLimit.standard)
        #expect(production.memoryLimit.bytes == VerifierMemory.Bounds.standardBytes)
        #expect("\(production.keyRotationDays)" == ConfigurationKey.keyRotationDays.standard)
        #expect("\(production.logLevel)" == ConfigurationKey.logLevel.standard)
        #expect(production.logFormat == .json)
        #expect(production.trustedProxies == [] && production.verifyGateways == [])
        #expect(production.verifyGatewaySecret == nil && production.productPath == nil && production.metrics == nil)

        let development = try configuration([:], [:], forcing: .development)
        #expect(development.issuer == "http://127.0.0.1:8080")
        #expect(development.logFormat == .text)
        #expect(development.masterKey.path == "./data/master.key")
        #expect(development.recoveryJournalPath == "./data/recovery.journal")
    }

    @Test func `the folder of data stands for a database in it`() throws {
        let found = try configuration([.data: "/srv/x/"], needed().merging(["CLAVIGER_DATABASE": "sqlite:y.db"]) { $1 })
        #expect(found.database == .sqlite(path: "/srv/x/claviger.db"))
        #expect(errors([.data: "x", .database: "sqlite:y"], needed()).map(\.name) == ["data"])
        #expect(errors([.data: ""], needed()).map(\.name) == ["data"])
    }

    @Test(arguments: [
        ("0.0.0.0:80", "http://localhost:80"), ("[::]:81", "http://localhost:81"), ("[::1]:82", "http://[::1]:82"),
        ("localhost:83", "http://localhost:83"), ("192.0.2.1:84", nil),
    ])
    func `development makes up an issuer that a browser on the machine reaches`(_ listen: String, _ issuer: String?) {
        let found = try? configuration([.listen: listen], [:], forcing: .development)
        #expect(found?.issuer == issuer)
    }
}

@Suite("Settings that stop the start (threat P12)")
struct ConfigurationErrorTests {
    @Test func `production needs an issuer and a master key, and says so at once`() {
        let found = errors()
        #expect(found.map(\.name) == ["issuer", "master-key-file"])
        #expect(found.allSatisfy { $0.description.contains("missing") })
    }

    @Test func `an unknown variable is named, and others are none of our business`() {
        let found = errors(
            [:], needed().merging(["CLAVIGER_ISUER": "x", "CLAVIGER_": "x", "CLAVIGERS": "x", "HOME": "/"]) { $1 })
        #expect(found.map(\.name) == ["CLAVIGER_", "CLAVIGER_ISUER"])
        #expect(found.allSatisfy { $0.problem.contains("CLAVIGER_ISSUER") })
    }

    @Test(arguments: ["CLAVIGER_DATA", "CLAVIGER_PORT", "CLAVIGER_ISSUER_", "CLAVIGER_issuer"])
    func `a variable that looks like ours is refused`(_ name: String) {
        #expect(errors([:], needed().merging([name: "x"]) { $1 }).map(\.name) == [name])
    }

    @Test func `what Kubernetes says of a service named claviger is passed over there alone`() {
        let links = [
            "CLAVIGER_SERVICE_HOST": "10.0.0.1", "CLAVIGER_SERVICE_PORT": "80", "CLAVIGER_SERVICE_PORT_HTTP": "80",
            "CLAVIGER_PORT": "tcp://10.0.0.1:80", "CLAVIGER_PORT_80_TCP": "tcp://10.0.0.1:80",
            "CLAVIGER_PORT_80_TCP_PROTO": "tcp", "CLAVIGER_PORT_80_TCP_PORT": "80",
            "CLAVIGER_PORT_80_TCP_ADDR": "10.0.0.1",
        ]
        let variables = needed().merging(links) { $1 }
        #expect(errors([:], variables).count == links.count)
        #expect(errors([:], variables.merging(["KUBERNETES_SERVICE_HOST": "10.0.0.0"]) { $1 }) == [])
    }

    @Test(arguments: [
        ("isuer: https://a.example\n", "isuer", 1), ("\nconfig: other.yaml\n", "config", 2), ("data: ./x\n", "data", 1),
        ("ISSUER: https://a.example\n", "ISSUER", 1), ("log: {level: info}\n", "log", 1),
        ("listen: 8080\n", "listen", 1), ("log-level: off\n", "log-level", 1), ("product:\n", "product", 1),
        ("trusted-proxies: [{a: b}]\n", "trusted-proxies", 1),
        ("listen: 127.0.0.1:1\nlisten: 127.0.0.1:2\n", "listen", nil), ("- listen\n", "file", 1),
        ("listen: [\n", "file", nil), ("", "file", 1),
        ("\nkey-rotation-days: 030\n", "key-rotation-days", 2), ("trusted-proxies:\n  - 010\n", "trusted-proxies", 2),
    ])
    func `a file that is not understood names its line and key`(_ text: String, _ name: String, _ line: Int?)
        async throws
    {
        try await withFile(text) { path in
            let found = errors([.config: path], needed())
            #expect(found.map(\.name) == [name])
            guard case .file(path, let at) = found.first?.source else { return #expect(Bool(false), "\(found)") }
            if let line { #expect(at == line) }
            #expect(found.first?.description.contains(path) == true)
        }
    }

    @Test func `mail needs both a command and a sender`() throws {
        #expect(try configuration().mail == nil)
        #expect(errors([.mailCommand: "/usr/sbin/sendmail"], needed()).map(\.name) == ["mail-from"])
        #expect(errors([.mailFrom: "auth@acme.example"], needed()).map(\.name) == ["mail-from"])
    }

    @Test func `each listener has an address of its own, and says of which other it would be`() {
        let keys: [ConfigurationKey] = [.listen, .tlsListen, .spoeListen, .metrics]
        let variables = needed(besides: .tlsListen).merging(["CLAVIGER_TLS_LISTEN": "127.0.0.1:80"]) { $1 }
        func found(_ addresses: [ConfigurationKey: String]) -> [ConfigurationError] {
            let apart = Dictionary(uniqueKeysWithValues: keys.enumerated().map { ($1, "127.0.0.1:\(90 + $0)") })
            return errors(apart.merging(addresses) { $1 }, variables)
        }
        for (index, later) in keys.enumerated() {
            for earlier in keys[..<index] {
                let same = found([earlier: "127.0.0.1:81", later: "127.0.0.1:81"])
                #expect(same.map(\.name) == [later.name], "\(same)")
                #expect(same.first?.description.contains("another address than \(earlier.name),") == true, "\(same)")
            }
        }
        #expect(found([:]) == [] && found([.spoeListen: "127.0.0.1:0", .metrics: "127.0.0.1:0"]) == [])
        // Where a family's every address is, none of it is free.
        for (listen, metrics, isRefused) in [
            ("0.0.0.0:81", "127.0.0.1:81", true), ("127.0.0.1:81", "0.0.0.0:81", true),
            ("[::]:81", "10.0.0.1:81", true), ("[::]:81", "0.0.0.0:81", true), ("10.0.0.1:81", "127.0.0.1:81", false),
            ("0.0.0.0:81", "[::1]:81", false),
            ("localhost:81", "0.0.0.0:81", true), ("127.0.0.1:81", "localhost:81", true),
            ("0.0.0.0:81", "127.0.0.1:82", false),
        ] {
            let names = found([.listen: listen, .metrics: metrics]).map(\.name)
            #expect(names == (isRefused ? ["metrics"] : []), "\(listen) \(metrics)")
        }
    }

    @Test func `a simulator stands in for providers in development alone`() {
        let found = errors([.providerSimulator: "http://127.0.0.1:8199"], needed())
        #expect(found.map(\.name) == ["provider-simulator"])
    }

    @Test func `a file that is not there stops the start`() {
        for found in [errors([.config: "/nowhere/x"], [:]), errors([:], ["CLAVIGER_CONFIG": "/nowhere/x"])] {
            #expect(found.map(\.description) == ["file (/nowhere/x): cannot be read"])
        }
    }

    /// Values that are wrong, by key.
    static let wrong: [(ConfigurationKey, [String])] = [
        (.environment, ["", "prod", "Production", "test"]),
        (
            .issuer,
            [
                "", "auth.example", "http://auth.example", "https://", "https://auth.example/",
                "https://auth.example?a",
                "https://auth.example/#", "https://AUTH.example", "HTTPS://auth.example", "https://user@auth.example",
                "https://auth.example:99999", "https://auth.example:", "https://a b", "https://auth.example/a//b",
                "https://auth.example/..", "https://-a.example", "https://1.2.3", "https://[::1", "https://[zz]",
                "http://127.0.0.1:8080", "ftp://auth.example", "https://auth.example/\"", " https://auth.example",
            ]
        ),
        (
            .listen,
            [
                "", "8080", ":8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:+1",
                "127.0.0.1:080", "::1:8080", "[::1]", "[127.0.0.1]:80", "auth.example:80", "*:80", "127.1:80", "a:b",
            ]
        ),
        (
            .database,
            [
                "", "data.db", "sqlite:", "sqlite::memory:", "sqlite:file:x", "sqlite://x/y", "sqlite:~/x", "sqlite:x/",
                "mysql://x", "postgres:claviger", "postgres://", "postgres://host", "postgres://user:secret@host",
                "postgres://user:sec/ret@host/db", "postgres://user:sec@ret@host/db",
                "postgres://host/db?sslmode=verify-full&colour=blue",
                "postgresql://[::1/db", "postgres://host:port:9/db?%zz", "host=/tmp dbname=claviger",
            ]
        ),
        (.masterKeyFile, [""]),
        (.masterKeyCommand, ["", "echo\u{7}"]),
        (.masterKey, ["", "short", String(repeating: "a", count: 63), String(repeating: "zz", count: 32)]),
        (.previousMasterKeyFile, [""]),
        (.previousMasterKeyCommand, ["", "echo\u{7}"]),
        (.previousMasterKey, ["", "short", String(repeating: "zz", count: 32)]),
        (.trustedProxies, ["", " ", ",", "10.0.0.0/33", "10.0.0.1/8", "proxy", "10.0.0.1;10.0.0.2", "*"]),
        (.verifyGateways, ["", "gateway", "10.0.0.0/8/8"]),
        (
            .verifyGatewaySecret,
            [
                "", String(repeating: "s", count: 31), String(repeating: "s", count: 257),
                String(repeating: "é", count: 32),
                String(repeating: "s ", count: 20),
            ]
        ),
        (.idleSeconds, ["", "4", "3601", "75s"]),
        (.drainSeconds, ["", "-1", "301", "5s"]),
        (.maxConnections, ["", "15", "1000001", "many"]),
        (.maxConnectionsPerAddress, ["", "0", "1000001", "-1"]),
        (
            .memoryLimit,
            ["", "512", "MiB", "63MiB", "1025GiB", "1048577MiB", "-64MiB", "1.5GiB", "512 MiB", "512MB", "99999999MiB"]
        ),
        (.keyRotationDays, ["", "-1", "3651", "90d", "1.5", "99999999999999999999"]),
        (.logLevel, ["", "INFO", "verbose"]),
        (.logFormat, ["", "JSON", "xml"]),
        (.product, ["", "a\nb"]),
        (.providers, ["", "a\nb"]),
        (.providerSecretsFolder, ["", "a\nb"]),
        (.providerSecrets, ["", " ", "s3cret-alone", "Facebook=s3cret", "facebook=", "facebook=s3crét"]),
        (.providerSimulator, ["", "127.0.0.1:8199", "https://127.0.0.1:8199", "http://127.0.0.1", "http://a:1/b"]),
        (.recoveryJournal, ["", "a\nb"]),
        (.mailCommand, ["", "sendmail", "./sendmail", "/usr/sbin/"]),
        (.mailFrom, ["", "acme.example", "a@b@c", "Acme <auth@acme.example>"]),
        (.config, [""]),
    ]

    @Test(arguments: wrong)
    func `a wrong value names its key, where it was said and what is allowed, and is not repeated`(
        _ key: ConfigurationKey, _ values: [String]
    ) throws {
        let variable = try #require(key.variable)
        for value in values {
            let found = errors([:], needed(besides: key).merging([variable: value]) { $1 })
            #expect(found.contains { $0.name == key.name && $0.source == .variable(variable) }, "\(value)")
            #expect(found.contains { $0.problem.contains(key.allowed) }, "\(value)")
            let said = found.map(\.description).joined().replacing(key.allowed, with: "")
            if value.count > 7 { #expect(!said.contains(value), "\(value)") }
            guard key.flag != nil else { continue }
            #expect(errors([key: value], needed(besides: key)).contains { $0.name == key.name }, "\(value)")
        }
    }

    @Test(arguments: [
        "postgres://user:hunter22@host/db", "postgresql://user@host/db?password=hunter22",
        "postgres://user@host/db?sslmode=verify-full&sslpassword=hunter22",
    ])
    func `a password for PostgreSQL is not taken from a flag, and from elsewhere it is not shown`(
        _ uri: String
    ) throws {
        let found = errors([.database: uri], needed())
        #expect(found.map(\.name) == ["database"])
        #expect(found.first?.problem.contains("PGPASSFILE") == true)
        #expect(!found.description.contains("hunter22"))
        let report = ConfigurationReport(
            flags: [:], variables: needed().merging(["CLAVIGER_DATABASE": uri]) { $1 })
        #expect(try report.outcome.get().database.description == "postgres://user@host/db")
        #expect(report.inForce.first { $0.key == .database }?.shown == "postgres://user@host/db")
        var dumped = ""
        dump(report, to: &dumped)
        for text in ["\(report)", String(reflecting: report), dumped, "\(try report.outcome.get().database)"] {
            #expect(!text.contains("hunter22"))
        }
    }

    @Test(arguments: [
        ("postgres://claviger@db1,db2:5433/claviger?sslmode=verify-full", "postgres://claviger@db1,db2:5433/claviger"),
        ("postgresql://host/claviger", "postgres://host/claviger"),
        ("postgres://u@[::1]:5432/claviger", "postgres://u@[::1]:5432/claviger"),
        ("postgres:///claviger?host=/run/postgresql", "postgres:///run/postgresql/claviger"),
    ])
    func `an address of PostgreSQL is shown as user, hosts and database`(_ uri: String, _ shown: String) throws {
        #expect(try configuration([.database: uri]).database.description == shown)
    }

    @Test func `the settings that the manifest for Kubernetes comes with are understood`() throws {
        let flags = [ConfigurationKey.config: WorkTree.root.appending(path: "deploy/kubernetes/server.yaml").path]
        #expect(errors(flags) == [])
        #expect(try configuration(flags, [:]).drainSeconds == 10)
    }

    @Test func `a file that says a password for PostgreSQL holds a secret`() async throws {
        for (uri, isSecret) in [("postgres://u:p@host/db", true), ("postgres://u@host/db", false)] {
            try await withFile("database: \(uri)\n") { path in
                let report = ConfigurationReport(flags: [.config: path], variables: needed())
                #expect((report.fileWithSecrets != nil) == isSecret)
            }
        }
    }

    @Test func `beside PostgreSQL, development keeps the master key in the folder of data`() throws {
        let found = try configuration([.database: "postgres://host/db"], [:], forcing: .development)
        #expect(found.masterKey.path == "./data/master.key")
    }

    @Test func `a mistyped environment does not lead to complaints about what it would need`() {
        #expect(errors([.environment: "developmnt"]).map(\.name) == ["environment"])
    }

    @Test func `everything that is wrong is said at once`() {
        let found = errors(
            [.listen: "x", .logLevel: "x", .logFormat: "x"], needed().merging(["CLAVIGER_X": ""]) { $1 })
        #expect(Set(found.map(\.name)) == ["listen", "log-level", "log-format", "CLAVIGER_X"])
    }

    @Test func `the master key is said once`() {
        let found = errors([.masterKeyFile: "a", .masterKeyCommand: "b"], ["CLAVIGER_ISSUER": "https://a.example"])
        #expect(found.count == 1)
        #expect(found.first?.description.contains("more than once") == true)
        let previous = errors([.previousMasterKeyFile: "a", .previousMasterKeyCommand: "b"], needed())
        #expect(previous.map(\.name) == ["previous-master-key-command"])
    }

    @Test(arguments: ["http://127.0.0.1:8080", "http://localhost", "http://[::1]:1/x", "https://auth.example"])
    func `plain HTTP is for loopback and development`(_ issuer: String) throws {
        #expect(try configuration([.issuer: issuer], [:], forcing: .development).issuer == issuer)
        let inProduction = try? configuration([.issuer: issuer])
        #expect((inProduction != nil) == issuer.hasPrefix("https:"))
    }

    @Test(arguments: [
        "http://192.0.2.1", "http://auth.example", "http://localhost.example", "http://127.0.0.1.example",
    ])
    func `plain HTTP beyond loopback is refused everywhere`(_ issuer: String) {
        #expect(errors([.issuer: issuer], [:], forcing: .development).map(\.name) == ["issuer"])
    }

    @Test func `the demo cannot be made production`() {
        let found = errors([:], ["CLAVIGER_ENVIRONMENT": "production"], forcing: .development)
        #expect(found.contains { $0.name == "environment" && $0.source == .variable("CLAVIGER_ENVIRONMENT") })
    }

    @Test func `secrets are in nothing that prints a configuration`() throws {
        let secret = String(repeating: "geheim", count: 6)
        let key = String(repeating: "5a", count: 32)
        var variables = needed(besides: .masterKey)
        variables["CLAVIGER_MASTER_KEY"] = key
        variables["CLAVIGER_VERIFY_GATEWAY_SECRET"] = secret
        let report = ConfigurationReport(flags: [:], variables: variables)
        let found = try report.outcome.get()
        var dumped = ""
        dump(report, to: &dumped)
        for text in ["\(report)", "\(found)", "\(found.masterKey)", String(reflecting: report), dumped] {
            #expect(!text.contains("geheim") && !text.contains("5a5a") && !text.contains("90, 90"))
        }
    }
}

extension ConfigurationKey {
    /// Whether production does not start without it.
    fileprivate var isRequired: Bool {
        self == .issuer || self == .mailCommand || self == .mailFrom || masterKeys.contains(self) || tls.contains(self)
    }
}
