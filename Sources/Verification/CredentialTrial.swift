import CredentialFormat
package import Model
package import Persistence
package import Policy
package import ProductDefinition

/// What a credential would be answered now, if it came with these questions: judged as any other, by the rules of law 4 and by no copy
/// of them. It shows no secret, counts no use and leaves no refusal.
package struct CredentialTrial: Sendable {
    /// What is asked, as it came in.
    package struct Draft: Sendable {
        package var scopes: [String]
        /// From where it would be asked, nil for somewhere that nobody knows.
        package var address: String?
        /// The organization that would be named, nil for none.
        package var organization: String?

        package init(scopes: [String], address: String? = nil, organization: String? = nil) {
            self.scopes = scopes
            self.address = address
            self.organization = organization
        }
    }

    /// What would be answered.
    package struct Outcome: Hashable, Sendable {
        /// One of the scopes that were asked for.
        package struct Tried: Hashable, Sendable {
            package let scope: Scope
            /// Which rule would refuse, nil where it would pass.
            package let rule: String?
        }

        package let scopes: [Tried]
        /// Whether it may be used from there; nil where a rule before that one refuses already.
        package let addressPasses: Bool?
        /// Whether it may act there; nil where no other organization was named, or a rule before that one refuses already.
        package let organizationPasses: Bool?
        /// Which rule would refuse all of it together, nil where it would pass.
        package let rule: String?
    }

    private let product: Product

    package init(product: Product) {
        self.product = product
    }

    /// What would be answered to an API key, by the secret in force.
    ///
    /// - Throws: ``Refusal/invalid(_:)``; what the store throws.
    package func outcome(
        of key: APIKey, _ draft: Draft, at now: Instant, tx: borrowing Transaction
    ) throws -> Outcome {
        guard let standing = try standing(of: key.organization, tx) else { throw Refusal.notFound }
        // No secret is shown, and none has the text that this is of.
        let known = KnownAPIKey(
            key, by: Fingerprint(of: key.id.description), expiresAt: key.expiresAt,
            terms: KnownTerms(scopes: key.scopes, addresses: key.addresses), standing: standing, epoch: 0)
        return try outcome(of: .apiKey(known), draft, at: now, tx: tx)
    }

    /// What would be answered to a token that an integration fetched now, with all of its scopes, for the backend that asks.
    ///
    /// - Throws: As ``outcome(of:_:at:tx:)``.
    package func outcome(
        of integration: Integration, _ draft: Draft, at now: Instant, tx: borrowing Transaction
    ) throws -> Outcome {
        guard let standing = try standing(of: integration.organization, tx) else { throw Refusal.notFound }
        let client = KnownClient(
            id: .integration(integration.id), kind: .integration(integration), secrets: [], standing: standing,
            validity: .none)
        let token = AccessToken(
            id: ID(at: now.milliseconds), holder: .integration(integration.id), account: standing.path.root,
            organization: integration.organization, subject: nil, scopes: integration.scopes,
            audiences: [Self.audience], issuedAt: now, expiresAt: now.adding(seconds: 1))
        let known = KnownToken(
            token, by: Fingerprint(of: token.id.description), of: client, integration: integration, edition: 0)
        return try outcome(of: .accessToken(known), draft, at: now, tx: tx)
    }

    /// Which backend asks is not tried, so the token is for the one that does.
    private static let audience = "urn:claviger:trial"

    private func outcome(
        of known: KnownCredential, _ draft: Draft, at now: Instant, tx: borrowing Transaction
    ) throws -> Outcome {
        let question = try question(draft)
        let other = question.organization.flatMap { $0 == known.standing.organization ? nil : $0 }
        let named = if let other { try standing(of: other, tx) } else { known.standing }
        func judge(_ scopes: ScopeSet) -> (rule: String?, record: JudgementRecord) {
            var record = JudgementRecord()
            let demand = Demand(
                scopes: scopes, address: question.address, audiences: [Self.audience],
                organization: question.organization)
            switch known.judge(demand, in: named, at: now, noting: &record) {
            case .admitted: return (nil, record)
            case .refused(let rule): return (rule.name, record)
            }
        }
        let scopes = question.scopes.scopes.map { Outcome.Tried(scope: $0, rule: judge(ScopeSet([$0])).rule) }
        let (rule, record) = judge(question.scopes)
        return Outcome(
            scopes: scopes, addressPasses: record.whether(.address), organizationPasses: record.whether(.organization),
            rule: rule)
    }

    private func standing(of id: ID<Organization>, _ tx: borrowing Transaction) throws -> Standing? {
        try tx.standing(of: id).map { stored in
            Standing(
                path: stored.path, isSuspended: stored.isSuspended, isOperator: stored.isOperator,
                features: product.plans.features(ofPlan: stored.plan, isOperator: stored.isOperator), validities: [])
        }
    }
}

extension CredentialTrial {
    private struct Question {
        let scopes: ScopeSet
        let address: IPAddress?
        let organization: ID<Organization>?
    }

    /// - Throws: ``Refusal/invalid(_:)`` with all that is wrong.
    private func question(_ draft: Draft) throws(Refusal) -> Question {
        var checks = FieldChecks()
        checks.require(
            draft.scopes.count <= ScopeSet.maximumCount, "scopes", "too_many",
            "Must be at most \(ScopeSet.maximumCount) scopes.")
        var scopes: [Scope] = []
        for (index, name) in draft.scopes.prefix(ScopeSet.maximumCount).enumerated() {
            if let scope = Scope(name), product.scopes.contains(scope) || Permission(scope) != nil {
                scopes.append(scope)
            } else {
                checks.refuse("scopes.\(index)", "unknown", "Is not in the catalogue of scopes.")
            }
        }
        let address = draft.address.flatMap { IPAddress($0) }
        checks.require(
            draft.address == nil || address != nil, "address", "invalid", "Must be an IPv4 or IPv6 address.")
        let organization = draft.organization.flatMap { ID<Organization>(parsing: $0) }
        checks.require(
            draft.organization == nil || organization != nil, "organization", "invalid",
            "Must be an identifier that begins with org_.")
        try checks.finish()
        return Question(scopes: ScopeSet(scopes), address: address, organization: organization)
    }
}

extension JudgementRecord {
    /// Whether a rule let it pass, nil if it was not asked.
    fileprivate func whether(_ rule: Verdict.Rule) -> Bool? {
        asked(rule) ? refusal != rule : nil
    }
}
