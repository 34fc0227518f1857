import CredentialFormat
import Credentials
import HTTPTypes
import Hummingbird
import Logging
import Model
import NIOCore
import NIOEmbedded
import OAuth
import Persistence
import Policy
import ProductDefinition
import TestSupport
import Testing
import Verification

@testable import HTTPServing

/// Who is refused can be told why, by the identifier of the request (law 14).
@Suite("Refusals that are kept", .onEveryEngine)
struct KeptRefusalTests {
    private static let product = Product(
        name: "Planned", policy: ProductPolicy(organizationHeader: "X-Organization"),
        plans: PlanCatalogue([PlanDefinition(name: "full"), PlanDefinition(name: "plain", features: [])]))

    @Test func `a refusal by each rule is found by its request, with what was asked and what is allowed`() async throws
    {
        try await SampleDesk.open(product: Self.product) { desk in
            let door = Door(desk)
            let tree = desk.tree
            let draft = APIKeyDraft(name: "Key", lifetimeSeconds: 600, scopes: ["data.read"])
            let key = try await desk.key(draft, in: tree.europe)
            let bound = try await desk.key(
                APIKeyDraft(name: "Bound", scopes: ["data.read"], allowedAddresses: ["192.0.2.0/24"]), in: tree.europe)
            let client = try await tree.integration(in: tree.europe)
            let token = try await desk.token(SampleClient(client)).text
            let app = try await desk.app(in: tree.global)
            let consent = try await desk.consented(
                to: app, in: tree.europe, as: try await desk.signedIn(in: tree.global))
            try await desk.verifier.refusals.flush()
            _ = await door.verify("scope", key.secret, query: "scope=data.write")
            _ = await door.verify("organization", key.secret, in: tree.northAmerica.id.description)
            _ = await door.verify("nonsense", key.secret, in: "acme")
            _ = await door.verify("address", bound.secret)
            _ = await door.verify("token", token, query: "scope=data.write")
            _ = await door.verify("app", consent.accessToken, query: "scope=data.write")
            let unmanaged = [try await door.manage(key.secret), try await door.manage(token)]
            _ = await door.token("secret", client, secret: app.secret ?? "")
            _ = await door.token("ask", client, asking: "data.read data.write \(key.secret)")
            _ = await door.token("grant", client, "grant_type=refresh_token&refresh_token=nonsense")
            _ = await door.token("unread", client, "grant_type=nonsense")
            let other = SampleClient(id: app.id, secret: app.secret ?? "")
            _ = await door.token("code", other, "grant_type=authorization_code&code=nonsense")
            _ = await door.verify("unknown", "clv_key_nonsense")
            _ = await door.token("nobody", SampleClient(id: "int_0", secret: "x"))
            _ = try await desk.revoke(token, as: SampleClient(client))
            _ = await door.verify("revoked", token)
            try await desk.suspend(tree.global)
            _ = await door.verify("suspended", key.secret)
            _ = await door.token("client-suspended", client)
            try await desk.suspend(tree.global, false)
            try await desk.put(tree.global, on: "plain")
            _ = await door.verify("plan", key.secret)
            try await desk.put(tree.global, on: nil)
            _ = try await tree.store.write { [keys = tree.apiKeys] tx in
                try keys.disable(
                    key.credential.id, in: tree.europe.id, as: SampleTree.theOperator, tx: tx)
            }
            _ = await door.verify("disabled", key.secret)
            _ = try await tree.store.write { [keys = tree.apiKeys] tx in
                try keys.enable(key.credential.id, in: tree.europe.id, as: SampleTree.theOperator, tx: tx)
            }
            tree.clock.advance(seconds: 601)
            _ = await door.verify("expired", key.secret)

            #expect(try await door.kept().isEmpty, "Nothing is written while a caller waits (law 6).")
            try await desk.verifier.refusals.flush()
            let kept = Dictionary(try await door.kept().map { ($0.requestID, $0) }) { first, _ in first }
            let rules = kept.mapValues(\.rule)
            #expect(
                rules == [
                    "scope": "scope", "organization": "organization", "nonsense": "organization", "address": "address",
                    "token": "scope", "app": "scope", unmanaged[0]: "management_scope",
                    unmanaged[1]: "management_scope", "secret": "invalid_client", "ask": "invalid_scope",
                    "grant": "unauthorized_client",
                    "code": "invalid_grant", "revoked": "revoked", "suspended": "suspended",
                    "client-suspended": "suspended", "plan": "plan", "disabled": "disabled", "expired": "expired",
                ])
            #expect(rules.values.allSatisfy { RefusalRule(rawValue: $0) != nil })
            #expect(kept["scope"]?.credential == key.credential.id.description)
            #expect(kept["scope"]?.asked.scopes == ["data.write"])
            #expect(kept["scope"]?.allowed.scopes.text == "data.read")
            #expect(kept["organization"]?.asked.organization == tree.northAmerica.id)
            #expect(kept["organization"]?.path == tree.europe.path)
            #expect(kept["address"]?.allowed.addresses.ranges?.map(\.description) == ["192.0.2.0/24"])
            #expect(kept["token"]?.credential == client.credential.id.description)
            #expect(kept["token"]?.token != nil)
            #expect(kept["app"]?.kind == .grant)
            #expect(kept["app"]?.path == tree.europe.path, "Where the user is, not where the app is.")
            #expect(kept["code"]?.kind == .app)
            #expect(kept["ask"]?.asked.grantType == "client_credentials")
            #expect(Set(kept["ask"]?.asked.scopes ?? []) == ["data.read", "data.write", "…"])
            let told = "\(kept.values)"
            for secret in [key.secret, bound.secret, client.secret, token, consent.accessToken, app.secret ?? ""] {
                #expect(!told.contains(secret))
            }
            // Once more changes nothing: what is there stays as it is.
            try await tree.store.write { tx in try tx.insert(Array(kept.values)) }
            #expect(try await door.kept().count == kept.count)
        }
    }

    @Test func `whoever may read the credential finds it, those above too, and nobody else, for a day`() async throws {
        try await SampleDesk.open(product: Self.product) { desk in
            let tree = desk.tree
            let door = Door(desk)
            let key = try await tree.key(in: tree.europe)
            _ = await door.verify("one", key.secret, query: "scope=data.write")
            try await desk.verifier.refusals.flush()
            let service = RefusalService(now: tree.clock.now)
            func found(
                in organization: Organization, by caller: Organization, _ permissions: Set<Permission> = [.apiKeysRead],
                below: Bool = false
            ) async throws -> String {
                let actor = tree.caller(of: caller, permissions)
                return try await tree.store.read { tx in
                    do {
                        let one = try service.get(
                            "one", in: organization.id, includeDescendants: below, as: actor, tx: tx)
                        let all = try service.list(
                            in: organization.id, includeDescendants: below, credential: key.credential.id.description,
                            rule: "scope", page: Page(), as: actor, tx: tx)
                        return all.items == [one] ? "found" : "not listed"
                    } catch let refusal as Refusal {
                        return "\(refusal)"
                    }
                }
            }
            #expect(try await found(in: tree.europe, by: tree.europe) == "found")
            #expect(try await found(in: tree.europe, by: tree.global) == "found")
            #expect(try await found(in: tree.global, by: tree.global, below: true) == "found")
            #expect(try await found(in: tree.global, by: tree.global) == "notFound")
            for other in [tree.france, tree.northAmerica, tree.stranger] {
                #expect(try await found(in: tree.europe, by: other) == "notFound")
                #expect(try await found(in: other, by: other, below: true) == "notFound")
            }
            #expect(try await found(in: tree.europe, by: tree.europe, [.integrationsRead]) == "notFound")
            #expect(try await found(in: tree.europe, by: tree.europe, [.membersRead]).hasPrefix("forbidden"))
            tree.clock.advance(seconds: KeptRefusal.lifetimeSeconds + 1)
            #expect(try await found(in: tree.europe, by: tree.europe) == "notFound")
            let swept = try await tree.store.write { tx in
                try tx.sweepRefusals(before: desk.now.adding(seconds: -KeptRefusal.lifetimeSeconds), limit: 9)
            }
            #expect(swept == 1)
            #expect(try await door.kept().isEmpty)
        }
    }

    @Test func `a flood of one credential pushes out no other, in memory and in rows`() async throws {
        try await SampleDesk.open(product: Self.product) { desk in
            let tree = desk.tree
            let door = Door(desk)
            let key = try await tree.key(in: tree.europe)
            let quiet = try await tree.key(in: tree.europe)
            _ = await door.verify("quiet", quiet.secret, query: "scope=data.write")
            for number in 0..<3000 { _ = await door.verify("\(number)", key.secret, query: "scope=data.write") }
            _ = await door.verify("another", key.secret, in: tree.stranger.id.description)
            let counts = desk.verifier.refusals.counts
            #expect(counts.noted == RefusalQueue.mostOfRule + 2)
            #expect(counts.repeated == 3000 - RefusalQueue.mostOfRule)
            try await desk.verifier.refusals.flush()
            #expect(try await door.kept().count == RefusalQueue.mostOfRule + 2)
            // A day of that, at once.
            let sample = try #require(try await door.kept().first { $0.requestID == "another" })
            let many = (0..<700).map { number in sample.copy("many-\(number)", at: desk.now.adding(seconds: number)) }
            try await tree.store.write { tx in try tx.insert(many) }
            let kept = try await door.kept()
            #expect(kept.count == KeptRefusal.mostOfRule + RefusalQueue.mostOfRule + 1)
            #expect(kept.contains { $0.requestID == "quiet" })
            #expect(kept.count { $0.rule == "scope" } == RefusalQueue.mostOfRule + 1)
            #expect(kept.first?.requestID == "many-699", "The oldest go first.")
        }
    }

    @Test func `what waits is bounded, and is written once the database is back`() async throws {
        try await SampleDesk.open(product: Self.product) { desk in
            let tree = desk.tree
            let queue = desk.verifier.refusals
            let key = try await tree.key(in: tree.europe)
            let demand = Demand(address: nil, audiences: [])
            var (_, record) = try await desk.verifier.verdict(on: key.secret, demand, at: desk.now)
            var minute = 0
            while queue.counts.overflowed == 0, minute < 1000 {
                minute += 1
                for rule in 0..<20 {
                    record.refuses(at: .verify, by: "rule-\(rule)", from: nil)
                    for _ in 0..<10 {
                        desk.verifier.keepRefusal(record, under: "r", at: desk.now.adding(seconds: 60 * minute))
                    }
                }
            }
            #expect(queue.counts.noted == RefusalQueue.capacity)
            try await queue.flush()
            #expect(queue.isEmpty)
            #expect(try await Door(desk).kept().count == RefusalQueue.capacity)
        }
    }

    @Test func `what would be answered is what is answered`() async throws {
        try await SampleDesk.open(product: Self.product) { desk in
            let tree = desk.tree
            let trial = CredentialTrial(product: Self.product)
            let key = try await desk.key(
                APIKeyDraft(
                    name: "Key", lifetimeSeconds: 600, scopes: ["data.read"], allowedAddresses: ["192.0.2.0/24"]),
                in: tree.europe)
            let client = try await desk.integration(
                IntegrationDraft(label: "Sync", scopes: ["data.read"], allowedAddresses: ["192.0.2.0/24"]),
                in: tree.europe)
            let token = try await desk.issuedToken(client.credential)
            let writes = desk.store.writes
            func compare() async throws {
                for scope in ["data.read", "data.write"] {
                    for address in ["192.0.2.7", "198.51.100.1", nil] {
                        for organization in [nil, tree.europe.id, tree.france.id, tree.global.id, tree.stranger.id] {
                            let draft = CredentialTrial.Draft(
                                scopes: [scope], address: address, organization: organization?.description)
                            let (ofKey, ofClient) = try await tree.store.read { [now = desk.now] tx in
                                let found = try tx.apiKey(key.credential.id) ?? key.credential
                                return (
                                    try trial.outcome(of: found, draft, at: now, tx: tx),
                                    try trial.outcome(of: client.credential, draft, at: now, tx: tx)
                                )
                            }
                            for (tried, text) in [(ofKey, key.secret), (ofClient, token)] {
                                let verdict = try await desk.verdict(
                                    text, scopes: [scope], from: address, in: organization)
                                let place: Comment =
                                    "\(scope) \(address ?? "nowhere") \(organization?.description ?? "")"
                                #expect(tried.rule == verdict.rule?.name, place)
                                #expect(tried.scopes.map(\.rule) == [verdict.rule?.name], place)
                            }
                        }
                    }
                }
            }
            try await compare()
            try await desk.suspend(tree.stranger)
            try await compare()
            try await desk.suspend(tree.global)
            try await compare()
            try await desk.suspend(tree.global, false)
            try await desk.put(tree.global, on: "plain")
            try await compare()
            try await desk.put(tree.global, on: nil)
            _ = try await tree.store.write { [keys = tree.apiKeys] tx in
                try keys.disable(key.credential.id, in: tree.europe.id, as: SampleTree.theOperator, tx: tx)
            }
            let draft = CredentialTrial.Draft(scopes: ["data.read"], address: "192.0.2.7")
            let outcome = try await tree.store.read { [now = desk.now] tx in
                try tx.apiKey(key.credential.id).map { try trial.outcome(of: $0, draft, at: now, tx: tx) }
            }
            #expect(outcome?.rule == "disabled")
            #expect(outcome?.addressPasses == nil, "A rule before that one refuses already.")
            #expect(desk.verifier.refusals.isEmpty)
            #expect(desk.store.writes == writes)
        }
    }
}

extension SampleDesk {
    /// A token of an integration, from where it may be fetched.
    fileprivate func issuedToken(_ integration: Integration) async throws -> String {
        let token = AccessToken(
            id: ID(at: now.milliseconds), holder: .integration(integration.id), account: tree.global.id,
            organization: integration.organization, subject: nil, scopes: integration.scopes,
            audiences: [Self.issuer], issuedAt: Instant(seconds: now.seconds), expiresAt: now.adding(seconds: 3600))
        return try tokenIssuer.text(of: token, as: integration.tokenFormat)
    }
}

extension KeptRefusal {
    fileprivate func copy(_ requestID: String, at time: Instant) -> KeptRefusal {
        KeptRefusal(
            id: ID(at: time.milliseconds), at: time, requestID: requestID, path: path, kind: kind,
            credential: credential, token: token, door: door, rule: rule, asked: asked, allowed: allowed)
    }
}

/// The doors of a desk, by requests with names.
private struct Door {
    let desk: SampleDesk
    let routes: HotRoutes

    init(_ desk: SampleDesk) {
        self.desk = desk
        routes = HotRoutes(over: desk)
    }

    func answer(_ request: HotRequest) async -> HotReply {
        if let reply = routes.answerFromMemory(request) { return reply }
        return await routes.answer(request)
    }

    func verify(
        _ name: String, _ credential: String, query: Substring? = nil, in organization: String? = nil
    ) async -> HotReply {
        let fields = [("Authorization", "Bearer \(credential)")] + (organization.map { [("X-Organization", $0)] } ?? [])
        return await answer(HotRequest(.verify, fields, nil, query: query, requestID: name, at: desk.now))
    }

    func token(
        _ name: String, _ client: Issued<Integration>, _ form: String? = nil, secret: String? = nil, asking: String = ""
    ) async -> HotReply {
        let scopes = asking.isEmpty ? "" : "&scope=\(asking.replacing(" ", with: "+"))"
        return await token(
            name, SampleClient(id: client.credential.id.description, secret: secret ?? client.secret),
            form ?? "grant_type=client_credentials\(scopes)")
    }

    func token(
        _ name: String, _ client: SampleClient, _ form: String = "grant_type=client_credentials"
    ) async -> HotReply {
        await answer(
            HotRequest(.oauth(.token), [("Authorization", client.basic)], form, requestID: name, at: desk.now))
    }

    /// At the management API, which names requests itself.
    func manage(_ credential: String) async throws -> String {
        let door = BearerAuthentication(
            verifier: desk.verifier, product: desk.tree.product, issuer: SampleDesk.issuer, now: desk.tree.clock.now)
        let request = Request(
            head: HTTPRequest(
                method: .get, scheme: nil, authority: nil, path: "/api/v1/me",
                headerFields: [.authorization: "Bearer \(credential)"]),
            body: RequestBody(buffer: ByteBuffer()))
        let context = CallerContext(
            source: ApplicationRequestContextSource(channel: EmbeddedChannel(), logger: Logger(label: "test")))
        await #expect(throws: ProblemDocument.self) {
            _ = try await door.handle(request, context: context) { _, _ in Response(status: .ok) }
        }
        return context.requestID
    }

    /// All that was written, newest first, of an account.
    func kept() async throws -> [KeptRefusal] {
        let (global, now) = (desk.tree.global.path, desk.now)
        return try await desk.tree.store.read { tx in
            try tx.refusals(
                .within(global), matching: RefusalFilter(kinds: Set(KeptRefusal.Kind.allCases)),
                since: now.adding(seconds: -86_400), after: nil, limit: 10_000)
        }
    }
}
