import Dispatch
import Foundation
import Tokens

/// A command that prints the master key. The operator's own words go to `sh -c` as they are; nothing is put into them.
struct MasterKeyCommand {
    private static let maximumOutput = 4096

    private let command: String
    private let limit: Duration

    /// - Parameter limit: How long it may run; then it is killed with whatever it started.
    init(_ command: String, limit: Duration = .seconds(30)) {
        self.command = command
        self.limit = limit
    }

    /// The key that it prints. Its complaints go to our standard error.
    func run() throws(MasterKeyError) -> MasterKey {
        let deadline = ContinuousClock.now + limit
        let process = Process()
        let output = Pipe()
        let ended = DispatchSemaphore(value: 0)
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", command]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.terminationHandler = { _ in ended.signal() }
        do {
            try process.run()
        } catch {
            throw MasterKeyError("The master key command cannot be started.")
        }
        guard let printed = Self.read(output.fileHandleForReading.fileDescriptor, until: deadline),
            ended.wait(timeout: .now() + Self.seconds(until: deadline)) == .success
        else {
            // The command leads a process group of its own.
            kill(-process.processIdentifier, SIGKILL)
            kill(process.processIdentifier, SIGKILL)
            throw MasterKeyError("The master key command printed too much, or did not end within \(limit).")
        }
        guard process.terminationReason == .exit, process.terminationStatus == 0 else {
            throw MasterKeyError("The master key command failed with status \(process.terminationStatus).")
        }
        guard let key = MasterKey(text: String(decoding: printed, as: UTF8.self)) else {
            throw MasterKeyError(
                "The master key command did not print a master key: it must be \(ConfigurationKey.masterKey.allowed).")
        }
        return key
    }

    /// Everything up to the end, or nil if that does not come in time or is too long.
    private static func read(_ descriptor: Int32, until deadline: ContinuousClock.Instant) -> [UInt8]? {
        var printed: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: maximumOutput)
        while printed.count <= maximumOutput {
            var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let answer = poll(&waiting, 1, Int32(seconds(until: deadline) * 1000))
            if answer < 0, errno == EINTR { continue }
            guard answer > 0 else { return nil }
            let count = Foundation.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return nil }
            guard count > 0 else { return printed }
            printed += buffer.prefix(count)
        }
        return nil
    }

    private static func seconds(until deadline: ContinuousClock.Instant) -> Double {
        max(0, (deadline - .now) / .seconds(1))
    }
}
