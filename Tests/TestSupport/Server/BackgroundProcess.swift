import Glibc
package import Subprocess
import Synchronization
import SystemPackage

/// A program that runs beside a test, until it ends or is made to.
package final class BackgroundProcess: Sendable {
    /// Its number.
    package let identifier: Int32
    private let end: Task<Int32, any Error>
    private let hasEnded = Atomic(false)

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - directory: Its working directory, nil for ours.
    ///   - output: The file to which what it prints is appended, nil for none.
    ///   - errors: The same for its standard error.
    package init(
        _ path: String, _ arguments: [String], environment: Environment = .inherit, in directory: String? = nil,
        output: String? = nil, errors: String? = nil
    ) async throws {
        let program = Configuration(
            executable: .path(FilePath(path)), arguments: Arguments(arguments), environment: environment,
            workingDirectory: directory.map { FilePath($0) })
        let output = try Self.file(output)
        let errors = try Self.file(errors)
        let (started, starting) = AsyncThrowingStream<Int32, any Error>.makeStream()
        end = Task {
            do {
                return try await Subprocess.run(program, input: .none, output: output, error: errors) { process in
                    starting.yield(process.processIdentifier.value)
                }.terminationStatus.number
            } catch {
                starting.finish(throwing: error)
                throw error
            }
        }
        guard let identifier = try await started.first(where: { _ in true }) else { throw CancellationError() }
        self.identifier = identifier
        Task { [self] in
            _ = await end.result
            hasEnded.store(true, ordering: .releasing)
        }
    }

    /// Whether it runs.
    package var isRunning: Bool { !hasEnded.load(ordering: .acquiring) }

    /// Tells it something, if it still runs.
    package func signal(_ signal: Int32) {
        if isRunning { kill(identifier, signal) }
    }

    /// Waits until it has ended.
    ///
    /// - Returns: Its exit status, or the signal that ended it.
    package func status() async throws -> Int32 {
        try await end.value
    }

    private static func file(_ path: String?) throws -> FileDescriptorOutput {
        .fileDescriptor(
            try FileDescriptor.open(
                path ?? "/dev/null", .writeOnly, options: [.create, .append], permissions: .ownerReadWrite),
            closeAfterSpawningProcess: true)
    }
}
