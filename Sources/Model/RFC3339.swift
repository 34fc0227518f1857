/// Times as the API writes and reads them (RFC 3339): UTC with three digits of a second, such as
/// `2026-03-01T09:30:00.000Z`.
package enum RFC3339 {
    /// The text of an instant. What lies outside the years 0 to 9999, which RFC 3339 cannot write, becomes the nearest
    /// that it can.
    package static func text(of instant: Instant) -> String {
        CivilTime(instant).rfc3339(milliseconds: true)
    }

    /// The instant that `text` spells, or nil unless it is a `date-time` of RFC 3339 §5.6 with any offset. What is finer
    /// than a millisecond is cut off. A leap second (`:60`) is not taken: no clock of ours has one.
    package static func instant(_ text: String) -> Instant? {
        var rest = text.utf8[...]
        guard text.utf8.count <= 64,
            let year = rest.digits(4), rest.take("-"), let month = rest.digits(2), rest.take("-"),
            let day = rest.digits(2), rest.take("T") || rest.take("t"),
            let hour = rest.digits(2), rest.take(":"), let minute = rest.digits(2), rest.take(":"),
            let second = rest.digits(2), let fraction = rest.fraction(), let offset = rest.offset(), rest.isEmpty,
            hour < 24, minute < 60, second < 60, let midnight = CivilTime.midnight(year: year, month: month, day: day)
        else { return nil }
        let time = ((hour * 60 + minute - offset) * 60 + second) * 1000 + fraction
        return Instant(milliseconds: midnight.milliseconds + Int64(time))
    }
}

extension Substring.UTF8View {
    fileprivate mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard let byte = first, UInt32(byte) == character.value else { return false }
        removeFirst()
        return true
    }

    /// The number in exactly so many digits.
    fileprivate mutating func digits(_ count: Int) -> Int? {
        let part = prefix(count)
        guard part.count == count, part.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        removeFirst(count)
        return part.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    /// The milliseconds of an optional fraction of a second, 0 without one.
    fileprivate mutating func fraction() -> Int? {
        guard take(".") else { return 0 }
        let part = prefix { (0x30...0x39).contains($0) }
        guard !part.isEmpty else { return nil }
        removeFirst(part.count)
        let padded = Array(part.prefix(3)) + Array(repeating: 0x30, count: Swift.max(0, 3 - part.count))
        return padded.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    /// The minutes east of UTC.
    fileprivate mutating func offset() -> Int? {
        if take("Z") || take("z") { return 0 }
        let isWest = first == UInt8(ascii: "-")
        guard take("+") || take("-"), let hours = digits(2), take(":"), let minutes = digits(2), hours < 24,
            minutes < 60
        else { return nil }
        return (hours * 60 + minutes) * (isWest ? -1 : 1)
    }
}
