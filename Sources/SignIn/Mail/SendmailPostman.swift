import BoundedCommand
package import Model

/// Gives mail to a sendmail-compatible command: `<path> -t -i`, the message on its standard input.
///
/// No shell is involved, nothing but the message varies, and the message's recipient is in its header. What the command
/// prints is not read; its environment has none of ours, where secrets may be.
package struct SendmailPostman: Postman {
    /// What the command may print, in bytes, though nobody reads it.
    private static let outputLimit = 1024 * 1024

    private let command: BoundedCommand
    private let from: EmailAddress
    private let now: @Sendable () -> Instant

    /// - Parameters:
    ///   - command: The path of the command.
    ///   - from: The sender.
    ///   - limit: How long it may run; then it is killed.
    package init(
        command: String, from: EmailAddress, limit: Duration = .seconds(30), now: @escaping @Sendable () -> Instant
    ) {
        self.command = BoundedCommand(
            path: command, arguments: ["-t", "-i"],
            environment: ["PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"],
            complaints: .dropped, limit: limit)
        self.from = from
        self.now = now
    }

    /// - Throws: ``BoundedCommandError``
    package func send(_ letter: Letter) async throws {
        let message = Message(
            letter: letter, from: from, date: now(), name: letter.name ?? RandomText.make(bytes: 16))
        _ = try await command.run(giving: Array(message.text.utf8), outputLimit: Self.outputLimit)
    }
}
