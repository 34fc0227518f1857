package import CredentialFormat
import FoundationEssentials
import Glibc
import Locking
package import Model

/// A local file of what providers gave and the database did not take, sealed: a line each, on disk before anybody goes on. A start, and
/// each round after, hands it on to the database.
package final class RecoveryJournal: Sendable {
    /// More waits than any outage should leave; beyond that, what comes is lost as without a journal, and the log says so.
    private static let maximumBytes = 256 << 20

    /// Why nothing was written.
    package struct Failure: Error, Sendable, CustomStringConvertible {
        package let description: String
    }

    private let path: String
    private let lock = Lock(())

    package init(path: String) {
        self.path = path
    }

    /// Writes an entry. It is on disk when this returns.
    package func append(_ entry: RenewedTokens) throws {
        var line = Array(try JSONEncoder().encode(entry))
        line.append(UInt8(ascii: "\n"))
        try lock.withLock { _ in
            let descriptor = Glibc.open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { throw Self.failure("opened") }
            defer { Glibc.close(descriptor) }
            let length = lseek(descriptor, 0, SEEK_END)
            guard length < Self.maximumBytes else { throw Failure(description: "the recovery journal is full") }
            var last: UInt8 = 0
            // What a crash cut off must not take the next line with it.
            if length > 0, pread(descriptor, &last, 1, length - 1) == 1, last != UInt8(ascii: "\n") {
                line.insert(UInt8(ascii: "\n"), at: 0)
            }
            try Self.write(line, to: descriptor)
            if length == 0 { try Self.persistEntry(of: path) }
        }
    }

    /// Whether something waits that a renewal of this generation brought.
    package func holds(_ connection: ID<Connection>, generation: Int) throws -> Bool {
        let name = connection.description
        return try entries().contains { $0.connection == name && $0.generation == generation }
    }

    /// What waits, oldest first. A line that was cut off by a crash was never promised, and is passed over.
    package func entries() throws -> [RenewedTokens] {
        try lock.withLock { _ in try read() }
    }

    /// Keeps of what waits only that for which `isWanted`.
    package func keep(where isWanted: (RenewedTokens) -> Bool) throws {
        try lock.withLock { _ in
            let all = try read()
            let kept = all.filter(isWanted)
            guard kept.count < all.count else { return }
            if kept.isEmpty {
                guard Glibc.truncate(path, 0) == 0 else { throw Self.failure("emptied") }
                return
            }
            let fresh = path + ".new"
            let descriptor = Glibc.open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { throw Self.failure("written anew") }
            defer { Glibc.close(descriptor) }
            let encoder = JSONEncoder()
            for entry in kept {
                try Self.write(Array(try encoder.encode(entry)) + [UInt8(ascii: "\n")], to: descriptor)
            }
            guard rename(fresh, path) == 0 else { throw Self.failure("replaced") }
            try Self.persistEntry(of: path)
        }
    }

    private func read() throws -> [RenewedTokens] {
        // Nearly always nothing waits, and each renewal asks.
        var status = stat()
        if stat(path, &status) == 0, status.st_size == 0 { return [] }
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return [] }
            throw Self.failure("read")
        }
        defer { Glibc.close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            guard count >= 0 else { throw Self.failure("read") }
            if count == 0 { break }
            bytes += buffer.prefix(count)
        }
        let decoder = JSONDecoder()
        return bytes.split(separator: UInt8(ascii: "\n")).compactMap { line in
            try? decoder.decode(RenewedTokens.self, from: Data(line))
        }
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { throw failure("written") }
            rest = rest.dropFirst(count)
        }
        guard fsync(descriptor) == 0 else { throw failure("written") }
    }

    /// Has the file's name on disk as well.
    private static func persistEntry(of path: String) throws {
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        let descriptor = Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("written") }
        defer { Glibc.close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("written") }
    }

    private static func failure(_ what: String) -> Failure {
        Failure(description: "the recovery journal cannot be \(what): error \(errno)")
    }
}
