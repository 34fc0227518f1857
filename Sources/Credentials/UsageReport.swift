package import Model

/// Calls of a time, as they were counted.
package struct UsageReport: Hashable, Sendable {
    /// The beginning of the first hour or day that is in it.
    package let from: Instant
    /// The end of the last.
    package let until: Instant
    package let unit: UsageQuestion.Unit
    package let grouping: UsageGrouping?
    /// In the order of time, or the most calls first where no more was asked for.
    package let rows: [UsageRow]
    /// All of those rows together.
    package let calls: Int
    package let refused: Int
    /// Of a credential that was asked for.
    package let callers: CredentialCallers?

    package init(
        from: Instant, until: Instant, unit: UsageQuestion.Unit, grouping: UsageGrouping?, rows: [UsageRow], calls: Int,
        refused: Int, callers: CredentialCallers?
    ) {
        self.from = from
        self.until = until
        self.unit = unit
        self.grouping = grouping
        self.rows = rows
        self.calls = calls
        self.refused = refused
        self.callers = callers
    }
}
