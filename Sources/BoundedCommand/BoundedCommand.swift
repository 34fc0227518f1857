import Subprocess
import SystemPackage

/// A program of the operator's choice, which may run for a bounded time and say a bounded length.
///
/// What is still running when its time is over is killed, together with what it started. What it leaves running when it
/// ends in time is its own affair.
package struct BoundedCommand: Sendable {
    /// Where what the program writes to its standard error goes.
    package enum Complaints: Sendable {
        /// To our own standard error.
        case shown
        /// Nowhere.
        case dropped
    }

    /// The longest input, in bytes. It fits into a pipe, so nobody waits for the program to read it.
    private static let maximumInput = 32 * 1024

    private let path: String
    private let arguments: [String]
    private let environment: Environment
    private let complaints: Complaints
    private let limit: Duration

    /// - Parameters:
    ///   - path: The program; no shell looks at it or at the arguments.
    ///   - environment: All of its environment, nil for ours.
    ///   - limit: How long it may run.
    package init(
        path: String, arguments: [String], environment: [String: String]? = nil, complaints: Complaints, limit: Duration
    ) {
        self.path = path
        self.arguments = arguments
        self.environment =
            environment.map { .custom($0.reduce(into: [:]) { $0[.init(stringLiteral: $1.key)] = $1.value }) }
            ?? .inherit
        self.complaints = complaints
        self.limit = limit
    }

    /// Runs it to its end.
    ///
    /// - Parameters:
    ///   - input: What it finds on its standard input.
    ///   - outputLimit: How many bytes it may print.
    /// - Returns: What it printed.
    /// - Throws: ``BoundedCommandError``; `CancellationError`, when it was killed because the task was cancelled.
    package func run(giving input: [UInt8] = [], outputLimit: Int) async throws -> [UInt8] {
        let input = try Self.pipe(holding: input)
        return try await withThrowingTaskGroup(of: [UInt8].self) { group in
            group.addTask { try await output(giving: input, limit: outputLimit) }
            group.addTask {
                try await Task.sleep(for: limit)
                throw BoundedCommandError.tooSlow
            }
            defer { group.cancelAll() }
            return try await group.next() ?? []
        }
    }

    private func output(giving input: FileDescriptor, limit: Int) async throws -> [UInt8] {
        var options = PlatformOptions()
        options.processGroupID = 0
        options.teardownSequence = [.send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .zero)]
        let outcome: ExecutionResult<Void, BytesOutput, FileDescriptorOutput>
        do {
            outcome = try await Subprocess.run(
                .path(FilePath(path)), arguments: Arguments(arguments), environment: environment,
                platformOptions: options, input: .fileDescriptor(input, closeAfterSpawningProcess: true),
                output: .bytes(limit: limit), error: try errorOutput())
        } catch let error as SubprocessError {
            switch error.code {
            case .outputLimitExceeded: throw BoundedCommandError.tooMuchOutput
            default: throw BoundedCommandError.notStarted
            }
        }
        switch outcome.terminationStatus {
        case .exited(0): return outcome.standardOutput
        case .exited(let status): throw BoundedCommandError.failed(status: status)
        case .signaled(let signal): throw BoundedCommandError.failed(status: 128 + signal)
        }
    }

    private func errorOutput() throws -> FileDescriptorOutput {
        switch complaints {
        case .shown:
            .fileDescriptor(.standardError, closeAfterSpawningProcess: false)
        case .dropped:
            .fileDescriptor(try FileDescriptor.open("/dev/null", .writeOnly), closeAfterSpawningProcess: true)
        }
    }

    /// The end from which `input` can be read. Written before the program runs, while both ends are ours: nobody can
    /// have closed the other one.
    private static func pipe(holding input: [UInt8]) throws -> FileDescriptor {
        guard input.count <= maximumInput else { throw BoundedCommandError.tooMuchInput }
        let (readEnd, writeEnd) = try FileDescriptor.pipe()
        defer { try? writeEnd.close() }
        _ = try writeEnd.writeAll(input)
        return readEnd
    }
}

/// Why a command did not do its work. Says nothing of what it was given or printed.
package enum BoundedCommandError: Error, Hashable, Sendable {
    /// It cannot be started.
    case notStarted
    /// It did not end in time, and was killed.
    case tooSlow
    /// It printed more than it may, and was killed.
    case tooMuchOutput
    /// What it should be given is too long.
    case tooMuchInput
    /// It ended with that exit status; after a signal 128 and the signal, as shells have it.
    case failed(status: Int32)
}
