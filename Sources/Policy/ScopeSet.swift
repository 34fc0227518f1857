/// A set of scopes, in the order of their names. The empty set grants nothing (law 3).
package struct ScopeSet: Hashable, Sendable, CustomStringConvertible {
    /// The most scopes that a set may hold. It keeps tokens and headers within bounds.
    package static let maximumCount = 64

    /// In the order of their names, each once.
    package let scopes: [Scope]
    /// The names with a space between them, as RFC 6749 §3.3 writes a set.
    package let text: String

    /// Grants nothing.
    package static let empty = ScopeSet([])

    /// The set of these scopes.
    package init(_ scopes: some Sequence<Scope>) {
        self.scopes = Set(scopes).sorted()
        text = self.scopes.map(\.name).joined(separator: " ")
    }

    /// The set that a `scope` parameter spells, or nil unless it follows the grammar: scope tokens with one space
    /// between each two, at least one and at most 64.
    package init?(parsing text: some StringProtocol) {
        guard text.utf8.count <= Self.maximumCount * (Scope.maximumLength + 1) else { return nil }
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        let scopes = words.compactMap { Scope($0) }
        guard scopes.count == words.count, scopes.count <= Self.maximumCount else { return nil }
        self.init(scopes)
    }

    /// The set whose ``text`` these bytes are, or nil for any other spelling of it: for what we wrote ourselves, where
    /// sorting again would cost more than all the rest.
    package init?(canonical text: ArraySlice<UInt8>) {
        var scopes: [Scope] = []
        var previous: ArraySlice<UInt8>?
        for word in text.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false) {
            if let previous, !previous.lexicographicallyPrecedes(word) { return nil }
            guard let scope = Scope(String(decoding: word, as: UTF8.self)) else { return nil }
            scopes.append(scope)
            previous = word
        }
        self.scopes = scopes
        self.text = String(decoding: text, as: UTF8.self)
    }

    /// Whether it grants nothing.
    package var isEmpty: Bool { scopes.isEmpty }

    /// Whether `scope` is in it.
    package func contains(_ scope: Scope) -> Bool {
        scopes.contains(scope)
    }

    /// Whether every scope of it is in `other` too.
    package func isSubset(of other: ScopeSet) -> Bool {
        scopes.allSatisfy(other.contains)
    }

    /// The scopes in both.
    package func intersection(_ other: ScopeSet) -> ScopeSet {
        isSubset(of: other) ? self : ScopeSet(scopes.filter(other.contains))
    }

    /// The scopes in it that are not in `other`.
    package func subtracting(_ other: ScopeSet) -> ScopeSet {
        ScopeSet(scopes.filter { !other.contains($0) })
    }

    /// The rights at Claviger's own API.
    package var management: ScopeSet { ScopeSet(scopes.filter(\.isManagement)) }

    /// Whether the two have no scope in common.
    package func isDisjoint(with other: ScopeSet) -> Bool {
        !scopes.contains(where: other.contains)
    }

    /// As in a `scope` parameter.
    package var description: String { text }
}
