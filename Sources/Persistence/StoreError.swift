/// What a store refuses or fails with.
package enum StoreError: Error, Sendable {
    /// A row broke a rule of the schema: a `UNIQUE`, `CHECK`, `NOT NULL` or foreign key. The constraint's kind tells
    /// which.
    case constraint(Constraint)
    /// A stored value is not what its column promises. The table's name is for the log.
    case unreadable(String)
    /// More bodies wait than the queue holds. The caller may try again later.
    case overloaded
    /// Another transaction did what this one relied on not being done. The engine tries again by itself; who hears of it
    /// may try again later.
    case conflict
    /// The database was not reached, or did not answer in time. Nothing was changed. The text is for the log.
    case unavailable(String)
    /// The database ended a statement that took too long. Nothing was changed. It may be that statement's fault alone, or everything
    /// takes so long. The text is for the log.
    case slow(String)
    /// Nothing can be written at present, and nothing was changed; what is there can be read. The text is for the log.
    case unwritable(Obstacle, String)
    /// The database was lost while a transaction was being committed, and cannot be asked what became of it.
    case uncertain
    /// The store is closed, or another process owns it.
    case closed
    /// The engine failed. The text is for the log.
    case engine(String)

    /// The kinds of rule that a row may break.
    package enum Constraint: Sendable, Hashable {
        case unique, foreignKey, check, notNull
    }

    /// What keeps a database from being written to.
    package enum Obstacle: Sendable, Hashable, CustomStringConvertible {
        /// No room is left on the disk or of a quota.
        case full
        /// The file, its file system or the server takes no changes.
        case readOnly
        /// The disk fails.
        case device

        package var description: String {
            switch self {
            case .full: "no room is left on the disk"
            case .readOnly: "it is read-only"
            case .device: "the disk takes no data"
            }
        }
    }

    /// Whether it says nothing about the request: the same one may succeed a moment later.
    package var isTemporary: Bool {
        switch self {
        case .overloaded, .conflict, .unavailable, .slow, .unwritable, .uncertain, .closed: true
        case .constraint, .unreadable, .engine: false
        }
    }

    /// Whether it is one of many that an outage brings, which the log tells once.
    package var isOutage: Bool {
        switch self {
        case .unavailable, .slow, .unwritable, .uncertain: true
        case .constraint, .unreadable, .overloaded, .conflict, .closed, .engine: false
        }
    }

    /// Whether whoever asks for something else now would fail as well.
    package var concernsAll: Bool { isOutage && !mayBeOfOneBody }
}

extension StoreError {
    /// An error as one of ours.
    static func mapping(_ error: any Error) -> StoreError {
        error as? StoreError ?? .engine("\(error)")
    }

    /// Whether the transaction was not committed and may be run again. One that took too long would keep others waiting once more.
    var isPassing: Bool {
        switch self {
        case .conflict, .unavailable: true
        case .constraint, .unreadable, .overloaded, .slow, .unwritable, .uncertain, .closed, .engine: false
        }
    }

    /// Whether other bodies of the same batch may succeed.
    var mayBeOfOneBody: Bool {
        switch self {
        case .constraint, .conflict, .slow: true
        case .unreadable, .overloaded, .unavailable, .unwritable, .uncertain, .closed, .engine: false
        }
    }
}
