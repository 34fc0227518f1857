import Foundation

/// What the system says of a file or folder.
struct FileStatus {
    private let mode: mode_t
    private let owner: uid_t
    /// In bytes.
    let size: Int

    /// Nil where there is none, or none that we may know of.
    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        self.init(status)
    }

    init(_ status: stat) {
        self.init(mode: status.st_mode, owner: status.st_uid, size: Int(status.st_size))
    }

    /// - Parameters:
    ///   - mode: With the type of the file.
    ///   - size: In bytes.
    init(mode: mode_t, owner: uid_t, size: Int) {
        self.mode = mode
        self.owner = owner
        self.size = size
    }

    var isFile: Bool { mode & S_IFMT == S_IFREG }
    /// Whether the group or everybody may read or change it.
    var isOpenToOthers: Bool { mode & 0o077 != 0 }
    /// Whether who must not have it may read or change a secret in it. That a group may read what root owns is root's word that it shall:
    /// so a user is given what it does not own, by systemd's credentials and by Kubernetes' `fsGroup`.
    var exposesSecret: Bool { mode & (owner == 0 ? 0o037 : 0o077) != 0 }
    /// Whether everybody may read or change it.
    var isOpenToAll: Bool { mode & 0o006 != 0 }
    /// Whether everybody may replace what is in a folder.
    var canBeFilledByAll: Bool { mode & 0o002 != 0 && mode & S_ISVTX == 0 }
}

/// The file system of a folder.
struct Mount {
    /// Its type, such as `ext4`.
    let type: String

    /// Nil where the system does not say.
    init?(of path: String) {
        guard let table = try? String(contentsOfFile: "/proc/self/mounts", encoding: .utf8),
            let real = realpath(path, nil)
        else { return nil }
        defer { free(real) }
        let folder = String(cString: real)
        let mounts = table.split(separator: "\n").map { $0.split(separator: " ") }.filter { $0.count > 2 }
        let holding = mounts.map { (point: $0[1].replacing("\\040", with: " "), type: String($0[2])) }
            .filter { $0.point == "/" || folder == $0.point || folder.hasPrefix($0.point + "/") }
        // The deepest, and of several at one point the last, which covers those before it.
        guard let found = holding.reversed().max(by: { $0.point.count < $1.point.count }) else { return nil }
        type = found.type
    }

    /// Whether it is gone after a restart of the machine.
    var isInMemory: Bool { ["tmpfs", "ramfs"].contains(type) }
    /// Whether other machines share it; then the lock and the write-ahead log of SQLite do not hold.
    var isShared: Bool { ["nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs", "ceph", "glusterfs"].contains(type) }
}
