import Synchronization

/// A number that goes up and down.
package final class Gauge: Sendable {
    private let bits = Atomic(Double(0).bitPattern)

    package init() {}

    package var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }

    /// It is so much now.
    package func set(_ value: Double) {
        bits.store(value.bitPattern, ordering: .relaxed)
    }

    /// It is so much more.
    package func add(_ more: Double) {
        var known = bits.load(ordering: .relaxed)
        while true {
            let sum = Double(bitPattern: known) + more
            let (isDone, found) = bits.weakCompareExchange(
                expected: known, desired: sum.bitPattern, ordering: .relaxed)
            if isDone { return }
            known = found
        }
    }
}
