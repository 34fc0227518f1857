import Crypto
import Foundation

/// An authenticator app (RFC 6238): six digits every 30 seconds, under HMAC-SHA-1.
struct Authenticator {
    private let key: SymmetricKey

    /// - Parameter secret: In base32 (RFC 4648 §6), as the page shows it.
    init(secret: String) {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
        var bytes: [UInt8] = []
        var (bits, count) = (0, 0)
        for value in secret.filter({ $0 != " " }).compactMap({ alphabet.firstIndex(of: $0) }) {
            bits = (bits << 5 | value) & 0xFFF
            count += 5
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> count))
            }
        }
        key = SymmetricKey(data: bytes)
    }

    /// What it shows now, or so many steps later.
    func code(later steps: Int64 = 0) -> String {
        let step = Int64(Date().timeIntervalSince1970) / 30 + steps
        let counter = (0..<8).map { UInt8(truncatingIfNeeded: step >> Int64(56 - $0 * 8)) }
        let code = Array(HMAC<Insecure.SHA1>.authenticationCode(for: counter, using: key))
        let offset = Int(code[19] & 15)
        let word = code[offset..<(offset + 4)].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } & 0x7FFF_FFFF
        let text = String(word % 1_000_000)
        return String(repeating: "0", count: 6 - text.count) + text
    }
}
