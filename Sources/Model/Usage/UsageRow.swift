package import CredentialFormat

/// How many calls there were of one kind at one time.
package struct UsageRow: Hashable, Sendable {
    /// What they have in common. Nil is what they are not told apart by.
    package struct Group: Hashable, Sendable {
        package var kind: KeptRefusal.Kind?
        /// Nil also for calls of more credentials than are counted each by itself.
        package var credential: ID<AnyEntity>?
        /// Nil also for calls with access tokens.
        package var secret: ID<AnyEntity>?
        package var organization: ID<Organization>?
        /// What the route asked for.
        package var scopes: String?
        package var outcome: String?
        package var status: Int?

        package init() {}
    }

    /// The beginning of the hour or day, nil for all of the time together.
    package let at: Instant?
    package let group: Group
    package var calls: Int
    /// How many of them were refused.
    package var refused: Int

    package init(at: Instant?, group: Group, calls: Int, refused: Int) {
        self.at = at
        self.group = group
        self.calls = calls
        self.refused = refused
    }
}
