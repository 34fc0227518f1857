import CredentialFormat
import Locking
import Logging
import Model
import Notices
import Persistence
import ProductDefinition
import TestSupport
import Tokens

/// A sample tree with what tells organizations what becomes of their credentials, and what was sent.
struct NoticeDesk {
    let tree: SampleTree
    let vault: WebhookVault
    let service: WebhookService
    let sent = SentMessages()

    init(_ tree: SampleTree) {
        self.tree = tree
        let keys = OrganizationKeys(
            over: tree.store, wrappedBy: KeyEncryptionKeys(newest: MasterKey.generate()), now: tree.clock.now)
        vault = WebhookVault(keys: keys, environment: "clv")
        service = WebhookService(vault: vault, product: tree.product, allowsPlain: true, now: tree.clock.now)
    }

    var scanner: LifecycleScanner {
        LifecycleScanner(
            rules: LifecycleRules(secretAgeSeconds: tree.product.policy.rotationReminderSeconds),
            rateLimits: tree.product.rateLimits, now: tree.clock.now)
    }

    func endpoint(
        in organization: Organization, at address: String = "https://receiver.example/", kinds: [String]? = nil,
        scheme: String? = nil
    ) async throws -> IssuedWebhook {
        let key = try await vault.key(of: organization.id)
        return try await tree.store.write { [service] tx in
            try service.create(
                WebhookDraft(address: address, kinds: kinds, scheme: scheme), in: organization.id, under: key,
                as: SampleTree.theOperator, tx: tx)
        }
    }

    /// - Parameter answer: What the endpoints answer to a message.
    func node(
        on store: (any Store)? = nil, number: Int = 1, of product: Product? = nil,
        _ answer: @escaping @Sendable (WebhookRequest) async -> WebhookAnswer
    ) -> WebhookDeliverer {
        WebhookDeliverer(
            store: store ?? tree.store, node: ID(at: Int64(number)), vault: vault, product: product ?? tree.product,
            schedule: WebhookSchedule(draw: { _ in 0 }), logger: Logger(label: "test"), now: tree.clock.now
        ) { [sent] in
            sent.note($0)
            return await answer($0)
        }
    }

    func events() async throws -> [LifecycleEvent] {
        try await tree.store.read { [tree] tx in try tx.lifecycleEvents(.within(tree.global.path), limit: 500) }
            .reversed()
    }

    func deliveries(to endpoint: WebhookEndpoint) async throws -> [WebhookDelivery] {
        try await tree.store.read { tx in try tx.webhookDeliveries(to: endpoint.id, limit: 200) }.reversed()
    }

    /// Tells something of a credential, a second after what was told before: of the same moment either may come first.
    func tell(_ subject: String, occasion: String, in organization: Organization) async throws {
        tree.clock.advance(seconds: 1)
        let now = tree.clock.current
        try await tree.store.write { tx in
            _ = try tx.tell(
                [
                    EventDraft(
                        .expired, subject: subject, occasion: occasion, path: organization.path, at: now,
                        [("name", .text("“Ä\" \\ \u{1}"))])
                ], at: now)
        }
    }
}

/// What was sent, in this order.
final class SentMessages: Sendable {
    private let messages = Lock([WebhookRequest]())

    func note(_ message: WebhookRequest) { messages.withLock { $0.append(message) } }

    var all: [WebhookRequest] { messages.withLock { $0 } }

    var identifiers: [String] { all.compactMap { $0["webhook-id"] } }
}

extension WebhookRequest {
    subscript(name: String) -> String? { headers.first { $0.name == name }?.value }
}

/// The answer of an endpoint that takes what it is sent.
let taken = WebhookAnswer.answered(status: 204, retryAfter: nil, body: [])
