import Foundation
import Model
import PersistenceSQLite
import Tokens

/// Whether the file of a SQLite database, and the folder around it, are what they should be.
struct SQLiteCheck {
    let path: String
    /// What the settings say of what nodes have in common, nil where that cannot be told.
    let installation: Installation?
    let now: Instant

    func findings(opening key: MasterKeys?) -> [Finding] {
        folder() + file(opening: key)
    }

    // MARK: - The folder

    private func folder() -> [Finding] {
        let folder = nearestFolder()
        let isThere = folder == DatabaseLocation.folder(of: path)
        var findings: [Finding] = []
        if access(folder, W_OK | X_OK) != 0 {
            findings.append(.error("database", "the folder \(folder) cannot be written to"))
        }
        if isThere, FileStatus(folder)?.canBeFilledByAll ?? false {
            findings.append(
                .error("database", "every user of this machine may replace what is in the folder \(folder)"))
        }
        if let mount = Mount(of: folder) {
            if mount.isInMemory {
                findings.append(.warning("database", "\(folder) is in memory (\(mount.type)) and gone after a restart"))
            }
            if mount.isShared {
                findings.append(
                    .error("database", "\(folder) is on a network (\(mount.type)), where SQLite's locks do not hold"))
            }
        }
        return findings
    }

    /// The folder of the database, or where there is none yet the one in which it will be made.
    private func nearestFolder() -> String {
        var folder = DatabaseLocation.folder(of: path)
        while FileStatus(folder) == nil {
            guard let slash = folder.lastIndex(of: "/") else { return "." }
            if slash == folder.startIndex { return "/" }
            folder = String(folder[..<slash])
        }
        return folder
    }

    // MARK: - The file

    private func file(opening key: MasterKeys?) -> [Finding] {
        guard let status = FileStatus(path) else { return [.fine("database", "\(path) is made at the first start")] }
        guard status.isFile else { return [.error("database", "\(path) is not a file")] }
        let modes = modes()
        do {
            let owner = try SQLiteStore.owner(of: path)
            guard status.size > 0 else { return modes + [.fine("database", "\(path) is empty")] }
            return modes + (try contents(opening: key, owner: owner?.words))
        } catch SQLiteOpeningError.inUse {
            return modes + [.fine("database", "\(path) is in use by another process; nothing more is looked at")]
        } catch {
            return modes + [.error("database", "\(path): \(error)")]
        }
    }

    private func modes() -> [Finding] {
        [path, path + "-wal"].compactMap { path in
            guard let status = FileStatus(path), status.isOpenToOthers else { return nil }
            return status.isOpenToAll
                ? .error("database", "every user of this machine may read or change \(path). Run: chmod 600 \(path)")
                : .warning("database", "the group of \(path) may read or change it. To close it: chmod 600 \(path)")
        }
    }

    private func contents(opening key: MasterKeys?, owner: String?) throws -> [Finding] {
        let state = try SQLiteStore.peek(at: path) { [now, installation] tx in
            try StoredState(tx, joining: installation, at: now)
        }
        return [.fine("database", [path, state.schema, owner ?? "not in use"].joined(separator: ", "))]
            + state.findings(opening: key, now: now) + state.findings(joining: installation)
    }
}

extension DatabaseOwner {
    fileprivate var words: String {
        takesErrands ? "in use by the server, process \(process)" : "in use by process \(process)"
    }
}
