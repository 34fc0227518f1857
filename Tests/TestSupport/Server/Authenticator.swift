import Crypto
import Foundation

/// An authenticator app (RFC 6238), written anew, so that ours is held against another.
package struct Authenticator {
    private let key: SymmetricKey

    /// - Parameter secret: The key as a page shows it, in base32.
    package init?(secret: String) {
        guard let bytes = Base32Reader.bytes(secret) else { return nil }
        key = SymmetricKey(data: bytes)
    }

    /// What it shows now, or so many half minutes later.
    package func code(later steps: Int = 0) -> String {
        let step = Int64(Date().timeIntervalSince1970) / 30 + Int64(steps)
        let counter = withUnsafeBytes(of: step.bigEndian) { Array($0) }
        let mac = Array(HMAC<Insecure.SHA1>.authenticationCode(for: counter, using: key))
        let offset = Int(mac[19] & 0xF)
        let number = mac[offset..<offset + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } & 0x7FFF_FFFF
        return String(format: "%06d", number % 1_000_000)
    }

    /// Six digits that it shows at no time near now.
    package var wrongCode: String {
        let right = Set((-2...3).map { code(later: $0) })
        return ["000000", "111111", "222222", "333333", "444444", "555555", "666666"].first { !right.contains($0) }
            ?? ""
    }
}
