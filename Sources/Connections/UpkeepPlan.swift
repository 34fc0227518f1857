import CredentialFormat
package import Model
package import ProviderDefinition

/// What is due for a connection, and when: the schedule of the provider's file against the connection's clocks. Pure.
package struct UpkeepPlan: Sendable {
    /// What an access token that ends is renewed before, in seconds, where the file says nothing.
    private static let standardMargin = 900
    /// Promises for less are not written into the ledger line by line: they would be many each day.
    private static let shortestOfLedger = 86_400

    /// Something to be done.
    package struct Item: Sendable, Equatable {
        package let name: String
        /// Until when it is promised.
        package let dueAt: Instant
        /// When it is done, so much earlier that many connections do not come at once.
        package let plannedAt: Instant
        package let action: ScheduledPromise.Action
        package let isInLedger: Bool

        /// Whether it is done only where somebody asks for the token.
        package var isLazy: Bool {
            switch action {
            case .renew(let lazily, sealing: _): lazily
            case .warn: false
            }
        }
    }

    private let provider: Provider
    private let connection: Connection

    package init(_ provider: Provider, for connection: Connection) {
        self.provider = provider
        self.connection = connection
    }

    /// What is to be done next of each kind. People who were told of an end are not told again.
    ///
    /// - Parameters:
    ///   - latest: The newest line of each promise in the ledger. An open one says until when something that recurs is due.
    ///   - now: What recurs and has no open line begins here.
    package func items(_ latest: [ConnectionPromise], at now: Instant) -> [Item] {
        var items = provider.schedule.compactMap { promise in item(promise, latest, now) }
        items.removeAll { item in
            item.action == .warn
                && latest.contains { $0.name == item.name && $0.dueAt == item.dueAt && $0.state == .kept }
        }
        let isSaid = provider.schedule.contains { promise in
            if case .before(_, of: .accessToken) = promise.due, case .renew = promise.action { true } else { false }
        }
        if !isSaid, canRenew, let end = connection.clocks.accessExpiresAt {
            let margin = provider.renewal.margin?.seconds(of: lifetime) ?? min(Self.standardMargin, lifetime / 2)
            items.append(
                item("access_token", end, end: end, margin, .renew(lazily: false, sealing: false), ledger: false))
        }
        return items
    }

    /// When the connection is looked at next, nil for never.
    package func next(_ latest: [ConnectionPromise], at now: Instant) -> Instant? {
        let planned = items(latest, at: now).filter { !$0.isLazy }
            .map { $0.action == .warn ? $0.plannedAt : max($0.plannedAt, youngest) }
        return planned.min()
    }

    /// What is due by itself.
    package func due(_ latest: [ConnectionPromise], at now: Instant) -> [Item] {
        items(latest, at: now).filter { !$0.isLazy && $0.plannedAt <= now }
    }

    /// The lines of the ledger to be opened, or moved to where what ends has moved.
    func opened(beside latest: [ConnectionPromise], at now: Instant) -> [ConnectionPromise] {
        items(latest, at: now).filter(\.isInLedger).compactMap { item in
            let line = latest.first { $0.name == item.name }
            guard var line, line.state == .open else {
                return ConnectionPromise(
                    connection: connection.id, name: item.name, number: (line?.number ?? 0) + 1, dueAt: item.dueAt)
            }
            guard line.dueAt != item.dueAt else { return nil }
            line.dueAt = item.dueAt
            return line
        }
    }

    /// When nothing that we do keeps it alive any longer, nil where nothing is known.
    package var predictedDeath: Instant? {
        [
            connection.clocks.refreshExpiresAt, connection.clocks.dataAccessExpiresAt, end(of: .hardCap),
            canRenew ? nil : connection.clocks.accessExpiresAt,
        ].compactMap(\.self).min()
    }

    private var canRenew: Bool { provider.renewal.grant != .none }

    /// Before that, the provider refuses to renew.
    var youngest: Instant {
        (connection.clocks.issuedAt ?? connection.createdAt).adding(seconds: provider.renewal.minimumAge)
    }

    /// Of the access token, in seconds.
    private var lifetime: Int {
        guard let end = connection.clocks.accessExpiresAt else { return 0 }
        return max(1, end.seconds(since: connection.clocks.issuedAt ?? connection.createdAt))
    }

    private func item(_ promise: ScheduledPromise, _ latest: [ConnectionPromise], _ now: Instant) -> Item? {
        if case .renew = promise.action, !canRenew { return nil }
        let line = latest.first { $0.name == promise.name && $0.state == .open }
        switch promise.due {
        case .every(let seconds): return recurring(promise, line, seconds, now)
        case .age(let maximum, let before): return recurring(promise, line, max(1, maximum - before), now)
        case .before(let margin, of: let clock):
            guard let end = end(of: clock) else { return nil }
            let life = clock == .accessToken ? lifetime : max(1, end.seconds(since: start(of: clock)))
            let seconds = margin.seconds(of: life)
            return item(promise.name, end, end: end, seconds, promise.action, ledger: life >= Self.shortestOfLedger)
        }
    }

    private func recurring(
        _ promise: ScheduledPromise, _ line: ConnectionPromise?, _ seconds: Int, _ now: Instant
    ) -> Item {
        let due = line?.dueAt ?? now.adding(seconds: seconds)
        // Between two and ten percent early, so that it is kept although much is due at once.
        let lead = seconds / 50 + Int(Double(seconds) * 0.08 * share)
        return Item(
            name: promise.name, dueAt: due, plannedAt: due.adding(seconds: -lead), action: promise.action,
            isInLedger: seconds >= Self.shortestOfLedger)
    }

    private func item(
        _ name: String, _ dueAt: Instant, end: Instant, _ margin: Int, _ action: ScheduledPromise.Action, ledger: Bool
    ) -> Item {
        Item(
            name: name, dueAt: dueAt,
            plannedAt: end.adding(seconds: -(margin + Int(Double(margin) * 0.1 * share))), action: action,
            isInLedger: ledger)
    }

    private func end(of clock: ScheduledPromise.Clock) -> Instant? {
        switch clock {
        case .accessToken: connection.clocks.accessExpiresAt
        case .refreshToken: connection.clocks.refreshExpiresAt
        case .dataAccess: connection.clocks.dataAccessExpiresAt
        case .hardCap: provider.lifetimes.hardCap.map { start(of: clock).adding(seconds: $0) }
        case .inactivity: provider.lifetimes.refreshInactivity.map { start(of: clock).adding(seconds: $0) }
        }
    }

    private func start(of clock: ScheduledPromise.Clock) -> Instant {
        switch clock {
        case .hardCap, .dataAccess, .refreshToken: connection.clocks.consentedAt ?? connection.createdAt
        case .accessToken, .inactivity: connection.clocks.issuedAt ?? connection.createdAt
        }
    }

    /// From 0 to 1, always the same for a connection: its jitter.
    private var share: Double {
        var hash = connection.id.value
        hash ^= hash >> 33
        hash = hash &* 0xff51_afd7_ed55_8ccd
        hash ^= hash >> 33
        return Double(UInt16(truncatingIfNeeded: hash)) / 65_536
    }
}

extension [ConnectionPromise] {
    /// The newest line of each promise, once `newer` ones are written.
    func replaced(by newer: [ConnectionPromise]) -> [ConnectionPromise] {
        newer + filter { line in !newer.contains { $0.name == line.name } }
    }
}
