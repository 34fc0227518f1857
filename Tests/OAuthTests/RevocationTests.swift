import CredentialFormat
import Credentials
import Events
import Model
import OAuth
import Persistence
import ProductDefinition
import TestSupport
import Testing
import Verification

@Suite("The revocation endpoint (RFC 7009)", .onEveryEngine)
struct RevocationTests {
    @Test func `a client revokes its own token, at once and for good`() async throws {
        try await SampleDesk.open { desk in
            let client = SampleClient(try await desk.tree.integration(in: desk.tree.europe))
            let token = try await desk.token(client)
            #expect(try await desk.verdict(token.text).rule == nil)
            // Events of one instant have no order among themselves.
            desk.tree.clock.advance(seconds: 1)
            #expect(try await desk.revoke(token.text, as: client))
            #expect(try await desk.verdict(token.text).rule == .revoked)
            let listed = try await desk.tree.store.read { [now = desk.now] tx in try tx.revokedTokens(liveAt: now) }
            #expect(listed.map(\.0) == [token.token.id])
            #expect(listed.map(\.1) == [token.token.expiresAt])
            let event = try #require(try await desk.tree.auditEvents().first)
            #expect(event.action == AuditAction.accessTokenRevoked.rawValue)
            #expect(event.requestID == "req-revoke")
        }
    }

    @Test func `once more is nothing to do`() async throws {
        try await SampleDesk.open { desk in
            let client = SampleClient(try await desk.tree.integration(in: desk.tree.europe))
            let token = try await desk.token(client).text
            #expect(try await desk.revoke(token, as: client))
            let writes = desk.store.writes
            #expect(try await desk.revoke(token, as: client) == false)
            #expect(desk.store.writes == writes)
        }
    }

    @Test func `two revocations at once do not disturb each other`() async throws {
        try await SampleDesk.open { desk in
            let client = SampleClient(try await desk.tree.integration(in: desk.tree.europe))
            let token = try await desk.token(client).text
            let ends = await race(8) { _ in try await desk.revoke(token, as: client) }
            #expect(ends.allSatisfy { $0.isSuccess })
            #expect(try await desk.verdict(token).rule == .revoked)
            let count = try await desk.tree.store.read { [now = desk.now] tx in
                try tx.revokedTokens(liveAt: now).count
            }
            #expect(count == 1)
        }
    }

    @Test func `an expired token and what is no token are nothing to do, and nothing is written`() async throws {
        try await SampleDesk.open { desk in
            let client = SampleClient(try await desk.tree.integration(in: desk.tree.europe))
            let token = try await desk.token(client)
            desk.tree.clock.set(token.token.expiresAt)
            for text in [token.text, "x", client.secret, "clv_at_x", "eyJhbGciOiJub25lIn0.e30."] {
                #expect(try await desk.revoke(text, as: client) == false)
            }
            #expect(desk.store.writes == 0)
        }
    }

    @Test func `a token of another client is refused and stays in force (I3)`() async throws {
        try await SampleDesk.open { desk in
            let client = SampleClient(try await desk.tree.integration(in: desk.tree.europe))
            let sibling = SampleClient(try await desk.tree.integration(in: desk.tree.europe))
            let server = SampleClient(try await desk.resourceServer([SampleDesk.issuer]))
            let token = try await desk.token(client).text
            for other in [sibling, server] {
                await expect(.unauthorizedClient) { try await desk.revoke(token, as: other) }
            }
            await expect(.invalidClient) { try await desk.revoke(token, as: nil) }
            #expect(try await desk.verdict(token).rule == nil)
        }
    }

    @Test func `an API key is no token type of this endpoint`() async throws {
        try await SampleDesk.open { desk in
            let client = SampleClient(try await desk.tree.integration(in: desk.tree.europe))
            let key = try await desk.tree.key(in: desk.tree.europe)
            let unknown = MintedSecret(.apiKey, brand: desk.tree.product.brand).reveal()
            for secret in [key.secret, unknown] {
                await expect(.unsupportedTokenType) { try await desk.revoke(secret, as: client) }
            }
            #expect(try await desk.verdict(key.secret).rule == nil)
            await expect(.invalidRequest) { try await desk.revoke("", as: client) }
        }
    }

    @Test func `a store that fails is no success (I2)`() async throws {
        try await SampleDesk.open { desk in
            let client = SampleClient(try await desk.tree.integration(in: desk.tree.europe))
            let token = try await desk.token(client).text
            desk.store.refusesWrites = true
            await #expect(throws: StoreError.self) { try await desk.revoke(token, as: client) }
            desk.store.refusesWrites = false
            #expect(try await desk.revoke(token, as: client))
        }
    }

    @Test func `a client has at most 10,000 revoked tokens that have not expired`() async throws {
        try await SampleDesk.open { desk in
            let integration = try await desk.tree.integration(in: desk.tree.europe)
            let client = SampleClient(integration)
            let sibling = SampleClient(try await desk.tree.integration(in: desk.tree.europe))
            let (id, now) = (integration.credential.id, desk.now)
            try await desk.tree.store.write { tx in
                for number in 0..<RevocationEndpoint.maximumPerClient - 1 {
                    try tx.insertRevokedToken(
                        ID(value: UInt128(number)), client: .integration(id), expiresAt: now.adding(seconds: 60))
                }
            }
            #expect(try await desk.revoke(try await desk.token(client).text, as: client))
            let more = try await desk.token(client).text
            await expect(.temporarilyUnavailable) { try await desk.revoke(more, as: client) }
            #expect(try await desk.verdict(more).rule == nil)
            // Others are not in the way, and expired ones do not count.
            #expect(try await desk.revoke(try await desk.token(sibling).text, as: sibling))
            desk.tree.clock.advance(seconds: 61)
            #expect(try await desk.revoke(more, as: client))
        }
    }
}
