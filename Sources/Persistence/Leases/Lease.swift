package import CredentialFormat

/// A lease with a fencing token, the right to do a piece of shared work: one node has it at a time, until the database's clock
/// says that it has lapsed. Made by ``Transaction/claim(_:by:seconds:)`` alone.
package struct Lease: Sendable, Hashable {
    /// The pieces of shared work.
    package enum Name: String, Sendable, CaseIterable {
        /// Removing what has expired.
        case sweeping
        /// Making new keys when the newest are old.
        case keyRotation = "key-rotation"
        /// Writing down counted uses.
        case usage
        /// Sealing keys anew under a new master key.
        case resealing
        /// Looking what has become of credentials.
        case noticing
        /// Adding events to the audit logs that can be checked.
        case auditLog = "audit-log"
        /// None: claiming it tries whether anything can be written.
        case trial
    }

    package let name: Name
    package let holder: ID<Node>
    /// Counts the claims of this work, so that none is mistaken for one before it.
    package let fence: Int

    init(_ name: Name, holder: ID<Node>, fence: Int) {
        self.name = name
        self.holder = holder
        self.fence = fence
    }
}

/// The lease has lapsed, or is another node's by now. What was to be done under it is not done.
package struct LeaseLost: Error, Equatable {
    package let name: Lease.Name

    package init(name: Lease.Name) {
        self.name = name
    }
}
