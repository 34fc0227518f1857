import FoundationEssentials
import Glibc
import Tokens

/// The file that holds the master key.
struct MasterKeyFile {
    /// More bytes than any spelling of a key has.
    private static let maximumSize = 4096

    let path: String

    /// The key in it.
    ///
    /// - Throws: ``MasterKeyError`` also if others than its owner may read or change it.
    func read() throws(MasterKeyError) -> MasterKey {
        let file: NamedFile
        do throws(NamedFile.Problem) {
            file = try NamedFile(path, holds: "The master key", isSecret: true, upTo: Self.maximumSize)
        } catch {
            guard error.isMissing else { throw MasterKeyError(error.description) }
            throw MasterKeyError(
                "\(error.description) To make one: (umask 077; openssl rand -base64 32 > \(path.shellQuoted))")
        }
        guard let key = MasterKey(text: String(decoding: file.bytes, as: UTF8.self)) else {
            throw MasterKeyError(
                "\(path) does not hold a master key: it must be \(ConfigurationKey.masterKey.allowed).")
        }
        return key
    }

    /// Makes the file, readable by its owner alone, unless it is there. Whether it did.
    ///
    /// - Throws: ``MasterKeyError`` also if `database` is a file that exists already: a new key would not open what is in
    ///   it.
    func createIfMissing(with database: DatabaseLocation) throws(MasterKeyError) -> Bool {
        guard !FileManager.default.fileExists(atPath: path) else { return false }
        if case .sqlite(let database) = database, FileManager.default.fileExists(atPath: database) {
            throw MasterKeyError(
                "The database \(database) is there, but its master key \(path) is not. Put the key back; a new one "
                    + "would not open what is in the database.")
        }
        let folder = DatabaseLocation.folder(of: path)
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw MasterKeyError("The folder \(folder) cannot be made.")
        }
        // Written under another name, so that nobody finds a file with half a key in it.
        let draft = "\(path).\(UInt64.random(in: .min ... .max))"
        let descriptor = Glibc.open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw unmakeable(errno) }
        defer {
            Glibc.close(descriptor)
            unlink(draft)
        }
        let text = Array((MasterKey.generate().reveal() + "\n").utf8)
        guard Glibc.write(descriptor, text, text.count) == text.count, fsync(descriptor) == 0 else {
            throw unmakeable(errno)
        }
        guard link(draft, path) == 0 else {
            // Another process was quicker; what it made is read next.
            if errno == EEXIST { return false }
            throw unmakeable(errno)
        }
        return true
    }

    private func unmakeable(_ code: Int32) -> MasterKeyError {
        MasterKeyError("The master key \(path) cannot be made: \(String(cString: strerror(code))).")
    }
}
