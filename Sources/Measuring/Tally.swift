import CProcessors
import Glibc
import Synchronization

/// Numbers that only grow, one for each place, such as answers by their status.
///
/// What every request counts at is spread: each core has numbers of its own, which are added up when somebody reads them. So counting
/// takes no lock, no memory and no line of a cache that another core writes to (record 0045).
package final class Tally: Sendable {
    /// How many places there may be.
    package static let mostPlaces = 64
    /// More numbers of one place than these are not worth their memory.
    private static let mostCores = 16

    private final class Numbers: Sendable {
        let all = InlineArray<64, Atomic<Int>> { _ in Atomic(0) }
    }

    private let cores: [Numbers]
    /// How many places there are.
    package let count: Int

    /// - Parameters:
    ///   - count: How many places there are, from 1 to ``mostPlaces``.
    ///   - isSpread: Whether each core counts for itself.
    package init(_ count: Int, isSpread: Bool = false) {
        self.count = min(max(1, count), Self.mostPlaces)
        let cores = isSpread ? min(max(1, sysconf(Int32(_SC_NPROCESSORS_CONF))), Self.mostCores) : 1
        self.cores = (0..<cores).map { _ in Numbers() }
    }

    /// Adds to the number at a place. At none that there is, nothing is added.
    package func add(_ more: Int = 1, at place: Int) {
        guard place >= 0, place < count else { return }
        let core = cores.count == 1 ? 0 : Int(max(0, sched_getcpu())) % cores.count
        cores[core].all[place].wrappingAdd(more, ordering: .relaxed)
    }

    /// The number at a place, 0 at none that there is.
    package subscript(place: Int) -> Int {
        guard place >= 0, place < count else { return 0 }
        return cores.reduce(0) { $0 &+ $1.all[place].load(ordering: .relaxed) }
    }
}
