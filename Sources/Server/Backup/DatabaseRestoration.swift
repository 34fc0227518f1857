import Foundation
import Model
import PersistenceSQLite

/// Puts a copy of a SQLite database into the place of the one in use, after everything that can be checked was.
struct DatabaseRestoration {
    let configuration: ServerConfiguration
    /// Of the database.
    let path: String
    /// The copy.
    let file: String
    /// The digest that the copy must have, nil for the one beside it.
    let said: FileDigest?
    /// Whether it is only to be found out whether it could be done.
    let isTrial: Bool

    /// - Returns: Where what was there before is kept, nil where there was nothing.
    /// - Throws: ``CommandError``, or what else speaks against it, in words.
    func run() async throws -> String? {
        let wanted = try said ?? Self.digest(beside: file)
        let product = try configuration.product()
        let masterKeys = try await configuration.masterKeys { print($0) }
        // Root may restore for a server that is another user's, which has to open it.
        let owner = geteuid() == 0 ? Self.owner(of: path) : nil
        let replacement = try DatabaseReplacement(of: path, for: owner)
        defer { replacement.discardDraft() }
        try copy(into: replacement.draft, demanding: wanted, for: owner)
        if let damage = try SQLiteStore.damage(at: replacement.draft) {
            throw CommandError("\(file) is damaged: \(damage).")
        }
        let content = try BackupContent(at: replacement.draft)
        try content.check(against: Installation(configuration, product), under: masterKeys)
        let steps = content.missingSteps
        print(
            """
            sha256    \(wanted.text)
            of        \(content.owner)
            schema    \(content.schema)\(steps == 0 ? "" : "; \(steps) more steps are run at the next start")
            """)
        guard !isTrial else { return nil }
        let kept = replacement.replacesSomething ? keptName() : nil
        try replacement.replace(keeping: kept ?? path)
        return kept
    }

    private func keptName() -> String {
        let time = RFC3339.text(of: SystemClock.now()).filter { !"-:.".contains($0) }
        return "\(path).before-restore-\(time)"
    }

    /// Copies it with its digest: what is looked at afterwards is what was digested.
    private func copy(into draft: String, demanding wanted: FileDigest, for owner: (user: uid_t, group: gid_t)?) throws
    {
        let handle: FileHandle
        do {
            handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: file))
        } catch {
            throw CommandError("\(file) cannot be read: \(error.localizedDescription)")
        }
        defer { try? handle.close() }
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw problem(draft) }
        let copy = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        if let owner { _ = fchown(descriptor, owner.user, owner.group) }
        let notes = ProgressNotes(work: "copied", total: FileStatus(file)?.size ?? 0)
        let digest = try notes.during({ FileStatus(draft)?.size ?? 0 }) {
            try FileDigest(of: handle) { try copy.write(contentsOf: $0) }
        }
        guard digest == wanted else {
            throw CommandError("\(file) is not what was backed up: its SHA-256 is \(digest.text), not \(wanted.text).")
        }
        try copy.synchronize()
    }

    private static func digest(beside file: String) throws -> FileDigest {
        let list = file + ".sha256"
        let bytes = FileManager.default.contents(atPath: list)?.prefix(64 * 1024)
        let name = URL(fileURLWithPath: file).lastPathComponent
        guard let bytes, let digest = FileDigest(of: name, in: String(decoding: bytes, as: UTF8.self)) else {
            throw CommandError("\(list) has no digest of \(name). Say it with --sha256, if you have it from elsewhere.")
        }
        return digest
    }

    /// Whose the database is, or else its folder.
    private static func owner(of path: String) -> (user: uid_t, group: gid_t)? {
        var status = stat()
        guard stat(path, &status) == 0 || stat(DatabaseLocation.folder(of: path), &status) == 0 else { return nil }
        return (status.st_uid, status.st_gid)
    }

    private func problem(_ path: String) -> CommandError {
        CommandError("\(path) cannot be written: \(String(cString: strerror(errno))).")
    }
}
