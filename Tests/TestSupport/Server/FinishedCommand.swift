import Foundation
package import Subprocess
import SystemPackage

/// A command that has ended.
package struct FinishedCommand: Sendable {
    package let status: Int32
    package let output: String
    package let errors: String

    /// Both of what it printed.
    package var text: String { output + errors }

    /// How it ended and what it said last: of a long one, what is worth reading first.
    package var end: String {
        (["ended with status \(status)"] + text.split(separator: "\n").suffix(8)).joined(separator: "; ")
    }

    /// The lines that it printed.
    package var lines: [String] { output.split(separator: "\n").map(String.init) }

    /// Runs `claviger` with these arguments.
    ///
    /// - Parameter folder: Its working directory, nil for that of the tests.
    package static func claviger(
        _ arguments: [String], environment: [String: String] = [:], in folder: String? = nil
    ) async throws -> FinishedCommand {
        try await run(try ServerProcess.executable, arguments, environment: environment, in: folder)
    }

    /// Runs a program of the virtual environment that `scripts/prepare test` makes, in the folder of the repository.
    package static func python(
        _ arguments: [String], environment: [String: String] = [:], atMost seconds: Int = Self.patience
    ) async throws -> FinishedCommand {
        let ours = ["PYTHONPATH": foreignClients.path, "PYTHONDONTWRITEBYTECODE": "1"]
        return try await run(
            root.appendingPathComponent(".build-tools/python/bin/python"), arguments,
            environment: ours.merging(environment) { $1 }, in: root.path, atMost: seconds)
    }

    /// Runs tests of the library for Python in that environment: the modules of `clients/python/tests` with these names.
    package static func pythonLibrary(
        _ modules: [String], environment: [String: String] = [:]
    ) async throws -> FinishedCommand {
        let library = root.appendingPathComponent("clients/python")
        let paths = ["src", "tests"].map { library.appendingPathComponent($0).path }
        return try await python(
            ["-m", "unittest"] + modules,
            environment: environment.merging(["PYTHONPATH": paths.joined(separator: ":")]) { $1 }, atMost: 600)
    }

    /// Runs a client that we did not write, from `Tests/ForeignClients`, in that environment.
    package static func foreignClient(_ script: String, _ arguments: [String]) async throws -> FinishedCommand {
        try await python([foreignClients.appendingPathComponent(script).path] + arguments, atMost: 600)
    }

    /// Has schemathesis ask a server for what its OpenAPI document describes, as `Tests/ForeignClients/schemathesis.toml` says: a
    /// minute. It is given no time by itself, because until that is over it tries more and more, however many examples it is to try.
    ///
    /// - Parameter document: Where the server serves it.
    package static func schemathesis(_ document: String, bearer: String) async throws -> FinishedCommand {
        try await python(
            [
                "-m", "schemathesis.cli", "--config-file", "Tests/ForeignClients/schemathesis.toml", "run", document,
                "--header", "Authorization: Bearer \(bearer)",
            ], atMost: 1800)
    }

    /// Whether schemathesis has tried so many operations, and left out none. The one at whose address it read the
    /// document may not be among them.
    package func hasTried(_ operations: Int) -> Bool {
        text.contains("Selected: \(operations)/\(operations)") && text.contains("Tested: \(operations)\n")
    }

    /// What schemathesis says of what it found, or its last words where it found nothing.
    package var faults: Substring {
        guard let begin = text.firstRange(of: "= FAILURES =") ?? text.firstRange(of: "= ERRORS =") else {
            return text.suffix(8000)
        }
        return text[begin.lowerBound...].prefix(8000)
    }

    private static var foreignClients: URL { root.appendingPathComponent("Tests/ForeignClients") }

    /// Runs a recipe of `docs/gateways.md` through the real gateway, with `Tests/Gateways/recipe.py`.
    package static func recipe(of gateway: String, _ told: String) async throws -> FinishedCommand {
        try await python([root.appendingPathComponent("Tests/Gateways/recipe.py").path, told, gateway], atMost: 600)
    }

    /// Runs a script of the repository for at most so many seconds, and has it end by itself after that.
    package static func script(
        _ name: String, _ arguments: [String], atMost seconds: Int
    ) async throws -> FinishedCommand {
        try await run(root.appendingPathComponent("scripts/\(name)"), arguments, atMost: seconds)
    }

    /// Runs a program of the system, such as `openssl` or `curl`.
    package static func tool(_ name: String, _ arguments: [String]) async throws -> FinishedCommand {
        try await run(URL(fileURLWithPath: "/usr/bin/env"), [name] + arguments)
    }

    /// Runs the C compiler that Swift brings.
    static func clang(_ arguments: [String]) async throws -> FinishedCommand {
        try await tool("clang", arguments)
    }

    private static var root: URL { WorkTree.root }

    /// The environment of the tests with these variables, and without what tells the tests themselves something: the
    /// server refuses variables that it does not know.
    package static func environment(with variables: [String: String]) -> Environment {
        let ours = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("CLAVIGER_") }
        return .custom(
            ours.merging(variables) { $1 }.reduce(into: [:]) { $0[Environment.Key(stringLiteral: $1.key)] = $1.value })
    }

    /// Runs a program. If that takes too long, it is told to end, and then made to.
    private static func run(
        _ executable: URL, _ arguments: [String], environment: [String: String] = [:], in directory: String? = nil,
        atMost seconds: Int = Self.patience
    ) async throws -> FinishedCommand {
        var options = PlatformOptions()
        options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(10))]
        let command = Configuration(
            executable: .path(FilePath(executable.path)), arguments: Arguments(arguments),
            environment: Self.environment(with: environment), workingDirectory: directory.map { FilePath($0) },
            platformOptions: options)
        return try await withThrowingTaskGroup(of: FinishedCommand.self) { group in
            group.addTask {
                let outcome = try await Subprocess.run(
                    command, input: .none, output: .string(limit: outputLimit), error: .string(limit: outputLimit))
                return FinishedCommand(
                    status: outcome.terminationStatus.number, output: outcome.standardOutput,
                    errors: outcome.standardError)
            }
            group.addTask {
                try await Task.sleep(for: .seconds(seconds))
                throw ServerFailure("\(executable.lastPathComponent) \(arguments) does not end.")
            }
            defer { group.cancelAll() }
            guard let finished = try await group.next() else { throw CancellationError() }
            return finished
        }
    }

    /// How many seconds a command may take of which nothing else is said. It is there for one that hangs, not for a busy machine.
    private static let patience = 180

    /// What a command may print, in bytes.
    private static let outputLimit = 16 * 1024 * 1024
}

extension TerminationStatus {
    /// The exit status, or the signal.
    var number: Int32 {
        switch self {
        case .exited(let status): status
        case .signaled(let signal): signal
        }
    }
}
