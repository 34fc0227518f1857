package import CredentialFormat
import Events
package import Model
package import Persistence
package import ProductDefinition

/// How much is used, for whoever may read the credentials that are.
package struct UsageService: Sendable {
    /// What it takes to read the calls of credentials of some kind.
    package static let permissions = RefusalService.permissions
    /// So many rows at most. Who needs more asks for less time at once.
    package static let mostRows = 10_000
    private static let day = 86_400

    private let retentionDays: Int
    private let now: @Sendable () -> Instant

    package init(product: Product, now: @escaping @Sendable () -> Instant) {
        retentionDays = product.policy.usageRetentionDays
        self.now = now
    }

    /// The calls of an organization, and on request of those below it, of the kinds of credentials that the actor may read.
    ///
    /// - Throws: ``Refusal/notFound`` for what the actor must not know of, ``Refusal/forbidden(_:)`` for who may read no kind, or not that
    ///   of the credential; ``Refusal/invalid(_:)`` for a time that is none, or has more rows than are told at once.
    package func report(
        on question: UsageQuestion, in id: ID<Organization>, as actor: Actor, tx: borrowing Transaction
    ) throws -> UsageReport {
        let organization = try RefusalService.organization(id, seenBy: actor, tx)
        let kinds = try RefusalService.kinds(of: question.credential, readBy: actor)
        let extent: Extent =
            question.includeDescendants ? .within(organization.path) : .organization(organization.path)
        let credential = question.credential.map { KeptRefusal.Kind.parse($0)?.id ?? ID(value: 1) }
        let time = try time(of: question)
        let filter = UsageFilter(
            time.span, from: time.from, until: time.until, kinds: kinds, credential: credential,
            isTotal: question.unit == .total)
        let rows = try tx.usage(
            extent, filter, by: question.grouping, asking: question.scope, isMostFirst: question.most != nil,
            limit: min(question.most ?? .max, Self.mostRows + 1))
        guard rows.count <= Self.mostRows else {
            throw Refusal.invalid([
                InvalidField(
                    "from", "too_many_rows",
                    "Gives more than \(Self.mostRows) rows. Ask for less time at once, or for fewer groups.")
            ])
        }
        let callers = try credential.map { credential in
            try tx.callers(
                of: credential, in: organization.id,
                since: UsageSpan.hour.start(of: now().adding(seconds: -Self.day)))
        }
        return UsageReport(
            from: time.from, until: time.until, unit: question.unit, grouping: question.grouping,
            rows: question.grouping == .scope ? Self.byEachScope(rows) : rows.filter { $0.calls > 0 },
            calls: rows.reduce(0) { $0 + $1.calls },
            refused: rows.reduce(0) { $0 + $1.refused }, callers: callers)
    }

    /// Calls whose route asked for several scopes are calls of each.
    private static func byEachScope(_ rows: [UsageRow]) -> [UsageRow] {
        var (told, places): ([UsageRow], [String: Int]) = ([], [:])
        for row in rows {
            let asked = row.group.scopes ?? ""
            // A new time: nothing before it is added to.
            if told.last?.at != row.at { places = [:] }
            for scope in asked.isEmpty ? [asked] : asked.split(separator: " ").map(String.init) {
                if let place = places[scope] {
                    told[place].calls += row.calls
                    told[place].refused += row.refused
                } else {
                    var group = UsageRow.Group()
                    group.scopes = scope
                    places[scope] = told.count
                    told.append(UsageRow(at: row.at, group: group, calls: row.calls, refused: row.refused))
                }
            }
        }
        return told
    }

    /// Whole hours or days, as long ago as any are kept.
    private func time(
        of question: UsageQuestion
    ) throws(Refusal) -> (span: UsageSpan, from: Instant, until: Instant) {
        let now = now()
        let span: UsageSpan = question.unit == .hour ? .hour : .day
        let kept = span == .hour ? UsageSpan.hoursKeptDays : retentionDays
        let usual = span == .hour ? 1 : 30
        let end = question.until ?? now
        let from = span.start(of: question.from ?? end.adding(seconds: -(span == .hour ? usual : usual - 1) * Self.day))
        // What ends at the beginning of an hour does not have that hour in it.
        let last = span.start(of: Instant(milliseconds: end.milliseconds == .min ? .min : end.milliseconds - 1))
        let until = last.adding(seconds: Int(span.milliseconds / 1000))
        guard from < until else {
            throw .invalid([InvalidField("until", "not_after_from", "Must be after `from`.")])
        }
        let oldest = span.start(of: now.adding(seconds: -kept * Self.day))
        return (span, max(from, min(oldest, until)), until)
    }
}
