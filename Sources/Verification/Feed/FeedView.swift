package import CredentialFormat
package import Persistence

/// The nodes of an installation as one of them sees them at a moment.
package struct FeedView: Sendable {
    /// Another node that has said something lately.
    package struct Other: Hashable, Sendable {
        package let node: ID<Node>
        /// For how long nothing was heard of it, in milliseconds.
        package let silence: Int

        package init(node: ID<Node>, silence: Int) {
            self.node = node
            self.silence = silence
        }
    }

    /// The one that sees.
    package let node: ID<Node>
    /// Whether there can be others.
    package let isShared: Bool
    /// Whether it believes what it remembers.
    package let isTrusted: Bool
    /// The digest of its product definition.
    package let definition: String
    /// The oldest first.
    package let others: [Other]

    package init(node: ID<Node>, isShared: Bool, isTrusted: Bool, definition: String, others: [Other]) {
        self.node = node
        self.isShared = isShared
        self.isTrusted = isTrusted
        self.definition = definition
        self.others = others.sorted { $0.node < $1.node }
    }
}

extension RevocationFeed {
    /// The nodes as this one sees them.
    ///
    /// - Parameter definition: The digest of this one's product definition.
    package func view(definition: String) -> FeedView {
        FeedView(
            node: node, isShared: true, isTrusted: isTrusted, definition: definition,
            others: silences.map { FeedView.Other(node: $0.key, silence: Int($0.value / 1_000_000)) })
    }
}
