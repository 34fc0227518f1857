import CredentialFormat
import Credentials
import Model
import OAuth
import Persistence
import ProductDefinition
import TestSupport
import Testing
import Verification

@Suite("A client proves who it is", .onEveryEngine)
struct ClientAuthenticatorTests {
    @Test func `the right secret is accepted, anything else refused with the same words`() async throws {
        try await SampleDesk.open { desk in
            let client = SampleClient(try await desk.tree.integration(in: desk.tree.europe))
            let other = SampleClient(try await desk.tree.integration(in: desk.tree.europe))
            let key = try await desk.tree.key(in: desk.tree.europe)
            _ = try await desk.token(client)
            let brand = desk.tree.product.brand
            let wrong: [SampleClient] = [
                SampleClient(id: client.id, secret: other.secret),
                SampleClient(id: client.id, secret: MintedSecret(.clientSecret, brand: brand).reveal()),
                SampleClient(id: client.id, secret: key.secret),
                SampleClient(id: client.id, secret: "secret"),
                SampleClient(id: client.id, secret: ""),
                SampleClient(id: client.id, secret: String(client.secret.dropLast())),
                SampleClient(id: client.id + "0", secret: client.secret),
                SampleClient(id: ID<Integration>(at: 0).description, secret: client.secret),
                SampleClient(id: ID<ResourceServer>(at: 0).description, secret: client.secret),
                SampleClient(id: desk.tree.europe.id.description, secret: client.secret),
                SampleClient(id: "", secret: client.secret),
            ]
            for claim in wrong {
                let error = await #expect(throws: OAuthError.self) { try await desk.token(claim) }
                #expect(error?.code == .invalidClient)
                #expect(error?.explanation.description == "The client is unknown or its secret is wrong.")
            }
        }
    }

    @Test func `both secrets work during an overlap, and the new one alone after it`() async throws {
        try await SampleDesk.open { desk in
            let integration = try await desk.tree.integration(in: desk.tree.europe)
            let old = SampleClient(integration)
            _ = try await desk.token(old)
            let rotated = try await desk.rotate(integration, overlapSeconds: 60)
            let new = SampleClient(rotated)
            let end = try #require(rotated.previousExpiresAt)
            desk.tree.clock.set(Instant(milliseconds: end.milliseconds - 1))
            for client in [old, new] { _ = try await desk.token(client) }
            desk.tree.clock.set(end)
            await expect(.invalidClient) { try await desk.token(old) }
            _ = try await desk.token(new)
        }
    }

    @Test func `a rotation at once ends the old secret`() async throws {
        try await SampleDesk.open { desk in
            let integration = try await desk.tree.integration(in: desk.tree.europe)
            _ = try await desk.token(SampleClient(integration))
            let rotated = try await desk.rotate(integration, overlapSeconds: 0)
            await expect(.invalidClient) { try await desk.token(SampleClient(integration)) }
            _ = try await desk.token(SampleClient(rotated))
        }
    }

    @Test func `a deleted client is unknown`() async throws {
        try await SampleDesk.open { desk in
            let integration = try await desk.tree.integration(in: desk.tree.europe)
            let (id, organization) = (integration.credential.id, integration.credential.organization)
            _ = try await desk.token(SampleClient(integration))
            try await desk.tree.store.write { [integrations = desk.tree.integrations] tx in
                try integrations.delete(id, in: organization, as: SampleTree.theOperator, tx: tx)
            }
            await expect(.invalidClient) { try await desk.token(SampleClient(integration)) }
        }
    }

    @Test func `a client of a suspended account is not authorized, with its right secret alone`() async throws {
        try await SampleDesk.open { desk in
            let client = SampleClient(try await desk.tree.integration(in: desk.tree.france))
            _ = try await desk.token(client)
            try await desk.suspend(desk.tree.global)
            await expect(.unauthorizedClient) { try await desk.token(client) }
            let other = SampleClient(try await desk.tree.integration(in: desk.tree.stranger))
            await expect(.invalidClient) { try await desk.token(SampleClient(id: client.id, secret: other.secret)) }
            try await desk.suspend(desk.tree.global, false)
            _ = try await desk.token(client)
        }
    }

    @Test func `a client may call from its addresses only, whatever endpoint it calls`() async throws {
        try await SampleDesk.open { desk in
            let client = SampleClient(
                try await desk.integration(
                    IntegrationDraft(label: "Office", scopes: ["data.read"], allowedAddresses: ["192.0.2.0/24"]),
                    in: desk.tree.europe))
            let token = try await desk.token(client, from: "192.0.2.1").text
            for address in ["198.51.100.1", nil] {
                await expect(.unauthorizedClient) { try await desk.token(client, from: address) }
            }
            await expect(.unauthorizedClient) { _ = try await desk.introspect(token, as: client) }
            await expect(.unauthorizedClient) { try await desk.revoke(token, as: client) }
        }
    }

    @Test func `an unknown client costs one look-up and no more`() async throws {
        try await SampleDesk.open { desk in
            let secret = MintedSecret(.clientSecret, brand: desk.tree.product.brand).reveal()
            let client = SampleClient(id: ID<Integration>(at: 0).description, secret: secret)
            for _ in 0..<5 { await expect(.invalidClient) { try await desk.token(client) } }
            #expect(desk.store.reads == 1)
        }
    }
}

/// The body must be refused with this code.
func expect<R>(
    _ code: OAuthError.Code, sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> R
) async {
    await #expect(throws: OAuthError(code, ""), sourceLocation: sourceLocation) { _ = try await body() }
}

extension SampleDesk {
    func rotate(_ integration: Issued<Integration>, overlapSeconds: Int) async throws -> Issued<Integration> {
        try await tree.store.write { [integrations = tree.integrations] tx in
            try integrations.rotate(
                integration.credential.id, in: integration.credential.organization, overlapSeconds: overlapSeconds,
                as: SampleTree.theOperator, tx: tx)
        }
    }
}
