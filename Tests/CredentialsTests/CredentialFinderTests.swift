import CredentialFormat
import Credentials
import Model
import Persistence
import Policy
import ProductDefinition
import TestSupport
import Testing
import Tokens

@Suite("Whose a credential is", .onEveryEngine)
struct CredentialFinderTests {
    @Test func `is found by secret or identifier with whatever stands around it, by those alone who may see it`()
        async throws
    {
        try await SampleTree.open { tree in
            let key = try await tree.key(in: tree.europe)
            let contact = try await tree.contact(in: tree.europe)
            let access = try await tree.accessKey(of: contact)
            let client = try await tree.integration(in: tree.europe)
            let id = client.credential.id
            let owner = tree.caller(of: tree.global)
            let others = [
                tree.caller(of: tree.northAmerica), tree.caller(of: tree.stranger),
                tree.caller(of: tree.global, [.auditEventsRead]),
            ]
            let line = "2026-11-29T10:11:12Z host app[1]: INFO 192.0.2.7 - GET /a/b/c/d/e/f?g=h HTTP/1.1 \(key.secret)"
            let searched: [(String, CredentialFinder.Found.Thing)] = [
                (key.secret, .apiKey(key.credential.id)), (line, .apiKey(key.credential.id)),
                ("\"\(key.credential.id)\",", .apiKey(key.credential.id)),
                ("Authorization: Bearer \(access.secret)", .accessKey(access.credential.id)),
                ("CLIENT_SECRET=\(client.secret) CLIENT_ID=\(id)", .integration(id)),
                ("\(contact.id)", .contact(contact.id)), ("\(tree.europe.id)", .organization),
            ]
            for (text, thing) in searched {
                let found = try await find(text, as: owner, tree)
                #expect(found?.thing == thing && found?.organization == tree.europe.id, "\(thing)")
                for other in others { #expect(try await find(text, as: other, tree) == nil, "\(thing)") }
            }
            for text in [client.secret, String(key.secret.dropLast()), "\(ID<APIKey>(at: 1))", ""] {
                #expect(try await find(text, as: owner, tree) == nil)
            }
        }
    }

    @Test func `an older secret works as long as it overlaps, and no longer than its key`() async throws {
        try await SampleTree.open { tree in
            let key = try await tree.key(in: tree.global)
            let id = key.credential.id
            func mark(_ secret: String) async throws -> CredentialFinder.Mark? {
                try await find(secret, as: tree.caller(of: tree.global), tree)?.mark
            }
            #expect(try await mark(key.secret) == .secret)
            let newer = try await tree.store.write { [apiKeys = tree.apiKeys] tx in
                try apiKeys.rotate(
                    id, in: tree.global.id, overlapSeconds: 60, as: SampleTree.theOperator, tx: tx)
            }
            #expect(try await mark(newer.secret) == .secret)
            #expect(try await mark(key.secret) == .olderSecret(works: true))
            try await tree.store.write { [apiKeys = tree.apiKeys] tx in
                _ = try apiKeys.disable(id, in: tree.global.id, as: SampleTree.theOperator, tx: tx)
            }
            #expect(try await mark(key.secret) == .olderSecret(works: false))
            try await tree.store.write { [apiKeys = tree.apiKeys] tx in
                _ = try apiKeys.enable(id, in: tree.global.id, as: SampleTree.theOperator, tx: tx)
            }
            #expect(try await mark(key.secret) == .olderSecret(works: true))
            tree.clock.advance(seconds: 60)
            #expect(try await mark(key.secret) == .olderSecret(works: false))
        }
    }

    private func find(
        _ text: String, as actor: Actor, _ tree: SampleTree
    ) async throws -> CredentialFinder.Found? {
        let finder = CredentialFinder(
            product: tree.product, peppers: { [keys = tree.keys] in keys.keys.peppers }, now: tree.clock.now)
        return try await tree.store.read { tx in try finder.find(PresentedText(text), as: actor, tx: tx) }
    }
}
