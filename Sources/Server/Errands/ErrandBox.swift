import Foundation
import Glibc

/// The files beside a SQLite database through which commands and the server that owns it talk: one errand, one answer.
/// Both are open to their owner alone and appear whole or not at all. A third one says that an errand was taken back.
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
    private var withdrawnPath: String { database + "-errand-withdrawn" }

    /// Puts an errand in, unless another waits that is not too old to be done.
    ///
    /// - Throws: ``CommandError``.
    func put(errand bytes: [UInt8]) throws {
        var status = stat()
        if stat(errandPath, &status) == 0, time(nil) - status.st_mtim.tv_sec > Errand.seconds { withdraw() }
        try write(bytes, to: errandPath, replacing: false)
    }

    /// Why the server was given a signal.
    enum Knock: Sendable, Hashable {
        /// A command left this.
        case errand([UInt8])
        /// A command left something and took it back before the signal was heard.
        case withdrawn
        /// Somebody sent a signal and nothing else.
        case bare
    }

    /// Takes out what lies there for a signal that has come.
    func answerKnock() -> Knock {
        if let errand = take(errandPath) { return .errand(errand) }
        return unlink(withdrawnPath) == 0 ? .withdrawn : .bare
    }

    /// Takes an errand back that was not taken out, whose signal is on its way: a server that hears it late must not take it for one
    /// without an errand.
    func withdraw() { rename(errandPath, withdrawnPath) }

    /// Takes an errand back for which no signal was sent, or will be heard.
    func discard() { unlink(errandPath) }

    /// Forgets what was withdrawn before anybody listened to signals.
    func forgetWithdrawal() { unlink(withdrawnPath) }

    func put(answer bytes: [UInt8]) throws { try write(bytes, to: answerPath, replacing: true) }

    /// Takes the answer out that `open` can open, nil where there is none yet: another one is another command's.
    func takeAnswer<T>(_ open: ([UInt8]) -> T?) -> T? {
        guard let answer = read(answerPath).flatMap(open) else { return nil }
        unlink(answerPath)
        return answer
    }

    /// Whether an answer lies there that nobody has taken out.
    var hasAnswer: Bool { access(answerPath, F_OK) == 0 }

    private func take(_ path: String) -> [UInt8]? {
        defer { unlink(path) }
        return read(path)
    }

    private func read(_ path: String) -> [UInt8]? {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW)
        guard descriptor >= 0 else { return nil }
        defer { Glibc.close(descriptor) }
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
