package import Limits
package import Model
package import Policy

/// The scopes and addresses of credentials, and their own limits, which many have in common.
package final class KnownTerms: Hashable, Sendable {
    package let scopes: ScopeSet
    package let addresses: AddressRule
    /// What the scopes give at our own API, which asks it at each call.
    package let permissions: Set<Permission>

    /// What those who manage the credential say, nil for nothing.
    package let ownLimit: RateLimit?

    package init(scopes: ScopeSet, addresses: AddressRule, callLimit: CallLimit? = nil) {
        self.scopes = scopes
        ownLimit = callLimit.map(RateLimit.init)
        self.addresses = addresses
        permissions = scopes.permissions
    }

    package static func == (left: KnownTerms, right: KnownTerms) -> Bool {
        left.scopes == right.scopes && left.addresses == right.addresses && left.ownLimit == right.ownLimit
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(scopes.text)
        hasher.combine(addresses)
    }

    /// About how many bytes they take.
    package var bytes: Int {
        96 + scopes.bytes + (addresses.ranges?.count ?? 0) * 64 + permissions.count * 8 + (ownLimit == nil ? 0 : 192)
    }
}

extension RateLimit {
    /// What those who manage a credential say of it.
    convenience init(_ limit: CallLimit) {
        let period: Period =
            switch limit.period {
            case .second: .second
            case .minute: .minute
            case .hour: .hour
            case .day: .day
            case .month: .month
            }
        self.init(name: Self.ownName, amount: limit.amount, per: period)
    }
}

extension ScopeSet {
    /// About how many bytes the names take, as text and as scopes.
    var bytes: Int { 96 + text.utf8.count * 2 + scopes.count * 48 }
}

/// The terms and audiences that credentials have in common, kept once each (interned), so that those of a million credentials take the room
/// of one. Bounded: of what does not fit, each credential has its own.
package final class SharedTerms: Sendable {
    private let terms: BoundedMemory<KnownTerms, KnownTerms>
    private let audiences: BoundedMemory<[String], [String]>

    package init(capacity: Int = 4096) {
        terms = BoundedMemory(capacity: capacity, bytes: 4 << 20, weighing: \.bytes)
        audiences = BoundedMemory(capacity: capacity, bytes: 1 << 20, weighing: Self.bytes)
    }

    /// Those that are kept of all that equal `own`, and whether they were not there before.
    func interned(_ own: KnownTerms) -> (terms: KnownTerms, isNew: Bool) {
        let kept = terms.value(for: own) { own }.value ?? own
        return (kept, kept === own)
    }

    /// As above, with the names for which a token is meant.
    func interned(_ own: KnownTerms, _ names: [String]) -> (terms: KnownTerms, audiences: [String], isNew: Bool) {
        var isNew = false
        let kept = audiences.value(for: names) {
            isNew = true
            return names
        }
        let terms = interned(own)
        return (terms.terms, kept.value ?? names, isNew || terms.isNew)
    }

    /// About how many bytes such names take.
    static func bytes(of audiences: [String]) -> Int {
        audiences.reduce(48) { $0 + $1.utf8.count + 48 }
    }
}
