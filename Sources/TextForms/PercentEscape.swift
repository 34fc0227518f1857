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
        escaped(String(text)) { byte in
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "["), UInt8(ascii: "\\"),
                UInt8(ascii: "]"), UInt8(ascii: "^"), UInt8(ascii: "`"), UInt8(ascii: "{"), UInt8(ascii: "|"),
                UInt8(ascii: "}"), UInt8(ascii: "#"):
                false
            default: (0x21...0x7E).contains(byte)
            }
        }
    }

    /// The bytes that a text with whole escapes stands for. Nil for a broken one.
    ///
    /// - Parameter plusIsSpace: As in forms (`application/x-www-form-urlencoded`).
    package static func bytes(_ text: UnsafeRawBufferPointer, plusIsSpace: Bool = false) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var index = 0
        while index < text.count {
            let byte = text[index]
            index += 1
            switch byte {
            case UInt8(ascii: "%"):
                guard index + 1 < text.count, let escaped = Hexadecimal.byte(text[index], text[index + 1]) else {
                    return nil
                }
                bytes.append(escaped)
                index += 2
            case UInt8(ascii: "+") where plusIsSpace: bytes.append(UInt8(ascii: " "))
            default: bytes.append(byte)
            }
        }
        return bytes
    }

    private static func escaped(_ text: String, unless isKept: (UInt8) -> Bool) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            if isKept(byte) {
                bytes.append(byte)
            } else {
                bytes.append(UInt8(ascii: "%"))
                Hexadecimal.append(byte, inUpperCase: true, to: &bytes)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
