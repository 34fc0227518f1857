import Foundation
import Model
import Testing

@Suite("Civil time")
struct CivilTimeTests {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z", "Thu, 01 Jan 1970 00:00:00 GMT"),
            (-1, "1969-12-31T23:59:59.999Z", "Wed, 31 Dec 1969 23:59:59 GMT"),
            (784_111_777_000, "1994-11-06T08:49:37.000Z", "Sun, 06 Nov 1994 08:49:37 GMT"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z", "Tue, 29 Feb 2000 00:00:00 GMT"),
            (951_868_799_999, "2000-02-29T23:59:59.999Z", "Tue, 29 Feb 2000 23:59:59 GMT"),
            (951_868_800_000, "2000-03-01T00:00:00.000Z", "Wed, 01 Mar 2000 00:00:00 GMT"),
            (1_709_164_800_000, "2024-02-29T00:00:00.000Z", "Thu, 29 Feb 2024 00:00:00 GMT"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z", "Mon, 01 Mar 2100 00:00:00 GMT"),
            (-2_203_891_200_000, "1900-03-01T00:00:00.000Z", "Thu, 01 Mar 1900 00:00:00 GMT"),
            (-62_167_219_200_000, "0000-01-01T00:00:00.000Z", "Sat, 01 Jan 0000 00:00:00 GMT"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z", "Fri, 31 Dec 9999 23:59:59 GMT"),
        ] as [(Int64, String, String)])
    func `known instants have their known dates`(_ milliseconds: Int64, _ rfc3339: String, _ httpDate: String) {
        let time = CivilTime(Instant(milliseconds: milliseconds))
        #expect(time.rfc3339(milliseconds: true) == rfc3339)
        #expect(time.rfc3339() == String(rfc3339.dropLast(5)) + "Z")
        #expect(time.httpDate == httpDate)
    }

    @Test(arguments: [Int64.min, Int64.max])
    func `what no date can name becomes the nearest, and traps nowhere`(_ milliseconds: Int64) {
        let time = CivilTime(Instant(milliseconds: milliseconds))
        #expect(time.year == (milliseconds < 0 ? 0 : 9999))
        #expect((1...12).contains(time.month))
    }

    @Test func `every day from 1890 to 2110 is the one after the day before it`() {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        for day in stride(from: Int64(-29_220), to: 51_140, by: 1) {
            let time = CivilTime(Instant(seconds: day * 86_400 + 3661))
            let date = Date(timeIntervalSince1970: TimeInterval(day * 86_400 + 3661))
            let parts = calendar.dateComponents([.year, .month, .day, .weekday, .hour, .minute, .second], from: date)
            let isSame =
                parts.year == time.year && parts.month == time.month && parts.day == time.day
                && parts.weekday == time.weekday + 1 && parts.hour == time.hour && parts.minute == time.minute
                && parts.second == time.second
            if !isSame { Issue.record("\(date) is not \(time)") }
        }
    }
}
