import Dispatch
import Foundation
import Glibc
package import Model

/// Gives mail to a sendmail-compatible command: `<path> -t -i`, the message on its standard input.
///
/// No shell is involved, nothing but the message varies, and the message's recipient is in its header. What the command
/// prints is not read; its environment has none of ours, where secrets may be. One at a time, on a thread of its own.
package final class SendmailPostman: Postman {
    /// The longest message, in bytes. It fits into a pipe, so to write it waits for nobody.
    private static let maximumLength = 32 * 1024

    private let command: String
    private let from: EmailAddress
    private let limit: Duration
    private let now: @Sendable () -> Instant
    private let queue = DispatchQueue(label: "claviger.mail")

    /// - Parameters:
    ///   - command: The path of the command.
    ///   - from: The sender.
    ///   - limit: How long it may run; then it is killed.
    package init(
        command: String, from: EmailAddress, limit: Duration = .seconds(30), now: @escaping @Sendable () -> Instant
    ) {
        self.command = command
        self.from = from
        self.limit = limit
        self.now = now
    }

    /// - Throws: ``MailError``
    package func send(_ letter: Letter) async throws {
        let message = Message(letter: letter, from: from, date: now(), name: RandomText.make(bytes: 16))
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            queue.async { [self] in continuation.resume(with: Result { try run(Data(message.text.utf8)) }) }
        }
    }

    private func run(_ message: Data) throws {
        guard message.count <= Self.maximumLength else { throw MailError.tooLong }
        let process = Process()
        let input = Pipe()
        let ended = DispatchSemaphore(value: 0)
        process.executableURL = URL(filePath: command)
        process.arguments = ["-t", "-i"]
        process.environment = [
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8",
        ]
        process.standardInput = input
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        process.terminationHandler = { _ in ended.signal() }
        // Written before the command runs, while the other end is ours: nobody can have closed it.
        try input.fileHandleForWriting.write(contentsOf: message)
        do {
            try process.run()
        } catch {
            throw MailError.noCommand
        }
        try input.fileHandleForWriting.close()
        guard ended.wait(timeout: .now() + limit / .seconds(1)) == .success else {
            // The command leads a process group of its own.
            kill(-process.processIdentifier, SIGKILL)
            kill(process.processIdentifier, SIGKILL)
            throw MailError.tooSlow
        }
        guard process.terminationReason == .exit, process.terminationStatus == 0 else {
            throw MailError.failed(process.terminationStatus)
        }
    }
}
