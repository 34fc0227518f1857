package import CredentialFormat
package import Logging
package import Model
package import Persistence
import Policy
package import ProductDefinition
import ServiceLifecycle

/// Mails members what there is to tell them, for as long as the server runs. Whom one node claims, no other mails until the lease has
/// lapsed. What was told is written down once the mail was taken: a node that is gone in between is succeeded, and the same mail goes out
/// once more, under the same `Message-ID`.
package struct NoticeMailer: Service {
    /// Longer than the command may run, with room for a database that is slow.
    private static let leaseSeconds = 120
    /// Mails at a time.
    private static let lanes = 4
    private static let interval = Duration.seconds(10)
    private static let hurry = Duration.milliseconds(50)
    /// How long it is until a mail that was not taken is sent again, in seconds: the last of them again and again.
    private static let waits = [60, 300, 1800, 7200, 21_600]
    private static let page = 500
    private static let pages = 20
    /// So many events are told one by one.
    private static let most = 50

    private let store: any Store
    private let node: ID<Node>
    private let product: Product
    private let audience: NoticeAudience?
    private let choices: NoticeChoiceService
    private let address: PublicAddress
    private let logger: Logger
    private let now: @Sendable () -> Instant
    private let send: @Sendable (NoticeLetter) async throws -> Void

    /// - Parameter send: Hands a mail over; it throws where nobody took it.
    package init(
        store: any Store, node: ID<Node>, product: Product, issuer: String, choices: NoticeChoiceService,
        logger: Logger, now: @escaping @Sendable () -> Instant,
        send: @escaping @Sendable (NoticeLetter) async throws -> Void
    ) {
        self.store = store
        self.node = node
        self.product = product
        audience = NoticeAudience(product)
        self.choices = choices
        address = PublicAddress(issuer: issuer)
        self.logger = logger
        self.now = now
        self.send = send
    }

    /// Runs until shut down.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                let count = await roundOrWait()
                // Where somebody was due, more may be.
                try? await Task.sleep(for: count == 0 ? Self.interval : Self.hurry)
            }
        }
    }

    private func roundOrWait() async -> Int {
        do {
            return try await round()
        } catch is CancellationError {
            // The server ends.
        } catch let error as StoreError where error.isOutage {
            logger.debug("notices wait", metadata: ["error": "\(error)"])
        } catch {
            logger.warning("notices were not mailed, which is tried again", metadata: ["error": "\(error)"])
        }
        return 0
    }

    /// Mails those who are due now, some of them, and waits for it.
    ///
    /// - Returns: How many were due.
    @discardableResult
    package func round() async throws -> Int {
        let time = now()
        guard audience != nil, try await store.read({ tx in try tx.hasDueNotices(at: time) }) else { return 0 }
        let claimed = try await store.write { [node] tx -> [NoticeLease] in
            let place = try tx.lifecycleProgress(of: NoticePlanner.progress)
            guard let through = place.flatMap({ ID<LifecycleEvent>(parsing: $0) }) else { return [] }
            return try tx.claimDueNotices(
                at: time, through: through, by: node, seconds: Self.leaseSeconds, limit: Self.lanes)
        }
        await withDiscardingTaskGroup { group in
            for lease in claimed { group.addTask { await self.mail(lease) } }
        }
        return claimed.count
    }

    private func mail(_ lease: NoticeLease) async {
        // In a task of its own: that a mail was taken is written down, also when the server ends.
        let failure = await Task { () -> (any Error)? in
            do {
                try await self.deliver(lease)
                return nil
            } catch {
                return error
            }
        }.value
        // The lease lapses, and the same mail is made again.
        if let failure {
            logger.debug("what came of a notice was not written down", metadata: ["error": "\(failure)"])
        }
    }

    private func deliver(_ lease: NoticeLease) async throws {
        let letter = try await store.read { tx in try self.letter(under: lease, tx: tx) }
        guard let letter else {
            let now = now()
            return try await store.write { tx in
                let pace = try tx.noticeChoice(of: lease.member)?.pace ?? .daily
                try tx.settle(lease, sentAt: nil, next: now.adding(seconds: NoticePlanner.times(of: pace).wait))
            }
        }
        do {
            try await send(letter)
        } catch {
            logger.warning("a notice was not taken", metadata: ["error": "\(error)"])
            let wait = Self.waits[min(lease.attempts, Self.waits.count - 1)]
            let again = now().adding(seconds: wait)
            return try await store.write { tx in try tx.release(lease, again: again) }
        }
        let sentAt = now()
        try await store.write { tx in
            let pace = try tx.noticeChoice(of: lease.member)?.pace ?? .daily
            try tx.settle(
                lease, sentAt: sentAt, next: sentAt.adding(seconds: NoticePlanner.times(of: pace).between))
        }
    }

    // MARK: What it says

    /// Nil where there is nothing to tell, or nobody to be told.
    private func letter(under lease: NoticeLease, tx: borrowing Transaction) throws -> NoticeLetter? {
        guard let audience, let choice = try tx.noticeChoice(under: lease), choice.pace != .paused,
            let member = try tx.member(lease.member), let home = try tx.organization(member.organization)?.path
        else { return nil }
        var digest = NoticeDigest(most: Self.most)
        var place = lease.after
        for _ in 0..<Self.pages {
            let events = try tx.lifecycleEvents(within: home, after: place, through: lease.through, limit: Self.page)
            for event in try wanted(events, choice, member, home, audience, tx: tx) { digest.add(event) }
            guard events.count == Self.page, let last = events.last?.id else { break }
            place = last
        }
        guard digest.count > 0 else { return nil }
        let names = try digest.organizations.reduce(into: [:]) { names, id in
            names[id] = try tx.organization(id)?.name
        }
        return NoticeText(product: product, address: address).letter(
            digest, to: member, naming: names, pausedAt: choices.pauseAddress(for: member),
            name: "notice.\(lease.through).\(member.id)")
    }

    private func wanted(
        _ events: [LifecycleEvent], _ choice: NoticeChoice, _ member: Member, _ home: OrganizationPath,
        _ audience: NoticeAudience, tx: borrowing Transaction
    ) throws -> [LifecycleEvent] {
        let open = events.filter { event in
            guard let group = event.kind.group, !choice.muted.contains(group) else { return false }
            return audience.mayKnow(event, member, of: home)
        }
        let isResponsible = audience.isResponsible(member)
        func byRole(_ event: LifecycleEvent) -> Bool { isResponsible && (choice.hearsBelow || event.path == home) }
        let keepers = try tx.keepers(of: Array(Set(open.filter { !byRole($0) }.map(\.subject))))
        return open.filter { byRole($0) || keepers[$0.subject] == member.id }
    }
}
