import Glibc

/// A file that is made for a secret, readable by its owner alone. It is made before the secret is, so that none is made that cannot be kept.
final class NewSecretFile {
    private let path: String
    private let descriptor: Int32
    private var isKept = false

    /// - Throws: ``CommandError``; also where there is such a file: what is in it may be in use.
    init(_ path: String) throws(CommandError) {
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            throw CommandError("\(path) cannot be made: \(String(cString: strerror(errno))).")
        }
        self.path = path
    }

    /// Writes a line, and returns once it is on the disk. Without it the file is gone in the end.
    ///
    /// - Throws: ``CommandError``
    func keep(_ secret: String) throws(CommandError) {
        let text = Array((secret + "\n").utf8)
        guard write(descriptor, text, text.count) == text.count, fsync(descriptor) == 0 else {
            throw CommandError(
                "\(path) cannot be written: \(String(cString: strerror(errno))). What was to be kept in it is lost; make another."
            )
        }
        isKept = true
        // That it has its name is on the disk, too, where the folder may be read.
        let folder = open(DatabaseLocation.folder(of: path), O_RDONLY | O_CLOEXEC)
        guard folder >= 0 else { return }
        fsync(folder)
        close(folder)
    }

    deinit {
        close(descriptor)
        if !isKept { unlink(path) }
    }
}
