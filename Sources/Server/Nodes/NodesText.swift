import CredentialFormat
import HTTPServing
import Model
import Persistence
import Verification

/// The nodes as `claviger nodes` tells of them.
struct NodesText {
    let census: NodeCensus

    /// For a terminal.
    var table: String {
        guard !census.nodes.isEmpty else {
            return "No node has said anything of itself within the last hour."
        }
        let title = ["node", "host", "listens at", "version", "since", "last word", "clock", "feed", "configuration"]
        let rows = census.nodes.map { node in
            let report = node.report
            return [
                report.node.description, report.host, report.listen, report.version,
                CivilTime(report.node.madeAt).rfc3339(), NodeCensus.isSilent(node) ? "silent, \(ago(node))" : ago(node),
                report.clockOffset.map { "\($0 >= 0 ? "+" : "")\($0) ms" } ?? "-",
                report.feedAge.map { "\($0) ms" } ?? "-", report.configuration,
            ]
        }
        return ([AlignedRows.text([title] + rows)] + disagreements).joined(separator: "\n")
    }

    private func ago(_ node: KnownNode) -> String { "\(node.silence / 1000) s ago" }

    private var disagreements: [String] {
        var lines: [String] = []
        if census.leftOut > 0 {
            lines.append(
                "\n\(census.leftOut) more are left out, all silent for longer. Something ends nodes without a word: see their logs."
            )
        }
        if census.versions.count > 1 {
            lines.append("\nThey run several versions: \(census.versions.sorted().joined(separator: ", ")).")
        }
        for disagreement in census.disagreements {
            lines.append("\nThey disagree about \(disagreement.setting):")
            lines += disagreement.sides.map { side in
                "  \(side.digest ?? "(not said)")  \(side.nodes.map(\.description).joined(separator: ", "))"
            }
        }
        return lines
    }

    /// `nodes` with all that is known of each, how many are left out, `versions`, `disagreements` with the sides of each, and `agree`.
    var json: String {
        let bytes = JSONWriter.object { json in
            json.member("agree", census.disagreements.isEmpty)
            json.member("versions", census.versions.sorted())
            json.name("disagreements")
            json.array(census.disagreements) { json, disagreement in
                json.object { json in
                    json.member("setting", disagreement.setting)
                    json.name("sides")
                    json.array(disagreement.sides) { json, side in
                        json.object { json in
                            json.member("digest", side.digest)
                            json.member("nodes", side.nodes.map(\.description))
                        }
                    }
                }
            }
            json.name("nodes")
            json.array(census.nodes) { json, node in json.object { write(node, to: &$0) } }
            json.member("left_out", census.leftOut)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func write(_ node: KnownNode, to json: inout JSONWriter) {
        let report = node.report
        json.member("id", report.node.description)
        json.member("host", report.host)
        json.member("listen", report.listen)
        json.member("version", report.version)
        json.member("started_at", RFC3339.text(of: report.node.madeAt))
        json.member("silent", NodeCensus.isSilent(node))
        json.member("last_word_milliseconds", node.silence)
        json.member("clock_offset_milliseconds", report.clockOffset)
        json.member("feed_age_milliseconds", report.feedAge)
        json.member("configuration", report.configuration)
        json.member("differs_in", census.differences(of: report.node))
    }
}
