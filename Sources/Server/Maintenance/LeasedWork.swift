import CredentialFormat
import Logging
import Persistence
import ServiceLifecycle

/// Work that any node could do and one does: whichever has the lease, which it keeps from one round to the next. When it
/// ends, or is gone, another node's next round begins where it stopped.
struct LeasedWork: Service, NamedPart {
    private let name: Lease.Name
    private let store: any Store
    private let node: ID<Node>
    private let interval: Int
    private let logger: Logger
    private let measures: SharedWorkMeasures
    private let isDue: @Sendable (any Store) async throws -> Bool
    private let work: @Sendable (LeasedStore) async throws -> Void

    /// - Parameters:
    ///   - interval: From the end of a round to the next, in seconds. A node that is gone is waited for half as long
    ///     again.
    ///   - isDue: Whether there is anything to do: asked before the lease is claimed, which is a write.
    ///   - work: A round. What it writes through the store that it is given is committed only under the lease.
    init(
        _ name: Lease.Name, on store: any Store, by node: ID<Node>, every interval: Int, logger: Logger,
        countedBy measures: SharedWorkMeasures = SharedWorkMeasures(),
        when isDue: @escaping @Sendable (any Store) async throws -> Bool = { _ in true },
        _ work: @escaping @Sendable (LeasedStore) async throws -> Void
    ) {
        self.name = name
        self.store = store
        self.node = node
        self.interval = interval
        self.logger = logger
        self.measures = measures
        self.isDue = isDue
        self.work = work
    }

    var partName: String { name.rawValue }

    func run() async throws {
        let last = await cancelWhenGracefulShutdown {
            var last: LeasedStore?
            while !Task.isCancelled {
                await report {
                    guard try await isDue(store), let leased = try await claim() else { return }
                    last = leased
                    try await work(leased)
                    measures.note(.done, of: name)
                }
                try? await Task.sleep(for: .seconds(interval))
            }
            return last
        }
        guard let last else { return }
        // If this fails, or the lease is another node's by now, nothing is lost but time. In a task of its own: where others took too
        // long to end, this one is cancelled.
        await Task { try? await last.release() }.value
    }

    /// Does the work once, unless another node has the lease.
    ///
    /// - Returns: Whether this node has it.
    @discardableResult
    func round() async throws -> Bool {
        guard try await isDue(store), let leased = try await claim() else { return false }
        try await work(leased)
        return true
    }

    private func claim() async throws -> LeasedStore? {
        try await LeasedStore.claim(name, on: store, by: node, seconds: interval + interval / 2)
    }

    private func report(_ round: () async throws -> Void) async {
        do {
            try await round()
        } catch is CancellationError {
            // The server ends, and another one goes on.
        } catch let error as StoreError where error.isOutage {
            logger.debug("shared work waits", metadata: ["work": "\(name.rawValue)", "error": "\(error)"])
        } catch {
            measures.note(.failed, of: name)
            logger.warning(
                "shared work failed, and is tried again",
                metadata: ["work": "\(name.rawValue)", "error": "\(error)"])
        }
    }
}
