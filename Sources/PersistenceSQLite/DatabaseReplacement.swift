import Foundation
import GRDB

/// A database on which nobody can start, as long as this lives, while another one is put into its place. Whatever ends the
/// process, there is the old database or the new one, and each with a log of its own.
package final class DatabaseReplacement {
    /// The new database comes to be here. What is left there of a try before is nobody's.
    package let draft: String
    private let file: DatabaseFile
    /// Whether there was something before.
    package let replacesSomething: Bool

    /// Takes the database at `path` out of use.
    ///
    /// - Parameter owner: Whose the files are that are made beside it; ours unless said.
    /// - Throws: ``SQLiteOpeningError`` if a server runs on it, or nothing can be made in its folder.
    package init(of path: String, for owner: (user: UInt32, group: UInt32)? = nil) throws {
        file = try DatabaseFile(owning: path, for: owner)
        draft = path + ".restoring"
        var status = stat()
        replacesSomething = stat(path, &status) == 0 && status.st_size > 0
        discardDraft()
    }

    /// Removes the draft, and what SQLite laid beside it.
    package func discardDraft() {
        for name in ["", "-journal", "-wal", "-shm"] { unlink(draft + name) }
    }

    /// Puts the draft, which must be on disk, into the database's place. The one before stays under the name `kept`, with
    /// everything that was committed to it.
    ///
    /// - Throws: ``SQLiteOpeningError`` while somebody reads the one before, or where the folder cannot be written to.
    package func replace(keeping kept: String) throws {
        let path = file.path
        if replacesSomething {
            let isWhole = try moveLogIn()
            // Where a file cannot have two names, it is away for a moment, in which a start finds nothing to serve.
            if link(path, kept) != 0 {
                try require(errno != EEXIST && rename(path, kept) == 0, kept)
            }
            // What could not be moved in belongs to what is kept.
            for name in isWhole ? [] : ["-wal", "-journal"] {
                try require(rename(path + name, kept + name) == 0 || errno == ENOENT, kept + name)
            }
        }
        // A log that stayed, also that of a database which somebody has removed, would be taken for that of the new one.
        for name in ["-wal", "-shm", "-journal"] {
            try require(unlink(path + name) == 0 || errno == ENOENT, path + name)
        }
        try sync(folder)
        try require(rename(draft, path) == 0, path)
        try sync(folder)
    }

    /// Moves the log of the database before into its file.
    ///
    /// - Returns: False where the file is so damaged that it cannot be done.
    private func moveLogIn() throws -> Bool {
        var configuration = Configuration()
        configuration.busyMode = .timeout(1)
        do {
            let queue = try DatabaseQueue(path: file.path, configuration: configuration)
            defer { try? queue.close() }
            try queue.writeWithoutTransaction { database in
                // To read is what undoes a transaction that was cut off, where there is no write-ahead log.
                _ = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_master")
                _ = try database.checkpoint(.truncate)
            }
            return true
        } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
            throw SQLiteOpeningError.file(
                path: file.path, problem: "another command reads it; try again when that has ended")
        } catch {
            return false
        }
    }

    private var folder: String { URL(fileURLWithPath: file.path).deletingLastPathComponent().path }

    private func sync(_ folder: String) throws {
        let descriptor = Glibc.open(folder, O_RDONLY | O_CLOEXEC)
        try require(descriptor >= 0, folder)
        defer { Glibc.close(descriptor) }
        try require(fsync(descriptor) == 0, folder)
    }

    private func require(_ isDone: Bool, _ path: String) throws {
        let code = errno
        guard isDone else { throw SQLiteOpeningError.file(path: path, problem: String(cString: strerror(code))) }
    }
}
