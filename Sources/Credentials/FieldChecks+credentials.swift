import Model
import Policy
import ProductDefinition

// The fields that all kinds of credentials share.

extension FieldChecks {
    /// The scopes of these names: at least one, at most 64, each from the catalogue or a management scope of ours; for an
    /// app, an ``IdentityScope`` too. Whether the actor may give the management scopes is for law 11.
    mutating func scopes(_ names: [String], of product: Product, orIdentity: Bool = false) -> ScopeSet {
        require(!names.isEmpty, "scopes", "required", "Must name at least one scope.")
        require(
            names.count <= ScopeSet.maximumCount, "scopes", "too_many",
            "Must be at most \(ScopeSet.maximumCount) scopes.")
        var scopes: [Scope] = []
        for (index, name) in names.prefix(ScopeSet.maximumCount).enumerated() {
            if let scope = Scope(name),
                product.scopes.contains(scope) || Permission(scope) != nil || orIdentity && IdentityScope(scope) != nil
            {
                scopes.append(scope)
            } else {
                refuse("scopes.\(index)", "unknown", "Is not in the catalogue of scopes.")
            }
        }
        return ScopeSet(scopes)
    }

    /// The rule that these blocks make, anywhere for nil. An empty list is refused, since it could be meant as either.
    mutating func addresses(_ blocks: [String]?) -> AddressRule {
        guard let blocks else { return .anywhere }
        let field = "allowed_addresses"
        require(!blocks.isEmpty, field, "required", "Must name at least one address, or be null for any address.")
        require(
            blocks.count <= AddressRule.maximumCount, field, "too_many",
            "Must be at most \(AddressRule.maximumCount) addresses.")
        var ranges: [IPRange] = []
        for (index, text) in blocks.prefix(AddressRule.maximumCount).enumerated() {
            if let range = IPRange(text) {
                ranges.append(range)
            } else {
                refuse(
                    "\(field).\(index)", "invalid",
                    "Must be an IPv4 or IPv6 address, or a block such as 192.0.2.0/24 with no bits set behind its length."
                )
            }
        }
        // Where no rule can be made of them, a problem was noted above and nothing comes of this one.
        return AddressRule(within: ranges) ?? .anywhere
    }

    /// A limit on calls, nil for none.
    mutating func callLimit(_ text: String?) -> CallLimit? {
        guard let text else { return nil }
        let limit = CallLimit(text)
        require(
            limit != nil, "call_limit", "invalid",
            "Must be a number from 1 to 1000000000 and a period, such as 100/minute: second, minute, hour, day or month."
        )
        return limit
    }

    /// The time for which both secrets work after a rotation.
    mutating func overlap(_ seconds: Int, within policy: ProductPolicy) {
        require(
            (0...policy.secretOverlapMaximumSeconds).contains(seconds), "overlap_seconds", "out_of_range",
            "Must be 0 to \(policy.secretOverlapMaximumSeconds) seconds.")
    }

    /// How long an API key is good.
    mutating func keyLifetime(_ seconds: Int, within policy: ProductPolicy) {
        let lifetimes = policy.apiKeyLifetimes
        require(
            lifetimes.allows(seconds: seconds), "lifetime_seconds", "out_of_range",
            "Must be 1 to \(lifetimes.maximum) seconds.")
    }

    /// When the older of two secrets is to end.
    mutating func secretEnd(_ expiresAt: Instant, within policy: ProductPolicy, at now: Instant) {
        let longest = policy.secretOverlapMaximumSeconds
        require(
            expiresAt > now && expiresAt <= now.adding(seconds: longest), "expires_at", "out_of_range",
            "Must be in the future, and at most \(longest) seconds from now.")
    }

    /// How long something issued to a client lives: a minute to `maximum` seconds.
    mutating func lifetime(_ field: String, _ seconds: Int?, maximum: Int) -> Int? {
        guard let seconds else { return nil }
        let allowed = Self.shortestLifetime...max(Self.shortestLifetime, maximum)
        require(
            allowed.contains(seconds), field, "out_of_range",
            "Must be \(allowed.lowerBound) to \(allowed.upperBound) seconds.")
        return seconds
    }

    private static let shortestLifetime = 60

    /// One of the words of an enumeration. What stands in for an unknown one reaches nobody.
    mutating func word<Word: RawRepresentable<String> & CaseIterable>(
        _ field: String, _ text: String, orElse standIn: Word
    ) -> Word {
        if let word = Word(rawValue: text) { return word }
        let known = Word.allCases.map(\.rawValue)
        let list =
            known.count > 1 ? known.dropLast().joined(separator: ", ") + " or " + (known.last ?? "") : known.joined()
        refuse(field, "unknown", "Must be \(list).")
        return standIn
    }
}

extension Refusal {
    /// Two secrets work side by side already.
    static var rotationInProgress: Refusal {
        .conflict(
            code: "rotation_in_progress",
            explanation: "The secret before the present one still works. End it first, or force the rotation.")
    }

    /// The secret in force cannot be given an end.
    static var secretInForce: Refusal {
        .conflict(
            code: "secret_in_force",
            explanation: "It is the secret in force. Rotate it, or delete what it belongs to.")
    }
}
