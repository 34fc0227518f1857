package import CredentialFormat
package import Model

/// How many calls of a credential there were in an hour, and how many of them were refused.
package struct RefusedHour: Hashable, Sendable {
    package let credential: ID<AnyEntity>
    package let kind: KeptRefusal.Kind
    package let calls: Int
    package let refused: Int
}

extension Transaction {
    /// Credentials of all accounts of which many calls were refused in an hour, in the order of their identifiers. Calls beyond a rate limit
    /// do not count as refused.
    ///
    /// - Parameters:
    ///   - after: Behind this one.
    ///   - least: So many were.
    package borrowing func refusedOften(
        in hour: Instant, after: ID<AnyEntity>, atLeast least: Int, limit: Int
    ) throws -> [RefusedHour] {
        let span = UsageSpan.hour.milliseconds
        return try all(
            """
            SELECT credential, kind, CAST(SUM(calls) AS BIGINT),
            CAST(SUM(CASE WHEN outcome IN (\(CallTraits.admitted), 'rate') THEN 0 ELSE calls END) AS BIGINT)
            FROM usage_cell WHERE span = \(span) AND at = \(hour) AND credential > \(after) GROUP BY credential, kind
            HAVING SUM(CASE WHEN outcome IN (\(CallTraits.admitted), 'rate') THEN 0 ELSE calls END) >= \(least)
            ORDER BY credential, kind LIMIT \(limit)
            """
        ) { row in
            RefusedHour(
                credential: try row.id(0), kind: try row.parsed(1, KeptRefusal.Kind.init(rawValue:)),
                calls: try row.count(2), refused: try row.count(3))
        }
    }

    /// By which rule most of a credential's calls of an hour were refused, nil where none was.
    package borrowing func mostFrequentRefusal(of credential: ID<AnyEntity>, in hour: Instant) throws -> String? {
        let span = UsageSpan.hour.milliseconds
        return try first(
            """
            SELECT outcome FROM usage_cell WHERE credential = \(credential) AND span = \(span) AND at = \(hour)
            AND outcome NOT IN (\(CallTraits.admitted), 'rate')
            GROUP BY outcome ORDER BY SUM(calls) DESC, outcome LIMIT 1
            """
        ) { try $0.text(0) }
    }
}
