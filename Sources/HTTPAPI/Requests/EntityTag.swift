/// The version of an entity as `ETag` and `If-Match` name it (RFC 9110 §8.8.3): its revision, in quotes.
///
/// Every edit counts the revision up. Being used does not, although `last_used_at` is part of the representation: a tag
/// is here to keep edits apart, and a key in constant use could otherwise never be edited under one. No reply is ever
/// answered from a cache, so nothing else depends on it.
enum EntityTag {
    /// A revision that nothing is at: they count from 1.
    private static let noRevision = 0

    /// The tag of a revision.
    static func text(_ revision: Int) -> String {
        "\"\(revision)\""
    }

    /// What an `If-Match` field demands (RFC 9110 §13.1.1). The outer nil is a field that cannot be read; the inner nil
    /// demands no revision in particular, as `*` and a missing field do. A weak tag, or one that is none of ours, demands
    /// a revision that nothing is at.
    ///
    /// Of the list that the RFC allows, one tag is taken: whoever edits has seen one version.
    static func expectedRevision(_ field: String?) -> Int?? {
        guard let field, field != "*" else { return .some(nil) }
        let isWeak = field.hasPrefix("W/")
        let tag = field.dropFirst(isWeak ? 2 : 0)
        guard (2...256).contains(tag.utf8.count), tag.hasPrefix("\""), tag.hasSuffix("\"") else { return nil }
        let inside = tag.dropFirst().dropLast()
        guard inside.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x22 && $0 != 0x7F }) else { return nil }
        let digits = !isWeak && inside.utf8.allSatisfy { (0x30...0x39).contains($0) }
        return (digits ? Int(inside) : nil) ?? noRevision
    }
}
