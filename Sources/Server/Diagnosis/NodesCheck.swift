import CredentialFormat
import Persistence
import ProductDefinition
import Verification

/// Whether all nodes are heard, go by nearly the same time, run the same program, and agree with each other and with these settings.
struct NodesCheck {
    /// By how many milliseconds a machine's clock may differ from the database's: what a node signs by its own has 60 s to spare.
    private static let clockTolerance = 5000
    /// Of how many silent nodes each is told.
    private static let mostSilent = 10

    private let location: DatabaseLocation
    /// What a server would be started with by these settings, nil where the product definition cannot be read.
    private let own: [String: String]?

    init(_ configuration: ServerConfiguration) {
        location = configuration.database
        own = (try? configuration.product()).map { product in
            AgreedSettings(configuration, Installation(configuration, product)).digests
        }
    }

    func findings() -> [Finding] {
        do {
            return findings(in: try location.census())
        } catch {
            // What is wrong with the database is told by who looks at it.
            return [.warning("nodes", "were not asked: \(CommandError(error))")]
        }
    }

    func findings(in census: NodeCensus) -> [Finding] {
        guard !census.nodes.isEmpty else { return [.fine("nodes", "none runs, as far as the database knows")] }
        // What ends nodes again and again leaves a thousand of them.
        let silent = census.nodes.filter(NodeCensus.isSilent).sorted { $0.silence < $1.silence }
        let untold = Set(silent.dropFirst(Self.mostSilent).map(\.report.node))
        var findings = census.nodes.filter { !untold.contains($0.report.node) }.map { node in
            let report = node.report
            let name = "\(report.node) on \(report.host) (\(report.listen), \(report.version))"
            if NodeCensus.isSilent(node) {
                return Finding.warning("nodes", "\(name) is silent: its last word is \(node.silence / 1000) s old")
            }
            if let offset = report.clockOffset, abs(offset) > Self.clockTolerance {
                let way = offset > 0 ? "ahead of" : "behind"
                return .warning("nodes", "\(name): its clock is \(abs(offset) / 1000) s \(way) that of the database")
            }
            guard report.feedAge != nil else {
                return .warning("nodes", "\(name) does not hear the revocation feed, and asks the database each time")
            }
            return .fine("nodes", "\(name) is heard")
        }
        if !untold.isEmpty {
            let count = untold.count + census.leftOut
            findings.append(
                .warning(
                    "nodes",
                    "\(count) more are silent and were heard within the hour: something ends them without a word"))
        }
        if census.versions.count > 1 {
            let versions = census.versions.sorted().joined(separator: ", ")
            findings.append(.warning("nodes", "they run several versions: \(versions)"))
        }
        findings += census.disagreements.map { disagreement in
            let others = disagreement.sides.dropFirst().flatMap(\.nodes).map(\.description)
            let names = others.joined(separator: ", ") + (others.count == 1 ? " says" : " say")
            return .warning("nodes", "they disagree about \(disagreement.setting): \(names) something else than most")
        }
        guard let own else { return findings }
        let agreed = Set(census.disagreements.map(\.setting))
        for (setting, digest) in own.sorted(by: { $0.key < $1.key }) where !agreed.contains(setting) {
            let said = census.nodes.first { !NodeCensus.isSilent($0) }?.report.settings[setting]
            if let said, said != digest {
                findings.append(.warning("nodes", "they run with another \(setting) than these settings say"))
            }
        }
        return findings
    }
}
