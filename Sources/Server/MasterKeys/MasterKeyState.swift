import CredentialFormat
import Glibc
import Model
import Persistence
import PersistenceSQLite
import Tokens

/// What a database says of master keys: which one seals, what is sealed under which, and which of them the running nodes were given.
struct MasterKeyState: Sendable {
    /// A node that has said nothing for so long, in milliseconds, is taken to be gone.
    static let goneAfter: Int64 = 60_000
    /// Keys of organizations are counted up to so many.
    private static let counted = 100_000

    /// The one that seals, nil where it was not written down yet.
    let inForce: String?
    let inForceFrom: Instant?
    /// The others that sealed once and that something may still be sealed under.
    let before: [String]
    /// How many keys of organizations each of all has sealed, without those that have none.
    let organizations: [String: Int]
    /// The nodes that are not gone, the oldest first.
    private(set) var nodes: [MasterKeyHolder]
    let ring: [KeyRingRow]

    /// - Throws: A `StoreError`.
    init(_ tx: borrowing Transaction) throws {
        let rows = try tx.masterKeys()
        let inForce = try tx.masterKeyInForce()
        self.inForce = inForce
        inForceFrom = rows.first { $0.name == inForce }?.inForceFrom
        before = rows.filter { $0.inForceFrom != nil && $0.name != inForce }.map(\.name)
        organizations = try rows.reduce(into: [:]) { counts, row in
            let count = try tx.countOfKeys(wrappedBy: row.name, most: Self.counted)
            if count > 0 { counts[row.name] = count }
        }
        nodes = try Self.nodes(tx)
        ring = try tx.keyRingRows()
    }

    /// As a look beside servers finds it.
    ///
    /// - Throws: ``CommandError`` where there is nothing of this version, or what is wrong with the way to the database.
    init(of location: DatabaseLocation) throws {
        self = try location.peek { tx in
            let runner = MigrationRunner()
            guard try runner.hasBegun(tx) else { throw CommandError("The database was not set up yet: claviger init") }
            guard try runner.missing(tx) == 0 else {
                throw CommandError(
                    "The schema is of an earlier version. Start the servers with this one first, or claviger migrate.")
            }
            return try MasterKeyState(tx)
        }
        // What a server left that was killed is of nobody, also while a command owns the file to do the change itself.
        if case .sqlite(let path) = location, [nil, getpid()].contains(try SQLiteStore.owner(of: path)?.process) {
            nodes = []
        }
    }

    /// The nodes that are not gone, as a transaction finds them. The one that owns a file says so once.
    static func nodes(_ tx: borrowing Transaction) throws -> [MasterKeyHolder] {
        let all = try tx.masterKeyHolders()
        return switch tx.dialect {
        case .sqlite: all
        case .postgres: all.filter { $0.silence < goneAfter }
        }
    }

    /// How many keys of organizations others have sealed than the one in force.
    var left: Int { organizations.filter { $0.key != inForce }.values.reduce(0, +) }

    /// Whether nothing is sealed under another one than that in force.
    var isComplete: Bool { before.isEmpty && left == 0 }

    /// The nodes that have not opened the ring under the one in force.
    var unconfirmed: [MasterKeyHolder] { nodes.filter { $0.opened != inForce } }
}

extension [MasterKeyHolder] {
    /// For people.
    var listed: String { map(\.node.description).joined(separator: ", ") }
}
