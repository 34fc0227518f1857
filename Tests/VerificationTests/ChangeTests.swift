import CredentialFormat
import Credentials
import Model
import OAuth
import Persistence
import Policy
import TestSupport
import Testing
import Verification

/// Every credential here is in memory when the change is made: what memory says must end with it (law 5).
@Suite("A change acts at the next call", .onEveryEngine)
struct ChangeTests {
    @Test func `a deleted key is refused`() async throws {
        try await withKey { desk, key in
            try await desk.change { tx, keys in
                try keys.delete(key.credential.id, in: key.credential.organization, as: SampleTree.theOperator, tx: tx)
            }
            #expect(try await desk.verdict(key.secret).rule == .unknown)
        }
    }

    @Test func `a disabled key is refused until it is enabled`() async throws {
        try await withKey { desk, key in
            try await desk.change { tx, keys in
                _ = try keys.disable(
                    key.credential.id, in: key.credential.organization, as: SampleTree.theOperator, tx: tx)
            }
            #expect(try await desk.verdict(key.secret).rule == .disabled)
            try await desk.change { tx, keys in
                _ = try keys.enable(
                    key.credential.id, in: key.credential.organization, as: SampleTree.theOperator, tx: tx)
            }
            #expect(try await desk.verdict(key.secret).rule == nil)
        }
    }

    @Test func `a rotation at once ends the old secret and begins the new`() async throws {
        try await withKey { desk, key in
            let rotated = try await desk.rotate(key, overlapSeconds: 0)
            #expect(try await desk.verdict(key.secret).rule == .unknown)
            #expect(try await desk.verdict(rotated.secret).rule == nil)
        }
    }

    @Test(arguments: [true, false])
    func `with an overlap both secrets work, then the new alone`(_ isInMemory: Bool) async throws {
        try await withKey { desk, key in
            let rotated = try await desk.rotate(key, overlapSeconds: 60)
            let end = try #require(rotated.previousExpiresAt)
            desk.tree.clock.set(Instant(milliseconds: end.milliseconds - 1))
            #expect(try await desk.verdict(key.secret).rule == nil)
            #expect(try await desk.verdict(rotated.secret).rule == nil)
            desk.tree.clock.set(end)
            let judge = isInMemory ? desk : SampleDesk(desk.tree)
            #expect(try await judge.verdict(key.secret).rule == .expired)
            #expect(try await judge.verdict(rotated.secret).rule == nil)
        }
    }

    @Test func `a key in an overlap is disabled and deleted under both secrets`() async throws {
        try await withKey { desk, key in
            let (id, organization) = (key.credential.id, key.credential.organization)
            let rotated = try await desk.rotate(key, overlapSeconds: 60)
            for secret in [key.secret, rotated.secret] { #expect(try await desk.verdict(secret).rule == nil) }
            try await desk.change { tx, keys in
                _ = try keys.disable(id, in: organization, as: SampleTree.theOperator, tx: tx)
            }
            for secret in [key.secret, rotated.secret] { #expect(try await desk.verdict(secret).rule == .disabled) }
            try await desk.change { tx, keys in
                try keys.delete(id, in: organization, as: SampleTree.theOperator, tx: tx)
            }
            for secret in [key.secret, rotated.secret] { #expect(try await desk.verdict(secret).rule == .unknown) }
        }
    }

    @Test func `edited scopes and addresses are in force`() async throws {
        try await withKey { desk, key in
            try await desk.change { tx, keys in
                _ = try keys.edit(
                    key.credential.id, in: key.credential.organization,
                    APIKeyEdit(scopes: ["reports.read"], allowedAddresses: ["192.0.2.1"]), as: SampleTree.theOperator,
                    tx: tx)
            }
            let (here, there) = ("192.0.2.1", "192.0.2.2")
            #expect(try await desk.verdict(key.secret, scopes: ["reports.read"], from: here).rule == nil)
            #expect(try await desk.verdict(key.secret, scopes: ["reports.read"], from: there).rule == .address)
            #expect(try await desk.verdict(key.secret, scopes: ["data.read"], from: here).caller == nil)
        }
    }

    @Test func `a deleted integration takes its tokens with it`() async throws {
        try await withToken { desk, integration, token in
            let (id, organization) = (integration.credential.id, integration.credential.organization)
            try await desk.tree.store.write { [integrations = desk.tree.integrations] tx in
                try integrations.delete(id, in: organization, as: SampleTree.theOperator, tx: tx)
            }
            #expect(try await desk.verdict(token).rule == .unknown)
            #expect(try await SampleDesk(desk.tree).verdict(token).rule == .unknown)
        }
    }

    @Test func `a disabled integration takes its tokens with it until it is enabled`() async throws {
        try await withToken { desk, integration, token in
            let (id, organization) = (integration.credential.id, integration.credential.organization)
            try await desk.tree.store.write { [integrations = desk.tree.integrations] tx in
                let disabled = try integrations.disable(id, in: organization, as: SampleTree.theOperator, tx: tx)
                let again = try integrations.disable(id, in: organization, as: SampleTree.theOperator, tx: tx)
                #expect(disabled == again)
                #expect(disabled.disabling?.by == SampleTree.theOperator.label)
            }
            #expect(try await desk.verdict(token).rule == .disabled)
            #expect(try await SampleDesk(desk.tree).verdict(token).rule == .disabled)
            try await desk.tree.store.write { [integrations = desk.tree.integrations] tx in
                _ = try integrations.enable(id, in: organization, as: SampleTree.theOperator, tx: tx)
            }
            #expect(try await desk.verdict(token).rule == nil)
        }
    }

    @Test func `an integration's narrower scopes and addresses narrow its tokens`() async throws {
        try await withToken { desk, integration, token in
            let (id, organization) = (integration.credential.id, integration.credential.organization)
            func edit(_ edit: IntegrationEdit) async throws {
                _ = try await desk.tree.store.write { [integrations = desk.tree.integrations] tx in
                    try integrations.edit(id, in: organization, edit, as: SampleTree.theOperator, tx: tx)
                }
            }
            try await edit(IntegrationEdit(scopes: ["reports.read"]))
            #expect(try await desk.verdict(token).caller?.scopes.text == "reports.read")
            #expect(try await desk.verdict(token, scopes: ["data.read"]).caller == nil)
            // And wider ones do not widen them.
            try await edit(IntegrationEdit(scopes: ["reports.read", "data.read", "data.write"]))
            #expect(try await desk.verdict(token).caller?.scopes.text == "data.read reports.read")
            try await edit(IntegrationEdit(allowedAddresses: ["192.0.2.1"]))
            #expect(try await desk.verdict(token, from: "192.0.2.2").rule == .address)
        }
    }

    @Test func `a suspended account's credentials are refused until it is resumed`() async throws {
        try await withKey { desk, key in
            let token = try await desk.token(SampleClient(try await desk.tree.integration(in: desk.tree.france))).text
            let other = try await desk.tree.key(in: desk.tree.stranger)
            for credential in [token, other.secret] { #expect(try await desk.verdict(credential).rule == nil) }
            try await desk.suspend(desk.tree.global)
            #expect(try await desk.verdict(key.secret).rule == .suspended)
            #expect(try await desk.verdict(token).rule == .suspended)
            #expect(try await desk.verdict(other.secret).rule == nil)
            try await desk.suspend(desk.tree.global, false)
            #expect(try await desk.verdict(key.secret).rule == nil)
            #expect(try await desk.verdict(token).rule == nil)
        }
    }

    @Test func `the operator's credential gets nothing from a suspended account`() async throws {
        try await SampleDesk.open { desk in
            let key = try await desk.tree.key(in: desk.tree.desk)
            try await desk.suspend(desk.tree.global)
            #expect(try await desk.verdict(key.secret).rule == nil)
            #expect(try await desk.verdict(key.secret, in: desk.tree.global.id).caller == nil)
        }
    }

    @Test func `a revoked token is refused, and no other of its client`() async throws {
        try await withToken { desk, integration, token in
            let client = SampleClient(integration)
            let other = try await desk.token(client).text
            #expect(try await desk.revoke(token, as: client))
            #expect(try await desk.verdict(token).rule == .revoked)
            #expect(try await desk.verdict(other).rule == nil)
        }
    }

    @Test func `a change of one key leaves what is known of others in memory`() async throws {
        try await withKey { desk, key in
            let other = try await desk.tree.key(in: desk.tree.europe)
            #expect(try await desk.verdict(other.secret).rule == nil)
            let reads = desk.store.reads
            try await desk.change { tx, keys in
                try keys.delete(key.credential.id, in: key.credential.organization, as: SampleTree.theOperator, tx: tx)
            }
            #expect(try await desk.verdict(other.secret).rule == nil)
            #expect(desk.store.reads == reads)
        }
    }

    private func withKey(_ use: (SampleDesk, Issued<APIKey>) async throws -> Void) async throws {
        try await SampleDesk.open { desk in
            let key = try await desk.tree.key(in: desk.tree.europe)
            #expect(try await desk.verdict(key.secret).rule == nil)
            try await use(desk, key)
        }
    }

    private func withToken(_ use: (SampleDesk, Issued<Integration>, String) async throws -> Void) async throws {
        try await SampleDesk.open { desk in
            let integration = try await desk.tree.integration(
                in: desk.tree.europe, scopes: ["data.read", "reports.read"])
            let token = try await desk.token(SampleClient(integration)).text
            #expect(try await desk.verdict(token).rule == nil)
            try await use(desk, integration, token)
        }
    }
}

extension SampleDesk {
    /// Changes API keys in a transaction.
    func change(_ body: @escaping @Sendable (borrowing Transaction, APIKeyService) throws -> Void) async throws {
        try await tree.store.write { [keys = tree.apiKeys] tx in try body(tx, keys) }
    }

    func rotate(_ key: Issued<APIKey>, overlapSeconds: Int) async throws -> Issued<APIKey> {
        try await tree.store.write { [keys = tree.apiKeys] tx in
            try keys.rotate(
                key.credential.id, in: key.credential.organization, overlapSeconds: overlapSeconds,
                as: SampleTree.theOperator, tx: tx)
        }
    }
}
