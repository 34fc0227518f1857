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
import Verification

/// Client credentials with the access key of a contact (record 0031).
@Suite("Acting for a contact", .onEveryEngine)
struct AccessKeyGrantTests {
    private static func product(_ policy: AccessKeyPolicy) -> Product {
        Product(name: "Claviger", policy: ProductPolicy(accessKeys: policy))
    }

    @Test(arguments: TokenFormat.allCases)
    func `a token with an access key acts for that contact, wherever it is shown`(_ format: TokenFormat) async throws {
        try await SampleDesk.open { desk in
            let contact = try await desk.tree.contact(in: desk.tree.europe)
            let key = try await desk.tree.accessKey(of: contact)
            let client = SampleClient(
                try await desk.integration(
                    IntegrationDraft(label: "Sync", scopes: ["data.read"], tokenFormat: format.rawValue),
                    in: desk.tree.europe))
            let server = SampleClient(try await desk.resourceServer([SampleDesk.issuer]))
            let issued = try await desk.token(client, [("access_key", key.secret)])
            #expect(issued.token.subject == contact.id.description)
            let caller = try #require(try await desk.verdict(issued.text).caller)
            #expect(caller.credential.contact?.id == contact.id)
            for asker in [client, server] {
                #expect(
                    try await desk.introspect(issued.text, as: asker)?.credential.contact?.id == contact.id)
            }
            // The one without acts for itself.
            let own = try await desk.token(client)
            #expect(own.token.subject == nil)
            #expect(try await desk.verdict(own.text).caller?.credential.contact == nil)
        }
    }

    @Test func `of what it may do and who did it, the audit log has the contact and the integration`() async throws {
        try await SampleDesk.open { desk in
            let contact = try await desk.tree.contact(in: desk.tree.europe)
            let key = try await desk.tree.accessKey(of: contact)
            let integration = try await desk.tree.integration(in: desk.tree.europe)
            let token = try await desk.token(SampleClient(integration), [("access_key", key.secret)])
            let caller = try #require(try await desk.verdict(token.text).caller)
            let actor = Actor(
                caller.credential.identity, reach: caller.standing.reach, permissions: [], requestID: "r", address: nil)
            #expect(actor.label == "\(contact.id) by \(integration.credential.id)")
            #expect(caller.scopes.text == "data.read")
        }
    }

    @Test func `an access key is used in memory, counted, and no row is written for it`() async throws {
        try await SampleDesk.open { desk in
            let contact = try await desk.tree.contact(in: desk.tree.europe)
            let key = try await desk.tree.accessKey(of: contact)
            let client = SampleClient(try await desk.tree.integration(in: desk.tree.europe))
            _ = try await desk.token(client, [("access_key", key.secret)], from: "192.0.2.9")
            let reads = desk.store.reads
            for _ in 0..<3 {
                let token = try await desk.token(client, [("access_key", key.secret)], from: "192.0.2.9").text
                #expect(try await desk.verdict(token).rule == nil)
            }
            #expect(desk.store.reads == reads)
            #expect(desk.store.writes == 0)
            // A request that is refused for something else is no use of it.
            await #expect(throws: OAuthError(.invalidScope, "")) {
                try await desk.token(client, [("access_key", key.secret), ("scope", "data.write")])
            }
            try await desk.verifier.usage.flush()
            let use = try await desk.tree.store.read { tx in try tx.accessKey(key.credential.id) }?.lastUse
            #expect(use == LastUse(at: desk.now, address: IPAddress("192.0.2.9"), count: 4))
        }
    }

    @Test func `where it is required, a request without one is refused and told so`() async throws {
        try await SampleDesk.open(product: Self.product(.required)) { desk in
            let client = SampleClient(try await desk.tree.integration(in: desk.tree.europe))
            for parameters in [[], [("access_key", "")]] as [[(String, String)]] {
                do {
                    _ = try await desk.token(client, parameters)
                    Issue.record("It was issued.")
                } catch let error as OAuthError {
                    #expect(error.code == .invalidRequest)
                    #expect(error.description.hasPrefix("access_key is missing"))
                }
            }
            let key = try await desk.tree.accessKey(of: desk.tree.contact(in: desk.tree.europe))
            _ = try await desk.token(client, [("access_key", key.secret)])
            // Whoever has not proved which client it is learns nothing of that.
            await #expect(throws: OAuthError(.invalidClient, "")) {
                try await desk.token(SampleClient(id: client.id, secret: key.secret))
            }
        }
    }

    @Test func `where there are none, a request with one is refused`() async throws {
        try await SampleDesk.open { made in
            let key = try await made.tree.accessKey(of: made.tree.contact(in: made.tree.europe))
            #expect(key.secret.hasPrefix("clv_ak_"))
        }
        try await SampleDesk.open(product: Self.product(.off)) { desk in
            let client = SampleClient(try await desk.tree.integration(in: desk.tree.europe))
            _ = try await desk.token(client)
            await #expect(throws: OAuthError(.invalidRequest, "")) {
                try await desk.token(client, [("access_key", "clv_ak_x")])
            }
            #expect(desk.store.writes == 0)
        }
    }

    @Test func `an access key of above, below, beside or another account is refused as one that does not exist`()
        async throws
    {
        try await SampleDesk.open { desk in
            let client = SampleClient(try await desk.tree.integration(in: desk.tree.europe))
            let tree = desk.tree
            for place in [tree.global, tree.france, tree.northAmerica, tree.stranger, tree.desk] {
                let key = try await tree.accessKey(of: tree.contact(in: place))
                for _ in 0..<2 {
                    await #expect(throws: OAuthError(.invalidGrant, "")) {
                        try await desk.token(client, [("access_key", key.secret)])
                    }
                }
                // And is good where it belongs.
                let own = SampleClient(try await tree.integration(in: place))
                _ = try await desk.token(own, [("access_key", key.secret)])
            }
        }
    }

    @Test func `nothing else is an access key, and an access key is nothing else`() async throws {
        try await SampleDesk.open { desk in
            let issued = try await desk.tree.integration(in: desk.tree.europe)
            let client = SampleClient(issued)
            let key = try await desk.tree.accessKey(of: desk.tree.contact(in: desk.tree.europe))
            let apiKey = try await desk.tree.key(in: desk.tree.europe)
            let token = try await desk.token(client).text
            for wrong in [
                issued.secret, apiKey.secret, token, "nonsense", key.secret + "x", key.credential.id.description,
            ] {
                await #expect(throws: OAuthError(.invalidGrant, "")) {
                    try await desk.token(client, [("access_key", wrong)])
                }
            }
            #expect(try await desk.verdict(key.secret).caller == nil)
            await #expect(throws: OAuthError(.invalidClient, "")) {
                try await desk.token(SampleClient(id: client.id, secret: key.secret))
            }
            #expect(try await desk.verdict(apiKey.secret).rule == nil)
        }
    }

    @Test func `when the contact or the access key ends or is disabled, so do its tokens, at the next call`()
        async throws
    {
        try await SampleDesk.open { desk in
            let client = SampleClient(try await desk.tree.integration(in: desk.tree.europe))
            let (place, actor) = (desk.tree.europe.id, SampleTree.theOperator)
            let (contacts, keys) = (desk.tree.contacts, desk.tree.accessKeys)
            typealias Change = @Sendable (Contact, AccessKey, borrowing Transaction) throws -> Void
            let changes: [(change: Change, undo: Change?)] = [
                (
                    { _ = try contacts.disable($0.id, in: place, as: actor, tx: $2) },
                    { _ = try contacts.enable($0.id, in: place, as: actor, tx: $2) }
                ),
                (
                    { _ = try keys.disable($1.id, of: $0.id, in: place, as: actor, tx: $2) },
                    { _ = try keys.enable($1.id, of: $0.id, in: place, as: actor, tx: $2) }
                ),
                ({ _ = try keys.rotate($1.id, of: $0.id, in: place, as: actor, tx: $2) }, nil),
                ({ try keys.delete($1.id, of: $0.id, in: place, as: actor, tx: $2) }, nil),
                ({ try contacts.delete($0.id, in: place, as: actor, tx: $2) }, nil),
            ]
            for (change, undo) in changes {
                let contact = try await desk.tree.contact(in: desk.tree.europe)
                let key = try await desk.tree.accessKey(of: contact)
                let other = try await desk.tree.accessKey(of: contact)
                let parameters = [("access_key", key.secret)]
                let token = try await desk.token(client, parameters).text
                let neighbour = try await desk.token(client, [("access_key", other.secret)]).text
                let own = try await desk.token(client).text
                for text in [token, neighbour, own] { #expect(try await desk.verdict(text).rule == nil) }
                try await desk.tree.store.write { tx in try change(contact, key.credential, tx) }
                #expect(try await desk.verdict(token).caller == nil)
                await #expect(throws: OAuthError(.invalidGrant, "")) { try await desk.token(client, parameters) }
                #expect(try await desk.verdict(own).rule == nil)
                if let undo {
                    try await desk.tree.store.write { tx in try undo(contact, key.credential, tx) }
                    #expect(try await desk.verdict(token).rule == nil)
                    #expect(try await desk.verdict(neighbour).rule == nil)
                }
            }
        }
    }

    @Test func `a token of a contact that is gone is looked into once, and not at every call`() async throws {
        try await SampleDesk.open { desk in
            let contact = try await desk.tree.contact(in: desk.tree.europe)
            let key = try await desk.tree.accessKey(of: contact)
            let client = SampleClient(try await desk.tree.integration(in: desk.tree.europe))
            let token = try await desk.token(client, [("access_key", key.secret)]).text
            try await desk.tree.store.write { [contacts = desk.tree.contacts] tx in
                try contacts.delete(contact.id, in: contact.organization, as: SampleTree.theOperator, tx: tx)
            }
            #expect(try await desk.verdict(token).rule == .unknown)
            let reads = desk.store.reads
            for _ in 0..<5 { #expect(try await desk.verdict(token).rule == .unknown) }
            #expect(desk.store.reads == reads)
        }
    }

    @Test func `a token outlives neither a restart that follows its access key's end nor one that precedes it`()
        async throws
    {
        try await SampleDesk.open { desk in
            let contact = try await desk.tree.contact(in: desk.tree.europe)
            let key = try await desk.tree.accessKey(of: contact)
            let client = SampleClient(try await desk.tree.integration(in: desk.tree.europe))
            let token = try await desk.token(client, [("access_key", key.secret)]).text
            let restarted = SampleDesk(desk.tree)
            #expect(try await restarted.verdict(token).rule == nil)
            try await desk.tree.store.write { [keys = desk.tree.accessKeys] tx in
                _ = try keys.rotate(
                    key.credential.id, of: contact.id, in: contact.organization, as: SampleTree.theOperator, tx: tx)
            }
            #expect(try await restarted.verdict(token).rule == .unknown)
            #expect(try await SampleDesk(desk.tree).verdict(token).rule == .unknown)
        }
    }

    @Test func `made-up access keys end at their checksum, or at a limit of the client that sends them`() async throws {
        try await SampleDesk.open(limit: LookUpLimit(perAsker: 5, reserve: 1)) { desk in
            let client = SampleClient(try await desk.tree.integration(in: desk.tree.europe))
            _ = try await desk.token(client)
            let reads = desk.store.reads
            for number in 0..<50 {
                await #expect(throws: OAuthError(.invalidGrant, "")) {
                    try await desk.token(client, [("access_key", "clv_ak_\(number)")])
                }
            }
            #expect(desk.store.reads == reads)
            // Well-formed ones: each is looked for once, and then known not to exist.
            let guess = MintedSecret(.accessKey, brand: desk.tree.product.brand).reveal()
            for _ in 0..<5 {
                await #expect(throws: OAuthError(.invalidGrant, "")) {
                    try await desk.token(client, [("access_key", guess)])
                }
            }
            #expect(desk.store.reads == reads + 1)
            var refused = 0
            for _ in 0..<100 {
                let guess = MintedSecret(.accessKey, brand: desk.tree.product.brand).reveal()
                do {
                    _ = try await desk.token(client, [("access_key", guess)])
                    Issue.record("A guess was right.")
                } catch is LookUpRefused {
                    refused += 1
                } catch let error as OAuthError {
                    #expect(error.code == .invalidGrant)
                }
            }
            #expect(refused >= 85)
            #expect(desk.store.reads <= reads + 20)
            // A good one gets in all the same, and one that was just made, too.
            let contact = try await desk.tree.contact(in: desk.tree.europe)
            let key = try await desk.tree.accessKey(of: contact)
            desk.tree.clock.advance(seconds: -2)
            for _ in 0..<2 { _ = try await desk.token(client, [("access_key", key.secret)]) }
        }
    }

    @Test func `a new access key works at once, also where it was tried before it was made`() async throws {
        try await SampleDesk.open { desk in
            let contact = try await desk.tree.contact(in: desk.tree.europe)
            let client = SampleClient(try await desk.tree.integration(in: desk.tree.europe))
            let key = try await desk.tree.accessKey(of: contact)
            let parameters = [("access_key", key.secret)]
            // As it was before it was there.
            try await desk.tree.store.write { tx in
                _ = try tx.execute("UPDATE access_key SET pepper = 99 WHERE id = \(key.credential.id)")
                tx.announce(.contact(contact.id))
            }
            await #expect(throws: OAuthError(.invalidGrant, "")) { try await desk.token(client, parameters) }
            try await desk.tree.store.write { tx in
                _ = try tx.execute("UPDATE access_key SET pepper = 1 WHERE id = \(key.credential.id)")
                tx.announce(.contact(contact.id))
            }
            _ = try await desk.token(client, parameters)
        }
    }

    // MARK: - By hand

    @Test func `a token made by hand acts for a contact of the organization, and stops with them`() async throws {
        try await SampleDesk.open { desk in
            let contact = try await desk.tree.contact(in: desk.tree.europe)
            let integration = try await desk.tree.integration(in: desk.tree.europe)
            let token = try await byHand(integration, for: contact.id.description, desk)
            let caller = try #require(try await desk.verdict(token).caller)
            #expect(caller.credential.contact?.id == contact.id)
            let event = try #require(
                try await desk.tree.auditEvents().first { $0.action == "integration.token-issued" })
            #expect(event.details["contact"] == contact.id.description)
            try await desk.tree.store.write { [contacts = desk.tree.contacts] tx in
                _ = try contacts.disable(contact.id, in: contact.organization, as: SampleTree.theOperator, tx: tx)
            }
            #expect(try await desk.verdict(token).rule == .disabled)
            await #expect(throws: Refusal.self) { try await byHand(integration, for: contact.id.description, desk) }
        }
    }

    @Test func `for whom a token acts is for those to say who manage contacts, or for a contact of themself`()
        async throws
    {
        try await SampleDesk.open(product: Self.product(.required)) { desk in
            let tree = desk.tree
            let integration = try await tree.integration(in: tree.europe)
            let member = try await tree.member(in: tree.europe, roles: [])
            let own = try await tree.contact(in: tree.europe, member: member)
            let other = try await tree.contact(in: tree.europe)
            func actor(_ permissions: Set<Permission>, _ id: ID<Member> = ID(at: 1)) -> Actor {
                Actor(
                    .member(id), reach: .subtree(tree.europe.path), permissions: permissions, requestID: "r",
                    address: nil)
            }
            let maker: Set<Permission> = [.integrationsManage]
            // Somebody has to be said, unless it is oneself.
            await #expect(throws: Refusal.self) { try await byHand(integration, for: nil, as: actor(maker), desk) }
            let mine = try await byHand(integration, for: nil, as: actor(maker, member.id), desk)
            #expect(try await desk.verdict(mine).caller?.credential.contact?.id == own.id)
            _ = try await byHand(integration, for: own.id.description, as: actor(maker, member.id), desk)
            await #expect(throws: Refusal.forbidden(.contactsManage)) {
                try await byHand(integration, for: other.id.description, as: actor(maker, member.id), desk)
            }
            _ = try await byHand(
                integration, for: other.id.description, as: actor([.integrationsManage, .contactsManage]), desk)
            for place in [tree.global, tree.france, tree.northAmerica, tree.stranger] {
                let foreign = try await tree.contact(in: place)
                await #expect(throws: Refusal.self) { try await byHand(integration, for: foreign.id.description, desk) }
            }
        }
    }

    @Test func `where there are no access keys, no token acts for anybody`() async throws {
        try await SampleDesk.open(product: Self.product(.off)) { desk in
            let contact = try await desk.tree.contact(in: desk.tree.europe)
            let integration = try await desk.tree.integration(in: desk.tree.europe)
            _ = try await byHand(integration, for: nil, desk)
            await #expect(throws: Refusal.self) { try await byHand(integration, for: contact.id.description, desk) }
        }
    }

    private func byHand(
        _ integration: Issued<Integration>, for contact: String?, as actor: Actor = SampleTree.theOperator,
        _ desk: SampleDesk
    ) async throws -> String {
        let token = try await desk.tree.store.write { [integrations = desk.tree.integrations] tx in
            try integrations.recordHandmadeToken(
                of: integration.credential.id, in: integration.credential.organization, contact: contact, as: actor,
                tx: tx)
        }
        return try desk.tokenIssuer.text(of: token.accessToken(for: [SampleDesk.issuer]), as: .sealed)
    }
}
