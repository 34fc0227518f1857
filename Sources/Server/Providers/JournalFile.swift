import FoundationEssentials
import Glibc
import Locking

/// The file in which what providers gave waits for the database: closed to others, and this process's alone while it runs, because two
/// that wrote into one would lose what the other wrote.
final class JournalFile: Sendable {
    let path: String
    private let lock = Lock<Int32?>(nil)

    init(path: String) {
        self.path = path
    }

    deinit {
        if let descriptor = lock.withLock(\.self) { close(descriptor) }
    }

    /// Makes the file where it is missing, and takes it.
    ///
    /// - Throws: ``CommandError``. Without a journal nothing is renewed: what a provider gives once could be lost.
    func take() throws {
        let folder = DatabaseLocation.folder(of: path)
        if FileStatus(folder) == nil {
            do {
                try FileManager.default.createDirectory(
                    atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            } catch {
                throw problem("The folder \(folder) cannot be made: say \(ConfigurationKey.recoveryJournal.name)")
            }
        }
        let guardian = open(path + ".lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard guardian >= 0 else { throw problem("The recovery journal \(path) cannot be locked", errno) }
        guard flock(guardian, LOCK_EX | LOCK_NB) == 0 else {
            close(guardian)
            throw problem(
                "The recovery journal \(path) is another server's. Give each its own by "
                    + ConfigurationKey.recoveryJournal.name)
        }
        lock.withLock { $0 = guardian }
        let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw problem("The recovery journal \(path) cannot be written", errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, fchmod(descriptor, 0o600) == 0 else {
            throw problem("The recovery journal \(path) is no file of ours")
        }
    }

    /// How many bytes wait in it.
    var size: Int { FileStatus(path)?.size ?? 0 }

    private func problem(_ text: String, _ code: Int32? = nil) -> CommandError {
        CommandError(code.map { "\(text): \(String(cString: strerror($0)))." } ?? "\(text).")
    }
}
