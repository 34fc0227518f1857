import CredentialFormat
import Credentials
import Model
import OAuth
import Persistence
import Policy
import ProductDefinition
import TestSupport
import Testing
import Verification

@Suite("Each rule of the verifier refuses", .onEveryEngine)
struct VerdictTests {
    @Test func `a key and a token that break no rule are admitted with their scopes`() async throws {
        try await SampleDesk.open { desk in
            let key = try await desk.tree.key(in: desk.tree.europe)
            let caller = try await desk.verdict(key.secret, scopes: ["data.read"]).caller
            #expect(caller?.scopes.text == "data.read")
            #expect(caller?.standing.path == desk.tree.europe.path)
            let client = SampleClient(try await desk.tree.integration(in: desk.tree.europe))
            let token = try await desk.token(client)
            #expect(try await desk.verdict(token.text, scopes: ["data.read"]).caller?.scopes.text == "data.read")
        }
    }

    @Test(arguments: ["", "x", "Bearer", "clv_key_", "clv_at_AAAAAAAAAA", "\u{0}", "é", "eyJhbGciOiJub25lIn0.e30."])
    func `what has not the form of a credential is malformed and looked up nowhere`(_ text: String) async throws {
        try await SampleDesk.open { desk in
            let verdict = try await desk.verdict(text)
            #expect(verdict.rule == .malformed)
            #expect(desk.store.reads == 0)
        }
    }

    @Test func `any change of one character of a key is malformed`() async throws {
        try await SampleDesk.open { desk in
            let secret = Array(try await desk.tree.key(in: desk.tree.europe).secret.utf8)
            for index in secret.indices {
                var changed = secret
                changed[index] = changed[index] == UInt8(ascii: "0") ? UInt8(ascii: "1") : UInt8(ascii: "0")
                #expect(try await desk.verdict(String(decoding: changed, as: UTF8.self)).rule == .malformed)
            }
            #expect(try await desk.verdict(String(decoding: secret, as: UTF8.self) + " ").rule == .malformed)
        }
    }

    @Test func `secrets that are no bearer credentials are malformed here`() async throws {
        try await SampleDesk.open { desk in
            let integration = try await desk.tree.integration(in: desk.tree.europe)
            #expect(try await desk.verdict(integration.secret).rule == .malformed)
            for kind in CredentialKind.allCases where kind != .apiKey && kind != .accessToken {
                let secret = MintedSecret(kind, brand: desk.tree.product.brand).reveal()
                #expect(try await desk.verdict(secret).rule == .malformed)
            }
        }
    }

    @Test func `a well-formed key that nobody made is unknown`() async throws {
        try await SampleDesk.open { desk in
            let secret = MintedSecret(.apiKey, brand: desk.tree.product.brand).reveal()
            for _ in 0..<3 {
                let verdict = try await desk.verdict(secret)
                #expect(verdict.rule == .unknown)
            }
            #expect(desk.store.reads == 1)
        }
    }

    @Test func `a key of another brand is malformed`() async throws {
        try await SampleDesk.open { desk in
            let brand = try #require(Brand("acme"))
            #expect(try await desk.verdict(MintedSecret(.apiKey, brand: brand).reveal()).rule == .malformed)
        }
    }

    @Test func `a key ends at its expiry and not before`() async throws {
        try await SampleDesk.open { desk in
            let key = try await desk.key(
                APIKeyDraft(name: "Short", lifetimeSeconds: 60, scopes: ["data.read"]), in: desk.tree.europe)
            let end = key.credential.expiresAt
            desk.tree.clock.set(Instant(milliseconds: end.milliseconds - 1))
            #expect(try await desk.verdict(key.secret).rule == nil)
            desk.tree.clock.set(end)
            #expect(try await desk.verdict(key.secret).rule == .expired)
            #expect(try await SampleDesk(desk.tree).verdict(key.secret).rule == .expired)
        }
    }

    @Test func `a token ends at its expiry and not before`() async throws {
        try await SampleDesk.open { desk in
            let client = SampleClient(try await desk.tree.integration(in: desk.tree.europe))
            let token = try await desk.token(client)
            desk.tree.clock.set(Instant(milliseconds: token.token.expiresAt.milliseconds - 1))
            #expect(try await desk.verdict(token.text).rule == nil)
            desk.tree.clock.set(token.token.expiresAt)
            #expect(try await desk.verdict(token.text).rule == .expired)
        }
    }

    @Test(arguments: [
        ("192.0.2.7", true), ("::ffff:192.0.2.7", true), ("2001:db8::1", true), ("192.0.3.7", false),
        ("2001:db8::2", false), (nil, false),
    ])
    func `an address list admits what is on it, and never an unknown address`(
        _ address: String?, _ isAdmitted: Bool
    ) async throws {
        try await SampleDesk.open { desk in
            let list = ["192.0.2.0/24", "2001:db8::1"]
            let key = try await desk.key(
                APIKeyDraft(name: "Office", scopes: ["data.read"], allowedAddresses: list), in: desk.tree.europe)
            #expect(try await desk.verdict(key.secret, from: address).rule == (isAdmitted ? nil : .address))

            let integration = try await desk.integration(
                IntegrationDraft(label: "Office", scopes: ["data.read"], allowedAddresses: list), in: desk.tree.europe)
            let token = try await desk.token(SampleClient(integration), from: "192.0.2.9")
            #expect(try await desk.verdict(token.text, from: address).rule == (isAdmitted ? nil : .address))
        }
    }

    @Test func `a token is refused by a backend that it is not meant for, a key by none`() async throws {
        try await SampleDesk.open { desk in
            _ = try await desk.resourceServer(["https://one.example.com"])
            let client = SampleClient(try await desk.tree.integration(in: desk.tree.europe))
            let token = try await desk.token(client, [("resource", "https://one.example.com")])
            for (audience, rule) in [
                ("https://one.example.com", nil), (SampleDesk.issuer, Verdict.Rule.audience),
                ("https://one.example.com/", .audience),
            ] {
                #expect(try await desk.verdict(token.text, audiences: [audience]).rule == rule)
            }
            #expect(try await desk.verdict(token.text, audiences: []).rule == .audience)
            let key = try await desk.tree.key(in: desk.tree.europe)
            #expect(try await desk.verdict(key.secret, audiences: []).rule == nil)
        }
    }

    @Test func `a caller narrows to its own organization or one below, and to no other`() async throws {
        try await SampleDesk.open { desk in
            let tree = desk.tree
            let key = try await tree.key(in: tree.europe).secret
            let token = try await desk.token(SampleClient(try await tree.integration(in: tree.europe))).text
            for credential in [key, token] {
                for (organization, isAdmitted) in [
                    (tree.europe.id, true), (tree.france.id, true), (tree.northAmerica.id, false),
                    (tree.global.id, false), (tree.stranger.id, false), (tree.desk.id, false), (ID(at: 0), false),
                ] {
                    let verdict = try await desk.verdict(credential, in: organization)
                    #expect(verdict.rule == (isAdmitted ? nil : .organization))
                    #expect(verdict.caller?.standing.organization == (isAdmitted ? organization : nil))
                    // From memory too.
                    #expect(try await desk.verdict(credential, in: organization).rule == verdict.rule)
                }
            }
        }
    }

    @Test func `all wanted scopes must be there`() async throws {
        try await SampleDesk.open { desk in
            let key = try await desk.tree.key(in: desk.tree.europe, scopes: ["data.read", "reports.read"])
            for (wanted, isAdmitted) in [
                ([], true), (["data.read"], true), (["data.read", "reports.read"], true), (["data.write"], false),
                (["data.read", "data.write"], false), (["data"], false), (["data.reader"], false),
            ] {
                let expected: Verdict.Rule? =
                    isAdmitted ? nil : .scope(ScopeSet(wanted.compactMap { Scope($0) }))
                #expect(try await desk.verdict(key.secret, scopes: wanted).rule == expected)
            }
        }
    }

    @Test func `a token of another issuer or under other keys is malformed`() async throws {
        try await SampleDesk.open { desk in
            let client = SampleClient(try await desk.tree.integration(in: desk.tree.europe))
            let foreign = try await SampleDesk.open { other in
                let client = SampleClient(try await other.tree.integration(in: other.tree.europe))
                return try await other.token(client).text
            }
            #expect(try await desk.verdict(foreign).rule == .malformed)
            #expect(try await desk.verdict(try await desk.token(client).text).rule == nil)
        }
    }
}
