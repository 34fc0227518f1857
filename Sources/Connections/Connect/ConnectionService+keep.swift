import CredentialFormat
import Events
import Logging
import Model
import Persistence
import ProviderDefinition
import Tokens

extension ConnectionService {
    /// How often others may be in between.
    private static let tries = 5

    /// What is written in the end, and what was so when it was made.
    private struct Draft {
        let connection: Connection
        let way: ConnectedAccount.Way
        /// Of the connection before, 0 for a new one.
        let generation: Int
        let events: [ConnectionEvent.Kind]
    }

    /// Makes a connection of what was granted, or puts it over the one that is there: of the identifier, or else of the same account in
    /// the same organization.
    func keep(
        _ granted: GrantedTokens, of provider: Provider, through access: ProviderAccess,
        in organization: Organization, for id: ID<Connection>?, called name: String?, asked: [String],
        action: AuditAction, as actor: Actor
    ) async throws -> ConnectOutcome {
        let account = try granted.answer.accountIdentifier.map {
            try keyRing.keys.fingerprint(ofAccount: $0, at: provider.identifier)
        }
        let missing = granted.missing(of: asked)
        let children = granted.children.filter { !$0.identifier.isEmpty }
        for _ in 1...Self.tries {
            let found = try await store.read { tx in
                try Self.base(id, account, access, organization, tx: tx)
            }
            if id != nil {
                guard let found, found.status != .disconnected, found.provider == provider.identifier else {
                    return .failed(ConnectFailure(.gone))
                }
                if let before = found.accountFingerprint, let account, before != account {
                    return .failed(ConnectFailure(.otherAccount))
                }
            }
            let time = now()
            let draft = draft(
                granted, over: found, isAsked: id != nil, provider, access, organization, name, account, missing,
                at: time)
            let (rows, key) = try await vault.seal(
                granted.secrets, of: draft.connection, generation: draft.connection.generation, under: nil,
                isFresh: true, at: time)
            let kept = try await store.write { tx in
                if found == nil, try Self.base(id, account, access, organization, tx: tx) == nil {
                    try requireRoom(in: organization.account, tx: tx)
                }
                return try tx.keep(
                    draft.connection, over: found, rows, key, children, draft.events, provider, account,
                    action: draft.way == .created ? action : .connectionRepaired, missing: missing, as: actor, at: time)
            }
            guard let kept else { continue }
            let others = try await others(of: kept, as: actor)
            let isOfTestingMode = TestingMode.holds(kept, at: provider)
            if isOfTestingMode {
                logger.warning(
                    "a connection lives for seven days: our client at the provider seems to be in a mode for tests",
                    metadata: ["connection": "\(kept.id)", "provider": "\(kept.provider)"])
            }
            return .connected(
                ConnectedAccount(
                    connection: kept, way: draft.way, missingScopes: missing, children: children.count,
                    others: others.visible, isOfTestingMode: isOfTestingMode))
        }
        throw Refusal.conflict(code: "busy", explanation: "Others changed it at the same moment. Try it again.")
    }

    /// The connection that is there already, nil for none.
    private static func base(
        _ id: ID<Connection>?, _ account: [UInt8]?, _ access: ProviderAccess, _ organization: Organization,
        tx: borrowing Transaction
    ) throws -> Connection? {
        if let id {
            guard let found = try tx.connection(id), found.organization == organization.id else { return nil }
            return found
        }
        return try tx.recognized(account, through: access.id, in: organization.id)
    }

    private func draft(
        _ granted: GrantedTokens, over found: Connection?, isAsked: Bool, _ provider: Provider,
        _ access: ProviderAccess, _ organization: Organization, _ name: String?, _ account: [UInt8]?,
        _ missing: [String], at time: Instant
    ) -> Draft {
        var connection =
            found
            ?? Connection(
                id: ID(at: time.milliseconds), path: organization.path, provider: provider.identifier,
                access: access.id,
                name: name ?? granted.answer.accountName.flatMap(ProviderText.clean) ?? provider.title,
                createdAt: time)
        // Another one since the product names another client: tokens are good at the one alone that they came through.
        connection.access = access.id
        connection.accountFingerprint = account ?? connection.accountFingerprint
        connection.scopes = granted.scopes ?? connection.scopes
        connection.metadata.merge(granted.metadata) { $1 }
        connection.clocks = granted.clocks(at: provider)
        connection.trouble = Connection.Trouble()
        connection.lastProvenAt = granted.sentAt
        connection.generation += 1
        var events: [ConnectionEvent.Kind] = []
        let change = connection.become(.connected, because: missing.isEmpty ? nil : "scopes_missing")
        events.append(change ?? .updated)
        if found != nil { events.append(.rotated) }
        return Draft(
            connection: connection, way: found == nil ? .created : isAsked ? .repaired : .recognized,
            generation: found?.generation ?? 0, events: events)
    }
}

extension Transaction {
    /// The connection of an account in an organization, nil for none.
    borrowing func recognized(
        _ account: [UInt8]?, through access: ID<ProviderAccess>, in organization: ID<Organization>
    ) throws -> Connection? {
        guard let account else { return nil }
        return try connections(ofAccount: account, through: access, in: organization, limit: 1)
            .first { $0.status != .disconnected }
    }

    /// All of a new consent in one transaction. Nil, with nothing written, where somebody was in between.
    borrowing func keep(
        _ made: Connection, over found: Connection?, _ rows: [ConnectionSecretRow], _ key: DataKeyRow?,
        _ children: [ChildAnswer], _ events: [ConnectionEvent.Kind], _ provider: Provider, _ account: [UInt8]?,
        action: AuditAction, missing: [String], as actor: Actor, at time: Instant
    ) throws -> Connection? {
        var connection = made
        _ = try organization(connection.organization, where: actor, may: .connectionsManage)
        let known = try latestPromises(of: connection.id)
        let plan = UpkeepPlan(provider, for: connection)
        let opened = plan.opened(beside: known, at: time)
        connection.nextRenewalAt = plan.next(known.replaced(by: opened), at: time)
        if let found {
            guard try replace(connection, ofGeneration: found.generation) else { return nil }
            for attempt in try renewalAttempts(of: connection.id, limit: 10) where attempt.state == .sent {
                try end(attempt.id, as: .superseded, code: "reauthenticated", at: time)
            }
        } else {
            guard try recognized(account, through: connection.access, in: connection.organization) == nil else {
                return nil
            }
            try insert(connection)
        }
        try put(opened)
        if let key { try insert(key) }
        try insert(rows, of: connection.id, at: time)
        // A chain has each once.
        try note(
            children.map { child in
                ConnectionChildRow(
                    connection: connection.id, kind: child.kind, identifier: child.identifier,
                    name: child.name.flatMap(ProviderText.clean), metadata: child.answer.metadata,
                    generation: connection.generation, seenAt: time)
            })
        try insert(ConnectionEvent.inOrder(events, of: connection, at: time))
        if let probe = provider.health {
            try put(
                ConnectionHealth(
                    connection: connection.id, nextAt: HealthPolicy.next(probe, of: connection.id, after: time),
                    provenAt: time))
        }
        try setFault(nil, of: connection.access, at: time)
        var details = ["provider": connection.provider, "name": connection.name]
        if !missing.isEmpty { details["missing_scopes"] = missing.joined(separator: " ") }
        try record(action, target: connection.id, in: connection.organization, details: details, by: actor, at: time)
        return connection
    }
}

/// What providers call things, for people to read.
enum ProviderText {
    /// The text as a line of at most 200 scalars, nil for what cannot be shown.
    static func clean(_ text: String) -> String? {
        var short = String.UnicodeScalarView()
        short.append(contentsOf: text.unicodeScalars.prefix(200))
        var checks = FieldChecks()
        let line = checks.line("name", String(short))
        return checks.problems.isEmpty ? line : nil
    }
}
