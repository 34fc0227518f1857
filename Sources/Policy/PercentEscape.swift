/// Escapes in URIs (RFC 3986 §2.1).
package enum PercentEscape {
    /// A value: all but the unreserved characters (§2.3) as escapes, so it cannot end early or begin another line.
    package static func value(_ text: String) -> String {
        escaped(text) { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                true
            default: false
            }
        }
    }

    /// Part of a query as a browser sent it: what browsers leave raw in a query and no URI has as escapes, and the rest as
    /// it is.
    package static func query(_ text: Substring) -> String {
        escaped(String(text)) { (0x21...0x7E).contains($0) && !foreign.contains($0) }
    }

    private static let foreign = Set("\"<>[\\]^`{|}#".utf8)
    private static let digits = Array("0123456789ABCDEF".utf8)

    private static func escaped(_ text: String, unless isKept: (UInt8) -> Bool) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            if isKept(byte) {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
