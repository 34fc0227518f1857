import CredentialFormat

/// One running server process. It takes a new identifier at each start.
package enum Node: Entity {
    package static let prefix = "nod"
}
