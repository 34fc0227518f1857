import CredentialFormat
package import Model
package import Persistence
package import ProductDefinition

/// Finds who is to be mailed of what was told since it last looked, and when. One node does it, behind the ``LifecycleScanner`` and under
/// the same lease; nobody is mailed by it.
package struct NoticePlanner: Sendable {
    static let progress = "notice_mail"
    private static let page = 500
    private static let pages = 40
    /// Nodes' clocks differ by less: what is younger is looked at next time.
    private static let lateSeconds = 60
    private static let day = 86_400
    /// What was told longer ago is mailed to nobody.
    private static let longestSeconds = 7 * day

    private let audience: NoticeAudience?
    private let now: @Sendable () -> Instant

    package init(product: Product, now: @escaping @Sendable () -> Instant) {
        audience = NoticeAudience(product)
        self.now = now
    }

    /// Looks once. What was told before it looked for the first time is mailed to nobody.
    ///
    /// - Throws: A ``StoreError``, or what the store throws.
    package func round(through store: any Store) async throws {
        guard let audience else { return }
        let time = now()
        let horizon = ID<LifecycleEvent>.first(at: time.adding(seconds: -Self.lateSeconds))
        let known = try await store.read { tx in
            try tx.lifecycleProgress(of: Self.progress).flatMap { ID<LifecycleEvent>(parsing: $0) }
        }
        guard let known else {
            return try await store.write { tx in
                try tx.setLifecycleProgress(of: Self.progress, to: horizon.description)
            }
        }
        // Whoever turns it on again after a long while sends nobody all that was.
        var place = max(known, .first(at: time.adding(seconds: -Self.longestSeconds)))
        for _ in 0..<Self.pages {
            try Task.checkCancellation()
            let (last, isFull, plans) = try await store.read { [place] tx in
                let events = try tx.lifecycleEvents(after: place, before: horizon, limit: Self.page)
                return (events.last?.id, events.count == Self.page, try audience.listeners(to: events, tx: tx))
            }
            guard let last else { return }
            // In one transaction with how far it came: each is planned once.
            try await store.write { tx in
                for (member, span) in plans.sorted(by: { $0.key < $1.key }) {
                    // Whoever left meanwhile needs no mail.
                    guard try tx.member(member) != nil else { continue }
                    try tx.plan(
                        noticesOf: member, first: span.first, last: span.last, at: time, gathering: Self.times)
                }
                try tx.setLifecycleProgress(of: Self.progress, to: last.description)
            }
            place = last
            if !isFull { return }
        }
    }

    /// What happens within the hour is one mail, also where it is the first of the day.
    static func times(of pace: NoticeChoice.Pace) -> (wait: Int, between: Int) {
        switch pace {
        case .daily, .paused: (3600, day)
        case .soon: (0, 600)
        }
    }
}
