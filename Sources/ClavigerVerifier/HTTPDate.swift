/// A time as HTTP has it: `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 §5.6.7).
enum HTTPDate {
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// Seconds since 1970; nil for what is no time of this form, or one before.
    static func seconds(_ text: String) -> Int64? {
        let parts = text.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 6, parts[5] == "GMT", let day = number(parts[1], of: 2, in: 1...31),
            let month = months.firstIndex(of: String(parts[2])), let year = number(parts[3], of: 4, in: 1970...9999)
        else { return nil }
        let clock = parts[4].split(separator: ":", omittingEmptySubsequences: false)
        guard clock.count == 3, let hour = number(clock[0], of: 2, in: 0...23),
            let minute = number(clock[1], of: 2, in: 0...59), let second = number(clock[2], of: 2, in: 0...60)
        else { return nil }
        return ((days(year, Int64(month), day) * 24 + hour) * 60 + minute) * 60 + second
    }

    private static func number(_ text: Substring, of length: Int, in range: ClosedRange<Int64>) -> Int64? {
        guard text.utf8.count == length, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let number = Int64(text), range.contains(number)
        else { return nil }
        return number
    }

    /// Days since 1 January 1970, in years that begin in March, so that the day of a leap year is the last one.
    ///
    /// - Parameter month: 0 for January.
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let march = (month + 10) % 12
        let year = month < 2 ? year - 1 : year
        let leapDays = year / 4 - year / 100 + year / 400
        // 719,468 days lie between 1 March of the year 0 and 1 January 1970.
        return year * 365 + leapDays + (153 * march + 2) / 5 + day - 1 - 719_468
    }
}
