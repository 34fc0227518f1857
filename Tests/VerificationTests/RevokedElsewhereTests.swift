import CredentialFormat
import Credentials
import Model
import OAuth
import Organizations
import Persistence
import Policy
import ProductDefinition
import TestSupport
import Testing
import Tokens
import Verification

/// Something that ends what a credential is good for, done on another node.
enum Revocation: CaseIterable {
    case keyDeleted, keyDisabled, keyRotated, scopeRemoved, addressRuleAdded, accountSuspended, planWithoutAccess
    case integrationDeleted, integrationDisabled, secretRotated, tokenRevoked, keysRotatedAtOnce
    case grantRevoked, appDeleted, appDisabled, appSetBack, memberDeleted
    case contactDisabled, contactDeleted, accessKeyDisabled, accessKeyDeleted, accessKeyRotated, accessKeyUseless
}

/// A tree is the node that changes things; the others hear of it over the feed.
@Suite("A credential that was revoked on another node (K6)")
struct RevokedElsewhereTests {
    private static let product = Product(
        name: "Planned", plans: PlanCatalogue([PlanDefinition(name: "essential", features: [])]))

    @Test(arguments: Revocation.allCases)
    func `is refused as soon as that was heard`(_ revocation: Revocation) async throws {
        try await SampleNode.open(product: Self.product) { queue, node in
            let subject = try await Subject(revocation, node)
            #expect(try await subject.isAccepted)
            try await subject.revoke()
            // Not heard yet, and still inside the bound.
            #expect(try await subject.isAccepted)
            node.listen()
            if revocation == .keysRotatedAtOnce {
                #expect(!node.isCurrent)
                #expect(await node.refilled())
                #expect(node.isCurrent)
            }
            #expect(try await subject.isAccepted == false)
        }
    }

    @Test(arguments: Revocation.allCases)
    func `is refused within the bound by a node that hears nothing more`(_ revocation: Revocation) async throws {
        try await SampleNode.open(product: Self.product) { queue, node in
            let subject = try await Subject(revocation, node)
            #expect(try await subject.isAccepted)
            try await subject.revoke()
            queue.wait(milliseconds: 751)
            #expect(try await subject.isAccepted == false)
        }
    }

    @Test(arguments: Revocation.allCases)
    func `is refused by a node that has lost the feed, at once and after it is back`(
        _ revocation: Revocation
    ) async throws {
        for graceSeconds in [0, 60] {
            try await SampleNode.open(product: Self.product, graceSeconds: graceSeconds) { queue, node in
                let subject = try await Subject(revocation, node)
                #expect(try await subject.isAccepted)
                node.disconnect()
                try await subject.revoke()
                #expect(try await subject.isAccepted == false)
                await node.join()
                #expect(node.isCurrent)
                #expect(try await subject.isAccepted == false)
            }
        }
    }

    @Test(arguments: Revocation.allCases)
    func `is not remembered by who was reading while the feed was lost`(_ revocation: Revocation) async throws {
        try await SampleNode.open(product: Self.product) { queue, node in
            let subject = try await Subject(revocation, node)
            node.disconnect()
            node.connect()
            #expect(await node.refilled())
            // The keys, which all of it needs, and then the first thing that is not in memory.
            #expect(!node.isCurrent)
            node.beat()
            node.listen()
            let reading = node.desk.store.pauseNextRead()
            async let late = subject.isAccepted
            await reading.reached()
            node.disconnect()
            try await subject.revoke()
            await node.join()
            #expect(node.isCurrent)
            reading.open()
            _ = try await late
            #expect(try await subject.isAccepted == false)
            #expect(try await subject.isAccepted == false)
        }
    }

    @Test func `is refused by a node that starts later`() async throws {
        try await SampleNode.open { queue, node in
            let subject = try await Subject(.tokenRevoked, node)
            try await subject.revoke()
            let other = try await queue.node()
            #expect(try await other.desk.verdict(subject.credential).rule == .revoked)
            await other.join()
            let reads = other.desk.store.reads
            #expect(try await other.desk.verdict(subject.credential).rule == .revoked)
            // The client, and nothing about the token.
            #expect(other.desk.store.reads <= reads + 1)
        }
    }

    /// Nodes that lose their connections, stand still and hear late, by chance, while keys are revoked.
    @Test(arguments: [1, 2, 3, 4])
    func `is refused later than a second after, whatever happened`(_ seed: UInt64) async throws {
        try await SampleTree.open { tree in
            var generator = SeededGenerator(seed: seed)
            let queue = SampleFeed(tree)
            let free = LookUpLimit(perAddress: 1_000_000, overall: 1_000_000)
            let nodes = [
                try await queue.node(limit: free), try await queue.node(limit: free), try await queue.node(limit: free),
            ]
            for node in nodes { await node.join() }
            var live: [Issued<APIKey>] = []
            var revoked: [(secret: String, at: Int64)] = []
            var believed = 0
            for _ in 0..<400 {
                queue.wait(milliseconds: Int64.random(in: 1...250, using: &generator))
                if live.count < 5 { live.append(try await tree.key(in: tree.europe)) }
                if Int.random(in: 0..<4, using: &generator) == 0 {
                    let key = live.remove(at: Int.random(in: live.indices, using: &generator))
                    try await tree.store.write { [keys = tree.apiKeys] tx in
                        try keys.delete(
                            key.credential.id, in: key.credential.organization, as: SampleTree.theOperator, tx: tx)
                    }
                    revoked.append((key.secret, queue.uptime))
                }
                for node in nodes {
                    switch Int.random(in: 0..<20, using: &generator) {
                    case 0: node.disconnect()
                    case 1..<4:
                        node.disconnect()
                        await node.join()
                    case 4..<12: node.beat()
                    default: node.listen()
                    }
                    if node.isCurrent { believed += 1 }
                    for key in live { #expect(try await node.desk.verdict(key.secret).rule == nil) }
                    for (secret, time) in revoked.suffix(10) where queue.uptime > time + 1_000_000_000 {
                        #expect(try await node.desk.verdict(secret).rule == .unknown)
                    }
                }
            }
            // Or all of it was answered by the database.
            #expect(believed > 100)
            #expect(revoked.count > 50)
        }
    }
}

/// A credential, and what ends it.
private struct Subject: Sendable {
    let revocation: Revocation
    let node: SampleNode
    /// What is presented to the verifier.
    let credential: String
    private let client: SampleClient
    private let key: Issued<APIKey>
    private let integration: Issued<Integration>
    private let grant: Grant
    private let contact: Contact
    private let accessKey: Issued<AccessKey>
    private let address = "192.0.2.1"

    init(_ revocation: Revocation, _ node: SampleNode) async throws {
        let tree = node.desk.tree
        self.revocation = revocation
        self.node = node
        key = try await tree.key(in: tree.europe, scopes: ["data.read", "reports.read"])
        integration = try await tree.integration(in: tree.europe, scopes: ["data.read", "reports.read"])
        client = SampleClient(integration)
        // Another node issued it.
        let token = try await SampleDesk(tree).token(client).text
        let isForeign = revocation == .appSetBack
        let app = try await tree.app(
            .sample { $0.availableTo = isForeign ? "everyone" : nil }, in: isForeign ? tree.stranger : tree.europe
        ).app
        let member = try await tree.member(in: tree.europe, roles: [])
        grant = try await tree.grant(to: app, by: member, in: tree.europe)
        contact = try await tree.contact(in: tree.europe)
        accessKey = try await tree.accessKey(of: contact)
        switch revocation {
        case .contactDisabled, .contactDeleted, .accessKeyDisabled, .accessKeyDeleted, .accessKeyRotated,
            .accessKeyUseless:
            credential = try await SampleDesk(tree).token(client, [("access_key", accessKey.secret)]).text
        case .keyDeleted, .keyDisabled, .keyRotated, .scopeRemoved, .addressRuleAdded, .accountSuspended,
            .planWithoutAccess:
            credential = key.secret
        case .integrationDeleted, .integrationDisabled, .secretRotated, .tokenRevoked, .keysRotatedAtOnce:
            credential = token
        case .grantRevoked, .appDeleted, .appDisabled, .appSetBack, .memberDeleted:
            credential = try await SampleDesk(tree).token(by: grant, of: app)
        }
        node.listen()
    }

    /// Whether the node accepts it.
    var isAccepted: Bool {
        get async throws {
            if revocation == .accessKeyUseless {
                do {
                    _ = try await node.desk.token(client, [("access_key", accessKey.secret)], from: address)
                    return true
                } catch let error as OAuthError where error == OAuthError(.invalidGrant, "") {
                    return false
                }
            }
            guard revocation == .secretRotated else {
                return try await node.desk.verdict(credential, scopes: ["data.read"], from: address).caller != nil
            }
            do {
                _ = try await node.desk.token(client, from: address)
                return true
            } catch let error as OAuthError where error == OAuthError(.invalidClient, "") {
                return false
            }
        }
    }

    /// Has another node end it.
    func revoke() async throws {
        let tree = node.desk.tree
        let (id, organization) = (key.credential.id, key.credential.organization)
        let (integrationID, actor) = (integration.credential.id, SampleTree.theOperator)
        switch revocation {
        case .keyDeleted:
            try await tree.store.write { [keys = tree.apiKeys] tx in
                try keys.delete(id, in: organization, as: actor, tx: tx)
            }
        case .keyDisabled:
            try await tree.store.write { [keys = tree.apiKeys] tx in
                _ = try keys.disable(id, in: organization, as: actor, tx: tx)
            }
        case .keyRotated:
            try await tree.store.write { [keys = tree.apiKeys] tx in
                _ = try keys.rotate(id, in: organization, overlapSeconds: 0, as: actor, tx: tx)
            }
        case .scopeRemoved:
            try await tree.store.write { [keys = tree.apiKeys] tx in
                _ = try keys.edit(id, in: organization, APIKeyEdit(scopes: ["reports.read"]), as: actor, tx: tx)
            }
        case .addressRuleAdded:
            try await tree.store.write { [keys = tree.apiKeys] tx in
                let edit = APIKeyEdit(allowedAddresses: ["198.51.100.1"])
                _ = try keys.edit(id, in: organization, edit, as: actor, tx: tx)
            }
        case .accountSuspended: try await node.desk.suspend(tree.global)
        case .planWithoutAccess: try await node.desk.put(tree.global, on: "essential")
        case .integrationDeleted:
            try await tree.store.write { [integrations = tree.integrations] tx in
                try integrations.delete(integrationID, in: organization, as: actor, tx: tx)
            }
        case .integrationDisabled:
            try await tree.store.write { [integrations = tree.integrations] tx in
                _ = try integrations.disable(integrationID, in: organization, as: actor, tx: tx)
            }
        case .secretRotated:
            _ = try await tree.store.write { [integrations = tree.integrations] tx in
                try integrations.rotate(integrationID, in: organization, as: actor, tx: tx)
            }
        case .grantRevoked:
            try await tree.store.write { [grants = tree.grants, id = grant.id] tx in
                try grants.revoke(id, in: organization, as: actor, tx: tx)
            }
        case .appDeleted:
            try await tree.store.write { [apps = tree.apps, id = grant.app] tx in
                try apps.delete(id, in: organization, as: actor, tx: tx)
            }
        case .appDisabled:
            try await tree.store.write { [apps = tree.apps, id = grant.app] tx in
                _ = try apps.disable(id, in: organization, as: actor, tx: tx)
            }
        case .appSetBack:
            _ = try await tree.store.write { [apps = tree.apps, id = grant.app, owner = tree.stranger.id] tx in
                try apps.edit(id, in: owner, AppEdit(availableTo: "account"), as: actor, tx: tx)
            }
        case .memberDeleted:
            try await tree.store.write { [members = tree.members, id = grant.member] tx in
                try members.delete(id, in: organization, as: actor, tx: tx)
            }
        case .contactDisabled:
            _ = try await tree.store.write { [contacts = tree.contacts, id = contact.id] tx in
                try contacts.disable(id, in: organization, as: actor, tx: tx)
            }
        case .contactDeleted:
            try await tree.store.write { [contacts = tree.contacts, id = contact.id] tx in
                try contacts.delete(id, in: organization, as: actor, tx: tx)
            }
        case .accessKeyDisabled:
            _ = try await changeAccessKey { try $0.disable($1, of: $2, in: organization, as: actor, tx: $3) }
        case .accessKeyDeleted, .accessKeyUseless:
            try await changeAccessKey { try $0.delete($1, of: $2, in: organization, as: actor, tx: $3) }
        case .accessKeyRotated:
            _ = try await changeAccessKey { try $0.rotate($1, of: $2, in: organization, as: actor, tx: $3) }
        case .tokenRevoked: _ = try await SampleDesk(tree).revoke(credential, as: client)
        case .keysRotatedAtOnce: try await tree.keys.rotate([.sealing, .signing], by: actor, pace: .immediate)
        }
    }

    private func changeAccessKey<R: Sendable>(
        _ change: @escaping @Sendable (AccessKeyService, ID<AccessKey>, ID<Contact>, borrowing Transaction) throws -> R
    ) async throws -> R {
        let tree = node.desk.tree
        return try await tree.store.write {
            [keys = tree.accessKeys, id = accessKey.credential.id, of = contact.id] tx in
            try change(keys, id, of, tx)
        }
    }
}
