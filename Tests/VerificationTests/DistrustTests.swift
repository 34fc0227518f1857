import CredentialFormat
import Credentials
import Model
import OAuth
import Persistence
import Policy
import ProductDefinition
import TestSupport
import Testing
import Tokens
import Verification

@Suite("While memory may not be believed")
struct DistrustTests {
    @Test func `everything is read, and what is right is accepted`() async throws {
        try await SampleNode.open { queue, node in
            let desk = node.desk
            let key = try await desk.tree.key(in: desk.tree.europe)
            let client = SampleClient(try await desk.tree.integration(in: desk.tree.europe))
            let backend = SampleClient(try await desk.resourceServer(["https://one.example.com"]))
            let token = try await desk.token(client, [("resource", "https://one.example.com")]).text
            queue.wait(milliseconds: 5000)
            for _ in 0..<3 {
                let reads = desk.store.reads
                #expect(try await desk.verdict(key.secret, in: desk.tree.france.id).rule == nil)
                #expect(try await desk.verdict(token, audiences: ["https://one.example.com"]).rule == nil)
                #expect(try await desk.introspect(token, as: backend) != nil)
                #expect(try await desk.introspect(token, as: client) != nil)
                _ = try await desk.token(client, [("resource", "https://one.example.com")])
                // Keys, key, organization; keys, client, revocation; keys, two clients, revocation; keys, client,
                // revocation; keys, client, audiences.
                #expect(desk.store.reads == reads + 16)
            }
            #expect(try await desk.revoke(token, as: client))
            #expect(try await desk.revoke(token, as: client) == false)
        }
    }

    @Test func `what cannot be one of ours is refused without a look-up`() async throws {
        try await SampleNode.open { queue, node in
            queue.wait(milliseconds: 5000)
            let reads = node.desk.store.reads
            for text in ["", "x", "clv_key_x", "clv_at_x", "a.b.c", "e30.e30.e30", String(repeating: "a", count: 9000)]
            {
                let verdict = try await node.desk.verdict(text)
                #expect(verdict.rule == .malformed)
            }
            #expect(node.desk.store.reads == reads)
        }
    }

    @Test func `those in use are not held up by the limit on unknown ones, others are`() async throws {
        try await SampleNode.open(limit: LookUpLimit(perAddress: 5, overall: 5)) { queue, node in
            let desk = node.desk
            let key = try await desk.tree.key(in: desk.tree.europe)
            let client = SampleClient(try await desk.tree.integration(in: desk.tree.europe))
            let token = try await desk.token(client).text
            for credential in [key.secret, token] { #expect(try await desk.verdict(credential).rule == nil) }
            queue.wait(milliseconds: 5000)
            for _ in 0..<10 {
                let secret = MintedSecret(.apiKey, brand: desk.tree.product.brand).reveal()
                #expect(try await desk.verdict(secret).rule == .unknown)
            }
            await #expect(throws: LookUpRefused.self) {
                try await desk.verdict(MintedSecret(.apiKey, brand: desk.tree.product.brand).reveal())
            }
            for _ in 0..<20 {
                for credential in [key.secret, token] { #expect(try await desk.verdict(credential).rule == nil) }
            }
            // Nor when memory has to be filled again, at once and by all.
            node.disconnect()
            await node.join()
            #expect(node.isCurrent)
            for credential in [key.secret, token] { #expect(try await desk.verdict(credential).rule == nil) }
        }
    }

    @Test func `a key that was refused as unknown is found once it is made elsewhere (K7)`() async throws {
        try await SampleNode.open { queue, node in
            let desk = node.desk
            let key = EarlyKey(at: desk)
            #expect(try await desk.verdict(key.secret).rule == .unknown)
            #expect(desk.verifier.memory.counts.unknown == 1)
            try await key.insert(in: desk.tree.europe, at: desk)
            #expect(try await desk.verdict(key.secret).rule == .unknown)
            // Whether it hears of it, hears nothing more, or was not there when it was said.
            queue.wait(milliseconds: 751)
            #expect(try await desk.verdict(key.secret).rule == nil)
            node.disconnect()
            await node.join()
            #expect(try await desk.verdict(key.secret).rule == nil)
        }
    }

    @Test func `what the database said too long ago is asked again, and not for ever`() async throws {
        try await SampleNode.open { queue, node in
            let desk = node.desk
            let key = try await desk.tree.key(in: desk.tree.europe)
            queue.wait(milliseconds: 5000)
            let first = desk.store.pauseNextRead()
            async let late = desk.verdict(key.secret)
            await first.reached()
            try await desk.change { tx, keys in
                try keys.delete(key.credential.id, in: key.credential.organization, as: SampleTree.theOperator, tx: tx)
            }
            queue.wait(milliseconds: 751)
            first.open()
            let rule = try await late.rule
            #expect(rule == .unknown)
        }
        try await SampleNode.open { queue, node in
            let key = try await node.desk.tree.key(in: node.desk.tree.europe)
            node.listen()
            // Each look at the clock finds it a second later.
            queue.hurry(milliseconds: 1000)
            await #expect(throws: StoreError.self) { try await node.desk.verdict(key.secret) }
        }
    }

    @Test func `uses go on being counted in one place`() async throws {
        try await SampleNode.open { queue, node in
            let desk = node.desk
            let key = try await desk.tree.key(in: desk.tree.europe)
            queue.wait(milliseconds: 5000)
            for _ in 0..<7 { #expect(try await desk.verdict(key.secret).rule == nil) }
            let writes = desk.store.writes
            try await desk.verifier.usage.flush()
            #expect(desk.store.writes == writes + 1)
            let id = key.credential.id
            let stored = try await desk.tree.store.read { tx in try tx.apiKey(id) }
            #expect(stored?.lastUse?.at == desk.now)
        }
    }
}

@Suite("While neither the feed nor the database can be reached")
struct GraceTests {
    @Test func `nothing is answered, whatever memory holds`() async throws {
        try await SampleNode.open { queue, node in
            let (key, token, client) = try await remembered(by: node)
            node.desk.store.isGone = true
            // The feed alone is there still.
            for credential in [key, token] { #expect(try await node.desk.verdict(credential).rule == nil) }
            node.disconnect()
            for credential in [key, token] {
                await #expect(throws: StoreError.self) { try await node.desk.verdict(credential) }
            }
            await #expect(throws: StoreError.self) { try await node.desk.token(client) }
            await #expect(throws: StoreError.self) { try await node.desk.introspect(token, as: client) }
            await #expect(throws: StoreError.self) { try await node.desk.revoke(token, as: client) }
            // Nor where the connection stands and brings nothing.
            node.desk.store.isGone = false
            await node.join()
            _ = try await remembered(by: node)
            node.desk.store.isGone = true
            queue.wait(milliseconds: 751)
            await #expect(throws: StoreError.self) { try await node.desk.verdict(key) }
        }
    }

    @Test func `a product may allow that memory is believed for a stated time, and no longer`() async throws {
        try await SampleNode.open(graceSeconds: 60) { queue, node in
            let (key, token, client) = try await remembered(by: node)
            let unknown = MintedSecret(.apiKey, brand: node.desk.tree.product.brand).reveal()
            node.desk.store.isGone = true
            queue.wait(milliseconds: 100)
            node.disconnect()
            for milliseconds in [0, 751, 59_249] as [Int64] {
                queue.wait(milliseconds: milliseconds)
                for credential in [key, token] { #expect(try await node.desk.verdict(credential).rule == nil) }
                _ = try await node.desk.token(client)
                #expect(try await node.desk.introspect(token, as: client) != nil)
                // What memory does not hold is not made up.
                await #expect(throws: StoreError.self) { try await node.desk.verdict(unknown) }
            }
            queue.wait(milliseconds: 1)
            for credential in [key, token] {
                await #expect(throws: StoreError.self) { try await node.desk.verdict(credential) }
            }
            await #expect(throws: StoreError.self) { try await node.desk.token(client) }
        }
    }

    @Test func `nobody else may remember what is said in the grace`() async throws {
        try await SampleNode.open(graceSeconds: 60) { queue, node in
            let (key, _, _) = try await remembered(by: node)
            let server = SampleClient(try await node.desk.resourceServer([SampleDesk.issuer]))
            node.listen()
            func told() async throws -> IntrospectionEndpoint.Answer {
                try await node.desk.told(key, as: server, [("claviger_watch", "true")])
            }
            #expect(try await told().fingerprints?.isEmpty == false)
            node.desk.store.isGone = true
            node.disconnect()
            let answer = try await told()
            #expect(answer.isWatched && answer.fingerprints == nil && answer.age == nil)
        }
    }

    @Test func `whoever is told something is told how old that may be`() async throws {
        try await SampleNode.open { queue, node in
            let (key, _, _) = try await remembered(by: node)
            let server = SampleClient(try await node.desk.resourceServer([SampleDesk.issuer]))
            node.listen()
            func age() async throws -> Int64? {
                try await node.desk.told(key, as: server, [("claviger_watch", "true")]).age
            }
            #expect(try await age() == 0)
            queue.wait(milliseconds: 300)
            #expect(try await age() == 300_000_000)
            node.beat()
            queue.wait(milliseconds: 100)
            node.listen()
            #expect(try await age() == 100_000_000)
            // What is asked for now is no older than the request.
            queue.wait(milliseconds: 700)
            #expect(try await age() == 0)
        }
    }

    @Test func `the grace is for who can ask nobody: the database goes before memory`() async throws {
        try await SampleNode.open(graceSeconds: 60) { queue, node in
            let (key, _, _) = try await remembered(by: node)
            node.disconnect()
            let reads = node.desk.store.reads
            #expect(try await node.desk.verdict(key).rule == nil)
            #expect(node.desk.store.reads > reads)
        }
    }

    @Test func `what is known to be revoked is refused in the grace too`() async throws {
        try await SampleNode.open(graceSeconds: 60) { queue, node in
            let (key, token, client) = try await remembered(by: node)
            _ = try await SampleDesk(node.desk.tree).revoke(token, as: client)
            node.listen()
            node.desk.store.isGone = true
            node.disconnect()
            #expect(try await node.desk.verdict(key).rule == nil)
            #expect(try await node.desk.verdict(token).rule == .revoked)
        }
    }

    @Test func `nothing is believed that is known to have changed and could not be read anew`() async throws {
        try await SampleNode.open(graceSeconds: 60) { queue, node in
            let (key, token, _) = try await remembered(by: node)
            let tree = node.desk.tree
            try await tree.keys.rotate([.sealing], by: SampleTree.theOperator, pace: .immediate)
            node.desk.store.isGone = true
            node.listen()
            node.disconnect()
            for credential in [key, token] {
                await #expect(throws: StoreError.self) { try await node.desk.verdict(credential) }
            }
        }
    }

    @Test func `a connection that comes back ends the grace`() async throws {
        try await SampleNode.open(graceSeconds: 60) { queue, node in
            let (key, _, _) = try await remembered(by: node)
            node.disconnect()
            node.desk.store.isGone = true
            #expect(try await node.desk.verdict(key).rule == nil)
            node.connect()
            await #expect(throws: StoreError.self) { try await node.desk.verdict(key) }
        }
    }

    /// A key, a token and its client, all in memory.
    private func remembered(by node: SampleNode) async throws -> (key: String, token: String, SampleClient) {
        let desk = node.desk
        let key = try await desk.tree.key(in: desk.tree.europe).secret
        let client = SampleClient(try await desk.tree.integration(in: desk.tree.europe))
        node.listen()
        let token = try await desk.token(client).text
        for credential in [key, token] { #expect(try await desk.verdict(credential).rule == nil) }
        return (key, token, client)
    }
}
