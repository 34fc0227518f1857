import Synchronization

/// The name of one request, in the reply's `X-Request-Id`, in the log and in audit events (law 14).
///
/// Twelve base62 characters: six that were drawn when the process started and six that count up. It is taken from no
/// header, so a caller can neither choose nor repeat one.
package struct RequestID: Hashable, Sendable, CustomStringConvertible {
    /// The characters.
    package let description: String

    /// The next one of this process.
    package static func next() -> RequestID {
        let number = counter.wrappingAdd(1, ordering: .relaxed).newValue
        return RequestID(
            description: String(unsafeUninitializedCapacity: 12) { text in
                var rest = UInt64(process)
                for index in (0..<6).reversed() { text[index] = digit(&rest) }
                rest = number
                for index in (6..<12).reversed() { text[index] = digit(&rest) }
                return 12
            })
    }

    /// Whether a text has the form of one.
    package static func isOne(_ text: String) -> Bool {
        text.utf8.count == 12 && text.utf8.allSatisfy(digits.contains)
    }

    private static let counter = Atomic<UInt64>(0)
    private static let process = UInt32.random(in: .min ... .max)
    private static let digits = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

    private static func digit(_ rest: inout UInt64) -> UInt8 {
        defer { rest /= 62 }
        return digits[Int(rest % 62)]
    }
}
