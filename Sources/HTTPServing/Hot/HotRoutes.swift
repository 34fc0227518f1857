import HTTPTypes
import Limits
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
///
/// A class because every request reads it: as a struct of some twenty references it was copied, and each of them counted, several
/// times a request.
package final class HotRoutes: Sendable {
    /// What an endpoint answers, or asks to be done first.
    fileprivate enum Outcome: Sendable {
        case reply(HotReply)
        /// With what was counted of it under limits, nil where none holds.
        case exchange(TokenExchange, OAuthRequest, RateLimiter.TokenCount?)
        case introspect(RefreshTokenQuestion, OAuthRequest)
        case revoke(RevocationEndpoint.Revocation, OAuthRequest)
    }

    /// What ``begin(_:)`` left to be done: everything, or what the database has to decide once memory has judged.
    package struct Rest: Sendable {
        fileprivate let judged: (outcome: Outcome, record: JudgementRecord)?
        /// Whether other nodes are being asked what is left of a rate limit. What was judged before is judged again after that, since it may have
        /// been revoked meanwhile.
        fileprivate var waits = false
    }

    /// How far memory goes with a request.
    package enum Beginning: Sendable {
        case reply(HotReply)
        case rest(Rest)
    }

    /// Path → endpoint, canonical paths and those of the product.
    package let paths: [Substring: HotEndpoint]
    private let verify: VerifyEndpoint
    private let token: TokenEndpoint
    private let introspection: IntrospectionEndpoint
    private let revocation: RevocationEndpoint
    private let feed: RevocationFeedEndpoint
    private let verifier: CredentialVerifier
    private let proxies: TrustedProxies
    private let metadata: [UInt8]
    private let issuer: String
    private let realm: String
    /// Whether anybody collects traces.
    private let isTraced: Bool
    /// What is measured of the tokens that are given out here.
    package let tokens = TokenMeasures()

    package init(
        product: Product, issuer: String, verify: VerifyEndpoint, token: TokenEndpoint,
        introspection: IntrospectionEndpoint, revocation: RevocationEndpoint, stream: RevocationStream,
        verifier: CredentialVerifier, proxies: TrustedProxies, isTraced: Bool = false
    ) {
        self.isTraced = isTraced
        feed = RevocationFeedEndpoint(authenticator: ClientAuthenticator(brand: product.brand), stream: stream)
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

    /// The fields of a caller's request in which `/verify` looks for something.
    var callerFields: [String] { verify.callerFields }

    /// The reply to a question to `/verify` that could not be read.
    func refuse(_ slip: GatewaySlip, in request: HotRequest) -> HotReply { verify.refuse(slip, request) }

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

    /// The reply, as far as memory suffices and nothing must be written first. Never waits.
    package func begin(_ request: HotRequest) -> Beginning {
        var record = JudgementRecord()
        do {
            let outcome = try outcome(of: request, verifier.evidence(), noting: &record)
            guard case .reply(var reply) = outcome else { return .rest(Rest(judged: (outcome, record))) }
            if let limits = record.rateLimits, request.endpoint == .verify {
                guard let limited = verify.limited(reply, by: limits, request, noting: &record, mayWait: true) else {
                    return .rest(Rest(judged: nil, waits: true))
                }
                reply = limited
            } else if reply.issued != nil, let limits = record.tokenLimits {
                guard let limited = limited(reply, by: limits, request, noting: &record, mayWait: true) else {
                    return .rest(Rest(judged: nil, waits: true))
                }
                reply = limited
            }
            reply = slowed(reply, record, request)
            note(record, request)
            meter(record, reply.status, request)
            note(reply)
            return .reply(Self.shared(reply, request))
        } catch is Missing {
            return .rest(Rest(judged: nil))
        } catch {
            return .reply(Self.shared(self.reply(to: error, request), request))
        }
    }

    /// The reply to what was begun a moment ago, with whatever look-ups and writing it takes.
    ///
    /// - Parameter executor: Where the look-ups go on, nil for the threads that all tasks share.
    package func finish(
        _ rest: Rest, of request: HotRequest, on executor: (any TaskExecutor)? = nil
    ) async -> HotReply {
        guard isTraced, let span = request.span else { return await finished(rest, of: request, on: executor) }
        return await CurrentSpan.$parent.withValue(span) { await finished(rest, of: request, on: executor) }
    }

    private func finished(
        _ rest: Rest, of request: HotRequest, on executor: (any TaskExecutor)?
    ) async -> HotReply {
        do {
            let (outcome, record) = try await limited(rest, request, on: executor)
            note(record, request)
            do {
                let reply = slowed(try await perform(outcome, record, request), record, request)
                meter(record, reply.status, request)
                note(reply)
                return Self.shared(reply, request)
            } catch let refusal as OAuthError {
                keep(refusal, of: outcome, record, request)
                tokens.note(refusal)
                guard case .exchange(_, _, let count?) = outcome, count.verdict.isRefused,
                    refusal.rule == TokenEndpoint.tooManyTokens.rule
                else { throw refusal }
                return Self.shared(tooManyTokens(count.verdict, record), request)
            }
        } catch {
            return Self.shared(reply(to: error, request), request)
        }
    }

    /// The reply, with whatever look-ups and writing it takes.
    package func answer(_ request: HotRequest) async -> HotReply {
        switch begin(request) {
        case .reply(let reply): reply
        case .rest(let rest): await finish(rest, of: request)
        }
    }

    private func judged(
        _ rest: Rest, _ request: HotRequest, on executor: (any TaskExecutor)?
    ) async throws -> (Outcome, JudgementRecord) {
        if let judged = rest.judged { return judged }
        let address = proxies.clientAddress(peer: request.peer, request.field)
        return try await verifier.complete(from: address, at: request.now, on: executor) { evidence, record in
            try outcome(of: request, evidence, noting: &record)
        }
    }

    /// How often a call may wait for other nodes.
    private static let mostWaits = 3

    /// What a request comes to, counted under its account's limits if it is a call: once it is judged for good, since a judgement may be made
    /// several times.
    private func limited(
        _ rest: Rest, _ request: HotRequest, on executor: (any TaskExecutor)?
    ) async throws -> (Outcome, JudgementRecord) {
        var waits = 0
        if rest.waits {
            await verifier.limiter.settled()
            waits = 1
        }
        while true {
            var (outcome, record) = try await judged(waits == 0 ? rest : Rest(judged: nil), request, on: executor)
            let mayWait = waits < Self.mostWaits
            if let limited = limited(outcome, request, noting: &record, mayWait: mayWait) {
                outcome = limited
                return (outcome, record)
            }
            waits += 1
            await verifier.limiter.settled()
        }
    }

    /// The reply to who shows wrong secrets of a client, one after the other: from then on it says no more than to come later.
    private func slowed(_ reply: HotReply, _ record: JudgementRecord, _ request: HotRequest) -> HotReply {
        guard
            verifier.hasTooManyWrongSecrets(
                record, from: proxies.clientAddress(peer: request.peer, request.field), at: request.now)
        else { return reply }
        return OAuthReply.error(Self.tooManyWrongSecrets, realm: realm, retryAfter: 1)
    }

    private static let tooManyWrongSecrets = OAuthError(
        .temporarilyUnavailable,
        "Too many wrong secrets of this client came from there lately. The right one is accepted at any time.",
        rule: "wrong_secrets")

    /// What a judgement comes to once it is counted, nil where it has to wait for other nodes.
    private func limited(
        _ outcome: Outcome, _ request: HotRequest, noting record: inout JudgementRecord, mayWait: Bool
    ) -> Outcome? {
        switch outcome {
        case .reply(let reply):
            if request.endpoint == .verify {
                guard let limits = record.rateLimits else { return outcome }
                return verify.limited(reply, by: limits, request, noting: &record, mayWait: mayWait)
                    .map(Outcome.reply)
            }
            guard reply.issued != nil, let limits = record.tokenLimits else { return outcome }
            return limited(reply, by: limits, request, noting: &record, mayWait: mayWait).map(Outcome.reply)
        case .exchange(let exchange, let call, _):
            guard let limits = record.tokenLimits, let client = record.client else { return outcome }
            switch verifier.limiter.takeToken(by: client, under: limits, at: request.now, mayWait: mayWait) {
            case .none: return outcome
            case .waits: return nil
            case .settled(let count): return .exchange(exchange, call, count)
            }
        case .introspect, .revoke: return outcome
        }
    }

    /// A token that was made, counted under the limits of its client's account; nil where it has to wait for other nodes. One that is too much is
    /// given to nobody.
    private func limited(
        _ reply: HotReply, by limits: RateLimitSet, _ request: HotRequest, noting record: inout JudgementRecord,
        mayWait: Bool
    ) -> HotReply? {
        guard let client = record.client else { return reply }
        switch verifier.limiter.takeToken(by: client, under: limits, at: request.now, mayWait: mayWait) {
        case .none: return reply
        case .waits: return nil
        case .settled(let count):
            guard count.verdict.isRefused else { return Self.telling(reply, count.verdict, of: client) }
            if let call = try? call(request) {
                TokenEndpoint.note(TokenEndpoint.tooManyTokens, of: call, in: &record)
            }
            return tooManyTokens(count.verdict, record)
        }
    }

    /// A reply with the fields of limits on tokens.
    private static func telling(_ reply: HotReply, _ verdict: RateVerdict, of client: KnownClient) -> HotReply {
        guard let kind = client.limitKind, let limits = client.standing.rateLimits?.tokens else { return reply }
        var reply = reply
        reply.fields.append(("RateLimit", RateLimitFields.standing(verdict)))
        reply.fields.append(("RateLimit-Policy", limits.policy(for: kind)))
        return reply
    }

    /// The reply to a client that was given as many tokens as it may have for now.
    private func tooManyTokens(_ verdict: RateVerdict, _ record: JudgementRecord) -> HotReply {
        var reply = OAuthReply.error(
            TokenEndpoint.tooManyTokens, realm: realm, retryAfter: Int(clamping: verdict.retryAfter))
        guard let client = record.client else { return reply }
        reply.caller = client.identifierText
        reply.organization = client.standing.organizationText
        return Self.telling(reply, verdict, of: client)
    }

    /// Counts what a judgement used, and notes what it refused.
    private func note(_ record: JudgementRecord, _ request: HotRequest) {
        verifier.measure(record)
        verifier.count(record, at: request.now)
        verifier.keepRefusal(record, under: request.requestID, at: request.now)
    }

    /// Counts the call for whoever looks at what they use.
    private func meter(_ record: JudgementRecord, _ status: HTTPResponse.Status, _ request: HotRequest) {
        verifier.countCall(record, answering: status.code, at: request.now) { request.field("User-Agent") }
    }

    /// Counts the token that a reply carries.
    private func note(_ reply: HotReply) {
        if let (grant, format) = reply.issued { tokens.note(.grant(grant), format) }
    }

    /// The reply to a request whose body is larger than any that we read.
    func refuseBody(of request: HotRequest) -> HotReply {
        let reply =
            switch request.endpoint {
            case .oauth, .revocationFeed:
                OAuthReply.error(
                    OAuthError(.invalidRequest, "The body is too large.", rule: Self.tooLarge), realm: realm,
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

    /// What becomes of a request, so far as the evidence tells. Nothing is counted and nothing done.
    ///
    /// - Throws: ``Missing``, and what is a ``Fault`` of ours.
    private func outcome(
        of request: HotRequest, _ evidence: Evidence, noting record: inout JudgementRecord
    ) throws -> Outcome {
        guard request.endpoint.allows(request.method) else { return .reply(Self.refuseMethod(of: request)) }
        switch request.endpoint {
        case .alive: return .reply(HotReply(.ok, fields: [("Content-Type", "text/plain")], body: Self.alive))
        case .published(.serverMetadata): return .reply(Self.published(metadata))
        case .published(.keySet): return .reply(Self.published(try evidence.keys().jwks))
        case .verify: return .reply(try verify.answer(request, evidence, noting: &record))
        case .revocationFeed:
            do {
                return .reply(try feed.answer(request, from: try follower(request), evidence, noting: &record))
            } catch let refusal as OAuthError {
                return .reply(Self.refused(refusal, realm: realm))
            }
        case .oauth(let endpoint):
            do {
                return try outcome(of: try call(request), at: endpoint, evidence, noting: &record)
            } catch let refusal as OAuthError {
                return .reply(OAuthReply.error(refusal, realm: realm))
            }
        }
    }

    private func outcome(
        of call: OAuthRequest, at endpoint: OAuthEndpoint, _ evidence: Evidence, noting record: inout JudgementRecord
    ) throws -> Outcome {
        switch endpoint {
        case .token:
            switch try token.answer(call, evidence, noting: &record) {
            case .issued(let issued): return .reply(OAuthReply.token(issued))
            case .exchange(let exchange): return .exchange(exchange, call, nil)
            }
        case .introspect:
            switch try introspection.answer(call, evidence, noting: &record) {
            case .told(let answer): return .reply(OAuthReply.introspection(answer, issuer: issuer))
            case .asks(let question): return .introspect(question, call)
            }
        case .revoke:
            switch try revocation.answer(call, evidence, noting: &record) {
            case .nothingToDo: return .reply(Self.revoked)
            case .revoke(let revoked): return .revoke(revoked, call)
            }
        }
    }

    /// Does what the database has to decide.
    ///
    /// - Throws: ``OAuthError``, and what is a ``Fault`` of ours.
    private func perform(
        _ outcome: Outcome, _ record: JudgementRecord, _ request: HotRequest
    ) async throws -> HotReply {
        switch outcome {
        case .reply(let reply): return reply
        case .exchange(let exchange, let call, let count):
            let issued = try await exchanged(exchange, call, count, request)
            var reply = OAuthReply.tokens(issued)
            reply.issued = (exchange.grantType, exchange.format)
            guard let count, !count.verdict.isRefused, let client = record.client else { return reply }
            return Self.telling(reply, count.verdict, of: client)
        case .introspect(let question, let call):
            return OAuthReply.introspection(try await introspection.answer(question, at: call.now), issuer: issuer)
        case .revoke(let revoked, let call):
            try await revocation.revoke(revoked, for: call, requestID: request.requestID)
            return Self.revoked
        }
    }

    /// What an exchange gives. What was counted of one that gives nothing new is given back; where nobody knows whether it did, it counts.
    private func exchanged(
        _ exchange: TokenExchange, _ call: OAuthRequest, _ count: RateLimiter.TokenCount?, _ request: HotRequest
    ) async throws -> AppTokens {
        do {
            let issued = try await token.perform(
                exchange, for: call, requestID: request.requestID, mayIssue: count?.verdict.isRefused != true)
            if issued.isRepetition, let count { verifier.limiter.giveBack(count, at: request.now) }
            return issued
        } catch let refusal as OAuthError {
            if let count { verifier.limiter.giveBack(count, at: request.now) }
            throw refusal
        }
    }

    /// Notes an exchange that the database refused.
    private func keep(_ refusal: OAuthError, of outcome: Outcome, _ record: JudgementRecord, _ request: HotRequest) {
        guard case .exchange(let exchange, let call, _) = outcome else { return }
        var record = record
        TokenEndpoint.note(refusal, of: exchange, for: call, in: &record)
        meter(record, OAuthReply.error(refusal, realm: realm).status, request)
        verifier.keepRefusal(record, under: request.requestID, at: request.now)
    }

    /// What is answered to who is refused, and where we are at fault.
    private func reply(to error: any Error, _ request: HotRequest) -> HotReply {
        if let refusal = error as? OAuthError { return OAuthReply.error(refusal, realm: realm) }
        switch (Fault(error), request.endpoint) {
        case (.tooManyLookUps, .oauth), (.tooManyLookUps, .revocationFeed):
            return OAuthReply.error(Self.tooManyLookUps, realm: realm, retryAfter: 1)
        case (.tooManyLookUps, .verify), (.tooManyLookUps, .published), (.tooManyLookUps, .alive):
            return verify.tooManyLookUps(request)
        case (.unavailable, .oauth), (.unavailable, .revocationFeed):
            return OAuthReply.unavailable(rule: "store: \(error)")
        case (.unavailable, .verify), (.unavailable, .published), (.unavailable, .alive):
            return HotReply(.serviceUnavailable, fields: [("Retry-After", "1")], rule: "store: \(error)")
        case (.mistake, _): return HotReply(.internalServerError, rule: "\(error)")
        }
    }

    private static let tooManyLookUps = OAuthError(
        .temporarilyUnavailable, "Too much that does not exist was asked for lately.", rule: "look-up limit")

    /// What a client asks, as all OAuth endpoints read it.
    private func call(_ request: HotRequest) throws(OAuthError) -> OAuthRequest {
        guard Form.isType(request.field("Content-Type")) else {
            throw OAuthError(.invalidRequest, "The body must be application/x-www-form-urlencoded.")
        }
        return try OAuthRequest(
            authorization: request.field("Authorization"), form: Self.form(request.body),
            address: proxies.clientAddress(peer: request.peer, request.field), now: request.now)
    }

    /// Who wants to follow the revocation feed: only the header says it.
    private func follower(_ request: HotRequest) throws(OAuthError) -> OAuthRequest {
        try OAuthRequest(
            authorization: request.field("Authorization"), form: Self.form(nil),
            address: proxies.clientAddress(peer: request.peer, request.field), now: request.now)
    }

    /// Who is known and may not follow is forbidden to, also by another spelling of the request.
    private static func refused(_ refusal: OAuthError, realm: String) -> HotReply {
        OAuthReply.error(refusal, realm: realm, status: refusal.code == .unauthorizedClient ? .forbidden : nil)
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
}
