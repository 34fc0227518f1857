import HTTPServing
import Model
import Templating

/// A past moment on a page: how long ago for the eye, the exact one behind it and for programs.
struct TimeWords: Hashable, Sendable {
    /// `2 hours ago`, or the day where it is longer ago than a week.
    let words: String
    /// `28 November 2026, 21:47 UTC`
    let exact: String
    /// As RFC 3339.
    let machine: String

    /// - Parameters:
    ///   - lead: What stands before it where a line begins with it: `Last active `.
    ///   - words: Other words for it.
    init(_ instant: Instant, now: Instant, after lead: String = "", words: String? = nil) {
        self.words = words ?? lead + (Self.ago(now.seconds(since: instant)) ?? DateWords.shortDay(instant, now: now))
        exact = DateWords.minute(instant)
        machine = CivilTime(instant).rfc3339()
    }

    /// Nil for longer than a week.
    private static func ago(_ seconds: Int) -> String? {
        switch seconds {
        case ..<60: "just now"
        case ..<3600: count(seconds / 60, "minute")
        case ..<86_400: count(seconds / 3600, "hour")
        case ..<(7 * 86_400): count(seconds / 86_400, "day")
        default: nil
        }
    }

    private static func count(_ number: Int, _ unit: String) -> String {
        "\(number) \(unit)\(number == 1 ? "" : "s") ago"
    }
}

extension TimeWords: TemplateReadable {
    static let templateNames: TemplateNames = ["words", "exact", "machine"]
    var templateValues: [TemplateValue] { [.of(words), .of(exact), .of(machine)] }
}
