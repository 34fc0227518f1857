package import Model

/// When a message is sent again that was not taken.
package struct WebhookSchedule: Sendable {
    /// Before each attempt, in seconds: the first at once, the last three days later.
    package static let pauses = [0, 5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400]
    /// The longest that an endpoint may ask to be left alone, in seconds.
    static let longestWait = 86_400
    /// Of a pause, that may be added to it so that not all come back at once: a tenth.
    private static let spread = 10

    /// A number of at most that one.
    private let draw: @Sendable (Int) -> Int

    package init(draw: @escaping @Sendable (Int) -> Int = { Int.random(in: 0...max(0, $0)) }) {
        self.draw = draw
    }

    /// When it is sent again, nil where it was sent as often as is sent.
    ///
    /// - Parameters:
    ///   - attempts: How often it was sent.
    ///   - retryAfter: What the endpoint said (RFC 9110 §10.2.3). It is waited for so long at least.
    package func next(after attempts: Int, retryAfter: String?, at now: Instant) -> Instant? {
        guard Self.pauses.indices.contains(attempts) else { return nil }
        let pause = Self.pauses[attempts]
        let wanted = retryAfter.flatMap { Self.seconds($0, at: now) } ?? 0
        let milliseconds = max(pause, min(wanted, Self.longestWait)) * 1000
        return Instant(milliseconds: now.milliseconds + Int64(milliseconds + draw(milliseconds / Self.spread)))
    }

    /// Seconds, or a date, as seconds from now.
    static func seconds(_ text: String, at now: Instant) -> Int? {
        if text.utf8.count <= 9, let seconds = Int(text), seconds >= 0 { return seconds }
        let form = /[A-Z][a-z]{2}, ([0-9]{2}) ([A-Z][a-z]{2}) ([0-9]{4}) ([0-9]{2}):([0-9]{2}):([0-9]{2}) GMT/
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        guard let match = text.wholeMatch(of: form), let day = Int(match.1), let year = Int(match.3),
            let month = months.firstIndex(of: String(match.2)), let hour = Int(match.4), let minute = Int(match.5),
            let second = Int(match.6), let midnight = CivilTime.midnight(year: year, month: month + 1, day: day)
        else { return nil }
        return max(0, midnight.adding(seconds: (hour * 60 + minute) * 60 + second).seconds(since: now))
    }
}
