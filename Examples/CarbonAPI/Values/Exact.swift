/// A decimal number without any rounding of its own: what quantities, factors and emissions are.
///
/// It holds 38 digits; what needs more says so instead of losing some.
struct Exact: Sendable, Comparable, CustomStringConvertible {
    // Two words and no `Int128`: see how Swift 6.3 passes those to asynchronous functions.
    private let high: Int64
    private let low: UInt64
    /// Digits behind the point.
    let scale: Int

    private var digits: Int128 { Int128(high) << 64 | Int128(low) }

    private init(_ digits: Int128, scale: Int) {
        high = Int64(truncatingIfNeeded: digits >> 64)
        low = UInt64(truncatingIfNeeded: digits)
        self.scale = scale
    }

    init(_ whole: Int) {
        self.init(Int128(whole), scale: 0)
    }

    static let zero = Exact(0)

    /// The most that may stand before and behind the point of what clients send.
    static let mostWhole = 18
    static let mostFraction = 10

    /// Reads `-12.50`: no exponent, no thousands, no blanks. Nil for anything else, and for more than 18 digits before or 10 behind
    /// the point.
    init?(_ text: some StringProtocol) {
        var digits: Int128 = 0
        var whole = 0
        var fraction: Int?
        var bytes = Array(text.utf8)[...]
        guard bytes.count <= Self.mostWhole + Self.mostFraction + 2 else { return nil }
        let isNegative = bytes.first == UInt8(ascii: "-")
        if isNegative || bytes.first == UInt8(ascii: "+") { bytes = bytes.dropFirst() }
        for byte in bytes {
            switch byte {
            case UInt8(ascii: ".") where fraction == nil && whole > 0: fraction = 0
            case 48...57:
                digits = digits * 10 + Int128(byte - 48)
                if let counted = fraction { fraction = counted + 1 } else { whole += 1 }
            default: return nil
            }
        }
        guard whole > 0, fraction != 0, whole <= Self.mostWhole, (fraction ?? 0) <= Self.mostFraction else {
            return nil
        }
        self.init(isNegative ? -digits : digits, scale: fraction ?? 0)
    }

    /// Reads a constant of the program, or what it wrote itself.
    static func constant(_ text: String) -> Exact {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let digits = Int128(parts.joined()) else { return .zero }
        return Exact(digits, scale: parts.count == 2 ? parts[1].utf8.count : 0)
    }

    var isPositive: Bool { digits > 0 }
    var isZero: Bool { digits == 0 }
    var isNegative: Bool { digits < 0 }

    /// - Throws: ``Overflow``
    func plus(_ other: Exact) throws -> Exact {
        let scale = max(scale, other.scale)
        let (sum, overflow) = try digits(at: scale).addingReportingOverflow(try other.digits(at: scale))
        guard !overflow else { throw Overflow() }
        return Exact(sum, scale: scale).shortened
    }

    /// - Throws: ``Overflow``
    func times(_ other: Exact) throws -> Exact {
        let (product, overflow) = digits.multipliedReportingOverflow(by: other.digits)
        guard !overflow else { throw Overflow() }
        return Exact(product, scale: scale + other.scale).shortened
    }

    /// This over `other`, rounded half to even.
    ///
    /// - Throws: ``Overflow``, also for a division by zero.
    func over(_ other: Exact, places: Int) throws -> Exact {
        guard !other.isZero else { throw Overflow() }
        // digits / 10^scale ÷ (other / 10^otherScale) · 10^places
        let shift = places + other.scale - scale
        let above = shift >= 0 ? try Self.shifted(digits, by: shift) : digits
        let below = shift >= 0 ? other.digits : try Self.shifted(other.digits, by: -shift)
        return Exact(Self.halfEven(above, below), scale: places).shortened
    }

    /// Rounded half to even.
    func rounded(places: Int) throws -> Exact {
        scale <= places ? self : try over(Exact(1), places: places)
    }

    var negated: Exact { Exact(-digits, scale: scale) }

    private static func halfEven(_ above: Int128, _ below: Int128) -> Int128 {
        let (quotient, remainder) = above.quotientAndRemainder(dividingBy: below)
        let rest = remainder.magnitude
        let half = below.magnitude - rest
        guard rest > half || (rest == half && quotient % 2 != 0) else { return quotient }
        return quotient + ((above < 0) == (below < 0) ? 1 : -1)
    }

    private func digits(at scale: Int) throws -> Int128 {
        try Self.shifted(digits, by: scale - self.scale)
    }

    private static func shifted(_ digits: Int128, by places: Int) throws -> Int128 {
        var value = digits
        for _ in 0..<places {
            let (next, overflow) = value.multipliedReportingOverflow(by: 10)
            guard !overflow else { throw Overflow() }
            value = next
        }
        return value
    }

    /// Without zeros at the end of the fraction.
    private var shortened: Exact {
        var (value, places) = (digits, scale)
        while places > 0, value % 10 == 0 {
            value /= 10
            places -= 1
        }
        return Exact(value, scale: places)
    }

    static func == (left: Exact, right: Exact) -> Bool {
        let (left, right) = (left.shortened, right.shortened)
        return left.scale == right.scale && left.high == right.high && left.low == right.low
    }

    static func < (left: Exact, right: Exact) -> Bool {
        let scale = max(left.scale, right.scale)
        guard let first = try? left.digits(at: scale), let second = try? right.digits(at: scale) else {
            return left.digits < 0 && right.digits >= 0
        }
        return first < second
    }

    var description: String {
        let number = shortened
        let text = String(number.digits.magnitude)
        let padded = String(repeating: "0", count: max(0, number.scale + 1 - text.count)) + text
        let point = padded.index(padded.endIndex, offsetBy: -number.scale)
        let sign = number.digits < 0 ? "-" : ""
        return number.scale == 0 ? sign + padded : "\(sign)\(padded[..<point]).\(padded[point...])"
    }

    /// More than 38 digits would be needed.
    struct Overflow: Error {}
}
