import BoundedCommand
import Tokens

/// A command that prints the master key. The operator's own words go to `sh -c` as they are; nothing is put into them.
struct MasterKeyCommand {
    private static let maximumOutput = 4096

    private let command: BoundedCommand
    private let limit: Duration

    /// - Parameter limit: How long it may run; then it is killed with whatever it started.
    init(_ command: String, limit: Duration = .seconds(30)) {
        self.command = BoundedCommand(path: "/bin/sh", arguments: ["-c", command], complaints: .shown, limit: limit)
        self.limit = limit
    }

    /// The key that it prints. Its complaints go to our standard error.
    func run() async throws(MasterKeyError) -> MasterKey {
        let printed: [UInt8]
        do {
            printed = try await command.run(outputLimit: Self.maximumOutput)
        } catch BoundedCommandError.failed(let status) {
            throw MasterKeyError("The master key command failed with status \(status).")
        } catch BoundedCommandError.tooSlow, BoundedCommandError.tooMuchOutput {
            throw MasterKeyError("The master key command printed too much, or did not end within \(limit).")
        } catch {
            throw MasterKeyError("The master key command cannot be started.")
        }
        guard let key = MasterKey(text: String(decoding: printed, as: UTF8.self)) else {
            throw MasterKeyError(
                "The master key command did not print a master key: it must be \(ConfigurationKey.masterKey.allowed).")
        }
        return key
    }
}
