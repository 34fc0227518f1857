import HTTPTypes
import Model
import NIOCore
import NIOHTTP1
package import OAuth
import Persistence
import Policy
package import ProductDefinition
import Tokens
package import Verification

/// The hot routes, each a synchronous function from request to reply over memory alone (record 0004). Two doors lead
/// here, ``HotDoor`` on the event loop and the ordinary route, and there is no other implementation, so no check can
/// differ.
package struct HotRoutes: Sendable {
    /// What an endpoint answers, or asks to be done first.
    private enum Outcome: Sendable {
        /// The reply, and what it answers if a client asked.
        case reply(HotReply, to: OAuthRequest? = nil)
        case exchange(TokenExchange, OAuthRequest)
        case introspect(RefreshTokenQuestion, OAuthRequest)
        case revoke(RevocationEndpoint.Revocation, OAuthRequest)
    }

    /// Path → endpoint, canonical paths and those of the product.
    package let paths: [Substring: HotEndpoint]
    private let verify: VerifyEndpoint
    private let token: TokenEndpoint
    private let introspection: IntrospectionEndpoint
    private let revocation: RevocationEndpoint
    private let verifier: CredentialVerifier
    private let proxies: TrustedProxies
    private let metadata: [UInt8]
    private let issuer: String
    private let realm: String

    package init(
        product: Product, issuer: String, verify: VerifyEndpoint, token: TokenEndpoint,
        introspection: IntrospectionEndpoint, revocation: RevocationEndpoint, verifier: CredentialVerifier,
        proxies: TrustedProxies
    ) {
        self.verify = verify
        self.token = token
        self.introspection = introspection
        self.revocation = revocation
        self.verifier = verifier
        self.proxies = proxies
        self.issuer = issuer
        realm = product.realm
        metadata = OpenIDMetadata(server: ServerMetadata(issuer: issuer, product: product), product: product).json
        paths = Self.paths(product.endpoints, at: PublicAddress(issuer: issuer))
    }

    /// What a request target names, nil for what is no hot route.
    ///
    /// Behind `/verify/` stands the caller's own target, whatever it looks like: some gateways can only put a prefix before
    /// it.
    package func target(_ text: String) -> HotTarget? {
        let mark = text.utf8.firstIndex(of: UInt8(ascii: "?")) ?? text.endIndex
        if let endpoint = paths[text[..<mark]] {
            return HotTarget(endpoint, query: mark == text.endIndex ? nil : text[text.index(after: mark)...])
        }
        guard text.utf8.starts(with: Self.originals.utf8) else { return nil }
        return HotTarget(.verify, original: Substring(text.utf8.dropFirst(Self.originals.utf8.count - 1)))
    }

    private static let originals = ServedEndpoint.verify.below("")

    private static func paths(_ further: FurtherEndpoints, at address: PublicAddress) -> [Substring: HotEndpoint] {
        var paths: [Substring: HotEndpoint] = [:]
        for endpoint in HotEndpoint.allCases {
            for path in further.paths(of: endpoint.canonical) { paths[Substring(path)] = endpoint }
        }
        for path in address.wellKnown(ServedEndpoint.serverMetadata.path) {
            paths[Substring(path)] = .published(.serverMetadata)
        }
        return paths
    }

    /// The reply, or nil where memory does not suffice or something must be written first: then the ordinary way.
    package func answerFromMemory(_ request: HotRequest) -> HotReply? {
        guard case .answer(.reply(let reply, let call)) = outcome(request, findings: .none) else { return nil }
        countUses(in: call, reply, at: request.now)
        return Self.shared(reply, request)
    }

    /// The reply, with whatever look-ups and writing it takes.
    package func answer(_ request: HotRequest) async -> HotReply {
        Self.shared(await found(request), request)
    }

    /// The reply to a request whose body is larger than any that we read.
    func refuseBody(of request: HotRequest) -> HotReply {
        let reply =
            switch request.endpoint {
            case .oauth:
                OAuthReply.error(
                    OAuthError(.invalidRequest, "The body is too large.", rule: Self.tooLarge), nil, realm: realm,
                    status: .contentTooLarge)
            case .verify, .published, .alive: HotReply(.contentTooLarge, rule: Self.tooLarge)
            }
        return Self.shared(reply, request)
    }

    private static let tooLarge = "body too large"

    /// The reply as an app in a browser may read it, where it may.
    private static func shared(_ reply: HotReply, _ request: HotRequest) -> HotReply {
        guard request.endpoint.isForBrowsers, request.endpoint.isPublished || request.field("Origin") != nil else {
            return reply
        }
        var reply = reply
        reply.fields.append(("Access-Control-Allow-Origin", CrossOrigin.origin))
        return reply
    }

    private static func refuseMethod(of request: HotRequest) -> HotReply {
        let allowed = request.endpoint.allowed
        guard request.method == .OPTIONS, request.endpoint.isForBrowsers, request.field("Origin") != nil else {
            return HotReply(.methodNotAllowed, fields: [("Allow", allowed)])
        }
        return HotReply(
            .ok,
            fields: [
                ("Access-Control-Allow-Methods", allowed),
                ("Access-Control-Allow-Headers", CrossOrigin.requestFields),
                ("Access-Control-Max-Age", CrossOrigin.preflightSeconds),
            ])
    }

    private func found(_ request: HotRequest) async -> HotReply {
        let address = proxies.clientAddress(peer: request.peer, request.field)
        do {
            let found: Outcome = try await verifier.complete(from: address, at: request.now) { findings in
                outcome(request, findings: findings)
            }
            switch found {
            case .reply(let reply, let call):
                countUses(in: call, reply, at: request.now)
                return reply
            case .exchange(let exchange, let oauthRequest):
                countUse(in: oauthRequest)
                return OAuthReply.tokens(
                    try await token.perform(exchange, for: oauthRequest, requestID: request.requestID))
            case .introspect(let question, let oauthRequest):
                countUse(in: oauthRequest)
                let answer = try await introspection.answer(question, at: oauthRequest.now)
                return OAuthReply.introspection(answer, issuer: issuer)
            case .revoke(let revoked, let oauthRequest):
                countUse(in: oauthRequest)
                try await revocation.revoke(revoked, for: oauthRequest, requestID: request.requestID)
                return Self.revoked
            }
        } catch let error as OAuthError {
            return OAuthReply.error(error, request.field("Authorization"), realm: realm)
        } catch is LookUpRefused {
            return tooManyLookUps(request)
        } catch {
            return Self.unavailable(request.endpoint, because: error)
        }
    }

    /// A call is one use of the client's secret and of the access key that came with it, and one of the credential that it asks
    /// about, however often they were judged: only the outcome that is taken counts.
    private func countUses(in call: OAuthRequest?, _ reply: HotReply, at now: Instant) {
        countUse(in: call)
        if let use = reply.use { verifier.countUse(of: use.caller, at: now, from: use.address) }
    }

    private func countUse(in call: OAuthRequest?) {
        guard let call else { return }
        if let secret = call.usedSecret { verifier.usage.count(secret, at: call.now, from: call.address) }
        if let key = call.usedAccessKey { verifier.usage.count(key, at: call.now, from: call.address) }
        if let app = call.usedApp { verifier.usage.count(app, at: call.now, from: call.address) }
    }

    private func tooManyLookUps(_ request: HotRequest) -> HotReply {
        switch request.endpoint {
        case .verify, .published, .alive: return verify.tooManyLookUps(request)
        case .oauth:
            let rule = "look-up limit"
            return OAuthReply.error(
                OAuthError(.temporarilyUnavailable, "Too much that does not exist was asked for lately.", rule: rule),
                nil, realm: realm, retryAfter: 1)
        }
    }

    private static func unavailable(_ endpoint: HotEndpoint, because error: any Error) -> HotReply {
        let rule = "store: \(error)"
        switch endpoint {
        case .oauth: return OAuthReply.unavailable(rule: rule)
        case .verify, .published, .alive:
            return HotReply(.serviceUnavailable, fields: [("Retry-After", "1")], rule: rule)
        }
    }

    private func outcome(_ request: HotRequest, findings: Findings) -> Partial<Outcome> {
        guard request.endpoint.allows(request.method) else {
            return .answer(.reply(Self.refuseMethod(of: request)))
        }
        switch request.endpoint {
        case .alive: return .answer(.reply(HotReply(.ok, fields: [("Content-Type", "text/plain")], body: Self.alive)))
        case .published(.serverMetadata): return .answer(.reply(Self.published(metadata)))
        case .published(.keySet):
            switch verifier.keys(findings) {
            case .missing(let missing): return .missing(missing)
            case .answer(let keys): return .answer(.reply(Self.published(keys.jwks)))
            }
        case .verify:
            switch verify.answer(request, findings: findings) {
            case .missing(let missing): return .missing(missing)
            case .answer(let reply): return .answer(.reply(reply))
            }
        case .oauth(let endpoint): return oauth(endpoint, request, findings: findings)
        }
    }

    private func oauth(_ endpoint: OAuthEndpoint, _ request: HotRequest, findings: Findings) -> Partial<Outcome> {
        let authorization = request.field("Authorization")
        var call: OAuthRequest?
        do {
            guard Self.isForm(request.field("Content-Type")) else {
                throw OAuthError(.invalidRequest, "The body must be application/x-www-form-urlencoded.")
            }
            var oauthRequest = try OAuthRequest(
                authorization: authorization, form: Self.form(request.body),
                address: proxies.clientAddress(peer: request.peer, request.field), now: request.now)
            defer { call = oauthRequest }
            return try oauth(endpoint, &oauthRequest, findings: findings)
        } catch let error as OAuthError {
            return .answer(.reply(OAuthReply.error(error, authorization, realm: realm), to: call))
        } catch {
            return .answer(.reply(HotReply(.internalServerError, rule: "\(error)"), to: call))
        }
    }

    private func oauth(
        _ endpoint: OAuthEndpoint, _ request: inout OAuthRequest, findings: Findings
    ) throws -> Partial<Outcome> {
        switch endpoint {
        case .introspect:
            switch try introspection.answer(&request, findings: findings) {
            case .missing(let missing): return .missing(missing)
            case .answer(.asks(let question)): return .answer(.introspect(question, request))
            case .answer(.told(let answer)):
                return .answer(.reply(OAuthReply.introspection(answer, issuer: issuer), to: request))
            }
        case .revoke:
            switch try revocation.answer(&request, findings: findings) {
            case .missing(let missing): return .missing(missing)
            case .answer(.nothingToDo): return .answer(.reply(Self.revoked, to: request))
            case .answer(.revoke(let revoked)): return .answer(.revoke(revoked, request))
            }
        case .token:
            switch try token.answer(&request, findings: findings) {
            case .missing(let missing): return .missing(missing)
            case .answer(.issued(let issued)): return .answer(.reply(OAuthReply.token(issued), to: request))
            case .answer(.exchange(let exchange)): return .answer(.exchange(exchange, request))
            }
        }
    }

    /// RFC 7009 §2.2: 200, whether there was anything to revoke or not.
    private static let revoked = HotReply(.ok)
    private static let alive = Array("alive\n".utf8)

    /// A document that anybody may keep for a while: the key set for ``KeySet/maxAgeSeconds``, some multiple of which a new
    /// signing key is published before it signs.
    private static func published(_ body: [UInt8]) -> HotReply {
        var reply = HotReply.json(body)
        reply.caching = "public, max-age=300"
        return reply
    }

    private static func form(_ body: ByteBuffer?) throws(OAuthError) -> Form {
        guard let body else { return try Form(parsing: []) }
        let result = body.withUnsafeReadableBytes { bytes in
            Result { () throws(OAuthError) in try Form(parsing: bytes) }
        }
        return try result.get()
    }

    private static func isForm(_ contentType: String?) -> Bool {
        guard let contentType else { return false }
        if contentType == "application/x-www-form-urlencoded" { return true }
        var type = contentType.prefix { $0 != ";" }
        while type.last == " " { type.removeLast() }
        return type.lowercased() == "application/x-www-form-urlencoded"
    }
}
