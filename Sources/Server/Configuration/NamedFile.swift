import Glibc

/// What is in a file that the operator named.
struct NamedFile {
    let bytes: [UInt8]
    /// Which file it was.
    let mark: FileMark

    /// - Parameters:
    ///   - what: What it holds, for the operator.
    ///   - isSecret: Whether nobody else may read or change it, as ``FileStatus/exposesSecret`` has it.
    ///   - most: How many bytes of it are read at most.
    init(_ path: String, holds what: String, isSecret: Bool, upTo most: Int) throws(Problem) {
        // Not blocking, so that a pipe under this name is refused below and not waited for.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw Problem(what, path, errno) }
        defer { close(descriptor) }
        var found = stat()
        guard fstat(descriptor, &found) == 0 else { throw Problem(what, path, errno) }
        mark = FileMark(found)
        let status = FileStatus(found)
        guard status.isFile else { throw Problem("\(path) is not a file.") }
        guard !isSecret || !status.exposesSecret else {
            throw Problem(
                "\(what) \(path) is open to other users of this machine. Run: chmod 600 \(path.shellQuoted)")
        }
        var content: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: min(most, 16_384))
        while content.count < most {
            let count = read(descriptor, &piece, min(piece.count, most - content.count))
            guard count >= 0 else { throw Problem(what, path, errno) }
            guard count > 0 else { break }
            content += piece.prefix(count)
        }
        bytes = content
    }

    /// Why it cannot be had, in words for the operator.
    struct Problem: Error {
        let description: String
        /// Whether there is no such file.
        let isMissing: Bool

        fileprivate init(_ description: String, isMissing: Bool = false) {
            self.description = description
            self.isMissing = isMissing
        }

        fileprivate init(_ what: String, _ path: String, _ code: Int32) {
            self.init("\(what) \(path) cannot be read: \(String(cString: strerror(code))).", isMissing: code == ENOENT)
        }
    }
}

/// A file and its content, as far as the system tells without reading it.
struct FileMark: Hashable, Sendable {
    private let device: UInt64
    private let inode: UInt64
    private let size: Int
    private let written: [Int]

    fileprivate init(_ status: stat) {
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        size = Int(status.st_size)
        // The second changes also when what was written before is put in its place again.
        written = [
            status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_ctim.tv_sec, status.st_ctim.tv_nsec,
        ]
    }

    /// Nil where there is none.
    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        self.init(status)
    }
}

extension String {
    /// As one word of a shell.
    var shellQuoted: String {
        let isPlain = utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
            default: Array("./_-+@%".utf8).contains(byte)
            }
        }
        return isPlain
            ? self : "'" + split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}
