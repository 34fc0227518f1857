/// Spans of time in words.
enum Spans {
    /// Exactly: `1 hour`, `90 days`, `1 year`, `3,600 seconds` where nothing larger fits.
    static func words(_ seconds: Int) -> String {
        let units = [(365 * 86_400, "year"), (86_400, "day"), (3600, "hour"), (60, "minute")]
        for (size, unit) in units where seconds >= size && seconds % size == 0 {
            return count(seconds / size, unit)
        }
        return count(seconds, "second")
    }

    /// How often: `every hour`, `every 7 days`.
    static func every(_ seconds: Int) -> String {
        let words = words(seconds)
        return "every \(words.hasPrefix("1 ") ? String(words.dropFirst(2)) : words)"
    }

    /// About how long, for what changes while one reads: `23 hours`.
    static func roughly(_ seconds: Int) -> String {
        switch seconds {
        case ..<60: "less than a minute"
        case ..<3600: count(seconds / 60, "minute")
        case ..<(2 * 86_400): count(seconds / 3600, "hour")
        default: count(seconds / 86_400, "day")
        }
    }

    private static func count(_ number: Int, _ unit: String) -> String { "\(number) \(unit)\(number == 1 ? "" : "s")" }
}
