package import Foundation
import Locking

/// The real server: a process of its own, started as an operator would start it, with its data in a temporary folder or in
/// a PostgreSQL database of its own.
package final class ServerProcess: Sendable {
    /// Where it answers, without a final slash.
    package let base: String
    package let port: Int
    /// Holds its data, its log and its files.
    package let folder: Folder
    /// What keeps its data.
    package let database: ServerDatabase
    /// What stands before its command line.
    private let wrapper: [String]
    package let isPatient: Bool
    private let arguments: [String]
    private let environment: [String: String]
    private let process = Lock<BackgroundProcess?>(nil)

    /// Runs `body` with a server that has the demo's data, and ends the server afterwards.
    ///
    /// - Parameters:
    ///   - product: A product definition, nil for the standard product.
    ///   - arguments: Further flags.
    ///   - patient: Whether it is asked again after a 503. A test of 503 itself says false.
    package static func withDemo<R>(
        product: String? = nil, arguments: [String] = [], environment: [String: String] = [:], patient: Bool = true,
        _ body: (ServerProcess, DemoCredentials) async throws -> R
    ) async throws -> R {
        let server = try await ServerProcess(
            command: "demo", product: product, arguments: arguments, environment: environment,
            patient: patient)
        defer { server.kill() }
        try await server.start()
        return try await body(server, try server.credentials())
    }

    /// A server that was not started yet. Its port is free at the moment.
    ///
    /// - Parameters:
    ///   - database: That of another node, nil for an empty one of its own on ``StoreUnderTest/current``.
    ///   - disk: What its data is kept on, nil for what there is.
    ///   - patient: Whether it is asked again after a 503. A test of 503 itself says false.
    ///   - parent: A program and its arguments that ends by becoming what stands behind them.
    package init(
        command: String, on database: ServerDatabase? = nil, product: String? = nil, arguments: [String] = [],
        environment: [String: String] = [:], disk: SmallDisk? = nil, parent: [String] = [], patient: Bool = true
    ) async throws {
        isPatient = patient
        folder = try Folder()
        let disk = disk?.wrapper(of: folder.path + "/data") ?? []
        wrapper = disk + parent
        if !disk.isEmpty {
            try FileManager.default.createDirectory(atPath: folder.path + "/data", withIntermediateDirectories: true)
        }
        if let database {
            self.database = database
        } else {
            self.database = try await .make(on: .current, in: folder)
        }
        port = try FreePort.find()
        base = "http://127.0.0.1:\(port)"
        var all = [command, "--listen", "127.0.0.1:\(port)"] + self.database.arguments
        if command == "demo" { all += ["--credentials-file", folder.path + "/credentials.json"] }
        if let product {
            let path = folder.path + "/claviger.yaml"
            try product.write(toFile: path, atomically: true, encoding: .utf8)
            all += ["--product", path]
        }
        self.arguments = all + arguments
        // Nodes of one database may share its folder, and never a journal. Nobody sends calls to a test's server who would have to notice
        // that it ends.
        self.environment = environment.merging(
            ["CLAVIGER_RECOVERY_JOURNAL": folder.path + "/recovery.journal", "CLAVIGER_DRAIN_SECONDS": "0"]
        ) { said, _ in said }
    }

    /// Starts the process and returns when it is ready.
    package func start() async throws {
        let command = wrapper + [try Self.executable.path] + arguments
        let process = try await BackgroundProcess(
            command[0], Array(command.dropFirst()),
            environment: FinishedCommand.environment(with: database.environment.merging(environment) { $1 }),
            in: database.folder.path, output: folder.path + "/output.txt", errors: folder.path + "/log.txt")
        self.process.withLock { $0 = process }
        let isReady = try await eventually(within: .seconds(120)) {
            guard process.isRunning else { throw ServerFailure("The server ended: \(log)\(output)") }
            return (try? await get("/readyz"))?.status == 200
        }
        guard isReady else { throw ServerFailure("The server is not ready after two minutes: \(log)") }
    }

    /// Where it keeps its data on SQLite.
    package var data: String { folder.path + "/data" }

    /// Its number.
    package var identifier: Int32 { process.withLock { $0?.identifier ?? -1 } }

    /// Whether it runs.
    package var isRunning: Bool { process.withLock { $0?.isRunning ?? false } }

    /// SIGKILL, without waiting: for the end of a test.
    package func kill() {
        process.withLock { $0?.signal(SIGKILL) }
    }

    /// SIGKILL, and waits until it is gone.
    package func crash() async throws {
        _ = try await end(by: SIGKILL)
    }

    /// Tells it something, without waiting.
    package func signal(_ signal: Int32) {
        process.withLock { $0?.signal(signal) }
    }

    /// Waits until it has ended by itself.
    ///
    /// - Returns: Its exit status.
    package func end() async throws -> Int32 {
        guard let ending = process.withLock({ $0.take() }) else { return -1 }
        return try await ending.status()
    }

    /// SIGTERM, and waits until it has ended by itself.
    ///
    /// - Returns: Its exit status.
    package func stop() async throws -> Int32 {
        try await end(by: SIGTERM)
    }

    private func end(by signal: Int32) async throws -> Int32 {
        guard let ending = process.withLock({ $0.take() }) else { return -1 }
        ending.signal(signal)
        return try await ending.status()
    }

    /// Everything that it logged since it was first started.
    package var log: String { (try? String(contentsOfFile: folder.path + "/log.txt", encoding: .utf8)) ?? "" }

    /// Everything that it printed.
    package var output: String { (try? String(contentsOfFile: folder.path + "/output.txt", encoding: .utf8)) ?? "" }

    /// What the demo wrote to its credentials file at the last start.
    package func credentials() throws -> DemoCredentials {
        let data = try Data(contentsOf: URL(fileURLWithPath: folder.path + "/credentials.json"))
        return try DemoCredentials(JSON(parsing: Array(data)))
    }

    /// The binary that was built with the tests.
    package static var executable: URL {
        get throws {
            let beside = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
            for folder in [beside, WorkTree.root.appendingPathComponent(".build/debug")] {
                let candidate = folder.appendingPathComponent("claviger")
                if FileManager.default.isExecutableFile(atPath: candidate.path) { return candidate }
            }
            throw ServerFailure("There is no built server.")
        }
    }
}
