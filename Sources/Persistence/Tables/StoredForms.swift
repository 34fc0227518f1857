package import CredentialFormat
package import Model
import Policy

// How values of ours stand in a column, and how a column is read back. What cannot be read is an error, never a default
// that allows something (law 3).

extension OrganizationPath {
    /// `/<22 base62>/<22 base62>/`, root first. What lies below an organization begins with its text.
    var stored: String {
        identifiers.reduce(into: "/") { text, id in
            text += id.description.dropFirst(Organization.prefix.utf8.count + 1)
            text += "/"
        }
    }

    /// The first text behind those of the organization and all below it: `0` follows `/` in ASCII.
    var storedEnd: String { stored.dropLast() + "0" }

    /// The path as it was stored.
    init?(stored text: String) {
        guard text.hasPrefix("/"), text.hasSuffix("/") else { return nil }
        let words = text.dropFirst().dropLast().split(separator: "/", omittingEmptySubsequences: false)
        let identifiers = words.compactMap { ID<Organization>(parsing: "\(Organization.prefix)_\($0)") }
        guard identifiers.count == words.count else { return nil }
        self.init(identifiers)
    }
}

extension AddressRule {
    /// The blocks with spaces between, nil for anywhere.
    var storedText: String? {
        ranges?.map(\.description).joined(separator: " ")
    }

    /// The rule as it was stored.
    init?(stored text: String) {
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        let ranges = words.compactMap { IPRange($0) }
        guard ranges.count == words.count else { return nil }
        self.init(within: ranges)
    }
}

extension ClientID {
    /// The 16 bytes of the identifier. Two clients have the same with the probability that two random numbers of 80 bits
    /// have.
    var storedBytes: StoredValue {
        switch self {
        case .integration(let id): id.stored
        case .app(let id): id.stored
        case .resourceServer(let id): id.stored
        }
    }
}

extension Set<Permission> {
    /// Their words, in order.
    var storedText: String { map(\.rawValue).sorted().joined(separator: " ") }
}

extension StoredRow {
    /// A bound on permissions, nil for none. A word that is no permission any more gives nothing.
    func permissions(_ column: Int) throws(StoreError) -> Set<Permission>? {
        isNull(column) ? nil : Set(try words(column).compactMap(Permission.init(rawValue:)))
    }

    func path(_ column: Int) throws(StoreError) -> OrganizationPath {
        try parsed(column, OrganizationPath.init(stored:))
    }

    func scopes(_ column: Int) throws(StoreError) -> ScopeSet {
        try parsed(column) { $0.isEmpty ? .empty : ScopeSet(parsing: $0) }
    }

    /// A bound on scopes, nil for none.
    func optionalScopes(_ column: Int) throws(StoreError) -> ScopeSet? {
        isNull(column) ? nil : try scopes(column)
    }

    func addresses(_ column: Int) throws(StoreError) -> AddressRule {
        isNull(column) ? .anywhere : try parsed(column, AddressRule.init(stored:))
    }

    func callLimit(_ column: Int) throws(StoreError) -> CallLimit? {
        isNull(column) ? nil : try parsed(column) { CallLimit($0) }
    }

    func address(_ column: Int) throws(StoreError) -> IPAddress {
        try parsed(column) { IPAddress($0) }
    }

    /// The words of a list.
    func words(_ column: Int) throws(StoreError) -> [String] {
        try text(column).split(separator: " ").map(String.init)
    }

    /// A digest, and the version of its pepper in the column behind it.
    func digest(_ column: Int) throws(StoreError) -> SecretDigest {
        let version = Int(truncatingIfNeeded: try integer(column + 1))
        guard let digest = SecretDigest(stored: try bytes(column), pepperVersion: version) else {
            throw .unreadable("column \(column): no digest")
        }
        return digest
    }

    /// When a credential was last used; from where and how often in the two columns behind it.
    func lastUse(_ column: Int) throws(StoreError) -> LastUse? {
        guard let at = try optional(column, { row, column throws(StoreError) in try row.instant(column) }) else {
            return nil
        }
        return LastUse(
            at: at, address: try optional(column + 1) { row, at throws(StoreError) in try row.address(at) },
            count: try count(column + 2))
    }

    /// When a client was disabled, and by whom in the column behind it; nil where it is not.
    func disabling(_ column: Int) throws(StoreError) -> Disabling? {
        guard let at = try optionalInstant(column) else { return nil }
        return Disabling(at: at, by: try text(column + 1))
    }

    func optionalText(_ column: Int) throws(StoreError) -> String? {
        isNull(column) ? nil : try text(column)
    }

    func optionalInstant(_ column: Int) throws(StoreError) -> Instant? {
        isNull(column) ? nil : try instant(column)
    }

    func count(_ column: Int) throws(StoreError) -> Int {
        Int(truncatingIfNeeded: try integer(column))
    }
}

/// The smallest identifier: before the first item of a list.
func place<E: Entity>(after id: ID<E>?) -> ID<E> {
    id ?? ID(value: 0)
}

extension ID {
    /// Behind every other.
    static var last: Self { Self(value: .max) }

    /// The smallest of those made at `time`: an identifier begins with the time of its making, so times bound identifiers too.
    package static func first(at time: Instant) -> Self {
        Self(value: UInt128(clamping: min(time.milliseconds, 1 << 48 - 1)) << 80)
    }
}
