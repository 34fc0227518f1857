/// An instant as date and time of day, UTC, in the proleptic Gregorian calendar.
package struct CivilTime: Hashable, Sendable {
    package let year: Int
    /// 1 to 12.
    package let month: Int
    /// 1 to 31.
    package let day: Int
    package let hour: Int
    package let minute: Int
    package let second: Int
    package let millisecond: Int
    /// Days since Sunday.
    package let weekday: Int

    /// The date and time of an instant between the years 0 and 9999; others become the nearest of those.
    package init(_ instant: Instant) {
        let bounded = min(max(instant.milliseconds, -62_167_219_200_000), 253_402_300_799_999)
        let (days, time) = Self.divided(bounded, by: 86_400_000)
        hour = Int(time / 3_600_000)
        minute = Int(time / 60_000 % 60)
        second = Int(time / 1000 % 60)
        millisecond = Int(time % 1000)
        weekday = Int(Self.divided(days + 4, by: 7).remainder)
        // Years that begin in March, in eras of 400: the leap day comes last.
        let (era, dayOfEra) = Self.divided(days + 719_468, by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = Int(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
        month = Int(shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9)
        year = Int(yearOfEra + era * 400 + (month <= 2 ? 1 : 0))
    }

    /// The beginning of a day in UTC, years from 0 to 9999; nil for a day that its month does not have.
    package static func midnight(year: Int, month: Int, day: Int) -> Instant? {
        guard (0...9999).contains(year), (1...12).contains(month), (1...31).contains(day) else { return nil }
        // Years are counted from March, so that the leap day comes last, in eras of 400.
        let shiftedYear = (month <= 2 ? year - 1 : year) + 400
        let yearOfEra = shiftedYear % 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        let days = (shiftedYear / 400 - 1) * 146_097 + dayOfEra - 719_468
        let instant = Instant(milliseconds: Int64(days) * 86_400_000)
        let back = CivilTime(instant)
        return back.month == month && back.day == day ? instant : nil
    }

    /// `2026-11-21T18:09:28.123Z`, or without the fraction (RFC 3339 §5.6).
    package func rfc3339(milliseconds: Bool = false) -> String {
        // Digit by digit: lists of pages and of the API have one or several for each row.
        var text: [UInt8] = []
        text.reserveCapacity(24)
        Self.append(year, 4, then: "-", to: &text)
        Self.append(month, 2, then: "-", to: &text)
        Self.append(day, 2, then: "T", to: &text)
        Self.append(hour, 2, then: ":", to: &text)
        Self.append(minute, 2, then: ":", to: &text)
        Self.append(second, 2, then: milliseconds ? "." : "Z", to: &text)
        if milliseconds { Self.append(millisecond, 3, then: "Z", to: &text) }
        return String(decoding: text, as: UTF8.self)
    }

    private static func append(_ number: Int, _ width: Int, then end: Unicode.Scalar, to text: inout [UInt8]) {
        let start = text.count
        text.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: width))
        var rest = number
        for place in stride(from: start + width - 1, through: start, by: -1) {
            text[place] += UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        text.append(UInt8(ascii: end))
    }

    /// `Sat, 21 Nov 2026 18:09:28 GMT` (RFC 9110 §5.6.7).
    package var httpDate: String { "\(date) GMT" }

    /// `Sat, 21 Nov 2026 18:09:28 +0000` (RFC 5322 §3.3).
    package var mailDate: String { "\(date) +0000" }

    private var date: String {
        let name = Self.weekdays[weekday]
        return "\(name), \(Self.padded(day, 2)) \(Self.months[month - 1]) \(Self.padded(year, 4)) \(clock)"
    }

    private var clock: String {
        "\(Self.padded(hour, 2)):\(Self.padded(minute, 2)):\(Self.padded(second, 2))"
    }

    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }

    private static func divided(_ number: Int64, by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = number.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
