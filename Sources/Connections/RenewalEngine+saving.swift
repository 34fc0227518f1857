import CredentialFormat
import FoundationEssentials
import Logging
import Model
import Persistence
import ProviderDefinition
import Tokens

/// How often what a provider gave is offered to the database before it waits in the journal.
private let offers = 3

extension RenewalEngine {
    /// What a provider gave, sealed. Nothing is asked for that, so nothing of it can fail for want of somebody's answer.
    func sealed(
        _ answer: TokenAnswer, _ children: [ChildAnswer]?, _ spending: Spending, _ ground: RenewalGround,
        sentAt: Instant
    ) throws -> RenewedTokens {
        let connection = ground.connection
        var secrets = spending.secrets
        secrets.accessToken = answer.accessToken ?? secrets.accessToken
        secrets.refreshToken = answer.refreshToken ?? secrets.refreshToken
        if let children { secrets.take(children) }
        let rows = try spending.seal.rows(of: secrets)
        let clocks = AnsweredClocks(answer, after: connection.clocks, ground.provider, sentAt: sentAt)
        let isSame = answer.accessToken == nil || answer.accessToken == spending.secrets.accessToken
        let fingerprint = try answer.accountIdentifier.map { account in
            try keyRing.keys.fingerprint(ofAccount: account, at: connection.provider)
        }
        return RenewedTokens(
            connection: connection.id.description, attempt: spending.attempt.description,
            generation: connection.generation,
            fields: rows.map {
                RenewedTokens.Field(name: $0.field, dataKey: $0.dataKey.description, sealed: Data($0.sealed))
            },
            key: spending.seal.newKey.map {
                RenewedTokens.Key(
                    id: $0.id.description, wrapped: Data($0.wrapped), createdAt: $0.createdAt.milliseconds)
            },
            children: children?.map {
                RenewedTokens.Child(
                    kind: $0.kind, identifier: $0.identifier, name: $0.name.flatMap(ProviderText.clean),
                    metadata: $0.answer.metadata)
            },
            accountFingerprint: fingerprint.map { Data($0) }, scopes: answer.scopes, metadata: answer.metadata,
            issuedAt: sentAt.milliseconds, accessExpiresAt: clocks.access?.milliseconds,
            refreshExpiresAt: clocks.refresh?.milliseconds, dataAccessExpiresAt: clocks.dataAccess?.milliseconds,
            note: isSame ? "not_extended" : nil)
    }

    /// Writes what a provider gave into the database, or else into the journal: it exists nowhere else.
    func saved(_ renewed: RenewedTokens, _ ground: RenewalGround) async -> Outcome {
        var isLeaseLost = false
        for number in 1...offers where !isLeaseLost {
            do {
                if try await save(renewed, ground.lease, ground) { return .renewed(generation: renewed.generation + 1) }
                isLeaseLost = true
            } catch {
                logger.warning(
                    "what a provider gave was not saved",
                    metadata: ["connection": "\(renewed.connection)", "try": "\(number)", "error": "\(error)"])
                if number < offers { await pause(.milliseconds(200 * number * number)) }
            }
        }
        do {
            try journal.append(renewed)
            guard isLeaseLost else { return .waiting }
            // Whoever has the lease did not renew, or it has: the journal's way finds out.
            await recover()
            let waits = try journal.holds(ground.connection.id, generation: renewed.generation)
            return waits ? .waiting : .unchanged(generation: renewed.generation + 1)
        } catch {
            logger.critical(
                "what a provider gave is lost unless it gives it again",
                metadata: ["connection": "\(renewed.connection)", "error": "\(error)"])
            return .failed(code: "not-saved")
        }
    }

    /// All of a renewal in one transaction: the connection, its secrets, the attempt, the promises, what is told. False, with nothing
    /// written, where the lease is another's or the generation is another one.
    ///
    /// - Parameter ground: What was read under this very lease, so that it need not be read again; nil where nothing was.
    func save(
        _ renewed: RenewedTokens, _ lease: ConnectionLease, _ ground: RenewalGround?
    ) async throws -> Bool {
        guard lease.connection.generation == renewed.generation else { return false }
        let (applied, events) = renewed.applied(to: lease.connection)
        let time = now()
        var next = applied
        var lines: [ConnectionPromise] = []
        next.nextRenewalAt = nil
        if let file = provider(applied.provider) {
            let latest =
                if let ground { ground.promises } else {
                    try await store.read { tx in try tx.latestPromises(of: applied.id) }
                }
            let settled = Self.settled(
                latest, by: UpkeepPlan(file, for: lease.connection), of: lease.connection, at: time)
            let known = latest.replaced(by: settled)
            let plan = UpkeepPlan(file, for: next)
            let opened = plan.opened(beside: known, at: time)
            lines = settled + opened
            next.nextRenewalAt = plan.next(known.replaced(by: opened), at: time)
        }
        return try await saves.answer(
            to: RenewalSaving.Wish(
                renewed, under: lease, as: next, lines, ConnectionEvent.inOrder(events, of: next, at: time),
                hasOneKey: renewed.key == nil && ground?.dataKeys.count == 1,
                // Most have none. One that is said meanwhile goes with the next renewal.
                mayHaveFault: ground == nil || ground?.access?.fault != nil, at: time))
    }

    // MARK: The journal

    /// Hands on to the database what waits in the journal.
    func recover() async {
        do {
            let entries = try journal.entries()
            guard !entries.isEmpty else { return }
            var done: Set<String> = []
            for entry in entries {
                do {
                    if try await recovered(entry) { done.insert(entry.attempt) }
                } catch let error as StoreError where error.concernsAll {
                    logger.debug("the recovery journal waits for the database", metadata: ["error": "\(error)"])
                    break
                } catch {
                    logger.warning(
                        "what a provider gave waits in the recovery journal",
                        metadata: ["connection": "\(entry.connection)", "error": "\(error)"])
                }
            }
            try journal.keep { !done.contains($0.attempt) }
        } catch {
            logger.error("the recovery journal is out of order", metadata: ["error": "\(error)"])
        }
    }

    /// Whether the database has it, or can have no use for it any more.
    private func recovered(_ entry: RenewedTokens) async throws -> Bool {
        guard let id = entry.connectionID else { return true }
        let held = try await claim(id, ifGeneration: entry.generation, retaking: true)
        if let held {
            guard held.lease.connection.status == .disconnected else { return try await save(entry, held.lease, nil) }
            try await store.write { tx in try tx.release(held.lease) }
            return true
        }
        guard let found = try await store.read({ tx in try tx.connection(id) }) else { return true }
        return found.generation != entry.generation
    }

    // MARK: Promises

    /// The lines that a renewal at `time` settles.
    private static func settled(
        _ latest: [ConnectionPromise], by plan: UpkeepPlan, of before: Connection, at time: Instant
    ) -> [ConnectionPromise] {
        let due = plan.due(latest, at: time).filter { $0.action != .warn }
        return latest.compactMap { line in
            guard line.state == .open, due.contains(where: { $0.name == line.name }) else { return nil }
            var settled = line
            let isKept = time <= line.dueAt
            settled.state = isKept ? .kept : .late
            settled.settledAt = time
            settled.generation = before.generation + 1
            settled.reason = isKept ? nil : before.trouble.errorCode ?? before.reason ?? "not_reached_in_time"
            return settled
        }
    }
}
