import Synchronization

/// Numbers that only grow, one for each place, such as answers by their status.
///
/// What every request counts at is spread: each core has numbers of its own, which are added up when somebody reads them. So counting
/// takes no lock, no memory and no line of a cache that another core writes to (record 0045).
package final class Tally: Sendable {
    /// How many places there may be.
    package static let mostPlaces = 64

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
        cores = (0..<(isSpread ? Cores.count : 1)).map { _ in Numbers() }
    }

    /// Adds to the number at a place. At none that there is, nothing is added.
    package func add(_ more: Int = 1, at place: Int) {
        guard place >= 0, place < count else { return }
        cores[cores.count == 1 ? 0 : Cores.current].all[place].wrappingAdd(more, ordering: .relaxed)
    }

    /// The number at a place, 0 at none that there is.
    package subscript(place: Int) -> Int {
        guard place >= 0, place < count else { return 0 }
        return cores.reduce(0) { $0 &+ $1.all[place].load(ordering: .relaxed) }
    }
}
