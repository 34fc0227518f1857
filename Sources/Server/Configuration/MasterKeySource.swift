package import Tokens

/// Where the master key is found.
package enum MasterKeySource: Sendable, CustomReflectable {
    /// A file that only its owner may read.
    case file(String)
    /// The file `master.key` beside a development database, made together with it.
    case fileBeside(DatabaseLocation)
    /// Said in the environment or the configuration file.
    case value(MasterKey)
    /// A command that prints it.
    case command(String)

    /// The master key. Load it before the database is opened: where it is made, the database must not exist yet.
    ///
    /// - Parameter say: Hears that a key was made, for the terminal.
    /// - Throws: ``MasterKeyError``, which says what to do and never repeats what was found.
    package func load(saying say: (String) -> Void) async throws(MasterKeyError) -> MasterKey {
        switch self {
        case .file(let path):
            return try MasterKeyFile(path: path).read()
        case .fileBeside(let database):
            let file = MasterKeyFile(path: database.masterKeyPath)
            if try file.createIfMissing(with: database) {
                say("Made the master key \(file.path). Without it the database cannot be used.")
            }
            return try file.read()
        case .value(let key):
            return key
        case .command(let command):
            return try await MasterKeyCommand(command).run()
        }
    }

    /// The path of the key file, if it is one.
    package var path: String? {
        switch self {
        case .file(let path): path
        case .fileBeside(let database): database.masterKeyPath
        case .value, .command: nil
        }
    }

    /// Nothing to reflect upon: the key may be in it.
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// Why there is no master key.
package struct MasterKeyError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}
