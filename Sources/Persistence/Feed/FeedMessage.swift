package import CredentialFormat
package import Model

/// What nodes tell each other over the revocation feed (docs/revocation.md).
///
/// The feed keeps one order for all: who hears a message has heard everything that was committed before it was sent.
/// That makes a node's own heartbeat, once it comes back, the proof that the node misses nothing older than it.
package enum FeedMessage: Hashable, Sendable {
    /// A node is there and listens. It sends one four times a second.
    case heartbeat(ID<Node>, number: UInt64)
    /// Verification must forget these.
    case changes([Change])
    /// Verification must forget everything: more was changed than is worth naming.
    case everything
    /// A node asks all nodes to answer once they have heard what came before.
    case question(ID<Node>, number: UInt64)
    /// A node answers the question of another, or its own.
    case answer(to: ID<Node>, number: UInt64, from: ID<Node>)
    /// A node ends, and is no longer to be waited for.
    case farewell(ID<Node>)
}

extension FeedMessage {
    /// How long a payload may be, in bytes. PostgreSQL takes less than 8,000.
    private static let maximumLength = 7900
    /// How many payloads one transaction sends at most.
    private static let maximumPayloads = 16

    /// The messages that announce `changes`, each short enough to be sent.
    package static func announcing(_ changes: [Change]) -> [FeedMessage] {
        var messages: [FeedMessage] = []
        var part: [Change] = []
        var length = 0
        for change in changes {
            let more = change.word.utf8.count + 1
            if length + more > maximumLength - 8 {
                messages.append(.changes(part))
                part = []
                length = 0
            }
            part.append(change)
            length += more
        }
        if !part.isEmpty { messages.append(.changes(part)) }
        return messages.count > maximumPayloads ? [.everything] : messages
    }

    /// The message as it is sent: words with a space between.
    package var payload: String {
        switch self {
        case .heartbeat(let node, let number): "heartbeat \(node) \(number)"
        case .changes(let changes): "changes " + changes.map(\.word).joined(separator: " ")
        case .everything: "everything"
        case .question(let node, let number): "question \(node) \(number)"
        case .answer(let asker, let number, let node): "answer \(asker) \(number) \(node)"
        case .farewell(let node): "farewell \(node)"
        }
    }

    /// The message that `payload` is. One that cannot be read comes from another version: it may be a change, so it
    /// counts as ``everything`` (law 3).
    package init(payload: String) {
        let words = payload.split(separator: " ", omittingEmptySubsequences: false)
        self = Self.reading(words.first ?? "", words.dropFirst()) ?? .everything
    }

    private static func reading(_ kind: Substring, _ words: ArraySlice<Substring>) -> FeedMessage? {
        let words = Array(words)
        switch (kind, words.count) {
        case ("heartbeat", 2):
            guard let node = ID<Node>(parsing: words[0]), let number = UInt64(words[1]) else { return nil }
            return .heartbeat(node, number: number)
        case ("changes", 1...):
            let changes = words.compactMap { Change(word: $0) }
            return changes.count == words.count ? .changes(changes) : nil
        case ("question", 2):
            guard let node = ID<Node>(parsing: words[0]), let number = UInt64(words[1]) else { return nil }
            return .question(node, number: number)
        case ("answer", 3):
            guard let asker = ID<Node>(parsing: words[0]), let number = UInt64(words[1]),
                let node = ID<Node>(parsing: words[2])
            else { return nil }
            return .answer(to: asker, number: number, from: node)
        case ("farewell", 1):
            return ID<Node>(parsing: words[0]).map { .farewell($0) }
        default:
            return nil
        }
    }
}

extension Change {
    /// The change as one word. An identifier's prefix tells what it is of.
    fileprivate var word: String {
        switch self {
        case .apiKey(let id): id.description
        case .integration(let id): id.description
        case .app(let id): id.description
        case .resourceServer(let id): id.description
        case .member(let id): id.description
        case .contact(let id): id.description
        case .grant(let id): id.description
        case .lineage(let id): id.description
        case .organization(let id): id.description
        case .revokedToken(let id, let expiresAt): "\(id):\(expiresAt.milliseconds)"
        case .keyRing: "key-ring"
        }
    }

    fileprivate init?(word: Substring) {
        if word == "key-ring" {
            self = .keyRing
        } else if let id = ID<APIKey>(parsing: word) {
            self = .apiKey(id)
        } else if let id = ID<Integration>(parsing: word) {
            self = .integration(id)
        } else if let id = ID<ResourceServer>(parsing: word) {
            self = .resourceServer(id)
        } else if let id = ID<App>(parsing: word) {
            self = .app(id)
        } else if let id = ID<Member>(parsing: word) {
            self = .member(id)
        } else if let id = ID<Contact>(parsing: word) {
            self = .contact(id)
        } else if let id = ID<Grant>(parsing: word) {
            self = .grant(id)
        } else if let id = ID<RefreshLineage>(parsing: word) {
            self = .lineage(id)
        } else if let id = ID<Organization>(parsing: word) {
            self = .organization(id)
        } else {
            let parts = word.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 2, let id = ID<AccessToken>(parsing: parts[0]), let milliseconds = Int64(parts[1])
            else { return nil }
            self = .revokedToken(id, expiresAt: Instant(milliseconds: milliseconds))
        }
    }
}
