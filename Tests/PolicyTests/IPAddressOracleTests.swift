import Glibc
import Policy
import Testing

@Suite("Addresses, held against the C library")
struct IPAddressOracleTests {
    private func understood(_ text: String, _ family: Int32) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: family == AF_INET ? 4 : 16)
        return inet_pton(family, text, &bytes) == 1 ? bytes : nil
    }

    @Test func `of 20,000 texts, those that inet_pton understands are addresses, of the same value`() {
        var generator = Repeatable(state: 9)
        let pieces = [
            "::", ":", ".", "0", "1", "25", "255", "256", "00", "f", "ffff", "FFFF", "db8", "192.0.2.1", "1:2:3", "g",
            "%",
        ]
        var accepted = 0
        for _ in 0..<20_000 {
            let text = (0..<Int.random(in: 1...12, using: &generator)).map { _ in
                pieces[Int.random(in: 0..<pieces.count, using: &generator)]
            }.joined()
            let expected: IPAddress?
            if let bytes = understood(text, AF_INET) {
                expected = IPAddress(v4: bytes.reduce(0) { $0 << 8 | UInt32($1) })
            } else if let bytes = understood(text, AF_INET6) {
                expected = IPAddress(v6: bytes.reduce(0) { $0 << 8 | UInt128($1) })
            } else {
                expected = nil
            }
            #expect(IPAddress(text) == expected, "\(text)")
            if expected != nil { accepted += 1 }
        }
        #expect(accepted > 200, "\(accepted) texts were addresses: too few to prove anything")
    }

    @Test func `random addresses survive inet_ntop and our own text`() {
        var generator = Repeatable(state: 10)
        for _ in 0..<5000 {
            // Groups of zeros are frequent, so that they are shortened.
            let groups = (0..<8).map { _ in
                Bool.random(using: &generator) ? 0 : UInt16.random(in: 0...UInt16.max, using: &generator)
            }
            let address = IPAddress(v6: groups.reduce(0) { $0 << 16 | UInt128($1) })
            #expect(IPAddress(address.description) == address)
            let bytes = groups.flatMap { [UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)] }
            var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
            _ = inet_ntop(AF_INET6, bytes, &text, socklen_t(text.count))
            let theirs = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            #expect(IPAddress(theirs) == address)
        }
    }
}
