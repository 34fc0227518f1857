import Model

/// Dates as pages write them: in UTC, which they say where they have a time of day. Without a script a page does not know where its
/// reader is; with one, the exact time is said in the reader’s own zone as well. What lies between two minutes is the earlier.
enum DateWords {
    /// `22 November 2026`
    static func day(_ instant: Instant) -> String {
        let time = CivilTime(instant)
        return "\(time.day) \(month(time)) \(time.year)"
    }

    /// `22 Nov`, and the year where it is another than now.
    static func shortDay(_ instant: Instant, now: Instant) -> String {
        let time = CivilTime(instant)
        let day = "\(time.day) \(month(time).prefix(3))"
        return time.year == CivilTime(now).year ? day : "\(day) \(time.year)"
    }

    /// `22 November 2026, 01:03 UTC`
    static func minute(_ instant: Instant) -> String {
        let time = CivilTime(instant)
        return "\(time.day) \(month(time)) \(time.year), \(padded(time.hour)):\(padded(time.minute)) UTC"
    }

    private static func month(_ time: CivilTime) -> String { months[(time.month - 1) % months.count] }

    private static func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]
}
