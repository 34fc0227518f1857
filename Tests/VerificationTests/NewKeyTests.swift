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

@Suite("Keys that another node has just made")
struct NewKeyTests {
    @Test(arguments: [TokenFormat.sealed, .jwt])
    func `a token under one is accepted before anything was heard of it`(_ format: TokenFormat) async throws {
        try await SampleNode.open { queue, node in
            let token = try await self.token(format, node, rotating: [.sealing, .signing])
            #expect(try await node.desk.verdict(token).rule == nil)
            #expect(node.isCurrent)
        }
    }

    @Test func `so is a client secret that was digested under one`() async throws {
        try await SampleNode.open { queue, node in
            let tree = node.desk.tree
            try await tree.keys.rotate([.pepper], by: SampleTree.theOperator)
            let client = SampleClient(try await tree.integration(in: tree.europe))
            _ = try await node.desk.token(client)
        }
    }

    @Test func `an API key that was digested under one is accepted once that was heard (K7)`() async throws {
        try await SampleNode.open { queue, node in
            let tree = node.desk.tree
            try await tree.keys.rotate([.pepper], by: SampleTree.theOperator)
            let key = try await tree.key(in: tree.europe)
            #expect(try await node.desk.verdict(key.secret).rule == .unknown)
            node.listen()
            #expect(await node.refilled())
            #expect(node.isCurrent)
            #expect(try await node.desk.verdict(key.secret).rule == nil)
        }
    }

    @Test func `nor does the ring as it was hide it, when it was asked for between the two (K7)`() async throws {
        try await SampleNode.open { queue, node in
            let tree = node.desk.tree
            try await tree.keys.rotate([.pepper], by: SampleTree.theOperator)
            let key = try await tree.key(in: tree.europe)
            let reading = node.desk.store.pauseNextRead()
            node.listen()
            await reading.reached()
            // Read under no edition but the newest: what is not believed is not used.
            #expect(!node.isCurrent)
            reading.open()
            #expect(await node.refilled())
            #expect(try await node.desk.verdict(key.secret).rule == nil)
        }
    }

    @Test func `texts that name keys which nobody made are limited, and none is asked for twice`() async throws {
        try await SampleNode.open(limit: LookUpLimit(perAddress: 5, overall: 5)) { queue, node in
            let desk = node.desk
            let reads = desk.store.reads
            for version in 100..<110 as Range<UInt16> {
                for _ in 0..<3 {
                    let verdict = try await desk.verdict(forged(version, desk))
                    #expect(verdict.rule == .malformed)
                }
            }
            #expect(desk.store.reads == reads + 10)
            await #expect(throws: LookUpRefused.self) { try await desk.verdict(forged(200, desk)) }
            // {"typ":"at+jwt","alg":"ES256","kid":"AAAA…"}
            let header =
                "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFUzI1NiIsImtpZCI6IkFBQUFBQUFBQUFBQUFBQU"
                + "FBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUEifQ"
            await #expect(throws: LookUpRefused.self) { try await desk.verdict("\(header).e30.AAAA") }
            #expect(desk.store.reads == reads + 10)
            // What is under a key of the ring, and no token all the same, costs nothing.
            #expect(try await desk.verdict(forged(1, desk)).rule == .malformed)
        }
    }

    @Test func `a key that nobody had made is known once it is made`() async throws {
        try await SampleNode.open { queue, node in
            let desk = node.desk
            #expect(try await desk.verdict(forged(2, desk)).rule == .malformed)
            let token = try await self.token(.sealed, node, rotating: [.sealing])
            #expect(try await desk.verdict(token).rule == .malformed)
            node.listen()
            #expect(await node.refilled())
            #expect(try await desk.verdict(token).rule == nil)
        }
    }

    @Test func `a token of keys that were given up at once is refused although it is in memory`() async throws {
        try await SampleDesk.open { desk in
            let client = SampleClient(try await desk.tree.integration(in: desk.tree.europe))
            let token = try await desk.token(client).text
            #expect(try await desk.verdict(token).rule == nil)
            try await desk.tree.keys.rotate([.sealing], by: SampleTree.theOperator)
            #expect(try await desk.verdict(token).rule == nil)
            try await desk.tree.keys.rotate([.sealing], by: SampleTree.theOperator, pace: .immediate)
            #expect(try await desk.verdict(token).rule == .malformed)
        }
    }

    @Test func `a token longer than any sealed one is accepted as JWT`() async throws {
        let scopes = (0..<60).map { "scope-with-a-rather-long-name-\($0)-\(String(repeating: "x", count: 50))" }
        let catalogue = ScopeCatalogue(scopes.compactMap { Scope($0) }.map { ScopeDefinition($0, description: "Long") })
        let product = Product(name: "Long", scopes: catalogue)
        try await SampleDesk.open(product: product) { desk in
            let draft = IntegrationDraft(label: "Sync", scopes: scopes, tokenFormat: "jwt")
            let client = SampleClient(try await desk.integration(draft, in: desk.tree.europe))
            let token = try await desk.token(client).text
            #expect(token.utf8.count > CredentialText.maximumLength)
            #expect(try await desk.verdict(token).rule == nil)
        }
    }

    /// A token that another node issues after a rotation.
    private func token(_ format: TokenFormat, _ node: SampleNode, rotating purposes: Set<KeyPurpose>) async throws
        -> String
    {
        let tree = node.desk.tree
        let other = SampleDesk(tree)
        let draft = IntegrationDraft(label: "Sync", scopes: ["data.read"], tokenFormat: format.rawValue)
        let client = SampleClient(try await other.integration(draft, in: tree.europe))
        try await tree.keys.rotate(purposes, by: SampleTree.theOperator)
        return try await other.token(client).text
    }

    /// A text with the form of a sealed token that names a version.
    private func forged(_ version: UInt16, _ desk: SampleDesk) -> String {
        let bytes = [1, UInt8(version >> 8), UInt8(version & 0xFF)] + Array(repeating: 7, count: 100)
        var body: [UInt8] = []
        Base62.append(bytes: bytes, to: &body)
        return CredentialText.compose(desk.tree.product.brand, .accessToken, body: body)
    }
}
