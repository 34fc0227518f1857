import Foundation

/// A way in which the kernel really refuses to store more, until it is told otherwise.
package enum SmallDisk: String, CaseIterable, Sendable {
    /// A file system of 64 MiB, in a mount namespace of the server's own, that is filled up. Needs root.
    case fileSystem
    /// Files of the server may not grow beyond the length that the write-ahead log has. Needs no right.
    case limit

    /// Those that this machine lets us have.
    package static var possible: [SmallDisk] {
        get async {
            let trial = try? await BackgroundProcess(
                "/usr/bin/unshare", ["-m", "mount", "-t", "tmpfs", "none", "/mnt"]
            ).status()
            return trial == 0 ? allCases : [.limit]
        }
    }

    /// What stands before the server's command line.
    package func wrapper(of data: String) -> [String] {
        switch self {
        case .limit: []
        case .fileSystem:
            [
                "/usr/bin/unshare", "-m", "sh", "-c", "mount -t tmpfs -o size=64m none \"$0\" && exec \"$@\"", data,
            ]
        }
    }

    /// From now on nothing more can be stored.
    package func fill(for server: ServerProcess) async throws {
        switch self {
        case .fileSystem:
            let file = open(filler(for: server), O_WRONLY | O_CREAT, 0o600)
            guard file >= 0 else { throw ServerFailure("The file system of the server is not reached.") }
            defer { close(file) }
            for size in [1 << 20, 4096, 1] {
                let bytes = [UInt8](repeating: 0, count: size)
                while write(file, bytes, size) == size {}
            }
            guard errno == ENOSPC else { throw ServerFailure("The file system is not full.") }
        case .limit:
            let log = server.data + "/claviger.db-wal"
            let length = try FileManager.default.attributesOfItem(atPath: log)[.size] as? Int ?? 0
            try await limit(server, to: "\(length)")
        }
    }

    /// There is room again.
    package func free(for server: ServerProcess) async throws {
        switch self {
        case .fileSystem: unlink(filler(for: server))
        case .limit: try await limit(server, to: "unlimited")
        }
    }

    private func filler(for server: ServerProcess) -> String { "/proc/\(server.identifier)/root\(server.data)/filler" }

    /// The soft limit alone, so that it can be lifted.
    private func limit(_ server: ServerProcess, to size: String) async throws {
        let status = try await BackgroundProcess(
            "/usr/bin/prlimit", ["--pid", "\(server.identifier)", "--fsize=\(size):"]
        ).status()
        guard status == 0 else { throw ServerFailure("The limit cannot be set.") }
    }
}
