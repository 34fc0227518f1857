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

@Suite("The introspection endpoint (I1)", .onEveryEngine)
struct IntrospectionTests {
    private static let one = "https://one.example.com"
    private static let two = "https://two.example.com"

    @Test func `a resource server sees tokens for its audiences and keys, and nothing else`() async throws {
        try await SampleDesk.open { desk in
            let first = SampleClient(try await desk.resourceServer([Self.one, "urn:more"]))
            let second = SampleClient(try await desk.resourceServer([Self.two]))
            let client = SampleClient(try await desk.tree.integration(in: desk.tree.europe))
            let forOne = try await desk.token(client, [("resource", Self.one)]).text
            let forMore = try await desk.token(client, [("resource", "urn:more")]).text
            let forTwo = try await desk.token(client, [("resource", Self.two)]).text
            let forUs = try await desk.token(client).text
            let key = try await desk.tree.key(in: desk.tree.europe).secret
            for (token, isFirst, isSecond) in [
                (forOne, true, false), (forMore, true, false), (forTwo, false, true), (forUs, false, false),
                (key, true, true),
            ] {
                #expect((try await desk.introspect(token, as: first) != nil) == isFirst)
                #expect((try await desk.introspect(token, as: second) != nil) == isSecond)
            }
        }
    }

    @Test func `an integration sees its own tokens and nothing else`() async throws {
        try await SampleDesk.open { desk in
            _ = try await desk.resourceServer([Self.one])
            let client = SampleClient(try await desk.tree.integration(in: desk.tree.europe))
            let sibling = SampleClient(try await desk.tree.integration(in: desk.tree.europe))
            let token = try await desk.token(client, [("resource", Self.one)]).text
            #expect(try await desk.introspect(token, as: client)?.credential.scopes.text == "data.read")
            #expect(try await desk.introspect(token, as: sibling) == nil)
            #expect(try await desk.introspect(try await desk.tree.key(in: desk.tree.europe).secret, as: client) == nil)
        }
    }

    @Test func `what is not in force is inactive, and so is what is no credential`() async throws {
        try await SampleDesk.open { desk in
            let server = SampleClient(try await desk.resourceServer([SampleDesk.issuer]))
            let client = SampleClient(try await desk.tree.integration(in: desk.tree.europe))
            let (expired, revoked) = (try await desk.token(client), try await desk.token(client))
            try await desk.revoke(revoked.text, as: client)
            let unknown = MintedSecret(.apiKey, brand: desk.tree.product.brand).reveal()
            for text in [revoked.text, unknown, "x", client.secret, server.secret, "clv_at_"] {
                #expect(try await desk.introspect(text, as: server) == nil)
                #expect(try await desk.introspect(text, as: client) == nil)
            }
            #expect(try await desk.introspect(expired.text, as: server) != nil)
            desk.tree.clock.set(expired.token.expiresAt)
            #expect(try await desk.introspect(expired.text, as: server) == nil)
            #expect(try await desk.introspect(expired.text, as: client) == nil)
        }
    }

    @Test func `a credential that is bound to addresses needs its caller's address (I8)`() async throws {
        try await SampleDesk.open { desk in
            let server = SampleClient(try await desk.resourceServer([SampleDesk.issuer]))
            let key = try await desk.key(
                APIKeyDraft(name: "Office", scopes: ["data.read"], allowedAddresses: ["192.0.2.0/24"]),
                in: desk.tree.europe)
            func isActive(_ address: String?) async throws -> Bool {
                try await desk.introspect(
                    key.secret, as: server, address.map { [("client_address", $0)] } ?? []) != nil
            }
            #expect(try await isActive("192.0.2.1"))
            #expect(try await isActive("::ffff:192.0.2.1"))
            #expect(try await isActive("198.51.100.1") == false)
            #expect(try await isActive(nil) == false)
            for address in ["192.0.2.01", "192.0.2.1:80", "x", "192.0.2.1, 192.0.2.2", "[::1]"] {
                await expect(.invalidRequest) { _ = try await isActive(address) }
            }
        }
    }

    @Test func `a resource server that listens is told what ends the answer, and sees to addresses itself (I8)`()
        async throws
    {
        try await SampleDesk.open { desk in
            let issued = try await desk.resourceServer([SampleDesk.issuer])
            let server = SampleClient(issued)
            let key = try await desk.key(
                APIKeyDraft(name: "Office", scopes: ["data.read"], allowedAddresses: ["192.0.2.0/24"]),
                in: desk.tree.europe)
            let watch = [("claviger_watch", "true")]
            func names(_ changes: [Change]) -> Set<String> {
                Set(
                    (changes + [.resourceServer(issued.credential.id)]).flatMap {
                        desk.fingerprints.texts(of: $0) ?? []
                    })
            }
            func told(_ credential: String, _ more: [(String, String)] = []) async throws -> Set<String>? {
                try await desk.told(credential, as: server, watch + more).fingerprints.map { Set($0) }
            }
            let organizations = [desk.tree.global, desk.tree.europe].map { Change.organization($0.id) }
            #expect(try await told(key.secret) == names(organizations + [.apiKey(key.credential.id)]))
            // Who remembers it sees to the address; it is told for the sake of the look-up alone.
            #expect(
                try await told(key.secret, [("client_address", "198.51.100.1")])
                    == names(organizations + [.apiKey(key.credential.id)]))
            // Nobody but this process changes anything.
            #expect(try await desk.told(key.secret, as: server, watch).age == 0)
            let integration = try await desk.tree.integration(in: desk.tree.europe)
            let token = try await desk.token(SampleClient(integration))
            let changes: [Change] = [
                .integration(integration.credential.id),
                .revokedToken(token.token.id, expiresAt: token.token.expiresAt),
            ]
            #expect(try await told(token.text) == names(organizations + changes))
            // In an organization below its own it hangs on that one as well, and above it is nothing.
            let below = ("claviger_organization", desk.tree.france.id.description)
            #expect(
                try await told(token.text, [below])
                    == names(organizations + changes + [.organization(desk.tree.france.id)]))
            #expect(try await told(token.text, [("claviger_organization", desk.tree.global.id.description)]) == nil)
            for wrong in [[("claviger_watch", "yes")], watch + [("claviger_organization", "x")]] {
                await expect(.invalidRequest) { _ = try await desk.told(token.text, as: server, wrong) }
            }
            await expect(.invalidRequest) {
                _ = try await desk.told(token.text, as: SampleClient(integration), watch)
            }
        }
    }

    @Test func `who is not authenticated learns nothing, and a request without a token is refused`() async throws {
        try await SampleDesk.open { desk in
            let client = SampleClient(try await desk.tree.integration(in: desk.tree.europe))
            let token = try await desk.token(client).text
            await expect(.invalidClient) { _ = try await desk.introspect(token, as: nil) }
            let wrong = SampleClient(id: client.id, secret: token)
            await expect(.invalidClient) { _ = try await desk.introspect(token, as: wrong) }
            await expect(.invalidRequest) { _ = try await desk.introspect("", as: client) }
        }
    }

    @Test func `a resource server loses sight of what it lost the audience for`() async throws {
        try await SampleDesk.open { desk in
            let server = try await desk.resourceServer([Self.one])
            let client = SampleClient(try await desk.tree.integration(in: desk.tree.europe))
            let token = try await desk.token(client, [("resource", Self.one)]).text
            #expect(try await desk.introspect(token, as: SampleClient(server)) != nil)
            _ = try await desk.tree.store.write { [servers = desk.tree.resourceServers] tx in
                try servers.edit(
                    server.credential.id, ResourceServerEdit(audiences: [Self.two]), as: SampleTree.theOperator,
                    tx: tx)
            }
            #expect(try await desk.introspect(token, as: SampleClient(server)) == nil)
        }
    }
}
