import Foundation

/// A moment, as `2025-01-31T12:00:00Z` (RFC 3339).
struct Timestamp: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Seconds since 1970.
    let seconds: Int

    init(seconds: Int) {
        self.seconds = seconds
    }

    static var now: Timestamp { Timestamp(seconds: Int(Date().timeIntervalSince1970)) }

    /// Reads a date with time and offset. Fractions of a second are cut off.
    init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes.count <= 40, bytes[10] == UInt8(ascii: "T") || bytes[10] == UInt8(ascii: "t"),
            bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"),
            let date = CalendarDate(String(decoding: bytes[0..<10], as: UTF8.self)),
            let hour = CalendarDate.number(bytes[11..<13]), let minute = CalendarDate.number(bytes[14..<16]),
            let second = CalendarDate.number(bytes[17..<19]), hour < 24, minute < 60, second < 61
        else { return nil }
        var rest = bytes[19...]
        if rest.first == UInt8(ascii: ".") {
            let digits = rest.dropFirst().prefix { (48...57).contains($0) }
            guard !digits.isEmpty else { return nil }
            rest = rest.dropFirst(digits.count + 1)
        }
        guard let offset = Self.offset(Array(rest)) else { return nil }
        seconds = date.days * 86_400 + hour * 3600 + minute * 60 + second - offset
    }

    /// Seconds ahead of UTC.
    private static func offset(_ zone: [UInt8]) -> Int? {
        if zone == [UInt8(ascii: "Z")] || zone == [UInt8(ascii: "z")] { return 0 }
        guard zone.count == 6, zone[3] == UInt8(ascii: ":"), let hours = CalendarDate.number(zone[1..<3]),
            let minutes = CalendarDate.number(zone[4..<6]), hours < 24, minutes < 60
        else { return nil }
        switch zone[0] {
        case UInt8(ascii: "+"): return hours * 3600 + minutes * 60
        case UInt8(ascii: "-"): return -(hours * 3600 + minutes * 60)
        default: return nil
        }
    }

    var date: CalendarDate { CalendarDate(days: Int((Double(seconds) / 86_400).rounded(.down))) }

    func advanced(by seconds: Int) -> Timestamp { Timestamp(seconds: self.seconds + seconds) }

    static func < (left: Timestamp, right: Timestamp) -> Bool { left.seconds < right.seconds }

    var description: String {
        let ofDay = seconds - date.days * 86_400
        let parts = [ofDay / 3600, ofDay / 60 % 60, ofDay % 60].map(CalendarDate.two)
        return "\(date)T\(parts.joined(separator: ":"))Z"
    }
}
