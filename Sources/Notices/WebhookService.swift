package import CredentialFormat
import Events
package import Model
package import Persistence
package import ProductDefinition
package import Tokens

/// What a new endpoint needs, as it came in.
package struct WebhookDraft: Sendable {
    package var address: String
    package var description: String?
    /// Nil for all.
    package var kinds: [String]?
    /// How it is signed, as in ``WebhookScheme``; nil for a shared secret.
    package var scheme: String?
    /// A field that it is sent besides ours.
    package var header: WebhookHeaderDraft?

    package init(
        address: String, description: String? = nil, kinds: [String]? = nil, scheme: String? = nil,
        header: WebhookHeaderDraft? = nil
    ) {
        self.address = address
        self.description = description
        self.kinds = kinds
        self.scheme = scheme
        self.header = header
    }
}

/// What is to change of an endpoint. Nil leaves a member as it is, and nil within clears it.
package struct WebhookEdit: Sendable {
    package var address: String?
    package var description: String??
    package var kinds: [String]??
    package var isStopped: Bool?
    package var header: WebhookHeaderDraft??

    package init(
        address: String? = nil, description: String?? = nil, kinds: [String]?? = nil, isStopped: Bool? = nil,
        header: WebhookHeaderDraft?? = nil
    ) {
        self.address = address
        self.description = description
        self.kinds = kinds
        self.isStopped = isStopped
        self.header = header
    }
}

/// An endpoint with its secret, for the one reply that shows it (law 1). It prints without it.
package struct IssuedWebhook: Sendable, Redacted {
    package let endpoint: WebhookEndpoint
    /// Nil where receivers verify by a public key, which the endpoint has.
    package let secret: String?
    /// Until when the secret before it signs too, nil where there is none.
    package let previousEndsAt: Instant?
}

/// A delivery with what is sent and what came of it.
package struct DescribedDelivery: Sendable {
    package let delivery: WebhookDelivery
    /// Nil once it is not kept any more.
    package let event: LifecycleEvent?
    package let attempts: [WebhookAttempt]
}

/// Where organizations want to be told what becomes of their credentials, what is on its way there, and what there is to be told.
///
/// Every function runs inside a transaction and throws ``Refusal`` for what may not be done.
package struct WebhookService: Sendable {
    /// The most endpoints of an account.
    package static let mostOfAccount = 50
    /// The longest address, in bytes.
    package static let longestAddress = 1000
    /// How long the secret before a rotation signs too, in seconds, where nobody says.
    package static let standardOverlap = 86_400
    package static let longestOverlap = 7 * 86_400
    /// How many events are sent again at a time.
    package static let mostRecovered = 500

    /// How often an account may have something sent by hand at once: tests, replays and recoveries.
    package static let mostByHand = 60
    /// After so many seconds once more.
    package static let secondsByHand = 60
    /// How much of what is on its way is dropped in one transaction.
    static let mostDropped = 500

    package let vault: WebhookVault
    private let words: ProductWords
    private let plans: PlanCatalogue
    /// Whether `http` will do, as for a developer's own machine.
    private let allowsPlain: Bool
    private let now: @Sendable () -> Instant

    package init(
        vault: WebhookVault, product: Product, allowsPlain: Bool, now: @escaping @Sendable () -> Instant
    ) {
        self.vault = vault
        words = product.words
        plans = product.plans
        self.allowsPlain = allowsPlain
        self.now = now
    }

    // MARK: Endpoints

    /// Refuses who may not make or change endpoints there: asked before a key of the organization is made.
    package func admit(_ actor: Actor, to organization: ID<Organization>, tx: borrowing Transaction) throws {
        _ = try tx.organization(organization, where: actor, may: .webhooksManage)
    }

    /// Makes an endpoint with its first secret.
    ///
    /// - Parameter key: Of the organization, from the vault.
    package func create(
        _ draft: WebhookDraft, in organization: ID<Organization>, under key: OrganizationKey, as actor: Actor,
        tx: borrowing Transaction
    ) throws -> IssuedWebhook {
        let place = try tx.organization(organization, where: actor, may: .webhooksManage)
        let now = now()
        var checks = FieldChecks()
        let scheme = Self.scheme(draft.scheme, &checks) ?? .shared
        let header = draft.header.flatMap { Self.header($0, &checks) }
        var endpoint = WebhookEndpoint(
            id: ID(at: now.milliseconds), path: place.path, address: check(draft.address, &checks),
            description: checks.text("description", draft.description, maximum: 200),
            kinds: Self.kinds(draft.kinds, &checks), createdAt: now, createdBy: actor.label)
        try checks.finish()
        let others = try tx.webhookEndpoints(ofAccount: place.account, limit: Self.mostOfAccount)
        guard others.count < Self.mostOfAccount else {
            throw Refusal.limitReached(
                code: "webhook_limit",
                explanation: "There can be at most \(Self.mostOfAccount) of them for each \(words[.account].singular).")
        }
        let secret = WebhookSecret(scheme)
        endpoint.publicKey = secret.publicKey
        endpoint.headerName = header?.name
        try tx.insert(endpoint)
        if let header { try set(header, of: endpoint, under: key, at: now, tx: tx) }
        try add(secret, 1, to: endpoint, under: key, endingOthersAt: now, at: now, tx: tx)
        try tx.record(
            .webhookCreated, target: endpoint.id, in: organization, details: ["host": Self.host(endpoint.address)],
            by: actor, at: now)
        return IssuedWebhook(endpoint: endpoint, secret: secret.text, previousEndsAt: nil)
    }

    /// The endpoints of an organization, oldest first.
    package func list(
        in organization: ID<Organization>, page: Page, as actor: Actor, tx: borrowing Transaction
    ) throws -> Listing<WebhookEndpoint> {
        _ = try tx.organization(organization, where: actor, may: .webhooksRead)
        return try Listing(of: page, by: \.id) { after, limit in
            try tx.webhookEndpoints(of: organization, after: after, limit: limit)
        }
    }

    /// One endpoint.
    package func get(
        _ id: ID<WebhookEndpoint>, in organization: ID<Organization>, as actor: Actor, tx: borrowing Transaction
    ) throws -> WebhookEndpoint {
        try find(id, in: organization, where: actor, may: .webhooksRead, tx: tx)
    }

    /// Changes what is given. What was on its way to an endpoint that is stopped is not sent.
    ///
    /// - Parameters:
    ///   - condition: What the caller demands of the revision.
    ///   - key: Of the organization, from the vault, where a header field is given.
    package func edit(
        _ id: ID<WebhookEndpoint>, in organization: ID<Organization>, _ edit: WebhookEdit,
        expecting condition: RevisionCondition = .any, under key: OrganizationKey? = nil, as actor: Actor,
        tx: borrowing Transaction
    ) throws -> WebhookEndpoint {
        let before = try find(id, in: organization, where: actor, may: .webhooksManage, tx: tx)
        try require(revision: before.revision, meets: condition)
        let now = now()
        var (after, checks) = (before, FieldChecks())
        if let address = edit.address { after.address = check(address, &checks) }
        if let description = edit.description {
            after.description = checks.text("description", description, maximum: 200)
        }
        if let words = edit.kinds {
            // What a newer version has written there is named like the others to stay.
            let later = before.laterKinds.intersection(words ?? [])
            after.kinds = Self.kinds(words, besides: later, &checks)
            after.laterKinds = later
        }
        let header = edit.header?.flatMap { Self.header($0, &checks) }
        // A value that is shown to nobody would be shown to whoever listens there.
        checks.require(
            after.address == before.address || before.headerName == nil || edit.header != nil, "header.value",
            "required", "Must be given again, because it would be sent to another address.")
        try checks.finish()
        if let given = edit.header { after.headerName = given == nil ? nil : header?.name }
        if let isStopped = edit.isStopped, isStopped != (before.stoppedAt != nil) {
            after.stoppedAt = isStopped ? now : nil
            after.stop = isStopped ? .byHand : nil
            after.failingSince = nil
            if !isStopped { after.sentFrom = now }
        }
        guard after != before || header != nil else { return before }
        after.revision += 1
        try tx.update(after)
        if edit.header != nil { try set(header, of: after, under: key, at: now, tx: tx) }
        // The rest is for whoever sends.
        if after.stoppedAt != nil { _ = try tx.abandonDeliveries(to: id, at: now, limit: Self.mostDropped) }
        let fields = [
            after.address != before.address ? "url" : nil,
            after.description != before.description ? "description" : nil,
            after.kindWords != before.kindWords ? "events" : nil,
            after.stoppedAt != before.stoppedAt ? "disabled" : nil,
            header != nil || after.headerName != before.headerName ? "header" : nil,
        ].compactMap(\.self)
        try tx.record(
            .webhookChanged, target: id, in: organization, details: ["fields": fields.joined(separator: " ")],
            by: actor, at: now)
        return after
    }

    /// Gives another secret. The one before signs too for a while, so that receivers can be told the new one meanwhile.
    ///
    /// - Parameter scheme: How the new one signs, nil for as the one before.
    package func rotate(
        _ id: ID<WebhookEndpoint>, in organization: ID<Organization>, overlapSeconds: Int?, scheme: String? = nil,
        under key: OrganizationKey,
        as actor: Actor, tx: borrowing Transaction
    ) throws -> IssuedWebhook {
        var endpoint = try find(id, in: organization, where: actor, may: .webhooksManage, tx: tx)
        var checks = FieldChecks()
        let overlap = overlapSeconds ?? Self.standardOverlap
        checks.require(
            (0...Self.longestOverlap).contains(overlap), "overlap_seconds", "out_of_range",
            "Must be 0 to \(Self.longestOverlap).")
        let secret = WebhookSecret(Self.scheme(scheme, &checks) ?? endpoint.scheme)
        try checks.finish()
        let now = now()
        let number = try (tx.webhookSecrets(of: id, at: Instant(milliseconds: 0)).first?.number ?? 0) + 1
        let end = now.adding(seconds: overlap)
        try add(secret, number, to: endpoint, under: key, endingOthersAt: end, at: now, tx: tx)
        endpoint.publicKey = secret.publicKey
        endpoint.revision += 1
        try tx.update(endpoint)
        try tx.record(
            .webhookRotated, target: id, in: organization, details: ["overlap_seconds": "\(overlap)"], by: actor,
            at: now)
        return IssuedWebhook(endpoint: endpoint, secret: secret.text, previousEndsAt: overlap > 0 ? end : nil)
    }

    /// Removes an endpoint. What was on its way there is not sent.
    ///
    /// - Parameter condition: What the caller demands of the revision.
    package func delete(
        _ id: ID<WebhookEndpoint>, in organization: ID<Organization>, expecting condition: RevisionCondition = .any,
        as actor: Actor, tx: borrowing Transaction
    ) throws {
        let endpoint = try find(id, in: organization, where: actor, may: .webhooksManage, tx: tx)
        try require(revision: endpoint.revision, meets: condition)
        try tx.record(
            .webhookDeleted, target: id, in: organization, details: ["host": Self.host(endpoint.address)], by: actor,
            at: now())
        try tx.delete(id)
    }

    // MARK: Deliveries

    /// Sends an endpoint something that says nothing, whatever else it wants to be told.
    package func test(
        _ id: ID<WebhookEndpoint>, in organization: ID<Organization>, as actor: Actor, tx: borrowing Transaction
    ) throws -> WebhookDelivery {
        let endpoint = try find(id, in: organization, where: actor, may: .webhooksManage, tx: tx)
        try requireRunning(endpoint, tx: tx)
        let now = now()
        let event = EventDraft(
            .webhookTest, subject: id.description, occasion: actor.requestID + ".\(now.milliseconds)",
            path: endpoint.path, at: now, [("webhook_id", .text(id.description))]
        ).event(ID(at: now.milliseconds))
        try takeAllowance(of: endpoint, for: actor, at: now, tx: tx)
        guard try tx.insertOnce(event) else { throw Refusal.tooOften(retryAfterSeconds: 1) }
        return try again([event], to: endpoint, by: actor, at: now, tx: tx)
    }

    /// What was sent to an endpoint or is to be, newest first.
    package func deliveries(
        to id: ID<WebhookEndpoint>, in organization: ID<Organization>, page: Page, as actor: Actor,
        tx: borrowing Transaction
    ) throws -> Listing<WebhookDelivery> {
        _ = try find(id, in: organization, where: actor, may: .webhooksRead, tx: tx)
        return try Listing(of: page, by: \.id) { after, limit in
            try tx.webhookDeliveries(to: id, after: after, limit: limit)
        }
    }

    /// One delivery, with what is sent and what was answered.
    package func delivery(
        _ id: ID<WebhookDelivery>, to endpoint: ID<WebhookEndpoint>, in organization: ID<Organization>,
        as actor: Actor, tx: borrowing Transaction
    ) throws -> DescribedDelivery {
        _ = try find(endpoint, in: organization, where: actor, may: .webhooksRead, tx: tx)
        guard let delivery = try tx.webhookDelivery(id), delivery.endpoint == endpoint else { throw Refusal.notFound }
        return DescribedDelivery(
            delivery: delivery, event: try tx.lifecycleEvent(delivery.event), attempts: try tx.webhookAttempts(of: id))
    }

    /// Sends an event once more, under the identifier that it had.
    package func replay(
        _ id: ID<WebhookDelivery>, to endpoint: ID<WebhookEndpoint>, in organization: ID<Organization>,
        as actor: Actor, tx: borrowing Transaction
    ) throws -> WebhookDelivery {
        let found = try find(endpoint, in: organization, where: actor, may: .webhooksManage, tx: tx)
        guard let delivery = try tx.webhookDelivery(id), delivery.endpoint == endpoint else { throw Refusal.notFound }
        try requireRunning(found, tx: tx)
        guard let event = try tx.lifecycleEvent(delivery.event) else {
            throw Refusal.conflict(code: "event_gone", explanation: "What was sent is not kept any longer.")
        }
        let now = now()
        try takeAllowance(of: found, for: actor, at: now, tx: tx)
        return try again([event], to: found, by: actor, at: now, tx: tx)
    }

    /// Sends what an endpoint wants to be told, has not taken since a time, and is not about to be sent anyway.
    ///
    /// - Returns: How many events, and whether there may be more.
    package func recover(
        _ id: ID<WebhookEndpoint>, in organization: ID<Organization>, since time: Instant, as actor: Actor,
        tx: borrowing Transaction
    ) throws -> (count: Int, hasMore: Bool) {
        let endpoint = try find(id, in: organization, where: actor, may: .webhooksManage, tx: tx)
        try requireRunning(endpoint, tx: tx)
        let kinds = endpoint.kinds ?? Set(LifecycleEvent.Kind.chosen)
        let now = now()
        try takeAllowance(of: endpoint, for: actor, at: now, tx: tx)
        // It may want nothing but what only a newer version knows.
        guard !kinds.isEmpty else { return (0, false) }
        let missed = try tx.lifecycleEvents(
            missedBy: id, within: endpoint.path, since: time, kinds: kinds, limit: Self.mostRecovered)
        if !missed.isEmpty { _ = try again(missed, to: endpoint, by: actor, at: now, tx: tx) }
        return (missed.count, missed.count == Self.mostRecovered)
    }

    /// What became of credentials, newest first.
    package func events(
        in organization: ID<Organization>, includeDescendants: Bool, page: Page, as actor: Actor,
        tx: borrowing Transaction
    ) throws -> Listing<LifecycleEvent> {
        let extent = try tx.extent(of: organization, includeDescendants, where: actor, may: .webhooksRead)
        return try Listing(of: page, by: \.id) { after, limit in
            try tx.lifecycleEvents(extent, after: after, limit: limit)
        }
    }

    // MARK: Parts

    /// Takes one of what the account may have sent by hand, whichever endpoint it is for: endpoints can be made anew. Who
    /// acts for the operator takes none.
    ///
    /// - Throws: ``Refusal/tooOften(retryAfterSeconds:)``
    private func takeAllowance(
        of endpoint: WebhookEndpoint, for actor: Actor, at now: Instant, tx: borrowing Transaction
    ) throws {
        guard actor.reach != .everything else { return }
        let account = endpoint.path.root
        let full = now.adding(seconds: Self.mostByHand * Self.secondsByHand)
        // What lies further ahead than ever is written comes from a clock that was set back.
        let used = try tx.webhookAllowance(of: account).flatMap { $0 > full ? nil : max($0, now) } ?? now
        let end = used.adding(seconds: Self.secondsByHand)
        guard end <= full else {
            throw Refusal.tooOften(retryAfterSeconds: -full.seconds(since: end))
        }
        try tx.setWebhookAllowance(of: account, usedUntil: end)
    }

    /// - Returns: The first of what was put on its way.
    private func again(
        _ events: [LifecycleEvent], to endpoint: WebhookEndpoint, by actor: Actor, at now: Instant,
        tx: borrowing Transaction
    ) throws -> WebhookDelivery {
        let first = try tx.send(events, to: endpoint.id, at: now)
        try tx.record(
            .webhookSent, target: endpoint.id, in: endpoint.organization,
            details: [
                "event": events.count == 1 ? events[0].id.description : "", "count": "\(events.count)",
            ].filter { !$1.isEmpty }, by: actor, at: now)
        guard let delivery = try first.flatMap({ try tx.webhookDelivery($0) }) else { throw Refusal.notFound }
        return delivery
    }

    private func add(
        _ secret: WebhookSecret, _ number: Int, to endpoint: WebhookEndpoint, under key: OrganizationKey,
        endingOthersAt end: Instant, at now: Instant, tx: borrowing Transaction
    ) throws {
        let (row, newKey) = try vault.seal(secret, of: endpoint, number: number, under: key, at: now)
        try tx.insert(newKey)
        try tx.insert(row, endingOthersAt: end)
    }

    /// Puts a header field in the place of the one before, or none.
    ///
    /// - Parameter key: Never nil for one that is given.
    private func set(
        _ header: WebhookHeader?, of endpoint: WebhookEndpoint, under key: OrganizationKey?, at now: Instant,
        tx: borrowing Transaction
    ) throws {
        let before = try tx.webhookHeader(of: endpoint.id)
        if let before { try tx.delete(before) }
        guard let header else { return }
        guard let key else { throw Refusal.notFound }
        let (row, newKey) = try vault.seal(
            header, of: endpoint, number: (before?.number ?? 0) + 1, under: key, at: now)
        try tx.insert(newKey)
        try tx.insert(row)
    }

    private static func header(_ draft: WebhookHeaderDraft, _ checks: inout FieldChecks) -> WebhookHeader? {
        checks.require(draft.isWhole, "header", "invalid", "Must have name and value, and nothing besides.")
        checks.require(
            WebhookHeader.isName(draft.name), "header.name", "invalid",
            """
            Must be the name of a header field, of at most \(WebhookHeader.longestName) characters, and none that is ours to say: host, \
            content-…, webhook-…, or what speaks of the connection or of who calls.
            """)
        checks.require(
            WebhookHeader.isValue(draft.value), "header.value", "invalid",
            "Must be 1 to \(WebhookHeader.longestValue) letters, digits and signs of ASCII, without blanks around them."
        )
        return WebhookHeader(name: draft.name, value: draft.value)
    }

    private static func scheme(_ text: String?, _ checks: inout FieldChecks) -> WebhookScheme? {
        guard let text else { return nil }
        let scheme = WebhookScheme(rawValue: text)
        checks.require(scheme != nil, "signature_scheme", "unknown", "Must be v1 or v1a.")
        return scheme
    }

    private func find(
        _ id: ID<WebhookEndpoint>, in organization: ID<Organization>, where actor: Actor, may permission: Permission,
        tx: borrowing Transaction
    ) throws -> WebhookEndpoint {
        _ = try tx.organization(organization, where: actor, may: permission)
        guard let endpoint = try tx.webhookEndpoint(id), endpoint.organization == organization else {
            throw Refusal.notFound
        }
        return endpoint
    }

    private func requireRunning(_ endpoint: WebhookEndpoint, tx: borrowing Transaction) throws {
        guard endpoint.stoppedAt == nil else {
            throw Refusal.conflict(
                code: "webhook_disabled", explanation: "Nothing is sent there until it is enabled again.")
        }
        // Where there are no plans, none is asked for.
        guard !plans.definitions.isEmpty else { return }
        guard let account = try tx.account(endpoint.path.root) else { throw Refusal.notFound }
        guard plans.features(ofPlan: account.plan, isOperator: account.isOperator).contains(.webhooks) else {
            throw Refusal.conflict(
                code: "plan", explanation: "The plan of the \(words[.account].singular) does not include webhooks.")
        }
    }

    /// An address that a request can be made to: without a user, a fragment or anything but ASCII.
    private func check(_ text: String, _ checks: inout FieldChecks) -> String {
        let form = /https?:\/\/(?:[A-Za-z0-9.-]{1,253}|\[[0-9a-fA-F:.]{2,45}\])(?::([0-9]{1,5}))?(?:[\/?][!-~]*)?/
        let match = text.utf8.count <= Self.longestAddress ? text.wholeMatch(of: form) : nil
        let isAddress = match.map { match in
            !text.contains { "#@\\\"<>^`{|}".contains($0) } && (match.1.map { UInt16($0) ?? 0 != 0 } ?? true)
        }
        checks.require(
            isAddress == true, "url", "invalid",
            "Must be an https address with a host, and of at most \(Self.longestAddress) characters.")
        checks.require(
            isAddress != true || allowsPlain || text.hasPrefix("https://"), "url", "not_https", "Must begin with https."
        )
        return text
    }

    /// - Parameter later: Words that are no kind here and may be said all the same.
    private static func kinds(
        _ texts: [String]?, besides later: Set<String> = [], _ checks: inout FieldChecks
    ) -> Set<LifecycleEvent.Kind>? {
        guard let texts else { return nil }
        checks.require(!texts.isEmpty, "events", "required", "Must name at least one, or be left out for all.")
        var kinds: Set<LifecycleEvent.Kind> = []
        for (index, text) in texts.enumerated() where !later.contains(text) {
            let kind = LifecycleEvent.Kind.chosen.first { $0.rawValue == text }
            checks.require(kind != nil, "events.\(index)", "unknown", "There is no such event.")
            if let kind { kinds.insert(kind) }
        }
        return kinds
    }

    /// What may be written down of an address: its path and query may be secret.
    private static func host(_ address: String) -> String {
        String(address.split(separator: "/", maxSplits: 3).dropFirst().first ?? "")
    }
}
