import CredentialFormat
import Foundation
import TestSupport
import Testing

@Suite("Configuration: P10, P12") struct ConfigurationThreatTests {
    private static let masterKey = String(repeating: "5a", count: 32)

    /// What `claviger` says when it is started with these settings.
    private func serve(
        _ arguments: [String], environment: [String: String] = [:], in folder: Folder
    ) async throws -> FinishedCommand {
        let port = try FreePort.find()
        return try await FinishedCommand.claviger(
            ["serve", "--data", folder.path + "/data", "--listen", "127.0.0.1:\(port)"] + arguments,
            environment: environment)
    }

    @Test(
        arguments: [
            (["--issuer", "https://auth.example"], [:], "master-key"),
            ([], ["CLAVIGER_MASTER_KEY": masterKey], "issuer"), ([], [:], "issuer"),
            (["--issuer", "http://auth.example"], ["CLAVIGER_MASTER_KEY": masterKey], "issuer"),
            (["--issuer", "auth.example"], ["CLAVIGER_MASTER_KEY": masterKey], "issuer"),
            (["--issuer", "https://auth.example"], ["CLAVIGER_MASTER_KEY": "short"], "master-key"),
            (["--issuer", "https://auth.example"], ["CLAVIGER_MASTER_KEY": ""], "master-key"),
            (["--issuer", "https://auth.example", "--master-key-file", "/nonexistent"], [:], "/nonexistent"),
            (["--issuer", "https://auth.example", "--master-key-command", "false"], [:], "master"),
        ] as [([String], [String: String], String)])
    func `P12: production starts with neither a made-up issuer nor a made-up master key`(
        _ arguments: [String], _ environment: [String: String], _ word: String
    ) async throws {
        let folder = try Folder()
        let run = try await serve(arguments, environment: environment, in: folder)
        #expect(run.status != 0)
        #expect(run.errors.contains(word), "\(run.text)")
        #expect(!run.text.contains(Self.masterKey))
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/data/master.key"))
    }

    @Test(arguments: [
        ["--trusted-proxies", "10.0.0.0/33"], ["--trusted-proxies", "everyone"], ["--verify-gateways", "10.0.0.256"],
        ["--verify-gateways", ","], ["--product", "/nonexistent.yaml"], ["--log-level", "loud"],
        ["--environment", "Development"], ["--database", "mysql://x/y"], ["--config", "/nonexistent.yaml"],
    ])
    func `P12: a setting that is not understood stops the start, and none is left out instead`(_ setting: [String])
        async throws
    {
        let folder = try Folder()
        var arguments = ["serve", "--listen", "127.0.0.1:\(try FreePort.find())"] + setting
        if setting.first != "--environment" { arguments += ["--environment", "development"] }
        if setting.first != "--database" { arguments += ["--data", folder.path + "/data"] }
        let run = try await FinishedCommand.claviger(arguments)
        #expect(run.status != 0)
        #expect(run.errors.contains(setting[0].dropFirst(2)) || run.errors.contains(setting[1]), "\(run.text)")
    }

    @Test(arguments: ["CLAVIGER_VERIFY_GATEWAYS", "CLAVIGER_TRUSTED_PROXIES", "CLAVIGER_VERIFY_GATEWAY_SECRET"])
    func `P12: an empty list or secret does not open a door`(_ variable: String) async throws {
        let folder = try Folder()
        let run = try await serve(["--environment", "development"], environment: [variable: ""], in: folder)
        #expect(run.status != 0)
        #expect(run.errors.contains("claviger init") == false, "\(run.text)")
    }

    @Test(.onEveryEngine)
    func `P12: another master key than the database was made with stops the start`() async throws {
        let server = try await ServerProcess(command: "demo")
        defer { server.kill() }
        try await server.start()
        #expect(try await server.stop() == 0)
        let key = server.folder.path + "/data/master.key"
        let other = Data((0..<32).map { _ in UInt8.random(in: 0...255) }).base64EncodedString()
        let good = try String(contentsOfFile: key, encoding: .utf8)
        try other.write(toFile: key, atomically: false, encoding: .utf8)
        chmod(key, 0o600)
        await #expect(throws: ServerFailure.self) { try await server.start() }
        #expect(!server.log.contains(other))
        try good.write(toFile: key, atomically: false, encoding: .utf8)
        try await server.start()
        #expect(try await server.stop() == 0)
    }

    @Test func `P10: no two installations share a key or a secret`() async throws {
        var secrets: Set<String> = []
        for _ in 0..<2 {
            let folder = try Folder()
            let run = try await FinishedCommand.claviger([
                "init", "--data", folder.path, "--environment", "development", "--account", "A", "--admin-email",
                "a@example.com",
            ])
            #expect(run.status == 0, "\(run.text)")
            secrets.insert(try String(contentsOfFile: folder.path + "/master.key", encoding: .utf8))
            secrets.insert(String(try #require(run.output.firstMatch(of: /operator key +(\S+)/)).1))
            secrets.insert(String(try #require(run.output.firstMatch(of: /admin password +(\S+)/)).1))
        }
        #expect(secrets.count == 6)
    }

    @Test func `P10: the repository ships no key and no credential that could work`() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let credential = /[a-z]{2,8}_(key|cs|ak|at|rt|code|inv)_[0-9A-Za-z]{49}/
        var files = 0
        for top in ["Sources", "docs", "Benchmarks", "scripts", "SECURITY.md", "CONTRIBUTING.md"] {
            let place = root.appendingPathComponent(top)
            let inside = FileManager.default.enumerator(at: place, includingPropertiesForKeys: nil)?.allObjects ?? []
            for case let file as URL in inside + [place] {
                guard let text = try? String(contentsOf: file, encoding: .utf8) else { continue }
                files += 1
                #expect(!text.contains("-----BEGIN "), "\(file.path)")
                for match in text.matches(of: credential) {
                    let secret = PresentedSecret(parsing: Array(match.0.utf8), brand: .claviger)
                    #expect(secret == nil, "\(file.path) has a credential with a right checksum")
                }
            }
        }
        #expect(files > 100)
    }
}
