import Model
package import Policy
import ProductDefinition

/// What the verifier says of a presented credential.
package enum Verdict: Sendable {
    case admitted(VerifiedCaller)
    case refused(Rule)

    /// The rule that refused, by which an admin finds out why (law 14).
    package enum Rule: Hashable, Sendable {
        /// No credential of ours has this form.
        case malformed
        /// Well-formed, but not known or no longer.
        case unknown
        case revoked
        case disabled
        case expired
        /// The account is suspended.
        case suspended
        /// The plan of the account has no API access, or that of the app's account no apps.
        case plan
        /// Not from this address.
        case address
        /// Not for this backend.
        case audience
        /// The named organization is not the credential's own and not below it.
        case organization
        /// More calls than a limit of the product's lets through.
        case rate
        /// Lacks one of these.
        case scope(ScopeSet)

        /// The rule in one word, for the log.
        package var name: String {
            switch self {
            case .malformed: "malformed"
            case .unknown: "unknown"
            case .revoked: "revoked"
            case .disabled: "disabled"
            case .expired: "expired"
            case .suspended: "suspended"
            case .plan: "plan"
            case .address: "address"
            case .audience: "audience"
            case .organization: "organization"
            case .rate: "rate"
            case .scope: "scope"
            }
        }
    }
}

/// A caller whose credential was judged and admitted. Only the verifier can make one, so having one is the proof.
package struct VerifiedCaller: Sendable {
    package let credential: KnownCredential
    /// The organization to act in: the credential's own, or the one below that the caller named.
    package let standing: Standing

    fileprivate init(_ credential: KnownCredential, in standing: Standing) {
        self.credential = credential
        self.standing = standing
    }

    /// The scopes in force.
    package var scopes: ScopeSet { credential.scopes }
}

extension KnownCredential {
    /// The judgement on this credential: the one choke point (law 4). What is unknown or revoked was judged before. The
    /// order of the checks is the law's.
    ///
    /// - Parameters:
    ///   - named: The standing of the organization that the caller named, or its own where it named none; nil for one that does
    ///     not exist.
    func judge(
        _ demand: Demand, in named: Standing?, at now: Instant, noting record: inout JudgementRecord
    ) -> Verdict {
        guard record.passes(.disabled, !isDisabled) else { return .refused(.disabled) }
        guard record.passes(.expired, now < expiresAt) else { return .refused(.expired) }
        guard record.passes(.suspended, !isSuspended) else { return .refused(.suspended) }
        guard record.passes(.plan, !isOutsidePlan) else { return .refused(.plan) }
        guard record.passes(.address, demand.leavesAddress || addresses.allows(demand.address)) else {
            return .refused(.address)
        }
        guard record.passes(.audience, isMeant(for: demand.audiences)) else { return .refused(.audience) }
        var organization = standing
        if demand.organization != nil {
            guard let named, record.passes(.organization, named.path.isWithin(standing.path)) else {
                return record.refuse(.organization)
            }
            guard record.passes(.suspended, !named.isSuspended) else { return .refused(.suspended) }
            guard record.passes(.plan, named.features.contains(.apiAccess)) else { return .refused(.plan) }
            organization = named
        }
        let wanted = demand.scopes
        guard record.passes(.scope(wanted), wanted.isSubset(of: scopes)) else { return .refused(.scope(wanted)) }
        return .admitted(VerifiedCaller(self, in: organization))
    }
}
