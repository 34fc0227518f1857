import Foundation

/// The clock by which tokens live. It goes with the real one, at a distance, or stands still until it is moved.
struct SimulatedClock: Sendable {
    private enum Course: Sendable {
        /// Seconds ahead of the real clock.
        case running(ahead: Int)
        case standing(at: Int)
    }

    private var course: Course

    /// The real clock.
    init() { course = .running(ahead: 0) }

    /// - Parameter text: `real`, or a time (RFC 3339 in UTC, or seconds since 1970) at which it stands still.
    init?(_ text: String) {
        if text == "real" {
            course = .running(ahead: 0)
        } else if let time = HTTPDate.seconds(of: text) ?? Int(text), Self.range.contains(time) {
            course = .standing(at: time)
        } else {
            return nil
        }
    }

    /// Seconds since 1970.
    var now: Int {
        switch course {
        case .running(let ahead): Self.real + ahead
        case .standing(let time): time
        }
    }

    var isRunning: Bool {
        switch course {
        case .running: true
        case .standing: false
        }
    }

    /// Moves it, also backwards. It stays within the years 1970 to 2200.
    mutating func advance(by seconds: Int) {
        set(to: Self.bounded(now + Self.bounded(seconds, -Self.range.upperBound)), isRunning: isRunning)
    }

    mutating func set(to time: Int, isRunning: Bool) {
        let time = Self.bounded(time)
        course = isRunning ? .running(ahead: time - Self.real) : .standing(at: time)
    }

    private static let range = 0...7_258_118_400
    private static var real: Int { Int(Date().timeIntervalSince1970) }

    private static func bounded(_ time: Int, _ least: Int = 0) -> Int { min(max(time, least), range.upperBound) }
}

/// How long something is: `90` and `90s` are seconds, `15m` minutes, `2h` hours, `60d` days.
enum Span {
    static func seconds(_ text: String) -> Int? {
        guard let parts = text.wholeMatch(of: /(-?\d{1,10})([smhd]?)/), let count = Int(parts.1) else { return nil }
        let units: [Substring: Int] = ["": 1, "s": 1, "m": 60, "h": 3600, "d": 86_400]
        return units[parts.2].map { count * $0 }
    }

    static func seconds(_ value: JSONValue?) -> Int? {
        value.flatMap { $0.string.flatMap(seconds) ?? $0.integer }
    }
}
