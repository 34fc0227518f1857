/// The header fields of limits: lists of Strings with parameters (draft-ietf-httpapi-ratelimit-headers-11, RFC 9651). A name of ours needs no
/// escape, and stands between quotes also where it could be a Token.
package enum RateLimitFields {
    /// An item of `RateLimit-Policy`: the quota and, where it is the same at any time, the window in seconds.
    static func policy(_ limit: RateLimit) -> String {
        let window = limit.period.seconds.map { ";w=\($0)" } ?? ""
        return "\"\(limit.name)\";q=\(limit.amount)\(window)"
    }

    /// The value of `RateLimit`: of each limit what remains and, where that is not all, in how many seconds there is some more. A refusal tells
    /// of those limits that refuse, so that nothing in it lasts longer than `Retry-After`.
    package static func standing(_ verdict: RateVerdict) -> String {
        let told = verdict.isRefused ? verdict.violated : verdict.readings
        // Every call that a limit holds for has one, so it is written in one piece.
        return String(unsafeUninitializedCapacity: told.count * longestItem) { bytes in
            var text = AppendedText(bytes: bytes)
            for reading in told {
                text.append(text.count == 0 ? "\"" : ", \"")
                text.append(reading.limit.name)
                text.append("\";r=")
                text.append(reading.standing.remaining)
                guard let more = reading.standing.more else { continue }
                text.append(";t=")
                text.append(more.wholeSeconds)
            }
            return text.count
        }
    }

    /// The most bytes of an item: a name of 32, two numbers of 20 with their names, and what stands between.
    private static let longestItem = 96
}

/// Text that is written into memory which is there already. What has no room is left out.
private struct AppendedText {
    let bytes: UnsafeMutableBufferPointer<UInt8>
    private(set) var count = 0

    init(bytes: UnsafeMutableBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    mutating func append(_ text: String) {
        for byte in text.utf8 { append(byte) }
    }

    /// A number that is not negative.
    mutating func append(_ number: Int64) {
        let number = UInt64(clamping: number)
        var place: UInt64 = 1
        while number / place >= 10 { place *= 10 }
        while place > 0 {
            append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / place % 10))
            place /= 10
        }
    }

    private mutating func append(_ byte: UInt8) {
        guard count < bytes.count else { return }
        bytes[count] = byte
        count += 1
    }
}
