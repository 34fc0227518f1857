import Model
import Synchronization

/// How many cells there may yet be in an hour, on all cores together.
final class CallRoom: Sendable {
    private let cells: Atomic<Int>
    private let sketches: Atomic<Int>
    private let organizations: Atomic<Int>
    /// Calls for which there was no room at all.
    private let left = Atomic(0)
    /// The beginning of the latest hour in which anything was counted, in milliseconds.
    private let latest = Atomic(Int64.min)

    init(cells: Int, sketches: Int, organizations: Int) {
        self.cells = Atomic(cells)
        self.sketches = Atomic(sketches)
        self.organizations = Atomic(organizations)
    }

    var leftOut: Int { left.load(ordering: .relaxed) }

    var latestHour: Instant { Instant(milliseconds: latest.load(ordering: .relaxed)) }

    func begin(_ hour: Instant) { latest.store(hour.milliseconds, ordering: .relaxed) }

    func takeCell() -> Bool { Self.take(cells) }
    func takeSketch() -> Bool { Self.take(sketches) }
    func takeOrganization() -> Bool { Self.take(organizations) }

    func leaveOut(_ count: Int) { left.wrappingAdd(count, ordering: .relaxed) }

    func giveBack(cells: Int, sketches: Int, organizations: Int) {
        self.cells.wrappingAdd(cells, ordering: .relaxed)
        self.sketches.wrappingAdd(sketches, ordering: .relaxed)
        self.organizations.wrappingAdd(organizations, ordering: .relaxed)
    }

    private static func take(_ number: borrowing Atomic<Int>) -> Bool {
        guard number.wrappingSubtract(1, ordering: .relaxed).newValue >= 0 else {
            number.wrappingAdd(1, ordering: .relaxed)
            return false
        }
        return true
    }
}
