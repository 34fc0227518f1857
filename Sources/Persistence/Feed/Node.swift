package import CredentialFormat
package import Model

/// One running server process. It takes a new identifier at each start.
package enum Node: Entity {
    package static let prefix = "nod"
}

extension ID<Node> {
    /// When the process took it, by the clock of its machine. It begins with the time.
    package var madeAt: Instant { Instant(milliseconds: Int64(clamping: value >> 80)) }
}
