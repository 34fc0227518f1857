import ClavigerVerifier
import Locking
import TestSupport
import Testing
import Verification

@Suite("A verifier beside a node that does not answer as it should")
struct FakeNodeTests {
    private static let client = DemoCredentials.Client(id: "rsv_0000000000000000000001", secret: "secret")
    private static let active =
        #"{"active":true,"scope":"a","sub":"key_1","credential_type":"api_key","credential_id":"key_1","account_id":"org_1","#
        + #""organization_id":"org_1","organization_path":"org_1","iat":1,"exp":9999999999,"claviger_age":0}"#

    @Test(.endedIfItHangs, arguments: [true, false])
    func `a reply that ends in the middle is none, and keeps nobody waiting`(_ follows: Bool) async throws {
        try await FakeNode.open(.half) { node, address in
            try await Verifier.running(at: [address], as: Self.client, follows: follows) { verifier in
                if follows { try #require(try await eventually { verifier.mode == .remembering }) }
                for _ in 0..<2 { #expect(await verifier.refusal("credential")?.status == 503) }
                // On a machine under load one may not be there within 750 ms.
                #expect((1...2).contains(node.questions))
            }
        }
    }

    @Test(arguments: [true, false])
    func `who calls is told, so that made-up credentials count as that one's`(_ follows: Bool) async throws {
        try await FakeNode.open(.whole(Self.active)) { node, address in
            try await Verifier.running(at: [address], as: Self.client, follows: follows) { verifier in
                if follows { try #require(try await eventually { verifier.mode == .remembering }) }
                #expect(await verifier.verdict("credential", address: "::ffff:192.0.2.1") == nil)
                #expect(node.lastQuestion.hasSuffix("&client_address=192.0.2.1"))
                for address in [nil, "nonsense"] {
                    #expect(await verifier.verdict("credential", address: address) == nil)
                    #expect(!node.lastQuestion.contains("client_address"))
                }
            }
        }
    }

    @Test func `nobody waits for the answer to a question that was asked long before`() async throws {
        let skipped = Lock<Int64>(0)
        let clock = VerifierClock(
            uptime: {
                Uptime.nanoseconds() + skipped.withLock { $0 } * 1_000_000
            }, seconds: { 0 })
        try await FakeNode.open(.nothing, .whole(#"{"active":false}"#)) { node, address in
            try await Verifier.running(at: [address], as: Self.client, clock: clock) { verifier in
                try #require(try await eventually { verifier.mode == .remembering })
                async let first = verifier.refusal("credential")
                try #require(try await eventually { node.questions == 1 })
                skipped.withLock { $0 += 251 }
                async let second = verifier.refusal("credential")
                #expect(try await eventually { node.questions == 2 })
                #expect(await first?.status == 503)
                // On a machine under load its answer may not be there within 750 ms.
                if await second?.status != 401 { #expect(await verifier.refusal("credential")?.status == 401) }
            }
        }
    }

    /// What the backend's clock shows, and when the credential ends, which the node knows at 1000.
    @Test(arguments: [(0, 1001), (0, 5000), (9_999_999_999, 5000)])
    func `a credential ends when the node says, whatever the backend's clock shows`(_ seconds: Int64, _ end: Int)
        async throws
    {
        let clock = VerifierClock(uptime: { Uptime.nanoseconds() }, seconds: { seconds })
        let reply = Self.active.replacing("9999999999", with: #"\#(end),"claviger_watch":["key"]"#)
        try await FakeNode.open(.timed(reply, date: "Thu, 01 Jan 1970 00:16:40 GMT")) { _, address in
            try await Verifier.running(at: [address], as: Self.client, clock: clock) { verifier in
                try #require(try await eventually { verifier.mode == .remembering })
                if end > 1001 {
                    #expect(try await verifier.remembers("credential"))
                } else {
                    for _ in 0..<5 { #expect(await verifier.verdict("credential") == nil) }
                    #expect(verifier.count == 0)
                }
            }
        }
    }

    @Test func `a reply about another organization than was asked about is none`() async throws {
        try await FakeNode.open(.whole(Self.active)) { _, address in
            try await Verifier.running(at: [address], as: Self.client, follows: false) { verifier in
                #expect(await verifier.verdict("credential") == nil)
                #expect(await verifier.verdict("credential", organization: "org_1") == nil)
                #expect(await verifier.refusal("credential", organization: "org_2")?.status == 503)
            }
        }
    }

    @Test func `what it takes to connect is not counted as age of what the stream proves`() async throws {
        try await FakeNode.open(.nothing) { node, address in
            try await Verifier.running(at: [address], as: Self.client) { verifier in
                try #require(try await eventually { verifier.mode == .remembering })
                #expect(node.streams.all == 1 && node.streams.connecting == 0)
            }
        }
    }

    @Test func `the secret is not printed`() {
        let configuration = VerifierConfiguration(address: "https://a", clientID: "rsv_1", clientSecret: "hidden")
        var dumped = ""
        dump(configuration, to: &dumped)
        for text in ["\(configuration)", String(reflecting: configuration), dumped] {
            #expect(!text.contains("hidden"), "\(text)")
        }
    }
}
