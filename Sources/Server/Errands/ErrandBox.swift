import Foundation
import Glibc

/// The two files beside a SQLite database through which commands and the server that owns it talk: one errand, one answer.
/// Both are open to their owner alone and appear whole or not at all.
struct ErrandBox: Sendable {
    /// More bytes than any errand or answer has.
    private static let maximumSize = 4 * 1024 * 1024

    private let database: String

    /// - Parameter database: The path of the database.
    init(besideDatabase database: String) {
        self.database = database
    }

    private var errandPath: String { database + "-errand" }
    private var answerPath: String { database + "-errand-answer" }

    /// Puts an errand in, unless another waits that is not too old to be done.
    ///
    /// - Throws: ``CommandError``.
    func put(errand bytes: [UInt8]) throws {
        var status = stat()
        if stat(errandPath, &status) == 0, time(nil) - status.st_mtim.tv_sec > Errand.seconds { unlink(errandPath) }
        try write(bytes, to: errandPath, replacing: false)
    }

    /// Takes the errand out, nil where none waits.
    func takeErrand() -> [UInt8]? { take(errandPath) }

    /// Takes an errand back that was not done.
    func withdraw() { unlink(errandPath) }

    func put(answer bytes: [UInt8]) throws { try write(bytes, to: answerPath, replacing: true) }

    /// Takes the answer out, nil where there is none yet.
    func takeAnswer() -> [UInt8]? { take(answerPath) }

    private func take(_ path: String) -> [UInt8]? {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW)
        guard descriptor >= 0 else { return nil }
        defer { Glibc.close(descriptor) }
        unlink(path)
        var bytes = [UInt8](repeating: 0, count: Self.maximumSize)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        return count > 0 ? Array(bytes.prefix(count)) : nil
    }

    private func write(_ bytes: [UInt8], to path: String, replacing: Bool) throws {
        guard bytes.count <= Self.maximumSize else { throw CommandError("That is too much for one errand.") }
        let draft = "\(path).\(UInt64.random(in: .min ... .max))"
        let descriptor = Glibc.open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw problem("The folder of the database cannot be written to") }
        defer {
            Glibc.close(descriptor)
            unlink(draft)
        }
        // Root may ask a server that is another user's, which has to read it.
        var owner = stat()
        if geteuid() == 0, stat(database, &owner) == 0 { _ = fchown(descriptor, owner.st_uid, owner.st_gid) }
        guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else {
            throw problem("The folder of the database cannot be written to")
        }
        guard replacing ? rename(draft, path) == 0 : link(draft, path) == 0 else {
            if errno == EEXIST { throw CommandError("Another command waits for the server. Try again in a moment.") }
            throw problem("The folder of the database cannot be written to")
        }
    }

    private func problem(_ text: String) -> CommandError {
        CommandError("\(text): \(String(cString: strerror(errno))).")
    }
}
