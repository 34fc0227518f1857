/// A time as the `Date` header has it (RFC 9110 §5.6.7), and as people and JSON do (RFC 3339).
struct HTTPDate {
    private let year: Int
    private let month: Int
    private let day: Int
    private let weekday: Int
    private let second: Int

    /// - Parameter time: Seconds since 1970.
    init(_ time: Int) {
        let days = Int((Double(time) / 86_400).rounded(.down))
        second = time - days * 86_400
        weekday = ((days + 4) % 7 + 7) % 7
        // Days are counted from 1 March 0000, so that a leap day is the last of its year.
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    var field: String {
        let names = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        return "\(names[weekday]), \(two(day)) \(months[month - 1]) \(year) \(clock) GMT"
    }

    var rfc3339: String { "\(year)-\(two(month))-\(two(day))T\(clock)Z" }

    private var clock: String { "\(two(second / 3600)):\(two(second / 60 % 60)):\(two(second % 60))" }

    private func two(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }

    /// Seconds since 1970 of a time such as `2026-11-29T18:00:00Z`. Nil for anything else.
    static func seconds(of text: String) -> Int? {
        let form = /(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)Z/
        guard let parts = text.wholeMatch(of: form), let year = Int(parts.1), let month = Int(parts.2),
            let day = Int(parts.3), let hour = Int(parts.4), let minute = Int(parts.5), let second = Int(parts.6),
            (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second < 60
        else { return nil }
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = shiftedYear / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return (era * 146_097 + dayOfEra - 719_468) * 86_400 + hour * 3600 + minute * 60 + second
    }
}
