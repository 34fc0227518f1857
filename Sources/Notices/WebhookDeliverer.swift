package import CredentialFormat
import Events
import Locking
package import Logging
package import Model
package import Persistence
package import ProductDefinition
import ServiceLifecycle

/// Sends what is due to endpoints, for as long as the server runs. What one node claims, no other sends until the lease has lapsed; what
/// was sent by a node that is gone is sent again, under the same identifier.
package final class WebhookDeliverer: Service {
    /// How long a request may take. What takes longer was not taken.
    package static let patience = Duration.seconds(15)
    /// Longer than a request takes, with room for a database that is slow.
    private static let leaseSeconds = 60
    /// So many endpoints are looked at in one statement.
    private static let page = 256
    /// So many messages are claimed in one transaction.
    private static let batch = 16
    private static let interval = Duration.seconds(1)
    private static let hurry = Duration.milliseconds(50)
    /// An endpoint that took nothing for so long is stopped when something was sent to it as often as is sent, in seconds.
    package static let failingSeconds = 2 * 86_400

    private let store: any Store
    private let node: ID<Node>
    private let vault: WebhookVault
    private let plans: PlanCatalogue
    private let schedule: WebhookSchedule
    private let send: @Sendable (WebhookRequest) async -> WebhookAnswer
    private let logger: Logger
    private let now: @Sendable () -> Instant
    private let lanes = Lock(WebhookLanes())
    /// The endpoint that had its turn last: the next ones come first.
    private let turn = Lock(ID<WebhookEndpoint>(value: 0))

    /// - Parameter send: Sends a message once, for at most ``patience``.
    package init(
        store: any Store, node: ID<Node>, vault: WebhookVault, product: Product,
        schedule: WebhookSchedule = WebhookSchedule(), logger: Logger, now: @escaping @Sendable () -> Instant,
        send: @escaping @Sendable (WebhookRequest) async -> WebhookAnswer
    ) {
        self.store = store
        self.node = node
        self.vault = vault
        plans = product.plans
        self.schedule = schedule
        self.send = send
        self.logger = logger
        self.now = now
    }

    /// Runs until shut down.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                while !Task.isCancelled {
                    let claimed = await self.claimOrWait()
                    for one in claimed { group.addTask { await self.deliver(one) } }
                    // Where something was due, more may be.
                    try? await Task.sleep(for: claimed.isEmpty ? Self.interval : Self.hurry)
                }
            }
        }
    }

    /// Sends what is due now, and waits for it.
    ///
    /// - Returns: How many messages.
    @discardableResult
    package func round() async throws -> Int {
        let claimed = try await claim()
        await withDiscardingTaskGroup { group in
            for one in claimed { group.addTask { await self.deliver(one) } }
        }
        return claimed.count
    }

    /// A message that was claimed, in a lane.
    private struct Claimed: Sendable {
        let lease: WebhookLease
        let account: ID<Organization>
    }

    /// What is due, nothing where the database does not say.
    private func claimOrWait() async -> [Claimed] {
        do {
            return try await claim()
        } catch is CancellationError {
            // The server ends.
        } catch let error as StoreError where error.isOutage {
            logger.debug("webhooks wait", metadata: ["error": "\(error)"])
        } catch {
            logger.warning("webhooks were not sent, which is tried again", metadata: ["error": "\(error)"])
        }
        return []
    }

    /// Goes around the endpoints from where it stopped, to the first page of them that has something to do.
    private func claim() async throws -> [Claimed] {
        guard lanes.withLock({ $0.free > 0 }) else { return [] }
        let (time, start) = (now(), ID<WebhookEndpoint>(value: 0))
        var place = turn.withLock(\.self)
        var isFromStart = place == start
        while true {
            let found = try await store.read { [place] tx in
                try tx.webhookWork(after: place, at: time, most: WebhookLanes.ofEndpoint, limit: Self.page)
            }
            for one in found where one.isStopped { try await drop(one.endpoint, at: time) }
            let work = found.filter { !$0.isStopped }
            let shares = lanes.withLock { $0.shares(of: work, atMost: Self.batch) }
            if let last = shares.last {
                turn.withLock { $0 = last.endpoint }
                return try await claim(shares, at: time)
            }
            if found.count == Self.page, let last = found.last {
                place = last.endpoint
            } else if isFromStart {
                turn.withLock { $0 = start }
                return []
            } else {
                (place, isFromStart) = (start, true)
            }
        }
    }

    /// Drops what is left on its way to an endpoint that was stopped, in pieces: whoever stopped it dropped the first alone.
    private func drop(_ endpoint: ID<WebhookEndpoint>, at time: Instant) async throws {
        var count = WebhookService.mostDropped
        while count == WebhookService.mostDropped {
            try Task.checkCancellation()
            count = try await store.write { tx in
                // It may be sent to again by now: then what was told before is dropped when it is its turn.
                guard try tx.webhookEndpoint(endpoint)?.stoppedAt != nil else { return 0 }
                return try tx.abandonDeliveries(to: endpoint, at: time, limit: WebhookService.mostDropped)
            }
        }
    }

    private func claim(_ shares: [WebhookWork], at time: Instant) async throws -> [Claimed] {
        let node = node
        let claimed = try await store.write { tx in
            var claimed: [Claimed] = []
            for share in shares {
                let leases = try tx.claimDeliveries(
                    to: share.endpoint, at: time, by: node, seconds: Self.leaseSeconds, limit: share.due)
                claimed += leases.map { Claimed(lease: $0, account: share.account) }
            }
            return claimed
        }
        lanes.withLock { lanes in
            for one in claimed { lanes.take(one.lease.delivery.endpoint, of: one.account) }
        }
        return claimed
    }

    private func deliver(_ claimed: Claimed) async {
        let lease = claimed.lease
        // In a task of its own: what came of a request that was made is written down, also when the server ends.
        let request = Task { try await self.answer(to: lease) }
        let outcome = await withTaskCancellationHandler {
            await Task { () -> (any Error)? in
                do {
                    let sent = try await request.value
                    try await self.settle(lease, sent)
                    return nil
                } catch {
                    return error
                }
            }.value
        } onCancel: {
            request.cancel()
        }
        // The lease lapses, and it is sent again.
        if let outcome, !(outcome is CancellationError) {
            logger.debug(
                "what came of a webhook was not written down",
                metadata: ["delivery": "\(lease.delivery.id)", "error": "\(outcome)"])
        }
        lanes.withLock { $0.leave(lease.delivery.endpoint, of: claimed.account) }
    }

    /// A message that was sent, or could not be.
    private struct Sent: Sendable {
        /// Nil where nothing is to be sent there any more.
        let endpoint: WebhookEndpoint?
        let answer: WebhookAnswer
        let at: Instant
        let milliseconds: Int
    }

    private func answer(to lease: WebhookLease) async throws -> Sent {
        let (delivery, time) = (lease.delivery, now())
        let (endpoint, account, event, secrets, sealedHeader, keys) = try await store.read { tx in
            let endpoint = try tx.webhookEndpoint(delivery.endpoint)
            return (
                endpoint, try endpoint.flatMap { try tx.account($0.path.root) },
                try tx.lifecycleEvent(delivery.event),
                try tx.webhookSecrets(of: delivery.endpoint, at: time),
                endpoint?.headerName == nil ? nil : try tx.webhookHeader(of: delivery.endpoint),
                try tx.dataKeys(of: delivery.endpoint.description)
            )
        }
        guard let endpoint, let account, endpoint.stoppedAt == nil,
            endpoint.sentFrom.map({ delivery.createdAt >= $0 }) ?? true,
            plans.features(ofPlan: account.plan, isOperator: account.isOperator).contains(.webhooks)
        else {
            return Sent(endpoint: nil, answer: .failed(code: "disabled"), at: time, milliseconds: 0)
        }
        guard account.suspendedAt == nil else {
            return Sent(
                endpoint: endpoint, answer: .failed(code: WebhookVerdict.suspended), at: time, milliseconds: 0)
        }
        guard let event else {
            return Sent(endpoint: endpoint, answer: .failed(code: "event-gone"), at: time, milliseconds: 0)
        }
        let opened = try await vault.open(secrets, of: endpoint, under: keys)
        // Unsigned, or signed by some of them, it would be refused and say nothing of why.
        var header: WebhookHeader?
        if let sealedHeader { header = try await vault.open(sealedHeader, of: endpoint, under: keys) }
        guard !opened.isEmpty, opened.count == secrets.count, (header == nil) == (endpoint.headerName == nil) else {
            return Sent(endpoint: endpoint, answer: .failed(code: "secret-unreadable"), at: time, milliseconds: 0)
        }
        let request = try WebhookRequest(
            to: endpoint.address, id: event.id.description, at: time.seconds, Array(event.body.utf8), with: header,
            signedBy: opened)
        let begun = ContinuousClock.now
        let answer = await send(request)
        let taken = (ContinuousClock.now - begun).components
        return Sent(
            endpoint: endpoint, answer: answer, at: time,
            milliseconds: Int(clamping: taken.seconds * 1000 + taken.attoseconds / 1_000_000_000_000_000))
    }

    private func settle(_ lease: WebhookLease, _ sent: Sent) async throws {
        let delivery = lease.delivery
        let now = now()
        guard let endpoint = sent.endpoint else {
            _ = try await store.write { tx in try tx.settle(lease, as: .abandoned, again: nil, at: now) }
            return
        }
        let verdict = WebhookVerdict(sent.answer)
        guard let verdict else {
            return try await store.write { tx in try tx.release(lease) }
        }
        let attempts = delivery.attempts + 1
        let attempt = WebhookAttempt(
            delivery: delivery.id, number: attempts, at: sent.at, milliseconds: sent.milliseconds,
            status: verdict.status, error: verdict.error, response: verdict.response)
        // Drawn once, since a body may run again.
        let again =
            verdict.isTaken || verdict.isGone
            ? nil : schedule.next(after: attempts, retryAfter: verdict.retryAfter, at: now)
        try await store.write { tx in
            let state: WebhookDelivery.State = verdict.isTaken ? .delivered : again == nil ? .failed : .due
            guard try tx.settle(lease, as: state, again: again, at: now) else { return }
            try tx.insert(attempt)
            if verdict.isTaken { return try tx.setFailing(since: nil, endpoint.id) }
            // The receiver has nothing to do with it.
            if verdict.error == WebhookVerdict.suspended { return }
            try tx.setFailing(since: sent.at, endpoint.id)
            let isHopeless =
                again == nil
                && (endpoint.failingSince.map { $0 <= now.adding(seconds: -Self.failingSeconds) } ?? false)
            if verdict.isGone {
                try tx.stop(endpoint.id, because: .gone, at: now)
            } else if isHopeless {
                try tx.stop(endpoint.id, because: .failing, at: now)
            }
        }
    }
}

extension Transaction {
    /// Sends an endpoint nothing any more, until somebody wants it again.
    fileprivate borrowing func stop(
        _ id: ID<WebhookEndpoint>, because stop: WebhookEndpoint.Stop, at now: Instant
    ) throws {
        guard var endpoint = try webhookEndpoint(id), endpoint.stoppedAt == nil else { return }
        endpoint.stoppedAt = now
        endpoint.stop = stop
        endpoint.revision += 1
        try update(endpoint)
        _ = try abandonDeliveries(to: id, at: now, limit: WebhookService.mostDropped)
        let actor = Actor(
            .command("webhooks"), reach: .everything, permissions: [], requestID: id.description, address: nil)
        try record(
            .webhookStopped, target: id, in: endpoint.organization, details: ["reason": stop.rawValue], by: actor,
            at: now)
    }
}

/// What an answer means.
struct WebhookVerdict: Hashable, Sendable {
    /// Why a message was not sent whose account is suspended: it waits as one does that was not taken.
    static let suspended = "suspended"

    let status: Int?
    /// Why it was not taken, nil where it was.
    let error: String?
    let retryAfter: String?
    let response: String

    /// Nil for a request that was broken off by us.
    init?(_ answer: WebhookAnswer) {
        switch answer {
        case .answered(let status, let retryAfter, let body):
            self.status = status
            self.retryAfter = retryAfter
            error =
                switch status {
                case 200..<300: nil
                case 300..<400: "redirect"
                default: "status"
                }
            // PostgreSQL takes no NUL.
            response = String(decoding: body.prefix(WebhookAttempt.longestResponse), as: UTF8.self)
                .replacing("\0", with: "\u{FFFD}")
        case .failed(let code): (status, error, retryAfter, response) = (nil, code, nil, "")
        case .brokenOff: return nil
        }
    }

    var isTaken: Bool { error == nil }
    /// The receiver wants to hear no more (Standard Webhooks 1.0).
    var isGone: Bool { status == 410 }
}
