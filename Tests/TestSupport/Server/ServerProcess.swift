package import Foundation
import Synchronization

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
    private let arguments: [String]
    private let environment: [String: String]
    private let process = Mutex<BackgroundProcess?>(nil)

    /// Runs `body` with a server that has the demo's data, and ends the server afterwards.
    ///
    /// - Parameters:
    ///   - product: A product definition, nil for the standard product.
    ///   - arguments: Further flags.
    package static func withDemo<R>(
        product: String? = nil, arguments: [String] = [], environment: [String: String] = [:],
        _ body: (ServerProcess, DemoCredentials) async throws -> R
    ) async throws -> R {
        let server = try await ServerProcess(
            command: "demo", product: product, arguments: arguments, environment: environment)
        defer { server.kill() }
        try await server.start()
        return try await body(server, try server.credentials())
    }

    /// A server that was not started yet. Its port is free at the moment.
    ///
    /// - Parameters:
    ///   - database: That of another node, nil for an empty one of its own on ``StoreUnderTest/current``.
    ///   - disk: What its data is kept on, nil for what there is.
    package init(
        command: String, on database: ServerDatabase? = nil, product: String? = nil, arguments: [String] = [],
        environment: [String: String] = [:], disk: SmallDisk? = nil
    ) async throws {
        folder = try Folder()
        wrapper = disk?.wrapper(of: folder.path + "/data") ?? []
        if !wrapper.isEmpty {
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
        self.environment = environment
    }

    /// Starts the process and returns when it is ready.
    package func start() async throws {
        let command = wrapper + [try Self.executable.path] + arguments
        let process = try await BackgroundProcess(
            command[0], Array(command.dropFirst()),
            environment: FinishedCommand.environment(with: database.environment.merging(environment) { $1 }),
            in: database.folder.path, output: folder.path + "/output.txt", errors: folder.path + "/log.txt")
        self.process.withLock { $0 = process }
        for _ in 0..<2400 {
            guard process.isRunning else { throw ServerFailure("The server ended: \(log)\(output)") }
            if let ready = try? await get("/readyz"), ready.status == 200 { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw ServerFailure("The server is not ready after two minutes: \(log)")
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
            let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent().deletingLastPathComponent()
            for folder in [beside, root.appendingPathComponent(".build/debug")] {
                let candidate = folder.appendingPathComponent("claviger")
                if FileManager.default.isExecutableFile(atPath: candidate.path) { return candidate }
            }
            throw ServerFailure("There is no built server.")
        }
    }
}

/// The server or a helper program did not do what a test needs.
package struct ServerFailure: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}

/// What `claviger demo` writes to its credentials file.
package struct DemoCredentials: Sendable {
    /// A client and its secret.
    package struct Client: Sendable {
        package let id: String
        package let secret: String

        package init(id: String, secret: String) {
            self.id = id
            self.secret = secret
        }
    }

    /// Somebody to sign in as.
    package struct Person: Sendable {
        package let email: String
        package let password: String
        package let organization: String
    }

    package let issuer: String
    package let operatorKey: String
    package let account: String
    package let organizations: [String: String]
    package let adminEmail: String
    package let adminPassword: String
    /// By role.
    package let people: [String: Person]
    package let integration: Client
    package let resourceServer: Client
    /// A confidential app, and where it has the browser sent back to.
    package let app: Client
    package let appRedirectURI: String
    package let apiKey: String

    init(_ json: JSON) throws {
        issuer = try json["issuer"].string
        operatorKey = try json["operator_key"].string
        account = try json["account_id"].string
        organizations = try json["organizations"].members.mapValues { try $0.string }
        adminEmail = try json["admin"]["email"].string
        adminPassword = try json["admin"]["password"].string
        people = try json["people"].members.mapValues { person in
            Person(
                email: try person["email"].string, password: try person["password"].string,
                organization: try person["organization_id"].string)
        }
        integration = try Client(json["integration"])
        resourceServer = try Client(json["resource_server"])
        app = try Client(json["app"])
        appRedirectURI = try json["app"]["redirect_uri"].string
        apiKey = try json["api_key"].string
    }
}

extension DemoCredentials.Client {
    init(_ json: JSON) throws {
        id = try json["client_id"].string
        secret = try json["client_secret"].string
    }
}
