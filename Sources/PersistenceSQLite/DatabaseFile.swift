import Foundation
import Locking

/// The file of a database, owned by this process for as long as it is open.
///
/// The owner holds a lock (flock) on a file beside it, `<path>.lock`, which the kernel gives back however the process
/// ends. The lock file itself stays: to delete it would let two processes lock two files of one name.
final class DatabaseFile: Sendable {
    let path: String
    private let lock: Lock<Int32?>

    /// Takes the lock, and creates what is missing: the folder for its owner alone, the file readable by its owner
    /// alone. SQLite gives the same mode to the files that it lays beside it.
    ///
    /// - Parameter owner: Whose the files are that are made; ours unless said.
    init(owning path: String, for owner: (user: UInt32, group: UInt32)? = nil) throws(SQLiteOpeningError) {
        self.path = path
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw .file(path: folder, problem: "\(error.localizedDescription)")
        }
        let lockPath = path + ".lock"
        let descriptor = try Self.openOrCreate(lockPath, for: owner)
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            Glibc.close(descriptor)
            throw code == EWOULDBLOCK ? .inUse(path: path) : .file(path: lockPath, problem: Self.text(of: code))
        }
        Self.write(DatabaseOwner(process: getpid(), takesErrands: false), to: descriptor)
        lock = Lock(descriptor)
        Glibc.close(try Self.openOrCreate(path, for: owner))
    }

    deinit {
        release()
    }

    /// Gives the lock back. Doing so again does nothing.
    func release() {
        let descriptor = lock.withLock { descriptor in
            defer { descriptor = nil }
            return descriptor
        }
        guard let descriptor else { return }
        // The lock belongs to what was opened, of which a child process that is just being started has a copy for a moment:
        // closing ours alone would leave the database in use until then.
        _ = flock(descriptor, LOCK_UN)
        Glibc.close(descriptor)
    }

    /// Says in the lock file whether this process takes what commands ask.
    func note(takesErrands: Bool) {
        lock.withLock { descriptor in
            if let descriptor {
                Self.write(DatabaseOwner(process: getpid(), takesErrands: takesErrands), to: descriptor)
            }
        }
    }

    /// The process that owns the database at `path`, nil where none does.
    static func owner(of path: String) throws(SQLiteOpeningError) -> DatabaseOwner? {
        let descriptor = Glibc.open(path + ".lock", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            guard errno == ENOENT else { throw .file(path: path + ".lock", problem: text(of: errno)) }
            return nil
        }
        defer { Glibc.close(descriptor) }
        guard flock(descriptor, LOCK_SH | LOCK_NB) != 0 else {
            _ = flock(descriptor, LOCK_UN)
            return nil
        }
        var bytes = [UInt8](repeating: 0, count: 32)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count > 0, let owner = DatabaseOwner(parsing: String(decoding: bytes.prefix(count), as: UTF8.self)) else {
            throw .inUse(path: path)
        }
        return owner
    }

    /// Leaves who the owner is in the lock file, for commands that have something to tell it.
    private static func write(_ owner: DatabaseOwner, to descriptor: Int32) {
        let text = Array(owner.text.utf8)
        _ = ftruncate(descriptor, 0)
        _ = pwrite(descriptor, text, text.count, 0)
    }

    private static func openOrCreate(
        _ path: String, for owner: (user: UInt32, group: UInt32)?
    ) throws(SQLiteOpeningError) -> Int32 {
        if let owner {
            let made = Glibc.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            if made >= 0 {
                _ = fchown(made, owner.user, owner.group)
                return made
            }
        }
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .file(path: path, problem: text(of: errno)) }
        return descriptor
    }

    private static func text(of code: Int32) -> String { String(cString: strerror(code)) }
}
