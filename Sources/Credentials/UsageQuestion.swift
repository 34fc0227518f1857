package import Model

/// What is asked of calls that were counted.
package struct UsageQuestion: Hashable, Sendable {
    /// How calls are put together by time.
    package enum Unit: String, Hashable, Sendable, CaseIterable {
        case hour
        case day
        /// All of the time is one.
        case total
    }

    package var unit: Unit
    package var grouping: UsageGrouping?
    /// Nil for the beginning of what is usual: 30 days ago, or a day ago by the hour.
    package var from: Instant?
    /// Nil for now.
    package var until: Instant?
    /// The identifier of one API key, client or grant.
    package var credential: String?
    /// Calls alone whose route asked for this scope, among others.
    package var scope: String?
    package var includeDescendants: Bool
    /// So many rows alone, those with the most calls; nil for all.
    package var most: Int?

    package init(
        _ unit: Unit = .day, by grouping: UsageGrouping? = nil, from: Instant? = nil, until: Instant? = nil,
        credential: String? = nil, scope: String? = nil, includeDescendants: Bool = false,
        most: Int? = nil
    ) {
        self.unit = unit
        self.grouping = grouping
        self.from = from
        self.until = until
        self.credential = credential
        self.scope = scope
        self.includeDescendants = includeDescendants
        self.most = most
    }
}
