package import Hummingbird
import HTTPTypes
package import Model
import Policy
package import ProductDefinition
package import Verification

/// Puts the caller into the context: asks the one verifier, and refuses who has no management scope.
package struct BearerAuthentication: RouterMiddleware {
    package typealias Context = CallerContext

    private let verifier: CredentialVerifier
    private let credentials: CredentialFields
    private let audience: String
    /// Without a reason.
    private let challenge: String
    private let now: @Sendable () -> Instant

    package init(
        verifier: CredentialVerifier, product: Product, issuer: String, now: @escaping @Sendable () -> Instant
    ) {
        self.verifier = verifier
        self.now = now
        credentials = CredentialFields(product.policy, isAPIKey: verifier.isAPIKey)
        audience = issuer
        challenge = "Bearer realm=\"\(product.realm)\""
    }

    package func handle(
        _ request: Request, context: CallerContext,
        next: @concurrent (Request, CallerContext) async throws -> Response
    ) async throws -> Response {
        let text: String
        switch credentials.credential({ HTTPField.Name($0).flatMap { request.headers[$0] } }) {
        case .one(let shown): text = shown
        case .none: throw ProblemDocument.unauthenticated(challenge: challenge)
        case .refused(let fault):
            context.notes.refused(by: fault.rule)
            throw ProblemDocument.unauthenticated(challenge: challenge, because: fault)
        }
        let demand = Demand(address: context.clientAddress, audiences: [audience])
        let now = now()
        let (verdict, record) = try await verifier.verdict(on: text, demand, at: now)
        verifier.measure(record)
        let agent = { request.headers[.userAgent] }
        switch verdict {
        case .refused(let rule):
            keep(record, rule.name, context, at: now)
            let problem = problem(for: rule)
            verifier.countCall(record, answering: problem.status.code, at: now, by: agent)
            throw problem
        case .admitted(let caller):
            context.notes.admitted(caller.credential.identifierText, of: caller.standing.organizationText)
            let permissions = caller.credential.permissions
            guard !permissions.isEmpty else {
                var refused = record
                refused.refuses(
                    at: .managementAPI, by: RefusalRule.managementScope.rawValue, from: context.clientAddress)
                verifier.countCall(refused, answering: 403, at: now, by: agent)
                keep(record, RefusalRule.managementScope.rawValue, context, at: now)
                throw ProblemDocument(
                    status: .forbidden, type: "no-management-scope", title: "Not for this API",
                    detail: "The credential has no management scope (claviger:…).",
                    headers: [.wwwAuthenticate: "\(challenge), error=\"insufficient_scope\""])
            }
            verifier.count(record, at: now)
            var context = context
            context.actor = Actor(
                caller.credential.identity, reach: caller.standing.reach, permissions: permissions,
                requestID: context.requestID, address: context.clientAddress)
            context.scopes = caller.scopes
            context.lineage = caller.credential.lineage?.id
            do {
                let response = try await next(request, context)
                verifier.countCall(record, answering: response.status.code, at: now, by: agent)
                return response
            } catch let refusal as Refusal {
                let hidden = refusal.hidden(from: caller.credential.lineage?.permissions)
                var metered = record
                if let (rule, scopes) = refusal.ofCredential {
                    keep(record, rule.rawValue, asking: scopes, context, at: now)
                    metered.refuses(at: .managementAPI, by: rule.rawValue, from: context.clientAddress)
                }
                verifier.countCall(metered, answering: ProblemMiddleware.status(of: hidden), at: now, by: agent)
                throw hidden
            } catch {
                verifier.countCall(record, answering: ProblemMiddleware.status(of: error), at: now, by: agent)
                throw error
            }
        }
    }

    /// Notes the rule that refused, for the log and for whoever looks the request up.
    private func keep(
        _ record: JudgementRecord, _ rule: String, asking scopes: ScopeSet = .empty, _ context: CallerContext,
        at now: Instant
    ) {
        context.notes.refused(by: rule)
        var record = record
        record.refuses(at: .managementAPI, by: rule, asking: scopes, from: context.clientAddress)
        verifier.keepRefusal(record, under: context.requestID, at: now)
    }

    private func problem(for rule: Verdict.Rule) -> ProblemDocument {
        switch rule {
        case .address:
            ProblemDocument(
                status: .forbidden, type: "address-refused", title: "Not from this address",
                detail: "The credential may not be used from the address that this request came from.")
        case .plan:
            ProblemDocument(
                status: .forbidden, type: "plan", title: "Not in this plan",
                detail: "The plan of the account has no access to the API.",
                headers: [.wwwAuthenticate: "\(challenge), error=\"insufficient_scope\""])
        // Rates are asked by `/verify` alone.
        case .malformed, .unknown, .revoked, .disabled, .expired, .suspended, .audience, .organization, .rate, .scope:
            .unauthenticated(challenge: "\(challenge), error=\"invalid_token\"")
        }
    }
}

extension Refusal {
    /// What a person is answered, by whichever app: of what their roles do not let them see they are told nothing (law 12).
    /// What they may, and did not let the app do, it is told of.
    ///
    /// - Parameter permissions: Those of the person for whom an app acts, nil where nobody stands behind the credential.
    fileprivate func hidden(from permissions: Set<Permission>?) -> Refusal {
        guard case .forbidden(let permission) = self, !permission.isForOperator, let permissions else { return self }
        return permissions.contains(permission) ? self : .notFound
    }

    /// The rule by which the credential is not good for the request, with the right that it lacks. Nil for what is wrong with the
    /// request itself.
    fileprivate var ofCredential: (rule: RefusalRule, lacking: ScopeSet)? {
        switch self {
        case .forbidden(let permission), .exceedsRights(let permission):
            (.permission, ScopeSet([permission.scope].compactMap(\.self)))
        case .presenceRequired: (.presence, .empty)
        case .notFound, .invalid, .conflict, .limitReached, .tooOften, .preconditionFailed: nil
        }
    }
}
