import Foundation
import Persistence

/// Where the lines of a follower of the audit log go: its standard output. Where that is a file, its last line says where to go on, so
/// that none is lost or comes twice, however the follower before ended.
struct AuditOutput {
    /// How much of a file's end is looked through for its last line, in bytes. A line is far shorter.
    private static let tail = 4 << 20

    private let descriptor: Int32
    /// Whether it is a file, and not a pipe or a terminal.
    let isFile: Bool
    /// After which event the lines that it has go on, nil for none.
    let place: AuditPlace?

    /// Cuts off what a follower that was killed has begun to write and not ended.
    ///
    /// - Throws: ``CommandError`` for a file that another follower writes, that ends with something else, or that cannot be read.
    init(_ descriptor: Int32 = STDOUT_FILENO) throws {
        self.descriptor = descriptor
        var status = stat()
        isFile = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        guard isFile else {
            place = nil
            return
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw CommandError("Another command follows the audit log into this file.")
        }
        place = try Self.end(of: descriptor, size: Int(status.st_size))
        guard lseek(descriptor, 0, SEEK_END) >= 0 else { throw Self.problem("written") }
    }

    private static func end(of descriptor: Int32, size: Int) throws -> AuditPlace? {
        guard size > 0 else { return nil }
        // What was opened to be written need not be open to be read.
        let reader = open("/proc/self/fd/\(descriptor)", O_RDONLY | O_CLOEXEC)
        guard reader >= 0 else { throw problem("read") }
        defer { close(reader) }
        let start = max(0, size - tail)
        var bytes = [UInt8](repeating: 0, count: size - start)
        guard pread(reader, &bytes, bytes.count, off_t(start)) == bytes.count else { throw problem("read") }
        let newline = UInt8(ascii: "\n")
        let whole = bytes.lastIndex(of: newline).map { $0 + 1 } ?? 0
        guard whole > 0 || start == 0 else { throw notOurs }
        if whole < bytes.count {
            // What is no beginning of a line of ours is somebody else's.
            guard bytes[whole] == UInt8(ascii: "{") else { throw notOurs }
            guard ftruncate(descriptor, off_t(start + whole)) == 0 else { throw problem("written") }
        }
        guard whole > 0 else { return nil }
        let line = bytes[..<(whole - 1)].split(separator: newline, omittingEmptySubsequences: false).last ?? []
        guard let place = FollowedEvent.place(in: Data(line)) else { throw notOurs }
        return place
    }

    /// Writes lines whole, and returns once they are on the disk or the reader's system has taken them.
    func append(_ lines: [UInt8]) throws {
        var rest = lines[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else { throw Self.problem("written") }
            rest = rest.dropFirst(written)
        }
        guard !isFile || fsync(descriptor) == 0 else { throw Self.problem("written") }
    }

    private static func problem(_ done: String) -> CommandError {
        CommandError("The standard output cannot be \(done): \(String(cString: strerror(errno))).")
    }

    private static let notOurs = CommandError(
        "The file ends with something else than a line of `claviger audit follow`, so nothing says where to go on. Give it a file of its own."
    )
}
