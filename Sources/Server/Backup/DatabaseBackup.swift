import Foundation
import Model
import PersistenceSQLite

/// Copies a SQLite database into a file, with its digest beside it.
struct DatabaseBackup {
    private let path: String
    private let file: String
    private let replaces: Bool
    private var digestFile: String { file + ".sha256" }

    init(of path: String, into file: String, replacing replaces: Bool) {
        self.path = path
        self.file = file
        self.replaces = replaces
    }

    /// - Throws: ``CommandError``, or what SQLite says.
    func run() throws {
        guard let status = FileStatus(path), status.size > 0 else {
            throw CommandError("There is no database at \(path).")
        }
        for taken in [file, digestFile] where isOfDatabase(taken) {
            throw CommandError("\(taken) belongs to the database itself. Say another name.")
        }
        for taken in [file, digestFile] where !replaces && FileStatus(taken) != nil {
            throw CommandError("\(taken) is there already. Say another name, or --force to replace it.")
        }
        let draft = try DraftFile(for: file)
        do {
            // Before the snapshot, so that nothing done since is missed.
            let time = RFC3339.text(of: SystemClock.now())
            let copying = ProgressNotes(work: "copied", total: status.size)
            let place = draft.path
            try copying.during({ DraftFile.size(of: place) }) { try SQLiteStore.copy(path, into: place) }
            let content = try BackupContent(at: place)
            let digest = try digest(of: place)
            let size = DraftFile.size(of: place)
            let list = try DraftFile(for: digestFile)
            try list.write(
                digest.list(
                    for: URL(fileURLWithPath: file).lastPathComponent,
                    remarks: ["Claviger: \(content.owner); made at \(time); schema \(content.schema)"]))
            // A digest that does not fit yet refuses a restore; a copy without one could be believed.
            try list.publish()
            try draft.publish()
            print(
                """
                written   \(file), \(ProgressNotes.text(of: size))
                sha256    \(digest.text)
                made at   \(time)
                of        \(content.owner)
                schema    \(content.schema)

                To go back to it: stop the server, then
                claviger restore \(file.shellQuoted) --then-revoke-since \(time)
                """)
        } catch {
            draft.discard()
            throw CommandError(error)
        }
    }

    /// Whether the database lies there, or what it cannot do without.
    private func isOfDatabase(_ name: String) -> Bool {
        func place(_ path: String) -> String {
            let url = URL(fileURLWithPath: path)
            let folder = url.deletingLastPathComponent().resolvingSymlinksInPath()
            return folder.appendingPathComponent(url.lastPathComponent).path
        }
        let names = [path, URL(fileURLWithPath: path).resolvingSymlinksInPath().path].flatMap { path in
            ["", "-wal", "-shm", "-journal", ".lock"].map { place(path + $0) }
        }
        let link = URL(fileURLWithPath: name).resolvingSymlinksInPath().path
        return names.contains(place(name)) || names.contains(link)
    }

    private func digest(of path: String) throws -> FileDigest {
        let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        defer { try? handle.close() }
        return try FileDigest(of: handle)
    }
}
