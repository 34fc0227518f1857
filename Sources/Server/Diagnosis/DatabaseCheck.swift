import Foundation
import Model
import Persistence
import PersistenceSQLite
import Tokens

/// Whether database and master key are there, safe, and belong together. Owns and changes nothing.
struct DatabaseCheck {
    private let location: DatabaseLocation
    private let masterKey: MasterKeySource
    private let environment: ServerConfiguration.Environment
    private let now: Instant

    init(_ configuration: ServerConfiguration, now: Instant) {
        location = configuration.database
        masterKey = configuration.masterKey
        environment = configuration.environment
        self.now = now
    }

    func findings() -> [Finding] {
        let (key, ofKey) = examineKey()
        return ofKey + folder() + file(opening: key)
    }

    // MARK: - The master key

    private func examineKey() -> (MasterKey?, [Finding]) {
        if case .fileBeside = masterKey, let path = masterKey.path, FileStatus(path) == nil,
            FileStatus(location.path) == nil
        {
            return (nil, [.fine("master key", "\(path) is made at the first start")])
        }
        do throws(MasterKeyError) {
            let key = try masterKey.load { _ in }
            return (key, [.fine("master key", "found")] + besideDatabase())
        } catch {
            return (nil, [.error("master key", error.description)])
        }
    }

    private func besideDatabase() -> [Finding] {
        guard environment == .production, let path = masterKey.path else { return [] }
        let folders = [path, location.path].map {
            URL(filePath: $0).deletingLastPathComponent().resolvingSymlinksInPath().path
        }
        guard folders[0] == folders[1] else { return [] }
        return [.warning("master key", "lies beside the database: who copies the folder can open everything in it")]
    }

    // MARK: - The folder

    private func folder() -> [Finding] {
        let folder = nearestFolder()
        let isThere = folder == location.folder
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
        var folder = location.folder
        while FileStatus(folder) == nil {
            guard let slash = folder.lastIndex(of: "/") else { return "." }
            if slash == folder.startIndex { return "/" }
            folder = String(folder[..<slash])
        }
        return folder
    }

    // MARK: - The file

    private func file(opening key: MasterKey?) -> [Finding] {
        guard let status = FileStatus(location.path) else {
            return [.fine("database", "\(location.path) is made at the first start")]
        }
        guard status.isFile else { return [.error("database", "\(location.path) is not a file")] }
        let modes = modes()
        do {
            let owner = try SQLiteStore.owner(of: location.path)
            guard status.size > 0 else { return modes + [.fine("database", "\(location.path) is empty")] }
            return modes + (try contents(opening: key, owner: owner.map { "in use by the server, process \($0)" }))
        } catch SQLiteOpeningError.inUse {
            return modes + [
                .fine("database", "\(location.path) is in use by another process; nothing more is looked at")
            ]
        } catch {
            return modes + [.error("database", "\(location.path): \(error)")]
        }
    }

    private func modes() -> [Finding] {
        [location.path, location.path + "-wal"].compactMap { path in
            guard let status = FileStatus(path), status.isOpenToOthers else { return nil }
            return status.isOpenToAll
                ? .error("database", "every user of this machine may read or change \(path). Run: chmod 600 \(path)")
                : .warning("database", "the group of \(path) may read or change it. To close it: chmod 600 \(path)")
        }
    }

    private func contents(opening key: MasterKey?, owner: String?) throws -> [Finding] {
        let (missing, rows) = try SQLiteStore.peek(at: location.path) { tx in
            let missing = try MigrationRunner().missing(tx)
            return (missing, missing == 0 ? try tx.keyRingRows() : [])
        }
        let schema = missing == 0 ? "schema up to date" : "\(missing) schema steps are run at the next start"
        var findings: [Finding] = [
            .fine("database", [location.path, schema, owner ?? "not in use"].joined(separator: ", "))
        ]
        if let key { findings += keyRing(rows, key) }
        if let latest = rows.map(\.createdAt).max(), latest.seconds(since: now) > 60 {
            findings.append(
                .error("clock", "is \(latest.seconds(since: now)) s behind what the database has already recorded"))
        }
        return findings
    }

    private func keyRing(_ rows: [KeyRingRow], _ key: MasterKey) -> [Finding] {
        do {
            try KeyRing.check(rows, under: key)
            return []
        } catch {
            return [.error("master key", "\(error)")]
        }
    }
}
