/// Where everything is kept.
package enum DatabaseLocation: Hashable, Sendable, CustomStringConvertible {
    /// One SQLite file. A relative path counts from the working directory.
    case sqlite(path: String)

    /// What is in force where nobody says anything.
    package static let standard = DatabaseLocation.sqlite(path: "./data/claviger.db")

    /// The database in a folder of its own.
    package static func inFolder(_ folder: String) -> DatabaseLocation {
        .sqlite(
            path: folder == "/"
                ? "/claviger.db" : "\(folder.last == "/" ? String(folder.dropLast()) : folder)/claviger.db")
    }

    /// The path of its file.
    package var path: String {
        switch self {
        case .sqlite(let path): path
        }
    }

    /// The folder of its file.
    package var folder: String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    package var description: String { "sqlite:\(path)" }

    /// The location that `text` names, or nil. A path that SQLite or a shell would take for something else is none.
    init?(_ text: String) throws(InvalidSetting) {
        if text.hasPrefix("postgres:") || text.hasPrefix("postgresql:") {
            throw InvalidSetting(
                "PostgreSQL is not yet in this version; it must be \(ConfigurationKey.database.allowed)")
        }
        guard text.hasPrefix("sqlite:") else { return nil }
        let path = String(text.dropFirst("sqlite:".count))
        let taken = [":", "file:", "//", "~"]
        guard !path.isEmpty, path.last != "/", !taken.contains(where: path.hasPrefix) else { return nil }
        self = .sqlite(path: path)
    }
}
