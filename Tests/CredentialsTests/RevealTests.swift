import CredentialFormat
import Credentials
import Model
import Persistence
import ProductDefinition
import TestSupport
import Testing
import Tokens

@Suite("Looking at a client secret again", .onEveryEngine)
struct RevealTests {
    @Test func `the secret in force is shown, and each look is on record with who looked`() async throws {
        try await Desk.open { desk in
            let issued = try await desk.tree.integration(in: desk.tree.europe)
            #expect(try await desk.reveal(issued) == issued.secret)
            let rotated = try await desk.rotate(issued, overlap: 60)
            #expect(try await desk.reveal(issued) == rotated.secret)
            let events = try await desk.tree.auditEvents().filter { $0.action == "integration.secret-revealed" }
            #expect(events.count == 2)
            let event = try #require(events.first)
            #expect(event.target == issued.credential.id.description)
            #expect(event.organization == desk.tree.europe.id)
            #expect(event.actor == desk.viewer.description)
            #expect(event.details == ["viewer": desk.viewer.description])
            let looked = try await desk.read(issued)
            #expect(looked.lastLook == Integration.Look(at: desk.tree.clock.current, by: desk.viewer.description))
            #expect(looked.revision == rotated.credential.revision)
            // Nobody has looked at the next one.
            _ = try await desk.rotate(issued, overlap: 0, force: true)
            #expect(try await desk.read(issued).lastLook == nil)
        }
    }

    @Test func `neither a print, nor a list, nor the audit log, nor a row has the secret`() async throws {
        try await Desk.open { desk in
            let issued = try await desk.tree.integration(in: desk.tree.europe)
            let revealed = try await desk.revealed(issued)
            var text = "\(revealed) \(try await desk.read(issued))"
            dump(revealed, to: &text)
            dump(try await desk.tree.auditEvents(), to: &text)
            let sealed = try await desk.sealed(issued)
            text += String(decoding: sealed, as: UTF8.self)
            #expect(!text.contains(issued.secret.dropFirst("clv_cs_1234".count).dropLast(4)))
        }
    }

    @Test func `it takes the permission, the rights that the secret gives, and a person who has just signed in`()
        async throws
    {
        try await Desk.open { desk in
            let strong = try await desk.tree.integration(
                in: desk.tree.europe, scopes: ["data.read", "claviger:members.manage"])
            let now = desk.tree.clock.current
            let all = SampleTree.customerRights
            #expect(
                try await desk.refusal(strong, rights: all.subtracting([.integrationsReveal]))
                    == .forbidden(.integrationsReveal))
            #expect(
                try await desk.refusal(strong, rights: all.subtracting([.membersManage]))
                    == .exceedsRights(.membersManage))
            for provedAt in [nil, now.adding(seconds: -301), now.adding(seconds: 301)] as [Instant?] {
                #expect(
                    try await desk.refusal(strong, presence: Presence(provedAt: provedAt))
                        == .presenceRequired(seconds: 300))
            }
            // An API key has nobody behind it, whenever it was made.
            let key = Actor(
                .apiKey(ID(at: 1)), reach: .subtree(desk.tree.europe.path), permissions: all, requestID: "r",
                address: nil)
            #expect(
                try await desk.refusal(strong, presence: Presence(provedAt: now), as: key)
                    == .presenceRequired(seconds: 300))
            for place in [desk.tree.northAmerica, desk.tree.france, desk.tree.stranger] {
                #expect(try await desk.refusal(strong, as: desk.tree.caller(of: place)) == .notFound)
            }
            #expect(try await desk.read(strong).lastLook == nil)
            for provedAt in [now.adding(seconds: -300), now] {
                #expect(try await desk.refusal(strong, presence: Presence(provedAt: provedAt)) == nil)
            }
        }
    }

    @Test func `ten looks in ten minutes are let through for one person, and not the eleventh`() async throws {
        try await Desk.open { desk in
            let (one, other) = (
                try await desk.tree.integration(in: desk.tree.europe),
                try await desk.tree.integration(in: desk.tree.europe)
            )
            for number in 0..<IntegrationService.maximumLooks {
                _ = try await desk.reveal(number % 2 == 0 ? one : other)
                desk.tree.clock.advance(seconds: 10)
            }
            #expect(try await desk.refusal(one) == .tooOften(retryAfterSeconds: 500))
            #expect(try await desk.refusal(other) == .tooOften(retryAfterSeconds: 500))
            // Another one is not held up by it.
            let somebody = desk.caller(ID(at: 7))
            #expect(try await desk.refusal(one, as: somebody) == nil)
            desk.tree.clock.advance(seconds: 500)
            #expect(try await desk.refusal(one) == nil)
            #expect(try await desk.refusal(one) == .tooOften(retryAfterSeconds: 10))
        }
    }

    @Test func `many looks at the same moment are no way around that`() async throws {
        try await Desk.open { desk in
            let issued = try await desk.tree.integration(in: desk.tree.europe)
            let ends = await race(20) { _ in try await desk.reveal(issued) }
            #expect(ends.count { (try? $0.get()) != nil } == IntegrationService.maximumLooks)
        }
    }

    @Test func `where secrets are shown once, none is kept and none is shown`() async throws {
        try await Desk.open(.once) { desk in
            let issued = try await desk.tree.integration(in: desk.tree.europe)
            #expect(try await desk.sealed(issued).isEmpty)
            #expect(try await desk.code(of: desk.refusal(issued)) == "secret_shown_once")
        }
    }

    @Test func `a secret from before they were kept is not shown, and the next one is`() async throws {
        try await Desk.open { desk in
            let issued = try await desk.tree.integration(in: desk.tree.europe)
            let id = issued.credential.id.description
            try await desk.tree.store.write { tx in
                _ = try tx.execute("UPDATE client_secret SET sealed = NULL WHERE client = \(id)")
            }
            #expect(try await desk.code(of: desk.refusal(issued)) == "secret_not_kept")
            let rotated = try await desk.rotate(issued, overlap: 0)
            #expect(try await desk.reveal(issued) == rotated.secret)
        }
    }

    @Test func `of what is no longer in force nothing is kept`() async throws {
        try await Desk.open { desk in
            let issued = try await desk.tree.integration(in: desk.tree.europe)
            _ = try await desk.rotate(issued, overlap: 3600)
            let id = issued.credential.id
            let kept = try await desk.tree.store.read { tx in
                try tx.clientSecrets(of: .integration(id)).map { try tx.sealedSecret($0.id) != nil }
            }
            #expect(kept == [false, true])
        }
    }

    @Test
    func `once they are kept no longer, all copies are destroyed, counted and on record, and the secrets work on`()
        async throws
    {
        try await Desk.open { desk in
            var made: [Issued<Integration>] = []
            for place in [desk.tree.europe, desk.tree.stranger, desk.tree.europe] {
                made.append(try await desk.tree.integration(in: place))
            }
            let actor = SampleTree.theOperator
            // As long as they are kept, nothing is.
            #expect(try await desk.destroy(with: desk.tree.product, limit: 100, as: actor) == 0)
            let once = Product(name: "Once", policy: ProductPolicy(secretVisibility: .once))
            #expect(try await desk.destroy(with: once, limit: 2, as: actor) == 2)
            #expect(try await desk.destroy(with: once, limit: 2, as: actor) == 1)
            #expect(try await desk.destroy(with: once, limit: 2, as: actor) == 0)
            let events = try await desk.tree.auditEvents().filter { $0.action == "integration.secret-copies-destroyed" }
            #expect(Set(events.map(\.details)) == [["count": "1"], ["count": "2"]])
            for issued in made {
                #expect(try await desk.sealed(issued).isEmpty)
                #expect(try await desk.code(of: desk.refusal(issued)) == "secret_not_kept")
            }
            let server = SampleDesk(desk.tree)
            for issued in made { _ = try await server.token(SampleClient(issued)) }
        }
    }
}

/// A tree whose product keeps client secrets, and somebody who looks at them.
private struct Desk: Sendable {
    let tree: SampleTree
    let viewer = ID<Member>(at: 42)

    static func open(_ visibility: SecretVisibility = .retrievable, _ use: (Desk) async throws -> Void) async throws {
        let product = Product(name: "Claviger", policy: ProductPolicy(secretVisibility: visibility))
        try await SampleTree.open(product: product) { tree in try await use(Desk(tree: tree)) }
    }

    func caller(_ id: ID<Member>, _ rights: Set<Permission> = SampleTree.customerRights) -> Actor {
        Actor(.member(id), reach: .everything, permissions: rights, requestID: "req-viewer", address: nil)
    }

    func revealed(
        _ issued: Issued<Integration>, presence: Presence? = nil, as actor: Actor? = nil
    ) async throws -> RevealedSecret {
        let presence = presence ?? Presence(provedAt: tree.clock.current)
        let actor = actor ?? caller(viewer)
        return try await tree.store.write { [integrations = tree.integrations] tx in
            try integrations.reveal(
                issued.credential.id, in: issued.credential.organization, presence: presence, as: actor, tx: tx)
        }
    }

    func reveal(_ issued: Issued<Integration>) async throws -> String {
        try await revealed(issued).secret
    }

    func refusal(
        _ issued: Issued<Integration>, rights: Set<Permission>? = nil, presence: Presence? = nil, as actor: Actor? = nil
    ) async throws -> Refusal? {
        do {
            _ = try await revealed(issued, presence: presence, as: rights.map { caller(viewer, $0) } ?? actor)
            return nil
        } catch let refusal as Refusal {
            return refusal
        }
    }

    func code(of refusal: Refusal?) -> String? {
        if case .conflict(let code, _) = refusal { code } else { nil }
    }

    func rotate(_ issued: Issued<Integration>, overlap: Int, force: Bool = false) async throws -> Issued<Integration> {
        tree.clock.advance(seconds: 1)
        return try await tree.store.write { [integrations = tree.integrations] tx in
            try integrations.rotate(
                issued.credential.id, in: issued.credential.organization, overlapSeconds: overlap, force: force,
                as: SampleTree.theOperator, tx: tx)
        }
    }

    func read(_ issued: Issued<Integration>) async throws -> Integration {
        try await tree.store.read { [integrations = tree.integrations] tx in
            try integrations.get(
                issued.credential.id, in: issued.credential.organization, as: SampleTree.theOperator, tx: tx)
        }
    }

    /// What is kept of the secrets of an integration, one after the other.
    func sealed(_ issued: Issued<Integration>) async throws -> [UInt8] {
        let id = issued.credential.id
        return try await tree.store.read { tx in
            try tx.clientSecrets(of: .integration(id)).flatMap { try tx.sealedSecret($0.id) ?? [] }
        }
    }

    func destroy(with product: Product, limit: Int, as actor: Actor) async throws -> Int {
        let integrations = IntegrationService(
            product: product, peppers: { [keys = tree.keys] in keys.keys.peppers },
            safe: ClientSecretSafe(seal: { plain, _ in plain }, open: { _, _ in nil }), now: tree.clock.now)
        return try await tree.store.write { tx in try integrations.destroyCopies(limit: limit, as: actor, tx: tx) }
    }
}
