import CredentialFormat
import HTTPTypes
import Limits
import Model
package import OAuth
import Policy
package import ProductDefinition
package import Verification

/// `ANY /verify` (docs/gateways.md): one cheap answer for gateways. Who is calling, for which organization, with which scopes,
/// and may they.
package struct VerifyEndpoint: Sendable {
    private let verifier: CredentialVerifier
    private let proxies: TrustedProxies
    private let gateways: GatewayRule
    private let audience: String
    private let realm: String
    private let organizationHeader: String?
    private let credentials: CredentialFields
    private let allowsQueryCredentials: Bool
    private let questions: GatewayQuestions
    private let slips: GatewaySlipLog

    /// - Parameter slips: Hears of slips in gateways' rules.
    package init(
        verifier: CredentialVerifier, product: Product, audiences: AudiencePolicy, proxies: TrustedProxies,
        gateways: GatewayRule, slips: GatewaySlipLog
    ) {
        self.verifier = verifier
        self.proxies = proxies
        self.gateways = gateways
        audience = audiences.standard
        realm = product.realm
        organizationHeader = product.policy.organizationHeader
        credentials = CredentialFields(product.policy, isAPIKey: verifier.isAPIKey)
        allowsQueryCredentials = product.policy.queryCredentials
        questions = GatewayQuestions(product)
        self.slips = slips
    }

    /// The answer. Nothing is asked but the evidence.
    func answer(
        _ request: HotRequest, _ evidence: Evidence, noting record: inout JudgementRecord
    ) throws(Missing) -> HotReply {
        // 1. Whether this gateway may ask.
        guard gateways.admits(request) else { return Self.notAdmitted }
        // 2. What it asks.
        let question: GatewayQuestion
        do {
            question = try questions.question(of: request)
        } catch {
            slips.note(error, at: request.now)
            return Self.refused(error, request)
        }
        // 3. What its caller shows.
        let credential: String
        let inQuery = allowsQueryCredentials ? queryCredential(request) : nil
        switch credentials.credential(besides: inQuery, request.field) {
        case .one(let text): credential = text
        case .none: return unauthorized(nil, wanting: question.scopes, rule: "no credential")
        case .refused(let fault):
            return unauthorized("invalid_request", fault.explanation, wanting: question.scopes, rule: fault.rule)
        }
        let address = proxies.clientAddress(peer: request.peer, request.field)
        var organization: ID<Organization>?
        if let organizationHeader, let named = request.field(organizationHeader) {
            guard let id = ID<Organization>(parsing: named) else {
                // No identifier, so it is nobody's. Whose the credential is, is asked all the same, for who wants to know why.
                try evidence.refuse(credential, by: .organization, from: address, at: request.now, noting: &record)
                record.refuses(
                    at: .verify, by: Verdict.Rule.organization.name, asking: question.scopes, from: address)
                return forbidden(.organization)
            }
            organization = id
        }
        // 4. Whether that is good for it.
        let demand = Demand(
            scopes: question.scopes, address: address, audiences: [audience], organization: organization)
        switch try evidence.judge(credential, demand, at: request.now, noting: &record) {
        case .admitted(let caller): return allowed(caller, question.ending)
        case .refused(let rule):
            record.refuses(
                at: .verify, by: rule.name, asking: question.scopes, from: address, in: organization)
            return refused(rule, wanting: question.scopes)
        }
    }

    /// The answer to a call that all rules before let pass, counted under the limits of its account.
    ///
    /// - Parameters:
    ///   - reply: What is answered where no limit refuses it.
    ///   - mayWait: Whether it can wait for other nodes.
    /// - Returns: Nil where it has to.
    func limited(
        _ reply: HotReply, by limits: RateLimitSet, _ request: HotRequest, noting record: inout JudgementRecord,
        mayWait: Bool
    ) -> HotReply? {
        guard let credential = record.credential, let question = try? questions.question(of: request) else {
            return reply
        }
        let verdict: RateVerdict
        switch verifier.limiter.take(
            question.cost, by: credential, under: limits, at: request.now, mayWait: mayWait)
        {
        case .none: return reply
        case .waits: return nil
        case .settled(let settled): verdict = settled
        }
        let standing = RateLimitFields.standing(verdict)
        let policy = limits.policy(for: credential.limitKind)
        guard verdict.isRefused else {
            var reply = reply
            reply.fields.reserveCapacity(reply.fields.count + 2)
            reply.fields.append(("RateLimit", standing))
            reply.fields.append(("RateLimit-Policy", policy))
            return reply
        }
        var fields: [(name: StaticString, value: String)] = [("RateLimit", standing), ("RateLimit-Policy", policy)]
        record.refusesByRate()
        record.refuses(
            at: .verify, by: Verdict.Rule.rate.name, asking: question.scopes,
            from: proxies.clientAddress(peer: request.peer, request.field))
        fields.append(("Retry-After", "\(verdict.retryAfter)"))
        let status = question.onLimit
        if status == .forbidden { fields.append(("X-Auth-Reason", Verdict.Rule.rate.name)) }
        var refusal = HotReply(
            QuotaProblem(verdict, status: status == .forbidden ? .forbidden : .tooManyRequests),
            requestID: request.requestID)
        refusal.fields += fields
        refusal.caller = credential.identifierText
        refusal.organization = credential.standing.organizationText
        refusal.rule = Verdict.Rule.rate.name
        return refusal
    }

    /// What is answered where too much that does not exist was asked for lately.
    func tooManyLookUps(_ request: HotRequest) -> HotReply {
        let question = try? questions.question(of: request)
        var reply = HotReply(.tooManyRequests, fields: [("Retry-After", "1")], rule: "look-up limit")
        if question?.onLimit == .forbidden {
            reply.status = .forbidden
            reply.fields.append(("X-Auth-Reason", "rate"))
        }
        return reply
    }

    /// The fields of a caller's request in which something is looked for.
    var callerFields: [String] { credentials.names + [organizationHeader].compactMap(\.self) }

    /// What is answered to a gateway whose question could not be read.
    func refuse(_ slip: GatewaySlip, _ request: HotRequest) -> HotReply {
        guard gateways.admits(request) else { return Self.notAdmitted }
        slips.note(slip, at: request.now)
        return Self.refused(slip, request)
    }

    private static let notAdmitted = HotReply(.forbidden, fields: [("X-Auth-Reason", "gateway")], rule: "gateway")

    private static func refused(_ slip: GatewaySlip, _ request: HotRequest) -> HotReply {
        let problem = ProblemDocument(
            status: .badRequest, type: "gateway-rule", title: "A slip in the gateway's rule",
            detail: "The question to /verify is not one: \(slip.explanation).")
        var reply = HotReply.json(problem.json(requestID: request.requestID), status: .badRequest)
        reply.fields = [("Content-Type", "application/problem+json"), ("X-Content-Type-Options", "nosniff")]
        reply.rule = "gateway rule"
        return reply
    }

    /// `?Authorization=Bearer+…` of the original request: an API key, never a token.
    private func queryCredential(_ request: HotRequest) -> String? {
        let target =
            request.original.map(String.init) ?? request.field("X-Original-URI") ?? request.field("X-Forwarded-Uri")
        let query = target.map { QueryParameters.query(of: $0) } ?? request.query
        guard let value = QueryParameters(query).values(of: "Authorization").first else { return nil }
        // What is no API key is presented all the same, and refused: the caller did mean to.
        let text = value.flatMap { BearerField.credential($0) } ?? ""
        return verifier.isAPIKey(text) ? text : ""
    }

    private func allowed(_ caller: VerifiedCaller, _ ending: EndingFields?) -> HotReply {
        let credential = caller.credential
        let identifier = credential.identifierText
        let (subject, client, type) =
            switch credential {
            case .apiKey: (identifier, "", "api_key")
            case .accessToken(let token): (token.subjectText, token.client.identifierText, "access_token")
            }
        // All of them, always, empty where there is nothing: of what is left out, some gateways pass on what the caller
        // wrote.
        var reply = HotReply(
            .ok,
            fields: [
                ("X-Auth-Subject", subject), ("X-Auth-Client", client),
                ("X-Auth-Credential", identifier), ("X-Auth-Credential-Type", type),
                ("X-Auth-Account", caller.standing.accountText),
                ("X-Auth-Organization", caller.standing.organizationText),
                ("X-Auth-Organization-Path", caller.standing.pathText),
                ("X-Auth-Contact", credential.contact?.identifierText ?? ""), ("X-Auth-Scopes", caller.scopes.text),
            ], caller: identifier, organization: caller.standing.organizationText)
        if let ending {
            reply.fields.append(("Deprecation", ending.deprecation))
            if let sunset = ending.sunset { reply.fields.append(("Sunset", sunset)) }
        }
        return reply
    }

    private func refused(_ rule: Verdict.Rule, wanting scopes: ScopeSet) -> HotReply {
        switch rule {
        // Asked once all others were, which is where it is answered, too.
        case .address, .organization, .rate, .scope: forbidden(rule)
        case .plan: outsidePlan(wanting: scopes)
        case .malformed, .unknown, .revoked, .disabled, .expired, .suspended, .audience:
            unauthorized("invalid_token", wanting: scopes, rule: rule.name)
        }
    }

    /// 401 with a challenge that names the scopes which the route wants (RFC 6750 §3): a client that is not told asks for
    /// every scope there is.
    private func unauthorized(
        _ error: String?, _ explanation: StaticString? = nil, wanting scopes: ScopeSet, rule: String
    ) -> HotReply {
        var challenge = "Bearer realm=\"\(realm)\""
        if let error { challenge += ", error=\"\(error)\"" }
        if let explanation { challenge += ", error_description=\"\(explanation)\"" }
        if !scopes.isEmpty { challenge += ", scope=\"\(scopes.text)\"" }
        return HotReply(.unauthorized, fields: [("WWW-Authenticate", challenge)], rule: rule)
    }

    /// Asking for another token or for less does not help, and the description says so.
    private func outsidePlan(wanting scopes: ScopeSet) -> HotReply {
        var challenge = "Bearer realm=\"\(realm)\", error=\"insufficient_scope\""
        challenge += ", error_description=\"The plan of the account has no access to the API\""
        if !scopes.isEmpty { challenge += ", scope=\"\(scopes.text)\"" }
        return HotReply(
            .forbidden, fields: [("X-Auth-Reason", Verdict.Rule.plan.name), ("WWW-Authenticate", challenge)],
            rule: Verdict.Rule.plan.name)
    }

    private func forbidden(_ rule: Verdict.Rule) -> HotReply {
        var reply = HotReply(.forbidden, fields: [("X-Auth-Reason", rule.name)], rule: rule.name)
        if case .scope(let wanted) = rule {
            let challenge = "Bearer realm=\"\(realm)\", error=\"insufficient_scope\", scope=\"\(wanted.text)\""
            reply.fields.append(("WWW-Authenticate", challenge))
        }
        return reply
    }
}

extension Product {
    /// Its name as a `quoted-string` can carry it (RFC 9110 §5.6.4).
    package var realm: String {
        String(decoding: name.utf8.filter { (0x20...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C }, as: UTF8.self)
    }
}
