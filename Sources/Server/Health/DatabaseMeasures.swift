import Measuring
import Persistence

/// What is measured of the database: how long it takes, the wait for a connection included, and why it failed.
struct DatabaseMeasures: Sendable {
    /// Why it did not do what it was asked to.
    private enum Failure: Int, CaseIterable {
        case unavailable
        case slow
        case uncertain
        case unwritable
        case overloaded
        case conflict
        case closed
        case other
    }

    private let reads = Histogram(Histogram.shortTimes)
    private let writes = Histogram(Histogram.shortTimes)
    private let failures = Tally(Failure.allCases.count)

    func noteRead(nanoseconds: Int64) { reads.note(nanoseconds: nanoseconds) }

    func noteWrite(nanoseconds: Int64) { writes.note(nanoseconds: nanoseconds) }

    /// What a body itself refuses is no failure.
    func note(_ error: any Error) {
        guard let error = error as? StoreError else { return }
        let failure: Failure
        switch error {
        case .unavailable: failure = .unavailable
        case .slow: failure = .slow
        case .uncertain: failure = .uncertain
        case .unwritable: failure = .unwritable
        case .overloaded: failure = .overloaded
        case .conflict: failure = .conflict
        case .closed: failure = .closed
        case .unreadable, .engine: failure = .other
        // Two who do the same at the same moment: no fault of the database's.
        case .constraint: return
        }
        failures.add(at: failure.rawValue)
    }

    /// - Parameter load: What the engine has to do at present.
    func metrics(_ load: @escaping @Sendable () -> EngineLoad) -> [Metric] {
        [
            Metric(
                "claviger_database_seconds", .histogram,
                "How long reading and writing took, the wait for a connection and for the disk included."
            ) { [reads, writes] in
                reads.readings([("operation", "read")]) + writes.readings([("operation", "write")])
            },
            Metric("claviger_database_failures_total", .counter, "What the database did not do, by why.") {
                [failures] in
                Failure.allCases.map { .init(Double(failures[$0.rawValue]), labels: [("reason", "\($0)")]) }
            },
            Metric("claviger_database_waiting", .gauge, "Bodies of transactions that wait for their turn.") {
                let load = load()
                return [
                    .init(Double(load.waitingReads), labels: [("queue", "read")]),
                    .init(Double(load.waitingWrites), labels: [("queue", "write")]),
                ]
            },
            .gauge("claviger_database_waiting_limit", "How many may wait in each queue; more are refused.") {
                load().mostWaiting
            },
            .gauge("claviger_database_readers_busy", "Connections that read at present.") { load().busyReaders },
            .gauge("claviger_database_readers", "Connections that can read at once.") { load().readers },
            Metric("claviger_database_commits_total", .counter, "Transactions that wrote.") {
                [.init(Double(load().commits))]
            },
            Metric(
                "claviger_database_bodies_total", .counter, "Changes that those wrote; several share a transaction."
            ) { [.init(Double(load().bodies))] },
        ]
    }
}
