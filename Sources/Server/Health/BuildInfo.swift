import CredentialFormat
import Measuring
import Persistence

/// Says which program runs where, as labels of a number that is always 1.
struct BuildInfo: Sendable {
    let node: ID<Node>
    /// `sqlite` or `postgres`.
    let database: String

    var metric: Metric {
        Metric(
            "claviger_build_info", .gauge, "Which program runs, as which node, on what kind of database. Always 1."
        ) { [self] in
            [
                .init(
                    1,
                    labels: [
                        ("version", ClavigerVersion.current), ("node", node.description), ("database", database),
                    ])
            ]
        }
    }
}
