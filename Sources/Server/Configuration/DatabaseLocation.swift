package import PersistencePostgres

/// Where everything is kept.
package enum DatabaseLocation: Hashable, Sendable, CustomStringConvertible {
    /// One SQLite file. A relative path counts from the working directory.
    case sqlite(path: String)
    /// A PostgreSQL database, for one node or many.
    case postgres(PostgresAddress)

    /// What is in force where nobody says anything.
    package static let standard = DatabaseLocation.inFolder("./data")

    /// The SQLite database in a folder of its own.
    package static func inFolder(_ folder: String) -> DatabaseLocation {
        .sqlite(path: Self.path(of: "claviger.db", in: folder))
    }

    /// Where development keeps the master key: beside the file of the database, or where that would be by default.
    package var masterKeyPath: String { beside("master.key") }

    /// Where what providers gave waits for the database, unless somebody says otherwise.
    var recoveryJournalPath: String { beside("recovery.journal") }

    private func beside(_ file: String) -> String {
        switch self {
        case .sqlite(let path): Self.path(of: file, in: Self.folder(of: path))
        case .postgres: "./data/\(file)"
        }
    }

    /// As it may be shown: without a password.
    package var description: String {
        switch self {
        case .sqlite(let path): "sqlite:\(path)"
        case .postgres(let address): address.description
        }
    }

    /// Whether the text that names it is a secret.
    package var holdsPassword: Bool {
        switch self {
        case .sqlite: false
        case .postgres(let address): address.holdsPassword
        }
    }

    /// The location that `text` names, or nil. A path that SQLite or a shell would take for something else is none.
    init?(_ text: String) {
        if let address = PostgresAddress(checking: text) {
            self = .postgres(address)
            return
        }
        guard text.hasPrefix("sqlite:") else { return nil }
        let path = String(text.dropFirst("sqlite:".count))
        let taken = [":", "file:", "//", "~"]
        guard !path.isEmpty, path.last != "/", !taken.contains(where: path.hasPrefix) else { return nil }
        self = .sqlite(path: path)
    }

    /// The folder of a file.
    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private static func path(of file: String, in folder: String) -> String {
        folder.last == "/" ? folder + file : "\(folder)/\(file)"
    }
}
