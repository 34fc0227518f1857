/// How many different addresses called, without which (HyperLogLog: Flajolet, Fusy, Gandouet and Meunier, 2007).
///
/// 256 registers of a byte. Each address belongs to one, by 8 bits of its keyed hash, and the register has the most zeros with which the
/// rest of such a hash began, and one. The standard error is 1.04 / √256 = 6.5 %; up to some 600 addresses empty registers are
/// counted instead (linear counting), which is better: at 100 addresses some 4 %, and a handful is told exactly but for chance.
package struct CallerSketch: Hashable, Sendable {
    package static let registers = 256

    /// One byte a register, empty while nobody called.
    package private(set) var bytes: [UInt8]

    package init() {
        bytes = []
    }

    /// The sketch as it was stored, nil for what is none.
    package init?(stored bytes: [UInt8]) {
        guard bytes.count == Self.registers, bytes.allSatisfy({ $0 <= 57 }) else { return nil }
        self.bytes = bytes
    }

    /// A copy that shares no memory, so that the one that goes on counting need not copy itself.
    package var copied: CallerSketch {
        var copy = CallerSketch()
        copy.bytes = bytes.withUnsafeBufferPointer { Array($0) }
        return copy
    }

    package var isEmpty: Bool { bytes.isEmpty }

    /// Notes an address by its keyed hash.
    ///
    /// - Returns: Whether the sketch is another one now.
    @discardableResult
    package mutating func note(_ hash: UInt64) -> Bool {
        if bytes.isEmpty { bytes = [UInt8](repeating: 0, count: Self.registers) }
        let place = Int(hash & 0xFF)
        // 56 bits are left, and a one behind them.
        let rank = UInt8(truncatingIfNeeded: (hash >> 8 | 1 << 56).trailingZeroBitCount + 1)
        guard bytes[place] < rank else { return false }
        bytes[place] = rank
        return true
    }

    /// Takes in what another one knows. Done twice it is as once.
    package mutating func merge(_ other: CallerSketch) {
        guard !other.bytes.isEmpty else { return }
        guard !bytes.isEmpty else {
            bytes = other.bytes
            return
        }
        for place in bytes.indices where bytes[place] < other.bytes[place] { bytes[place] = other.bytes[place] }
    }

    /// About how many different addresses there were.
    package var estimate: Int {
        guard !bytes.isEmpty else { return 0 }
        let count = Double(Self.registers)
        let sum = bytes.reduce(0.0) { $0 + Self.weights[Int(min($1, 63))] }
        let raw = 0.7213 / (1 + 1.079 / count) * count * count / sum
        let empty = bytes.count { $0 == 0 }
        guard raw <= 2.5 * count, empty > 0 else { return Int(clamping: Int64(min(raw, 1e15).rounded())) }
        return Int((count * Self.logarithm(count / Double(empty))).rounded())
    }

    private static let weights = (0..<64).map { 1 / Double(UInt64(1) << UInt64($0)) }

    /// The natural logarithm of a number from 1 to 256, by its series: the house of values sees no library of mathematics.
    private static func logarithm(_ number: Double) -> Double {
        // ln(m · 2^e) = ln m + e · ln 2, with m from 1 to 2: twice the area tangent of (m - 1) / (m + 1), which is at most a third.
        let ratio = (number.significand - 1) / (number.significand + 1)
        let square = ratio * ratio
        var (power, sum) = (ratio, 0.0)
        for odd in stride(from: 1.0, through: 31.0, by: 2.0) {
            sum += power / odd
            power *= square
        }
        return 2 * sum + Double(number.exponent) * 0.693_147_180_559_945_3
    }
}
