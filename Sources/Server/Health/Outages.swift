import HTTPServing
import Locking
import Logging
import Measuring
import Model
import Synchronization

/// What is lost at present, since when, and why. The log has one `error` for a loss and one `notice` for its end, however
/// many requests meet it.
final class Outages: Sendable {
    /// One that lasts.
    struct Outage: Sendable {
        let since: Instant
        /// When it was last met.
        fileprivate(set) var metAt: Instant
        /// What kind of trouble it is, where that is known: for everybody.
        let cause: String?
    }

    /// What was lost works again only if nothing has failed for so long, in milliseconds: where some calls fail and others
    /// do not, there is not a line for each.
    private static let quiet: Int64 = 1000
    /// For so long no other slow statement is told, in milliseconds.
    private static let slownessPause: Int64 = 60_000

    private let current = Lock<[Dependency: Outage]>([:])
    private let slownessToldAt = Lock<Instant?>(nil)
    private let count = Atomic(0)
    private let losses = Dependency.allCases.map { ($0, Counter()) }
    private let begun: AsyncStream<Void>.Continuation
    /// Tells of each beginning. For one reader.
    let beginnings: AsyncStream<Void>
    private let logger: Logger
    private let now: @Sendable () -> Instant

    init(logger: Logger, now: @escaping @Sendable () -> Instant) {
        (beginnings, begun) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        self.logger = logger
        self.now = now
    }

    /// Something was tried, and failed.
    ///
    /// - Parameters:
    ///   - cause: The kind of trouble, for everybody.
    ///   - details: What else the log says.
    func met(_ dependency: Dependency, cause: String? = nil, details: Logger.Metadata) {
        let now = now()
        let isNew = current.withLock { current in
            if current[dependency] != nil {
                current[dependency]?.metAt = now
                return false
            }
            current[dependency] = Outage(since: now, metAt: now, cause: cause)
            count.store(current.count, ordering: .relaxed)
            return true
        }
        guard isNew else { return }
        losses.first { $0.0 == dependency }?.1.add()
        var details = details
        if let cause { details["cause"] = "\(cause)" }
        logger.error("\(dependency.loss)", metadata: details)
        begun.yield()
    }

    /// Something was tried, and worked.
    ///
    /// - Parameter isCertain: Whether it says that all is well, and not only this call.
    func isWell(_ dependency: Dependency, isCertain: Bool = false) {
        guard count.load(ordering: .relaxed) > 0 else { return }
        let now = now()
        let ended: Outage? = current.withLock { current in
            guard let outage = current[dependency],
                isCertain || now.milliseconds - outage.metAt.milliseconds >= Self.quiet
            else { return nil }
            current[dependency] = nil
            count.store(current.count, ordering: .relaxed)
            return outage
        }
        guard let ended else { return }
        let seconds = Double(max(0, now.milliseconds - ended.since.milliseconds)) / 1000
        logger.notice("\(dependency.recovery)", metadata: ["seconds": "\(seconds)"])
    }

    /// A statement took too long, and others do not. The log has one `warning` for all of a minute.
    func tell(ofSlowness details: Logger.Metadata) {
        let now = now()
        let isTold = slownessToldAt.withLock { told in
            if let last = told, last <= now, now.milliseconds - last.milliseconds < Self.slownessPause { return true }
            told = now
            return false
        }
        if !isTold { logger.warning("a statement took too long for the database", metadata: details) }
    }

    /// The outage of it that lasts.
    subscript(dependency: Dependency) -> Outage? { current.withLock { $0[dependency] } }

    /// What there is to say to whoever asks whether the node is ready; empty if all is well.
    var explanations: [String] {
        let current = current.withLock(\.self)
        return Dependency.allCases.compactMap { dependency in
            guard let outage = current[dependency] else { return nil }
            let seconds = max(0, now().milliseconds - outage.since.milliseconds) / 1000
            let cause = outage.cause.map { " Cause: \($0)." } ?? ""
            return "\(dependency.consequence)\(cause) So for \(seconds) s; the log says more."
        }
    }

    var metrics: [Metric] {
        [
            Metric("claviger_available", .gauge, "Whether what the node needs is there at present.") { [self] in
                Dependency.allCases.map { dependency in
                    .init(self[dependency] == nil ? 1 : 0, labels: [("dependency", dependency.rawValue)])
                }
            },
            Metric("claviger_outages_total", .counter, "How often it was lost.") { [losses] in
                losses.map { .init(Double($1.value), labels: [("dependency", $0.rawValue)]) }
            },
        ]
    }
}
