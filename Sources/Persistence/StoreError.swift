/// What a store refuses or fails with.
package enum StoreError: Error, Sendable {
    /// A row broke a rule of the schema: a `UNIQUE`, `CHECK`, `NOT NULL` or foreign key. The constraint's kind tells
    /// which.
    case constraint(Constraint)
    /// A stored value is not what its column promises. The table's name is for the log.
    case unreadable(String)
    /// More bodies wait than the queue holds. The caller may try again later.
    case overloaded
    /// The store is closed, or another process owns it.
    case closed
    /// The engine failed. The text is for the log.
    case engine(String)

    /// The kinds of rule that a row may break.
    package enum Constraint: Sendable, Hashable {
        case unique, foreignKey, check, notNull
    }
}
