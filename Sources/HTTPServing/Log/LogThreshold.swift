package import Logging
import Synchronization

/// The least important line that is logged, which may change while the server runs. All that log share one.
package final class LogThreshold: Sendable {
    /// Its place in the order of levels.
    private let place: Atomic<Int>

    package init(_ level: Logger.Level) {
        place = Atomic(Self.place(of: level))
    }

    package var level: Logger.Level {
        get { Self.order[min(place.load(ordering: .relaxed), Self.order.count - 1)] }
        set { place.store(Self.place(of: newValue), ordering: .relaxed) }
    }

    private static let order = Logger.Level.allCases

    private static func place(of level: Logger.Level) -> Int { order.firstIndex(of: level) ?? 0 }
}
