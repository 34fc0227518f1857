/// Base32 (RFC 4648 §6) without padding, as authenticators and people read it.
enum Base32 {
    private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)

    static func text(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        var held: UInt32 = 0
        var bits: UInt32 = 0
        for byte in bytes {
            held = held << 8 | UInt32(byte)
            bits += 8
            while bits >= 5 {
                bits -= 5
                text.append(digits[Int(held >> bits & 31)])
            }
        }
        if bits > 0 { text.append(digits[Int(held << (5 - bits) & 31)]) }
        return String(decoding: text, as: UTF8.self)
    }
}
