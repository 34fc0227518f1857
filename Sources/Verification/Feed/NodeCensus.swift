package import CredentialFormat
package import Persistence

/// What the nodes of an installation say of themselves, held against each other.
package struct NodeCensus: Sendable {
    /// How often a node says something of itself, in seconds.
    package static let seconds = 20
    /// After how many milliseconds without a word a node is taken for silent: three words were missed.
    private static let patience = 60_000

    /// A setting that nodes must agree upon and do not.
    package struct Disagreement: Hashable, Sendable {
        package let setting: String
        /// What they say, by digest, with who says so: what most say first. Nil for those that do not say, as another version may not.
        package let sides: [Side]
    }

    /// Nodes that say the same.
    package struct Side: Hashable, Sendable {
        package let digest: String?
        package let nodes: [ID<Node>]
    }

    /// The oldest first.
    package let nodes: [KnownNode]
    /// By the names of the settings.
    package let disagreements: [Disagreement]

    /// How many more are known, all of them silent for longer.
    package let leftOut: Int

    package init(_ nodes: [KnownNode], leftOut: Int = 0) {
        self.nodes = nodes
        self.leftOut = leftOut
        // What has ended without a word disagrees with nobody.
        let heard = nodes.filter { !Self.isSilent($0) }
        let names = Set(heard.flatMap(\.report.settings.keys))
        disagreements = names.sorted().compactMap { name in
            let sides = Dictionary(grouping: heard) { $0.report.settings[name] }
                .map { Side(digest: $0.key, nodes: $0.value.map(\.report.node)) }
            guard sides.count > 1 else { return nil }
            return Disagreement(
                setting: name,
                sides: sides.sorted { ($1.nodes.count, $0.digest ?? "~") < ($0.nodes.count, $1.digest ?? "~") })
        }
    }

    /// Whether it has said nothing for a while: it stands still, lost the database, or was ended without a word.
    package static func isSilent(_ node: KnownNode) -> Bool { node.silence > patience }

    /// The versions that those which are heard run.
    package var versions: Set<String> { Set(nodes.filter { !Self.isSilent($0) }.map(\.report.version)) }

    /// In which settings a node says something else than most.
    package func differences(of node: ID<Node>) -> [String] {
        disagreements.filter { disagreement in
            disagreement.sides.dropFirst().contains { $0.nodes.contains(node) }
        }.map(\.setting)
    }
}
