import HTTPServing
import HTTPTypes
import Model

/// The conditions of a request on the present representation (RFC 9110 §13).
///
/// We keep no modification dates, so `If-Modified-Since` and `If-Unmodified-Since` are ignored (§13.1.3, §13.1.4), and
/// `If-Range` too, as there are no ranges. Of the other two, `If-Match` is looked at first (§13.2.2).
struct Preconditions: Hashable, Sendable {
    /// Tags of a field.
    enum Tags: Hashable, Sendable {
        /// `*`: whatever there is.
        case any
        case these([EntityTag])

        /// The tags of a field (`"*" / #entity-tag`), or nil for what is neither.
        init?(_ field: String) {
            let bytes = Array(field.utf8)
            if field == "*" {
                self = .any
                return
            }
            guard bytes.count <= Preconditions.maximumLength else { return nil }
            var tags: [EntityTag] = []
            var rest = bytes[...]
            while true {
                rest = rest.drop { Self.isSpace($0) || $0 == UInt8(ascii: ",") }
                if rest.isEmpty { break }
                let isWeak = rest.starts(with: "W/".utf8)
                if isWeak { rest = rest.dropFirst(2) }
                guard rest.first == UInt8(ascii: "\"") else { return nil }
                rest = rest.dropFirst()
                let opaque = rest.prefix { $0 == 0x21 || (0x23...0x7E).contains($0) || $0 >= 0x80 }
                rest = rest.dropFirst(opaque.count)
                guard rest.first == UInt8(ascii: "\"") else { return nil }
                rest = rest.dropFirst().drop(while: Self.isSpace)
                guard rest.isEmpty || rest.first == UInt8(ascii: ",") else { return nil }
                tags.append(EntityTag(String(decoding: opaque, as: UTF8.self), isWeak: isWeak))
            }
            guard !tags.isEmpty else { return nil }
            self = .these(tags)
        }

        private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

        /// Whether one of them is `tag`: nil is a representation without one, which only `*` names.
        func name(_ tag: EntityTag?, strongly: Bool) -> Bool {
            switch self {
            case .any: true
            case .these(let tags):
                tags.contains { $0.opaque == tag?.opaque && !(strongly && ($0.isWeak || tag?.isWeak == true)) }
            }
        }
    }

    /// What a condition makes of a request for a representation.
    enum Outcome: Hashable, Sendable {
        case perform
        /// 304
        case notModified
        /// 412
        case failed
    }

    /// The longest field that is read, in bytes.
    static let maximumLength = 4096

    private let match: Tags?
    private let noneMatch: Tags?

    /// - Throws: A problem with 400 for a field that cannot be read.
    init(_ fields: HTTPFields) throws(ProblemDocument) {
        match = try Self.tags(of: .ifMatch, in: fields)
        noneMatch = try Self.tags(of: .ifNoneMatch, in: fields)
    }

    private static func tags(of name: HTTPField.Name, in fields: HTTPFields) throws(ProblemDocument) -> Tags? {
        guard let text = fields[name] else { return nil }
        guard let tags = Tags(text) else {
            throw .badParameter(name.rawName, "must be entity tags in quotes, with commas between them, or *.")
        }
        return tags
    }

    /// The outcome for a representation that is there, with `tag` as its entity tag.
    ///
    /// - Parameter isRead: Whether the request only reads it.
    func outcome(for tag: EntityTag?, isRead: Bool) -> Outcome {
        if let match, !match.name(tag, strongly: true) { return .failed }
        if let noneMatch, noneMatch.name(tag, strongly: false) { return isRead ? .notModified : .failed }
        return .perform
    }

    /// The outcome for a change where there is no representation: of nothing, nothing matches.
    var outcomeForNothing: Outcome { match == nil ? .perform : .failed }

    /// What they demand of the revision of an entity that is to be changed.
    var onRevision: RevisionCondition {
        RevisionCondition(
            required: match.map { Self.revisions(in: $0, strongly: true) } ?? .all,
            refused: noneMatch.map { Self.revisions(in: $0, strongly: false) } ?? .these([]))
    }

    private static func revisions(in tags: Tags, strongly: Bool) -> RevisionCondition.Revisions {
        switch tags {
        case .any: .all
        case .these(let tags): .these(Set(tags.filter { !strongly || !$0.isWeak }.compactMap(\.revision)))
        }
    }
}
