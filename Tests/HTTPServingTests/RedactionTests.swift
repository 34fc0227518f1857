import CredentialFormat
import Model
import NIOCore
import NIOHTTP1
import OAuth
import Policy
import SignIn
import TestSupport
import Testing
import Tokens
import Verification

@testable import HTTPServing
@testable import OAuth

@Suite("Whatever a request presents prints redacted (K9)")
struct RedactionTests {
    /// As long as a code verifier, so that it passes for anything.
    private static let secret = "S3cr3tS3cr3tS3cr3tS3cr3tS3cr3tS3cr3tS3cr3tS3cr3t"

    @Test func `of what a provider is asked for, the log has the host alone`() {
        let own = "/api/v1/organizations/org_0000000000000000000001/connections/cnx_0000000000000000000001/proxy"
        let host = "\(own)/gmail.googleapis.com"
        #expect(RequestMiddleware.loggable("\(host)/gmail/v1/users/jane@example.com/messages") == "\(host)/…")
        #expect(RequestMiddleware.loggable(host) == host)
    }

    private static func form(_ parameters: String) throws -> Form {
        try Form(parsing: Array("client_id=x&\(parameters)".utf8))
    }

    private static func values() throws -> [any Sendable] {
        let now = Instant(seconds: 1)
        let claimed = try form("client_secret=\(secret)&token=\(secret)")
        let key = MintedSecret(.apiKey, brand: .claviger).reveal()
        let target = HotTarget(.verify, query: "Authorization=Bearer+\(secret)", original: "/x?Authorization=\(secret)")
        return [
            PresentedText(secret), PresentedCredential.one(secret), claimed,
            try ClientClaim(authorization: nil, form: claimed),
            try OAuthRequest(authorization: nil, form: claimed, address: nil, now: now),
            try TokenRequest(parsing: form("grant_type=client_credentials&access_key=\(secret)")),
            try TokenRequest(parsing: form("grant_type=authorization_code&code=\(secret)&code_verifier=\(secret)")),
            try TokenRequest(parsing: form("grant_type=refresh_token&refresh_token=\(secret)")),
            RefreshTokenQuestion(
                token: RefreshToken(lineage: ID(at: 1), generation: 1), presented: PresentedText(secret), app: ID(at: 1)
            ),
            try AuthorizationParameters(parsing: "client_id=x&id_token_hint=\(secret)"),
            try EndSessionRequest(form: form("id_token_hint=\(secret)")), target,
            HotRequest(
                target: target, method: .POST, headers: ["Authorization": "Bearer \(secret)"],
                body: ByteBuffer(string: "token=\(secret)"), peer: nil, requestID: "req-1", now: now),
            GatewayRule(addresses: [], secret: secret),
            Browser(
                formSecret: secret, deviceCookie: secret, sessionCookie: secret, address: nil, userAgent: nil,
                requestID: "req-1"),
            try #require(
                PresentedSecret(parsing: Array(key.utf8), brand: .claviger).map { presented in
                    Missing.asked(by: .app(ID(at: 1)), caller: nil, .apiKey(Fingerprint(of: key), presented))
                }),
        ]
    }

    @Test func `interpolated, reflected and dumped, it shows nothing that proves anything`() throws {
        for value in try Self.values() {
            var dumped = ""
            dump([value], to: &dumped)
            let texts = ["\(value)", String(reflecting: value), "\([value])", dumped]
            for text in texts {
                #expect(!text.isEmpty)
                #expect(!text.contains("S3cr3t") && !text.contains("clv_key_"), "\(type(of: value))")
                // Nor its bytes.
                #expect(!text.contains("83, 51, 99"), "\(type(of: value))")
            }
        }
    }
}
