import Locking
package import Logging
package import Measuring
package import NIOCore
import Policy
import Synchronization

/// All connections of a listener: who may come in, and which idle one is evicted when there are too many (law 7).
///
/// Nothing here is asked on the way of a request: a connection only writes down since when it is quiet, and that is looked
/// at when room is needed.
package final class Connections: Sendable {
    /// One of them.
    package final class Entry: Sendable {
        fileprivate let channel: any Channel
        fileprivate let neighbourhood: Neighbourhood?
        /// Since when nothing is done for it, in nanoseconds of the loops' clock. The largest number while something is.
        private let quietSince: Atomic<UInt64>

        fileprivate init(_ channel: any Channel, _ neighbourhood: Neighbourhood?, at now: NIODeadline) {
            self.channel = channel
            self.neighbourhood = neighbourhood
            quietSince = Atomic(now.uptimeNanoseconds)
        }

        /// It waits for its client from now on.
        func becomesQuiet(at now: NIODeadline) { quietSince.store(now.uptimeNanoseconds, ordering: .relaxed) }
        /// Something is done for it from now on.
        func becomesBusy() { quietSince.store(.max, ordering: .relaxed) }

        fileprivate var rank: UInt64 { quietSince.load(ordering: .relaxed) }
    }

    /// Asks a connection to go, if nothing is done for it.
    package struct MakeRoom: Sendable {}

    private struct State {
        var entries: [ObjectIdentifier: Entry] = [:]
        var counts: [Neighbourhood: Int] = [:]
        /// Those that were asked to go and are still there.
        var leaving: Set<ObjectIdentifier> = []
        var lastWarning: NIODeadline?
        var unsaid = 0
    }

    package let limits: ConnectionLimits
    private let exempt: TrustedProxies
    private let logger: Logger
    private let time: @Sendable () -> NIODeadline
    private let state = Lock(State())
    private let evicted = Counter()
    private let refusedForAddress = Counter()
    private let refusedForAll = Counter()
    private let withoutDescriptor = Counter()
    private let isLeaving = Atomic(false)
    /// The listening sockets that are this process's alone.
    private let doors = Lock<[any Channel]>([])

    /// - Parameters:
    ///   - exempt: Those for whom the limit of an address does not hold, because they come for many. They are asked to go
    ///     last.
    ///   - time: The loops' clock.
    package init(
        _ limits: ConnectionLimits, exempt: TrustedProxies, logger: Logger,
        time: @escaping @Sendable () -> NIODeadline = { .now() }
    ) {
        self.limits = limits
        self.exempt = exempt
        self.logger = logger
        self.time = time
    }

    // MARK: - Coming and going

    /// Lets a connection in, and has others go if it is one too many.
    ///
    /// - Returns: Whether it may stay. If not, it is for the caller to close it.
    package func admit(_ channel: any Channel) -> Bool {
        let address = IPAddress(of: channel.remoteAddress)
        let neighbourhood = exempt.contains(address) ? nil : address.map { Neighbourhood(of: $0) }
        let now = time()
        let (isAdmitted, guests) = state.withLock { state in
            if let neighbourhood, state.counts[neighbourhood, default: 0] >= limits.perAddress {
                refusedForAddress.add()
                return (false, [Entry]())
            }
            let guests = state.entries.count < limits.total ? [] : makeRoom(&state, for: batch)
            guard state.entries.count - state.leaving.count < limits.total,
                state.entries.count < limits.total + mostLeaving
            else {
                refusedForAll.add()
                return (false, guests)
            }
            state.entries[ObjectIdentifier(channel)] = Entry(channel, neighbourhood, at: now)
            if let neighbourhood { state.counts[neighbourhood, default: 0] += 1 }
            return (true, guests)
        }
        ask(guests)
        if isAdmitted {
            channel.closeFuture.whenComplete { [self] _ in remove(ObjectIdentifier(channel)) }
            if !guests.isEmpty { warn("there are as many connections as there may be; the longest idle ones go") }
        } else {
            warn(
                neighbourhood.map { "there are as many connections as there may be, in all or from \($0)" }
                    ?? "there are as many connections as there may be, and none is idle")
        }
        return isAdmitted
    }

    /// What is known of a connection that was let in.
    func entry(of channel: any Channel) -> Entry? {
        state.withLock { $0.entries[ObjectIdentifier(channel)] }
    }

    /// A connection that was asked to go stays, because something is done for it.
    func stays(_ entry: Entry) {
        _ = state.withLock { $0.leaving.remove(ObjectIdentifier(entry.channel)) }
    }

    /// The system has no descriptor left for another connection, whoever took them.
    ///
    /// Those that are already on their way out count: were others asked while a busy loop has not closed these, connections
    /// that have just come would go before anybody read what they ask.
    package func missDescriptor() {
        withoutDescriptor.add()
        ask(state.withLock { makeRoom(&$0, for: max(max($0.entries.count / 8, 4) - $0.leaving.count, 0)) })
        warn("the process has no file descriptor left for another connection")
    }

    /// From now on each connection over HTTP/1.1 ends with its next reply, which says so. Who keeps connections for later calls then has none
    /// left when the server ends, and loses no call that is on its way while they are closed.
    package func endAfterReplies() { isLeaving.store(true, ordering: .relaxed) }

    /// Whether they do.
    var endsAfterReplies: Bool { isLeaving.load(ordering: .relaxed) }

    /// A socket listens that ends with this process.
    package func add(door: any Channel) { doors.withLock { $0.append(door) } }

    /// From now on nobody is let in who was not on the way, so that the listening sockets can be closed.
    ///
    /// - Throws: `CancellationError`, which shortens it.
    package func waitForLastCallers() async throws {
        for door in doors.withLock({ $0 }) { await LastCallers.drop(at: door) }
        try await Task.sleep(for: LastCallers.patience)
    }

    private func remove(_ identifier: ObjectIdentifier) {
        state.withLock { state in
            state.leaving.remove(identifier)
            guard let entry = state.entries.removeValue(forKey: identifier), let place = entry.neighbourhood else {
                return
            }
            let count = state.counts[place, default: 0] - 1
            state.counts[place] = count > 0 ? count : nil
        }
    }

    /// How many are asked to go at once, so that looking for them costs little for each, however many there are.
    private var batch: Int { max(limits.total / 64, 1) }
    /// How many may be on their way out at once. So many are there beyond the limit for a moment.
    private var mostLeaving: Int { max(limits.total / 64, 8) }

    /// Those that are quiet for the longest time; those that come for many only if there are no others.
    private func makeRoom(_ state: inout State, for count: Int) -> [Entry] {
        guard state.leaving.count < mostLeaving else { return [] }
        let quiet = state.entries.filter { !state.leaving.contains($0.key) }
            .map { (key: $0.key, entry: $0.value, rank: $0.value.rank) }.filter { $0.rank != .max }
        let order = quiet.sorted { left, right in
            let isLater = (left.entry.neighbourhood == nil, right.entry.neighbourhood == nil)
            return isLater.0 == isLater.1 ? left.rank < right.rank : isLater.1
        }.prefix(count)
        state.leaving.formUnion(order.map(\.key))
        return order.map(\.entry)
    }

    private func ask(_ guests: [Entry]) {
        evicted.add(guests.count)
        for guest in guests { guest.channel.pipeline.fireUserInboundEventTriggered(MakeRoom()) }
    }

    // MARK: - What is told of them

    /// One line a minute, with how often it was not said meanwhile.
    private func warn(_ message: String) {
        let now = time()
        let said: (open: Int, unsaid: Int)? = state.withLock { state in
            if let last = state.lastWarning, now - last < .minutes(1) {
                state.unsaid += 1
                return nil
            }
            state.lastWarning = now
            defer { state.unsaid = 0 }
            return (state.entries.count, state.unsaid)
        }
        guard let said else { return }
        logger.warning(
            "\(message)",
            metadata: [
                "open": "\(said.open)", "limit": "\(limits.total)", "limit_per_address": "\(limits.perAddress)",
                "further_in_last_minute": "\(said.unsaid)",
            ])
    }

    /// How many there are.
    package var count: Int { state.withLock { $0.entries.count } }

    package var metrics: [Metric] {
        [
            .gauge("claviger_connections", "Connections that are open.") { self.count },
            .gauge("claviger_connections_limit", "Connections that there may be at once.") { self.limits.total },
            evicted.metric(
                "claviger_connections_evicted_total", "Quiet connections that were closed to make room for others."),
            Metric(
                "claviger_connections_refused_total", .counter,
                "Connections that were not let in: their address had too many, all together were too many, or the system "
                    + "had no descriptor."
            ) { [refusedForAddress, refusedForAll, withoutDescriptor] in
                [
                    .init(Double(refusedForAddress.value), labels: [("reason", "address")]),
                    .init(Double(refusedForAll.value), labels: [("reason", "total")]),
                    .init(Double(withoutDescriptor.value), labels: [("reason", "descriptors")]),
                ]
            },
        ]
    }
}
