import CredentialFormat
import Credentials
import Model
import OAuth
import Persistence
import Policy
import TestSupport
import Testing
import Verification

/// What is wrong with a credential is taken away one by one: each time the next rule of law 4 must refuse.
@Suite("The order in which a credential is judged", .onEveryEngine)
struct VerdictOrderTests {
    private static let wrong = "198.51.100.1"
    private static let right = "192.0.2.1"

    @Test func `a key: unknown, disabled, expired, suspended, address, organization, scopes`() async throws {
        try await SampleDesk.open { desk in
            let tree = desk.tree
            let draft = APIKeyDraft(
                name: "Key", lifetimeSeconds: 60, scopes: ["data.read"], allowedAddresses: ["192.0.2.0/24"])
            let key = try await desk.key(draft, in: tree.europe)
            let (id, organization) = (key.credential.id, tree.europe.id)
            let start = desk.now
            tree.clock.advance(seconds: 61)
            try await desk.suspend(tree.global)
            _ = try await tree.store.write { [keys = tree.apiKeys] tx in
                try keys.disable(id, in: organization, as: SampleTree.theOperator, tx: tx)
            }
            func rule(
                from address: String = Self.wrong, in organization: ID<Organization>? = nil,
                _ scope: String = "data.write"
            ) async throws -> Verdict.Rule? {
                try await desk.verdict(
                    key.secret, scopes: [scope], from: address, audiences: [],
                    in: organization ?? tree.northAmerica.id
                ).rule
            }
            #expect(try await rule() == .disabled)
            _ = try await tree.store.write { [keys = tree.apiKeys] tx in
                try keys.enable(id, in: organization, as: SampleTree.theOperator, tx: tx)
            }
            #expect(try await rule() == .expired)
            tree.clock.set(start)
            #expect(try await rule() == .suspended)
            try await desk.suspend(tree.global, false)
            #expect(try await rule() == .address)
            #expect(try await rule(from: Self.right) == .organization)
            #expect(try await rule(from: Self.right, in: tree.france.id) == .scope(Self.scopes("data.write")))
            #expect(try await rule(from: Self.right, in: tree.france.id, "data.read") == nil)
        }
    }

    @Test func `a token: revoked, expired, suspended, address, audience, organization, scopes`() async throws {
        try await SampleDesk.open { desk in
            let tree = desk.tree
            let draft = IntegrationDraft(
                label: "Sync", scopes: ["data.read"], allowedAddresses: ["192.0.2.0/24"], accessTokenSeconds: 60)
            let integration = try await desk.integration(draft, in: tree.europe)
            let client = SampleClient(integration)
            let start = desk.now
            let kept = try await desk.token(client, from: Self.right)
            let gone = try await desk.token(client, from: Self.right)
            try await tree.store.write { tx in
                tx.announce(.revokedToken(gone.token.id, expiresAt: gone.token.expiresAt))
            }
            tree.clock.advance(seconds: 61)
            try await desk.suspend(tree.global)
            func rule(
                _ token: String = kept.text, from address: String = Self.wrong, for audience: String = "other",
                in organization: ID<Organization>? = nil, _ scope: String = "data.write"
            ) async throws -> Verdict.Rule? {
                try await desk.verdict(
                    token, scopes: [scope], from: address, audiences: [audience],
                    in: organization ?? tree.northAmerica.id
                ).rule
            }
            #expect(try await rule(gone.text) == .revoked)
            #expect(try await rule() == .expired)
            tree.clock.set(start)
            #expect(try await rule() == .suspended)
            try await desk.suspend(tree.global, false)
            #expect(try await rule() == .address)
            #expect(try await rule(from: Self.right) == .audience)
            let (right, issuer) = (Self.right, SampleDesk.issuer)
            #expect(try await rule(from: right, for: issuer) == .organization)
            #expect(try await rule(from: right, for: issuer, in: tree.france.id) == .scope(Self.scopes("data.write")))
            #expect(try await rule(from: right, for: issuer, in: tree.france.id, "data.read") == nil)
        }
    }

    @Test func `what a judgement did is in its record: which rules were asked, which refused, and nothing is counted`()
        async throws
    {
        try await SampleDesk.open { desk in
            let draft = APIKeyDraft(
                name: "Key", lifetimeSeconds: 60, scopes: ["data.read"], allowedAddresses: ["192.0.2.0/24"])
            let key = try await desk.key(draft, in: desk.tree.europe)
            func record(from address: String, _ text: String = key.secret) async throws -> JudgementRecord {
                let demand = Demand(
                    scopes: Self.scopes("data.read"), address: IPAddress(address), audiences: [])
                return try await desk.verifier.verdict(on: text, demand, at: desk.now).record
            }
            let unknown = try await record(from: Self.right, "nonsense")
            #expect(unknown.refusal == .malformed)
            #expect(unknown.credential == nil)
            #expect(!unknown.asked(.disabled))
            let refused = try await record(from: Self.wrong)
            #expect(refused.refusal == .address)
            #expect(refused.credential?.identifierText == key.credential.id.description)
            #expect(refused.asked(.disabled) && refused.asked(.plan) && refused.asked(.address))
            #expect(!refused.asked(.audience) && !refused.asked(.scope(.empty)))
            let admitted = try await record(from: Self.right)
            #expect(admitted.refusal == nil)
            #expect(admitted.asked(.scope(.empty)) && !admitted.asked(.organization))
            #expect(desk.verifier.usage.isEmpty)
            desk.verifier.count(refused, at: desk.now)
            #expect(desk.verifier.usage.isEmpty)
            desk.verifier.count(admitted, at: desk.now)
            #expect(!desk.verifier.usage.isEmpty)
        }
    }

    private static func scopes(_ names: String...) -> ScopeSet { ScopeSet(names.compactMap { Scope($0) }) }
}
