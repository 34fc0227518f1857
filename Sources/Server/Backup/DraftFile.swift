import Foundation

/// A file that comes to be under its name whole or not at all. Until then it lies beside it, for its owner alone.
struct DraftFile: ~Copyable {
    let path: String
    private let target: String
    private let descriptor: Int32

    /// Makes it anew. What a process that was killed left of it is thrown away; that of one that still writes is not.
    ///
    /// - Throws: ``CommandError``.
    init(for target: String) throws {
        self.target = target
        path = target + ".unfinished"
        descriptor = try Self.begun(path, for: target)
    }

    private static func begun(_ path: String, for target: String) throws -> Int32 {
        let flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW
        var descriptor = open(path, flags | O_CREAT | O_EXCL, 0o600)
        let wasThere = descriptor < 0 && errno == EEXIST
        if wasThere { descriptor = open(path, flags) }
        guard descriptor >= 0 else { throw problem(path) }
        do {
            guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, isNamed(path, descriptor) else {
                throw CommandError("Another command is writing \(target).")
            }
            if wasThere { try requireOurs(descriptor, path) }
            unlink(path + "-journal")
            guard ftruncate(descriptor, 0) == 0, fchmod(descriptor, 0o600) == 0 else { throw problem(path) }
            return descriptor
        } catch {
            close(descriptor)
            throw error
        }
    }

    /// Whether a file still has the name under which it was opened. Who held the lock before may have given it its own name: to begin it
    /// anew would empty what was made.
    private static func isNamed(_ path: String, _ descriptor: Int32) -> Bool {
        var (opened, named) = (stat(), stat())
        return fstat(descriptor, &opened) == 0 && lstat(path, &named) == 0
            && opened.st_dev == named.st_dev && opened.st_ino == named.st_ino
    }

    /// Refuses what another user has laid there, who could read what is written into it.
    private static func requireOurs(_ descriptor: Int32, _ path: String) throws {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw problem(path) }
        guard status.st_mode & S_IFMT == S_IFREG, status.st_uid == geteuid(), status.st_nlink == 1 else {
            throw CommandError("\(path) is another user's file. Remove it first.")
        }
    }

    deinit {
        close(descriptor)
    }

    /// How many bytes it has so far.
    static func size(of path: String) -> Int { FileStatus(path)?.size ?? 0 }

    func write(_ text: String) throws {
        let bytes = Array(text.utf8)
        guard pwrite(descriptor, bytes, bytes.count, 0) == bytes.count else { throw Self.problem(path) }
    }

    /// Gives it its name, once it is on disk.
    func publish() throws {
        guard fsync(descriptor) == 0, rename(path, target) == 0 else { throw Self.problem(target) }
        let folder = open(DatabaseLocation.folder(of: target), O_RDONLY | O_CLOEXEC)
        guard folder >= 0 else { throw Self.problem(target) }
        defer { close(folder) }
        guard fsync(folder) == 0 else { throw Self.problem(target) }
    }

    /// Throws it away.
    func discard() {
        unlink(path)
        unlink(path + "-journal")
    }

    private static func problem(_ path: String) -> CommandError {
        CommandError("\(path) cannot be written: \(String(cString: strerror(errno))).")
    }
}
