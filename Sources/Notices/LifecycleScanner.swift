import CredentialFormat
package import Model
package import Persistence
package import ProductDefinition

/// Looks what has become of credentials, in steps that are bounded: API keys, integrations and access keys in the order of their
/// identifiers, again and again; the audit log and the events of connections from where it stopped. One node does it at a time, and if two
/// did, each event would still be told once.
package struct LifecycleScanner: Sendable {
    /// So many rows are looked at in one transaction.
    private static let page = 500
    /// So many pages of each kind are looked at in a round: what is not reached is for the next.
    private static let pages = 40
    /// So many events are written in one transaction, each with a message for every webhook of its account that wants it: 1,000 at most.
    private static let step = 1000 / WebhookService.mostOfAccount
    /// An event of a connection may be committed so much later than it is dated: statements that wait for longer are ended.
    private static let lateSeconds = 300
    /// The audit log keeps events for longer: what it does not have of this age, it never had.
    private static let retainedSeconds = 7 * 86_400

    private let rules: LifecycleRules
    private let rateLimits: RateLimitCatalogue?
    private let now: @Sendable () -> Instant

    /// - Parameter rateLimits: Of which people are told how much is used up, nil for none.
    package init(
        rules: LifecycleRules, rateLimits: RateLimitCatalogue? = nil, now: @escaping @Sendable () -> Instant
    ) {
        self.rules = rules
        self.rateLimits = rateLimits
        self.now = now
    }

    /// Looks once.
    ///
    /// - Returns: How many events were new.
    /// - Throws: A ``StoreError``, or what the store throws.
    @discardableResult
    package func round(through store: any Store) async throws -> Int {
        var count = 0
        for kind in WatchedCredential.Kind.allCases { count += try await walk(kind, store) }
        count += try await followAuditLog(store)
        count += try await followConnections(store)
        count += try await watchRefusals(store)
        count += try await watchLimits(store)
        return count
    }

    /// Goes on through the credentials of a kind, and begins anew behind the last.
    private func walk(_ kind: WatchedCredential.Kind, _ store: any Store) async throws -> Int {
        let begin = try await store.read { tx in try tx.lifecycleProgress(of: kind.rawValue) } ?? ""
        var place = begin
        var count = 0
        for _ in 0..<Self.pages {
            try Task.checkCancellation()
            let time = now()
            let (last, drafts, networks) = try await store.read { [rules, place] tx in
                let found = try tx.watched(kind, after: place, limit: Self.page)
                let used = try NetworkRules.findings(of: found, at: time, tx: tx)
                let drafts = try found.flatMap { credential in
                    let credential = try tx.withOldSecret(credential, at: time)
                    return rules.findings(about: credential, at: time).map { EventDraft($0, about: credential) }
                }
                return (
                    found.count == Self.page ? found.last?.id : nil, try tx.untold(drafts + used.drafts), used.networks
                )
            }
            count += try await tell(drafts, store)
            try await note(networks, store)
            place = last ?? ""
            if last == nil { break }
        }
        if place != begin {
            try await store.write { [place] tx in try tx.setLifecycleProgress(of: kind.rawValue, to: place) }
        }
        return count
    }

    /// After what is told of them, which is told once: who ends in between begins again.
    private func note(_ networks: [CredentialNetwork], _ store: any Store) async throws {
        for start in stride(from: 0, to: networks.count, by: Self.step) {
            let some = Array(networks[start..<min(start + Self.step, networks.count)])
            try await store.write { tx in
                for network in some { try tx.note(network, keeping: NetworkRules.mostKnown) }
            }
        }
    }

    private func tell(_ drafts: [EventDraft], _ store: any Store) async throws -> Int {
        var count = 0
        for start in stride(from: 0, to: drafts.count, by: Self.step) {
            let (some, time) = (drafts[start..<min(start + Self.step, drafts.count)], now())
            count += try await store.write { tx in try tx.tell(Array(some), at: time) }
        }
        return count
    }

    // MARK: Usage

    private static let refusals = "refused_hour"
    /// What nodes have counted is written down by then.
    private static let countedSeconds = 300
    /// So many hours are looked at again after a while in which nobody looked.
    private static let mostHours = 24
    /// So many calls of an hour are refused before anybody is told, and half of them.
    private static let leastRefused = 100

    /// Looks through hours that are over for credentials that were refused often, once each.
    private func watchRefusals(_ store: any Store) async throws -> Int {
        let last = UsageSpan.hour.start(of: now().adding(seconds: -Self.countedSeconds - 3600))
        let known = try await store.read { tx in
            try tx.lifecycleProgress(of: Self.refusals).flatMap { Int64($0) }.map { Instant(milliseconds: $0) }
        }
        guard let known else {
            try await noteHour(last, store)
            return 0
        }
        var hour = max(known.adding(seconds: 3600), last.adding(seconds: -Self.mostHours * 3600))
        var count = 0
        while hour <= last {
            var place: ID<AnyEntity>? = ID(value: 0)
            while let after = place {
                try Task.checkCancellation()
                let (next, drafts) = try await store.read { [hour] tx in
                    let found = try tx.refusedOften(
                        in: hour, after: after, atLeast: Self.leastRefused, limit: Self.page)
                    let often = found.filter { $0.refused >= $0.calls / 2 }
                    let drafts = try often.compactMap { try EventDraft($0, in: hour, tx: tx) }
                    return (found.count == Self.page ? found.last?.credential : nil, try tx.untold(drafts))
                }
                count += try await tell(drafts, store)
                place = next
            }
            try await noteHour(hour, store)
            hour = hour.adding(seconds: 3600)
        }
        return count
    }

    private func noteHour(_ hour: Instant, _ store: any Store) async throws {
        try await store.write { tx in try tx.setLifecycleProgress(of: Self.refusals, to: "\(hour.milliseconds)") }
    }

    private static let limits = "rate_count"

    /// Goes on through what was counted under rate limits, and begins anew behind the last.
    private func watchLimits(_ store: any Store) async throws -> Int {
        guard let rateLimits else { return 0 }
        let begin = try await store.read { tx in try tx.lifecycleProgress(of: Self.limits) } ?? ""
        var (place, count) = (RateCountPlace(begin), 0)
        for _ in 0..<Self.pages {
            try Task.checkCancellation()
            let time = now()
            let (last, drafts) = try await store.read { [place] tx in
                let found = try tx.rateCounts(after: place.map { ($0.holder, $0.limit) }, limit: Self.page)
                let drafts = try LimitRules(rateLimits: rateLimits).findings(of: found, at: time, tx: tx)
                let last = found.count == Self.page ? found.last.map { RateCountPlace($0) } : nil
                return (last, try tx.untold(drafts))
            }
            count += try await tell(drafts, store)
            place = last
            if last == nil { break }
        }
        let end = place?.description ?? ""
        if end != begin {
            try await store.write { tx in try tx.setLifecycleProgress(of: Self.limits, to: end) }
        }
        return count
    }

    // MARK: The audit log

    private static let auditLog = "audit_event"

    /// What people did from which something follows for credentials: somebody left, a secret leaked, and a refresh token came back.
    private func followAuditLog(_ store: any Store) async throws -> Int {
        let retained = now().adding(seconds: -Self.retainedSeconds)
        let (known, fate, newest) = try await store.read { tx in
            let known = try tx.lifecycleProgress(of: Self.auditLog).flatMap { AuditPlace(parsing: $0) }
            // A log that does not have the place is another one, after a restore: it is followed from its end.
            let fate = try known.map { try tx.fate(of: $0, retainedSince: retained) }
            return (known, fate, try tx.lastSettledAuditPlace())
        }
        guard var place = known, fate == .known else {
            try await note(newest, store)
            return 0
        }
        let begin = place
        var count = 0
        for _ in 0..<Self.pages {
            try Task.checkCancellation()
            let (stretch, drafts) = try await store.read { [place] tx in
                let stretch = try tx.settledAuditEvents(after: place, since: nil, limit: Self.page)
                return (stretch, try tx.untold(try stretch.events.flatMap { try tx.consequences(of: $0.event) }))
            }
            count += try await tell(drafts, store)
            guard let end = stretch.end else { break }
            place = end
            if !stretch.isFull { break }
        }
        if place != begin { try await note(place, store) }
        return count
    }

    private func note(_ place: AuditPlace, _ store: any Store) async throws {
        try await store.write { tx in try tx.setLifecycleProgress(of: Self.auditLog, to: place.description) }
    }

    // MARK: Connections

    private static let connections = "connection_event"

    /// What connections report. Their identifiers have the time at which a change was begun: those that may still come in between are
    /// looked for again.
    private func followConnections(_ store: any Store) async throws -> Int {
        let time = now()
        let known = try await store.read { tx in
            try tx.lifecycleProgress(of: Self.connections).flatMap { ID<ConnectionEvent>(parsing: $0) }
        }
        guard let known else {
            try await noteConnections(.first(at: time), store)
            return 0
        }
        var (place, count) = (min(known, .first(at: time.adding(seconds: -Self.lateSeconds))), 0)
        for _ in 0..<Self.pages {
            try Task.checkCancellation()
            let (last, isFull, drafts) = try await store.read { [place] tx in
                let events = try tx.toldConnectionEvents(after: place, limit: Self.page)
                let drafts = try tx.untold(events.compactMap { EventDraft($0) })
                return (events.last?.id, events.count == Self.page, drafts)
            }
            count += try await tell(drafts, store)
            place = last ?? place
            if !isFull { break }
        }
        if place > known { try await noteConnections(place, store) }
        return count
    }

    private func noteConnections(_ place: ID<ConnectionEvent>, _ store: any Store) async throws {
        try await store.write { tx in try tx.setLifecycleProgress(of: Self.connections, to: place.description) }
    }
}

extension EventDraft {
    /// Nil for what nobody is told.
    fileprivate init?(_ event: ConnectionEvent) {
        guard let kind = LifecycleEvent.Kind(event.kind) else { return nil }
        var members: [(name: String, value: Value)] = [
            ("connection_id", .text(event.connection.description)), ("status", .text(event.status.rawValue)),
            ("generation", .number(event.generation)),
        ]
        if let reason = event.reason { members.append(("reason", .text(reason))) }
        self.init(
            kind, subject: event.connection.description, occasion: event.id.description, path: event.path,
            at: event.at, members)
    }
}

extension Transaction {
    fileprivate borrowing func watched(
        _ kind: WatchedCredential.Kind, after place: String, limit: Int
    ) throws -> [WatchedCredential] {
        switch kind {
        case .apiKey: try watchedAPIKeys(after: ID(parsing: place), limit: limit)
        case .integration: try watchedIntegrations(after: ID(parsing: place), limit: limit)
        case .accessKey: try watchedAccessKeys(after: ID(parsing: place), limit: limit)
        }
    }

    /// The same with when the secret before its last rotation was used, where its secrets say so. Few are in the middle of a rotation.
    fileprivate borrowing func withOldSecret(
        _ credential: WatchedCredential, at now: Instant
    ) throws -> WatchedCredential {
        guard credential.kind == .integration, let old = credential.oldSecret, old.endsAt > now,
            let id = ID<Integration>(parsing: credential.id),
            let secret = try clientSecrets(of: .integration(id)).last(where: { $0.expiresAt != nil })
        else { return credential }
        return WatchedCredential(
            kind: credential.kind, id: credential.id, name: credential.name, path: credential.path,
            createdAt: credential.createdAt, expiresAt: credential.expiresAt, isDisabled: credential.isDisabled,
            secretAt: credential.secretAt, usedAt: credential.usedAt,
            oldSecret: WatchedCredential.OldSecret(
                endsAt: secret.expiresAt ?? old.endsAt, usedAt: secret.lastUse?.at), usedFrom: credential.usedFrom)
    }

    /// Those that are not written down yet.
    fileprivate borrowing func untold(_ drafts: [EventDraft]) throws -> [EventDraft] {
        guard !drafts.isEmpty else { return [] }
        let told = try lifecycleOccasions(of: Array(Set(drafts.map(\.subject))))
        return drafts.filter { !told.contains($0.key) }
    }

    /// What follows for credentials from what somebody did.
    fileprivate borrowing func consequences(of event: AuditEvent) throws -> [EventDraft] {
        if event.details["reason"] == "leaked", let teller = event.details["told_by"] {
            return try leak(event, toldBy: teller)
        }
        switch event.action {
        case "member.deleted":
            guard let member = ID<Member>(parsing: event.target) else { return [] }
            return try credentials(leftBy: member).map { credential in
                var members = EventDraft.members(of: credential.id, as: credential.type, named: credential.name)
                members.append(("member_id", .text(event.target)))
                return EventDraft(
                    .creatorLeft, subject: credential.id, occasion: event.target, path: credential.path, at: event.at,
                    members)
            }
        case "refresh-lineage.reuse-detected":
            guard let id = event.organization, let path = try organization(id)?.path else { return [] }
            var members: [(name: String, value: EventDraft.Value)] = [("refresh_lineage_id", .text(event.target))]
            for (key, name) in [("app", "app_id"), ("grant", "grant_id")] {
                if let text = event.details[key] { members.append((name, .text(text))) }
            }
            return [
                EventDraft(
                    .refreshTokenReuse, subject: event.details["grant"] ?? event.target,
                    occasion: event.id.description, path: path, at: event.at, members)
            ]
        case "account.changed":
            guard event.details["fields"]?.split(separator: " ").contains("plan") ?? false,
                let id = ID<Organization>(parsing: event.target), let path = try organization(id)?.path
            else { return [] }
            let plan = event.details["plan"].flatMap { $0.isEmpty ? nil : $0 }
            return [
                EventDraft(
                    .planChanged, subject: event.target, occasion: event.id.description, path: path, at: event.at,
                    plan.map { [("plan", .text($0))] } ?? [])
            ]
        default: return []
        }
    }

    /// One for all that a single report had done to a credential.
    private borrowing func leak(_ event: AuditEvent, toldBy teller: String) throws -> [EventDraft] {
        guard let credential = try credential(of: event) else { return [] }
        var members = credential.members
        members.append(("told_by", .text(teller)))
        if let place = event.details["found_at"] { members.append(("found_at", .text(place))) }
        return [
            EventDraft(
                .leaked, subject: event.target, occasion: event.requestID, path: credential.path, at: event.at,
                members)
        ]
    }

    /// What an event is about, nil where that is gone or no credential.
    private borrowing func credential(of event: AuditEvent) throws -> NamedCredential? {
        if let id = ID<AccessKey>(parsing: event.target) {
            return try event.organization.flatMap { try named(id, in: $0) }
        }
        return try KeptRefusal.Kind.parse(event.target).flatMap { try named($0.kind, $0.id) }
    }

    /// What a member looked after who has left, or made, and nobody has taken over.
    private borrowing func credentials(leftBy member: ID<Member>) throws -> [LeftCredential] {
        var found: [LeftCredential] = []
        var paths: [ID<Organization>: OrganizationPath] = [:]
        var place = UInt128?.none
        repeat {
            let some = try stewarded(
                .member(member), kinds: Set(StewardedID.Kind.allCases), within: nil, after: place, limit: Self.step)
            for credential in some {
                if paths[credential.organization] == nil {
                    paths[credential.organization] = try organization(credential.organization)?.path
                }
                guard let path = paths[credential.organization] else { continue }
                found.append(
                    LeftCredential(
                        id: credential.id.description, type: credential.id.kind.credentialType, name: credential.name,
                        path: path))
            }
            place = some.count == Self.step ? some.last?.id.value : nil
        } while place != nil
        var last: ID<AccessKey>?
        repeat {
            let some = try watchedAccessKeys(madeBy: member, after: last, limit: Self.step)
            found += some.map { LeftCredential(id: $0.id, type: $0.kind.rawValue, name: $0.name, path: $0.path) }
            last = some.count == Self.step ? some.last.flatMap { ID(parsing: $0.id) } : nil
        } while last != nil
        return found
    }

    private static var step: Int { 200 }
}

/// A credential whose maker has left.
private struct LeftCredential {
    let id: String
    let type: String
    let name: String
    let path: OrganizationPath
}

extension StewardedID.Kind {
    /// As receivers know it.
    fileprivate var credentialType: String {
        switch self {
        case .apiKey: WatchedCredential.Kind.apiKey.rawValue
        case .integration: WatchedCredential.Kind.integration.rawValue
        case .app: "app"
        }
    }
}
