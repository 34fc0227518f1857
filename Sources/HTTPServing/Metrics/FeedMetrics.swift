package import Measuring
package import Verification

/// What is measured of the revocation feed.
package final class FeedMetrics: Sendable {
    private let delay = Histogram(Histogram.times)
    private let confirmation = Histogram(Histogram.times)
    private let unconfirmed = Counter()
    private let losses = Counter()
    private let refills = Counter()
    private let failedRefills = Counter()

    package init() {}

    /// Something was measured.
    package func note(_ measurement: FeedMeasurement) {
        switch measurement {
        case .heartbeat(let nanoseconds): delay.note(seconds: Double(nanoseconds) / 1e9)
        case .confirmation(let nanoseconds): confirmation.note(seconds: Double(nanoseconds) / 1e9)
        case .silence: unconfirmed.add()
        case .loss: losses.add()
        case .refill(let isDone): (isDone ? refills : failedRefills).add()
        }
    }

    /// All of it.
    ///
    /// - Parameter feed: Nil where one process owns the database.
    package func all(_ hearing: Hearing, _ feed: RevocationFeed?) -> [Metric] {
        [
            .gauge("claviger_feed_trusted", "Whether memory is believed at present.") { hearing.isCurrent ? 1 : 0 },
            .gauge("claviger_feed_nodes", "Nodes that this one knows of, itself included.") { feed?.nodeCount ?? 1 },
            delay.metric(
                "claviger_feed_delay_seconds", "How long a heartbeat takes over the revocation feed and back."),
            losses.metric("claviger_feed_losses_total", "Connections to the revocation feed that were lost."),
            Metric(
                "claviger_feed_refills_total", .counter,
                "Readings anew of the revoked tokens and keys after a loss or a change of keys."
            ) { [refills, failedRefills] in
                [
                    .init(Double(refills.value), labels: [("outcome", "done")]),
                    .init(Double(failedRefills.value), labels: [("outcome", "failed")]),
                ]
            },
            confirmation.metric(
                "claviger_revocation_confirmed_seconds",
                "How long it took until all nodes had confirmed a change whose author waited for it."),
            unconfirmed.metric(
                "claviger_revocation_unconfirmed_total",
                "Changes whose author waited and that not all nodes had confirmed in time."),
        ]
    }
}

extension VerifierMemory {
    /// How much is remembered, and how much may be.
    package var metrics: [Metric] {
        [
            entries,
            Metric("claviger_memory_bytes", .gauge, "About how many bytes what verification remembers takes.") {
                self.bytes.map { .init(Double($0.bytes), labels: [("kind", $0.kind)]) }
            },
            Metric(
                "claviger_memory_part_bytes", .gauge, "How many bytes each kind may take of what all of it may."
            ) {
                self.parts.map { .init(Double($0.bytes), labels: [("kind", $0.kind)]) }
            },
            .gauge("claviger_memory_limit_bytes", "How many bytes all of it may take (memory-limit).") {
                [limit] in limit
            },
        ]
    }

    private var entries: Metric {
        Metric("claviger_memory_entries", .gauge, "What verification remembers, also of what it no longer believes.") {
            let counts = self.counts
            return [
                .init(Double(counts.credentials), labels: [("kind", "credential")]),
                .init(Double(counts.clients), labels: [("kind", "client")]),
                .init(Double(counts.organizations), labels: [("kind", "organization")]),
                .init(Double(counts.unknown), labels: [("kind", "unknown")]),
            ]
        }
    }
}

extension RefusalQueue {
    /// What became of refusals of known credentials.
    package var metric: Metric {
        Metric("claviger_refusals_total", .counter, "Refusals of known credentials, kept to be looked up or left out.")
        {
            let counts = self.counts
            return [
                .init(Double(counts.noted), labels: [("outcome", "kept")]),
                .init(Double(counts.repeated), labels: [("outcome", "repeated")]),
                .init(Double(counts.overflowed), labels: [("outcome", "overflowed")]),
            ]
        }
    }
}
