import Foundation

/// A command that has ended.
package struct FinishedCommand: Sendable {
    package let status: Int32
    package let output: String
    package let errors: String

    /// Both of what it printed.
    package var text: String { output + errors }

    /// Runs `claviger` with these arguments.
    ///
    /// - Parameter folder: Its working directory, nil for that of the tests.
    package static func claviger(
        _ arguments: [String], environment: [String: String] = [:], in folder: String? = nil
    ) async throws -> FinishedCommand {
        try await run(try ServerProcess.executable, arguments, environment: environment, in: folder)
    }

    /// Runs a program of the virtual environment that `scripts/prepare test` makes, in the folder of the repository.
    package static func python(_ arguments: [String], atMost seconds: Int = 60) async throws -> FinishedCommand {
        try await run(
            root.appendingPathComponent(".build-tools/python/bin/python"), arguments, in: root.path, atMost: seconds)
    }

    /// Runs a client that we did not write, from `Tests/ForeignClients`, in that environment.
    package static func foreignClient(_ script: String, _ arguments: [String]) async throws -> FinishedCommand {
        try await python([root.appendingPathComponent("Tests/ForeignClients/\(script)").path] + arguments)
    }

    /// Runs a script of the repository for at most so many seconds, and has it end by itself after that.
    package static func script(
        _ name: String, _ arguments: [String], atMost seconds: Int
    ) async throws -> FinishedCommand {
        try await run(root.appendingPathComponent("scripts/\(name)"), arguments, atMost: seconds)
    }

    private static var root: URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
    }

    /// The environment of the tests with these variables, and without what tells the tests themselves something: the
    /// server refuses variables that it does not know.
    static func environment(with variables: [String: String]) -> [String: String] {
        ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("CLAVIGER_") }.merging(variables) { $1 }
    }

    /// Runs a program. If that takes too long, it is told to end, and then made to.
    private static func run(
        _ executable: URL, _ arguments: [String], environment: [String: String] = [:], in directory: String? = nil,
        atMost seconds: Int = 60
    ) async throws -> FinishedCommand {
        let folder = try Folder()
        func file(_ name: String) throws -> FileHandle {
            _ = FileManager.default.createFile(atPath: "\(folder.path)/\(name)", contents: nil)
            return try FileHandle(forWritingTo: URL(fileURLWithPath: "\(folder.path)/\(name)"))
        }
        let process = Process()
        process.executableURL = executable
        process.arguments = arguments
        if let directory { process.currentDirectoryURL = URL(fileURLWithPath: directory) }
        process.environment = Self.environment(with: environment)
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try file("output")
        process.standardError = try file("errors")
        try process.run()
        for _ in 0..<(seconds * 50) where process.isRunning { try await Task.sleep(for: .milliseconds(20)) }
        if process.isRunning {
            process.terminate()
            for _ in 0..<500 where process.isRunning { try await Task.sleep(for: .milliseconds(20)) }
            kill(process.processIdentifier, SIGKILL)
            throw ServerFailure("\(executable.lastPathComponent) \(arguments) does not end.")
        }
        process.waitUntilExit()
        func text(_ name: String) throws -> String {
            String(decoding: try Data(contentsOf: URL(fileURLWithPath: "\(folder.path)/\(name)")), as: UTF8.self)
        }
        return FinishedCommand(
            status: process.terminationStatus, output: try text("output"), errors: try text("errors"))
    }
}
