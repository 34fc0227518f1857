/// The version of a representation as `ETag` and the conditions of a request name it (RFC 9110 §8.8.3).
///
/// That of an entity is its revision, in quotes. Every edit counts the revision up. Being used does not, although
/// `last_used_at` is part of the representation: a tag is here to keep edits apart, and a key in constant use could
/// otherwise never be edited under one. So a 304 says that nothing was edited, and who wants to see the latest use asks
/// without a condition.
struct EntityTag: Hashable, Sendable {
    let isWeak: Bool
    /// What stands between the quotes.
    let opaque: String

    /// A strong tag.
    init(_ opaque: String, isWeak: Bool = false) {
        self.opaque = opaque
        self.isWeak = isWeak
    }

    /// The tag of a revision.
    init(revision: Int) {
        self.init(String(revision))
    }

    /// The value of `ETag`.
    var text: String { "\(isWeak ? "W/" : "")\"\(opaque)\"" }

    /// The revision whose tag it is, as we write it.
    var revision: Int? {
        Int(opaque).flatMap { $0 > 0 && String($0) == opaque ? $0 : nil }
    }
}
