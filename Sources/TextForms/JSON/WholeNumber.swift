/// What a JSON number is where a whole number is wanted. `3600.0` and `36e2` are whole: JSON Schema 2020-12 (§6.1.1 of its
/// validation part) looks at the value and not at how it was written.
package enum WholeNumber: Hashable, Sendable {
    case value(Int)
    /// Whole, but more than 64 bits can hold.
    case tooLarge
    /// With a fraction.
    case fraction

    /// - Parameter text: A number as the grammar of JSON (RFC 8259 §6) has it.
    package init(_ text: String) {
        let isNegative = text.hasPrefix("-")
        let parts = text.drop { $0 == "-" }.split(omittingEmptySubsequences: false) { $0 == "e" || $0 == "E" }
        let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        let fraction = mantissa.count > 1 ? mantissa[1] : ""
        var digits = Array((mantissa[0] + fraction).utf8.drop { $0 == UInt8(ascii: "0") })
        var zeros = 0
        while digits.last == UInt8(ascii: "0") {
            digits.removeLast()
            zeros += 1
        }
        guard !digits.isEmpty else {
            self = .value(0)
            return
        }
        guard let exponent = parts.count > 1 ? Int(parts[1]) : 0 else {
            self = parts[1].hasPrefix("-") ? .fraction : .tooLarge
            return
        }
        let (power, overflow) = exponent.addingReportingOverflow(zeros - fraction.utf8.count)
        guard !overflow, power <= Self.mostDigits else {
            self = overflow && exponent < 0 ? .fraction : .tooLarge
            return
        }
        guard power >= 0 else {
            self = .fraction
            return
        }
        let whole = String(decoding: digits, as: UTF8.self) + String(repeating: "0", count: power)
        self = Int(isNegative ? "-" + whole : whole).map(WholeNumber.value) ?? .tooLarge
    }

    /// Of a number of 64 bits.
    private static let mostDigits = 19
}
