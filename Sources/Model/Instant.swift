/// A point in time: milliseconds since 1970, UTC.
package struct Instant: Hashable, Sendable, Comparable {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    package let milliseconds: Int64

    /// The instant so many milliseconds after the start of 1970.
    package init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// The instant so many whole seconds after the start of 1970. What no 64-bit number of milliseconds can hold
    /// becomes the nearest that can.
    package init(seconds: Int64) {
        let (milliseconds, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        self.milliseconds = overflow ? (seconds < 0 ? .min : .max) : milliseconds
    }

    /// Whole seconds since 1970, rounded down: the `NumericDate` of RFC 7519 §2.
    package var seconds: Int64 {
        let (seconds, rest) = milliseconds.quotientAndRemainder(dividingBy: 1000)
        return rest < 0 ? seconds - 1 : seconds
    }

    /// The instant so many seconds later, or earlier for a negative number. Saturates.
    package func adding(seconds: Int) -> Instant {
        Instant(milliseconds: Int64(clamping: Int128(milliseconds) + Int128(seconds) * 1000))
    }

    /// The next millisecond. Saturates.
    package var next: Instant { Instant(milliseconds: milliseconds == .max ? .max : milliseconds + 1) }

    /// Whole seconds from `earlier` to here, rounded down.
    package func seconds(since earlier: Instant) -> Int {
        let (seconds, rest) = (Int128(milliseconds) - Int128(earlier.milliseconds)).quotientAndRemainder(
            dividingBy: 1000)
        return Int(clamping: rest < 0 ? seconds - 1 : seconds)
    }

    /// Earlier before later.
    package static func < (left: Self, right: Self) -> Bool { left.milliseconds < right.milliseconds }
}
