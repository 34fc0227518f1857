package import CredentialFormat
package import Model

/// What a refresh token says: which generation of which lineage it is. Whether that generation is in force,
/// the lineage's row knows.
package struct RefreshToken: Hashable, Sendable {
    package let lineage: ID<RefreshLineage>
    /// Counts up from 1.
    package let generation: Int

    package init(lineage: ID<RefreshLineage>, generation: Int) {
        self.lineage = lineage
        self.generation = generation
    }
}
