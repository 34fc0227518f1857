import Connections
import CredentialFormat
import Crypto
import CryptoExtras
import Foundation
import Model
import Persistence
import ProviderDefinition
import TestSupport
import TextForms
import Testing

@Suite("What providers tell by themselves", .onEveryEngine)
struct PushTests {
    private static let google = "google-business-profile"
    private static let caller = PushDesk.Caller(requestID: "r", address: nil)

    // MARK: Signed requests

    /// Facebook, where account `f1` consents.
    private static func facebook() -> ScriptedProviders {
        let providers = ScriptedProviders()
        providers.answer("/v25.0/oauth/access_token", #"{"access_token":"f.at","expires_in":5183944}"#)
        providers.answer(
            "/v25.0/debug_token",
            #"{"data":{"is_valid":true,"user_id":"f1","scopes":["pages_show_list"],"expires_at":0}}"#)
        providers.answer("/v25.0/me/accounts", #"{"data":[{"id":"p1","name":"Shop","access_token":"f.page"}]}"#)
        return providers
    }

    private static func signedRequest(
        _ account: String = "f1", at time: Instant, secret: String = "s3cret", algorithm: String = "HMAC-SHA256"
    ) -> String {
        let payload = Base64URL.text(
            Array(#"{"algorithm":"\#(algorithm)","issued_at":\#(time.seconds),"user_id":"\#(account)"}"#.utf8))
        let code = HMAC<SHA256>.authenticationCode(
            for: Data(payload.utf8), using: SymmetricKey(data: Data(secret.utf8)))
        return Base64URL.text(Array(code)) + "." + payload
    }

    @Test
    func `a deauthorization that the provider signed ends its account's connections, and a renewal revives none`()
        async throws
    {
        let providers = Self.facebook()
        try await ConnectDesk.open(over: providers) { desk in
            let pushes = PushDesk(desk.service)
            let mine = try await desk.connect("facebook").connection.id
            let other = try await desk.connect("facebook", in: desk.tree.northAmerica).connection.id
            let now = desk.tree.clock.current
            for refused in [
                Self.signedRequest(at: now, secret: "another"), Self.signedRequest(at: now, algorithm: "none"),
                Self.signedRequest(at: now.adding(seconds: -8 * 86_400)), Self.signedRequest(at: now) + ".x", "", ".",
            ] {
                guard case .refused = try await pushes.deauthorize(refused, at: "facebook", from: Self.caller) else {
                    Issue.record("taken: \(refused)")
                    continue
                }
            }
            let request = Self.signedRequest(at: now)
            #expect(try await pushes.deauthorize(request, at: Self.google, from: Self.caller) == .unknown)
            #expect(try await pushes.deauthorize(request, at: "nobody", from: Self.caller) == .unknown)
            let strangers = Self.signedRequest("f2", at: now)
            #expect(
                try await pushes.deauthorize(strangers, at: "facebook", from: Self.caller) == .taken(changes: 0))
            // What was said long before the consent is about an older one.
            let older = Self.signedRequest(at: now.adding(seconds: -3600))
            #expect(try await pushes.deauthorize(older, at: "facebook", from: Self.caller) == .taken(changes: 0))
            #expect(try await desk.state(of: mine).status == .connected)

            desk.tree.clock.advance(seconds: 1)
            providers.before {
                let outcome = try await pushes.deauthorize(request, at: "facebook", from: Self.caller)
                #expect(outcome == .taken(changes: 2))
            }
            _ = try await desk.engine.renew(mine)
            for id in [mine, other] {
                let state = try await desk.state(of: id)
                #expect(state.status == .revoked && state.reason == "deauthorized" && state.nextRenewalAt == nil)
                #expect(try await desk.events(of: id) == [.created, .revoked])
                let (open, health) = try await desk.tree.store.read { tx in
                    (try tx.latestPromises(of: id).filter { $0.state == .open }, try tx.health(of: id))
                }
                #expect(open.isEmpty && health?.nextAt == nil)
            }
            let event = try #require(try await desk.tree.auditEvents().first { $0.action == "connection.revoked" })
            #expect(event.actor == "provider:facebook" && event.requestID == "r")
            #expect(try await pushes.deauthorize(request, at: "facebook", from: Self.caller) == .taken(changes: 0))

            // A new consent is not undone by what was said before it.
            desk.tree.clock.advance(seconds: 600)
            #expect(try await desk.connect("facebook").way == .recognized)
            #expect(try await pushes.deauthorize(request, at: "facebook", from: Self.caller) == .taken(changes: 0))
            #expect(try await desk.state(of: mine).status == .connected)
        }
    }

    @Test func `an erasure destroys what is sealed and what says whose account it was, and its code can be looked up`()
        async throws
    {
        try await ConnectDesk.open(over: Self.facebook()) { desk in
            let pushes = PushDesk(desk.service)
            let id = try await desk.connect("facebook").connection.id
            desk.tree.clock.advance(seconds: 1)
            let request = Self.signedRequest(at: desk.tree.clock.current)
            guard case .erased(let code) = try await pushes.erase(request, at: "facebook", from: Self.caller) else {
                Issue.record("not erased")
                return
            }
            let state = try await desk.state(of: id)
            #expect(state.status == .disconnected && state.reason == "erased" && state.name == "Facebook")
            #expect(state.accountFingerprint == nil && state.metadata.isEmpty)
            let left = try await desk.tree.store.read { tx in
                (
                    try tx.connectionSecrets(of: id, generation: 1), try tx.dataKeys(of: id.description),
                    try tx.connectionChildren(of: id), try tx.shreddingReceipts(of: id.description)
                )
            }
            #expect(left.0.isEmpty && left.1.isEmpty && left.2.isEmpty && left.3.count == 1)
            #expect(try await desk.events(of: id) == [.created, .disconnected])
            let erasure = try #require(try pushes.erasure(code, at: "facebook"))
            #expect(erasure.at.seconds == desk.tree.clock.current.seconds && erasure.provider == "Facebook")
            #expect(code.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) })
            #expect(try pushes.erasure(code, at: Self.google) == nil)
            #expect(try pushes.erasure("3" + code.dropFirst(), at: "facebook") == nil)
            #expect(try pushes.erasure(String(code.dropLast()) + "g", at: "facebook") == nil)
            #expect(try pushes.erasure("", at: "facebook") == nil)
        }
    }

    @Test func `what was signed shortly before a consent takes nothing back, and erases however many there are`()
        async throws
    {
        try await ConnectDesk.open(over: Self.facebook()) { desk in
            let pushes = PushDesk(desk.service)
            let connection = try await desk.connect("facebook").connection
            let account = try #require(connection.accountFingerprint)
            let request = Self.signedRequest(at: desk.tree.clock.current.adding(seconds: -60))
            #expect(try await pushes.deauthorize(request, at: "facebook", from: Self.caller) == .taken(changes: 1))
            #expect(try await desk.state(of: connection.id).status == .connected)

            try await desk.tree.store.write { tx in
                for number in 1...PushDesk.step {
                    try tx.insert(
                        Connection(
                            id: ID(at: connection.createdAt.milliseconds + Int64(number)), path: connection.path,
                            provider: "facebook", access: connection.access, name: "Shop", accountFingerprint: account,
                            status: .connected, generation: 1, clocks: connection.clocks,
                            createdAt: connection.createdAt))
                }
            }
            guard case .erased = try await pushes.erase(request, at: "facebook", from: Self.caller) else {
                Issue.record("not erased")
                return
            }
            let (left, all) = try await desk.tree.store.read { tx in
                (
                    try tx.connections(ofAccount: account, through: connection.access, after: nil, limit: 1),
                    try tx.connections(.organization(connection.path), after: nil, limit: 1000)
                )
            }
            #expect(left.isEmpty && all.count == PushDesk.step + 1)
            #expect(all.allSatisfy { $0.status == .disconnected && $0.name == "Facebook" })
        }
    }

    // MARK: Security events

    /// A key of Google's, which its key set has.
    private struct SigningKey {
        let name: String
        let key: _RSA.Signing.PrivateKey

        init(_ name: String) throws {
            self.name = name
            key = try _RSA.Signing.PrivateKey(keySize: .bits2048)
        }

        var keySet: String {
            get throws {
                let numbers = try key.publicKey.getKeyPrimitives()
                let (n, e) = (Base64URL.text(Array(numbers.modulus)), Base64URL.text(Array(numbers.publicExponent)))
                return #"{"keys":[{"kty":"RSA","use":"sig","alg":"RS256","kid":"\#(name)","n":"\#(n)","e":"\#(e)"}]}"#
            }
        }

        func token(_ claims: String, algorithm: String = "RS256", kid: String? = nil) throws -> String {
            let header = #"{"alg":"\#(algorithm)","kid":"\#(kid ?? name)","typ":"secevent+jwt"}"#
            let signed = [header, claims].map { Base64URL.text(Array($0.utf8)) }.joined(separator: ".")
            let signature = try key.signature(
                for: SHA256.hash(data: Data(signed.utf8)), padding: .insecurePKCS1v1_5)
            return signed + "." + Base64URL.text(Array(signature.rawRepresentation))
        }
    }

    private static func claims(
        _ type: String, _ number: Int, at time: Instant, issuer: String = "https://accounts.google.com/",
        audience: String = "app", account: String = "1001"
    ) -> String {
        """
        {"iss":"\(issuer)","aud":"\(audience)","iat":\(time.seconds),"jti":"j\(number)","events":{"\(type)":{"subject":\
        {"subject_type":"iss-sub","iss":"\(issuer)","sub":"\(account)"}}}}
        """
    }

    private static let revoked = "https://schemas.openid.net/secevent/oauth/event-type/tokens-revoked"
    private static let disabled = "https://schemas.openid.net/secevent/risc/event-type/account-disabled"

    @Test func `a security event of Google's is believed once, by a key that it publishes and for our client alone`()
        async throws
    {
        let (key, foreign) = (try SigningKey("k1"), try SigningKey("k1"))
        let providers = ScriptedProviders()
        try await ConnectDesk.open(over: providers) { desk in
            let pushes = PushDesk(desk.service)
            func take(_ token: String) async throws -> PushOutcome {
                try await pushes.take(securityEvent: token, at: Self.google, from: Self.caller)
            }
            let id = try await desk.connect(Self.google).connection.id
            let now = desk.tree.clock.current
            let doubtful = try key.token(Self.claims(Self.disabled, 1, at: now))
            // Without keys nobody knows, and nobody is asked again at once.
            #expect(try await take(doubtful) == .unavailable("keys"))
            #expect(try await take(doubtful) == .unavailable("keys"))
            #expect(providers.requests("/oauth2/v3/certs").count == 1)
            providers.answer("/oauth2/v3/certs", try key.keySet)
            desk.tree.clock.advance(seconds: 61)
            #expect(try await take(doubtful) == .taken(changes: 1))
            let soon = try await desk.tree.store.read { tx in try tx.health(of: id)?.nextAt }
            #expect(soon == desk.tree.clock.current, "it is probed in the next round")
            #expect(try await take(doubtful) == .taken(changes: 0), "once")

            let good = Self.claims(Self.revoked, 2, at: now)
            let refused = [
                try foreign.token(good), try key.token(good, algorithm: "none"),
                try key.token(good, algorithm: "HS256"),
                try key.token(good, kid: "k2"), try key.token(good) + ".", "a.b.c", "",
                try key.token(Self.claims(Self.revoked, 3, at: now, issuer: "https://evil.example")),
                try key.token(Self.claims(Self.revoked, 4, at: now, audience: "another")),
                try key.token(Self.claims(Self.revoked, 5, at: now.adding(seconds: -8 * 86_400))),
                // An ID token of the same issuer, for the same client.
                try key.token(#"{"iss":"https://accounts.google.com","aud":"app","iat":\#(now.seconds),"sub":"1001"}"#),
            ]
            for token in refused {
                guard case .refused = try await take(token) else {
                    Issue.record("taken: \(token)")
                    continue
                }
            }
            #expect(try await desk.state(of: id).status == .connected)
            #expect(
                providers.requests("/oauth2/v3/certs").count <= 3, "made-up key names have us ask once a minute")

            let other = try key.token(Self.claims(Self.revoked, 6, at: now, account: "1002"))
            #expect(try await take(other) == .taken(changes: 0))
            let verification = "https://schemas.openid.net/secevent/risc/event-type/verification"
            #expect(try await take(key.token(Self.claims(verification, 7, at: now))) == .taken(changes: 0))
            #expect(try await take(key.token(good)) == .taken(changes: 1))
            let state = try await desk.state(of: id)
            #expect(state.status == .revoked && state.reason == "tokens_revoked")
            #expect(
                try await pushes.take(securityEvent: key.token(good), at: "facebook", from: Self.caller) == .unknown)
        }
    }
}
