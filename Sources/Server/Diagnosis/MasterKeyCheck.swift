import Foundation
import Tokens

/// Whether the master key is there, and apart from what it opens.
struct MasterKeyCheck {
    private let source: MasterKeySource
    private let previous: MasterKeySource?
    private let database: DatabaseLocation
    private let environment: ServerConfiguration.Environment

    init(_ configuration: ServerConfiguration) {
        source = configuration.masterKey
        previous = configuration.previousMasterKey
        database = configuration.database
        environment = configuration.environment
    }

    /// The key, if it can be had, and what is to be said of it.
    func examine() async -> (MasterKeys?, [Finding]) {
        if case .fileBeside = source, let path = source.path, FileStatus(path) == nil, !databaseIsThere {
            return (nil, [.fine("master key", "\(path) is made at the first start")])
        }
        do throws(MasterKeyError) {
            let key = try await source.load { _ in }
            guard let previous else { return (MasterKeys(key), [.fine("master key", "found")] + besideDatabase()) }
            let older = try await previous.load { _ in }
            let both = "found, and beside \(key.identifier) the other one, \(older.identifier)"
            return (MasterKeys(key, older: [older]), [.fine("master key", both)] + besideDatabase())
        } catch {
            return (nil, [.error("master key", error.description)])
        }
    }

    /// Whether a file of the database is there; of one that is elsewhere nothing is known here.
    private var databaseIsThere: Bool {
        if case .sqlite(let path) = database { FileStatus(path) != nil } else { false }
    }

    private func besideDatabase() -> [Finding] {
        guard environment == .production, let path = source.path, case .sqlite(let database) = database else {
            return []
        }
        let folders = [path, database].map {
            URL(filePath: $0).deletingLastPathComponent().resolvingSymlinksInPath().path
        }
        guard folders[0] == folders[1] else { return [] }
        return [.warning("master key", "lies beside the database: who copies the folder can open everything in it")]
    }
}
