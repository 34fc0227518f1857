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
        let bytes = Array(text.utf8)[...]
        guard let scopes = Self.words(of: bytes), scopes.count <= Self.maximumCount else { return nil }
        // Most callers write them in order, which need not be sorted then.
        if Self.isCanonical(scopes) { self.init(canonical: scopes, text: bytes) } else { self.init(scopes) }
    }

    /// The set that a `scope` parameter of a request spells: as above, but for spaces at either end, which clients leave
    /// there that join words.
    package init?(requested text: some StringProtocol) {
        let words = text.drop { $0 == " " }
        let end = words.lastIndex { $0 != " " }.map(words.index(after:)) ?? words.startIndex
        self.init(parsing: words[..<end])
    }

    /// The set whose ``text`` these bytes are, or nil for any other spelling of it: for what we wrote ourselves.
    package init?(canonical text: ArraySlice<UInt8>) {
        guard let scopes = Self.words(of: text), Self.isCanonical(scopes) else { return nil }
        self.init(canonical: scopes, text: text)
    }

    private init(canonical scopes: [Scope], text: ArraySlice<UInt8>) {
        self.scopes = scopes
        self.text = String(decoding: text, as: UTF8.self)
    }

    private static func words(of text: ArraySlice<UInt8>) -> [Scope]? {
        var scopes: [Scope] = []
        var start = text.startIndex
        while true {
            let end = text[start...].firstIndex(of: UInt8(ascii: " ")) ?? text.endIndex
            guard let scope = Scope(bytes: text[start..<end]) else { return nil }
            scopes.append(scope)
            if end == text.endIndex { return scopes }
            start = end + 1
        }
    }

    /// Whether they are in the order of their names, each once.
    private static func isCanonical(_ scopes: [Scope]) -> Bool {
        zip(scopes, scopes.dropFirst()).allSatisfy { $0 < $1 }
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

    /// As in a `scope` parameter.
    package var description: String { text }
}
