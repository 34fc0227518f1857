import Foundation
import Persistence
import PersistencePostgres
import PersistenceSQLite
import TestSupport
import Testing

/// What all nodes on one database must have in common, with real processes.
@Suite("What nodes have in common", .onEveryEngine)
struct InstallationTests {
    private static let setUp = ["init", "--account", "First", "--admin-email", "ada@example.com"]
    private static let acme = "product: {name: Acme, brand: acme}\nscopes: {read: {description: Read}}\n"

    /// What a production server is told.
    private struct Settings {
        let folder: String
        var issuer = "https://auth.example.com"
        var product: String?

        /// Its flags. The files are made.
        func flags() throws -> [String] {
            let key = folder + "/elsewhere.key"
            if !FileManager.default.fileExists(atPath: key) {
                let text = (0..<32).map { _ in String(UInt8.random(in: 16...255), radix: 16) }.joined()
                guard
                    FileManager.default.createFile(
                        atPath: key, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
                else { throw ServerFailure("\(key) cannot be made.") }
            }
            var flags = ["--issuer", issuer, "--master-key-file", key]
            if let product {
                let path = folder + "/\(abs(product.hashValue)).yaml"
                try product.write(toFile: path, atomically: true, encoding: .utf8)
                flags += ["--product", path]
            }
            return flags
        }
    }

    private func withInstallation(_ use: (ServerDatabase, Settings) async throws -> Void) async throws {
        let database = try await ServerDatabase.make(in: Folder())
        let settings = Settings(folder: database.folder.path)
        let outcome = try await database.claviger(Self.setUp + settings.flags())
        #expect(outcome.status == 0, "\(outcome.text)")
        try await use(database, settings)
    }

    /// `serve`, which must end by itself.
    private func refusal(_ database: ServerDatabase, _ settings: Settings) async throws -> String {
        let run = try await database.claviger(
            ["serve", "--listen", "127.0.0.1:\(try FreePort.find())"] + settings.flags())
        #expect(run.status != 0)
        return run.errors
    }

    @Test(.endedIfItHangs)
    func `another issuer is refused at the start, and taken when the database was given it on purpose`() async throws {
        try await withInstallation { database, settings in
            var other = settings
            other.issuer = "https://other.example.com"
            let text = try await refusal(database, other)
            #expect(text.contains("https://other.example.com") && text.contains("https://auth.example.com"), "\(text)")
            #expect(text.contains("claviger adopt"))
            let doctor = try await database.claviger(["doctor"] + other.flags())
            #expect(doctor.status == 1 && doctor.output.contains("claviger adopt"), "\(doctor.output)")
            let adopted = try await database.claviger(["adopt"] + other.flags())
            #expect(adopted.status == 0, "\(adopted.text)")
            #expect(adopted.output.contains("https://auth.example.com → https://other.example.com"))
            #expect(try await refusal(database, settings).contains("claviger adopt"))
            let server = try await ServerProcess(command: "serve", on: database, arguments: other.flags())
            defer { server.kill() }
            try await server.start()
            #expect(try await server.stop() == 0)
        }
    }

    @Test(.endedIfItHangs)
    func `another brand is refused at the start`() async throws {
        try await withInstallation { database, settings in
            var other = settings
            other.product = Self.acme
            let text = try await refusal(database, other)
            #expect(text.contains("“acme”") && text.contains("“clv”"), "\(text)")
            #expect(try await database.claviger(["doctor"] + other.flags()).status == 1)
        }
    }

    @Test(.endedIfItHangs)
    func `another product definition is warned of by the doctor, and by a node that was started before`() async throws {
        try await withInstallation { database, settings in
            let first = try await ServerProcess(command: "serve", on: database, arguments: settings.flags())
            defer { first.kill() }
            try await first.start()
            try await becomes("it warns of nothing") { try await first.get("/readyz").text == "ready\n" }
            var other = settings
            other.product = "product: {name: Another}\nscopes: {read: {description: Read}}\n"
            let doctor = try await database.claviger(["doctor"] + other.flags())
            // The PostgreSQL of the tests does not wait for the disk, which the doctor takes for an error.
            if StoreUnderTest.current == .sqlite { #expect(doctor.status == 0, "\(doctor.output)") }
            #expect(doctor.output.contains("the product definition is another one"), "\(doctor.output)")
            guard StoreUnderTest.current == .postgres else { return }
            let second = try await ServerProcess(command: "serve", on: database, arguments: other.flags())
            defer { second.kill() }
            try await second.start()
            try await becomes("the second warns of nothing") { try await second.get("/readyz").text == "ready\n" }
            try await becomes("the first warns") {
                let warning = try await first.get("/readyz")
                return warning.status == 200 && warning.text.contains("\nwarning: the product definition")
            }
        }
    }

    @Test(.endedIfItHangs)
    func `a server that refuses to start has changed nothing, not even the schema`() async throws {
        let database = try await ServerDatabase.make(in: Folder())
        let settings = Settings(folder: database.folder.path)
        #expect(try await refusal(database, settings).contains("claviger init"))
        switch StoreUnderTest.current {
        case .sqlite: #expect(!FileManager.default.fileExists(atPath: database.folder.path + "/data/claviger.db"))
        case .postgres:
            let uri = try #require(database.environment["CLAVIGER_DATABASE"])
            let begun = try PostgresStore.peek(at: PostgresAddress(uri)) { tx in try MigrationRunner().hasBegun(tx) }
            #expect(!begun)
        }
    }

    @Test(.endedIfItHangs)
    func `the README's lines for use in production work as they stand`() async throws {
        let readme = try WorkTree.text(of: "README.md")
        let section = try #require(readme.components(separatedBy: "## Running it for real").last)
        var script = try #require(section.components(separatedBy: "```sh\n").dropFirst().first)
        script = try #require(script.components(separatedBy: "```").first)
        #expect(script.hasSuffix("\nclaviger serve\n"))
        let database = try await ServerDatabase.make(in: Folder())
        if let uri = database.environment["CLAVIGER_DATABASE"] {
            // The PostgreSQL of the tests does not wait for the disk, which the doctor takes for an error.
            script = script.replacing("\nclaviger doctor", with: "\nclaviger doctor || true")
            script = script.split(separator: "\n").map { line in
                line.hasPrefix("export CLAVIGER_DATABASE=") ? "export CLAVIGER_DATABASE='\(uri)'" : String(line)
            }.joined(separator: "\n")
        }
        let port = try FreePort.find()
        let programs = try ServerProcess.executable.deletingLastPathComponent().path
        let folder = database.folder.path
        let environment =
            "PATH=\(programs):$PATH; export PATH CLAVIGER_DRAIN_SECONDS=0 CLAVIGER_LISTEN=127.0.0.1:\(port); exec 2>&1\nset -e\n"
        let shell = try await BackgroundProcess(
            "/bin/sh", ["-c", environment + script.replacing("\nclaviger serve", with: "\nexec claviger serve")],
            environment: FinishedCommand.environment(with: [:]), in: folder, output: folder + "/output.txt",
            errors: folder + "/output.txt")
        defer { shell.signal(SIGKILL) }
        let front = Front(base: "http://127.0.0.1:\(port)")
        try await eventually(within: .seconds(120)) {
            if !shell.isRunning { return true }
            return (try? await front.get("/readyz"))?.status == 200
        }
        let output = try String(contentsOfFile: folder + "/output.txt", encoding: .utf8)
        let ready = try? await front.get("/readyz")
        #expect(ready?.status == 200, "\(output)")
        let key = String(try #require(output.firstMatch(of: /operator key +(\S+)/), "\(output)").1)
        #expect(try await front.get("/api/v1/me", bearer: key).status == 200)
        shell.signal(SIGTERM)
        #expect(try await shell.status() == 0)
    }
}
