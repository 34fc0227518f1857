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
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw problem(path) }
        do {
            guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
                throw CommandError("Another command is writing \(target).")
            }
            unlink(path + "-journal")
            guard ftruncate(descriptor, 0) == 0, fchmod(descriptor, 0o600) == 0 else { throw problem(path) }
            return descriptor
        } catch {
            close(descriptor)
            throw error
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
