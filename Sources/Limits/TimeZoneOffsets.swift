/// How far the clocks of a place are ahead of UTC, and when that changes: what a calendar needs of a time zone, as a value.
package struct TimeZoneOffsets: Hashable, Sendable {
    /// From a moment on, in seconds since 1970, clocks are so many seconds ahead.
    package struct Change: Hashable, Sendable {
        package let at: Int64
        package let seconds: Int64

        package init(at: Int64, seconds: Int64) {
            self.at = at
            self.seconds = seconds
        }
    }

    /// Its name, such as `Europe/Berlin`.
    package let name: String
    private let first: Int64
    private let changes: [Change]

    package static let utc = TimeZoneOffsets(name: "UTC", seconds: 0)

    /// - Parameters:
    ///   - seconds: How far ahead before the first change.
    ///   - changes: In the order of time. Behind the last one its offset holds.
    package init(name: String, seconds: Int64, changes: [Change] = []) {
        self.name = name
        first = seconds
        self.changes = changes
    }

    /// How far ahead clocks are, in seconds.
    package func seconds(at time: Int64) -> Int64 {
        var low = 0
        var high = changes.count
        while low < high {
            let middle = (low + high) / 2
            if changes[middle].at <= time { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? first : changes[low - 1].seconds
    }

    /// When a day of the calendar begins, in seconds since 1970. Where clocks leave midnight out, with the first moment after; where they
    /// go back to it, with the first of the two.
    ///
    /// - Parameters:
    ///   - day: In days since 1970-01-01.
    ///   - time: A moment not far from it.
    func start(ofDay day: Int64, near time: Int64) -> Int64 {
        let midnight = day &* 86_400
        let guess = midnight &- seconds(at: time)
        let offset = seconds(at: guess)
        let start = midnight &- offset
        guard seconds(at: start) == offset else { return max(guess, start) }
        let before = seconds(at: start &- 1)
        let first = midnight &- before
        return first < start && seconds(at: first) == before ? first : start
    }
}
