import CredentialFormat
import Crypto
import Model
import Policy
import TextForms

/// Time-based one-time codes (RFC 6238) as every authenticator has them: HMAC-SHA-1, 6 digits, 30 seconds.
struct TOTP: Sendable, Redacted {
    static let secretLength = 20
    private static let stepSeconds: Int64 = 30
    private static let digits = 6
    /// How many steps a clock may be behind or ahead.
    private static let window: Int64 = 1

    let secret: [UInt8]

    /// The code of a step (RFC 4226 §5.3).
    func code(step: Int64) -> String {
        let counter = (0..<8).map { UInt8(truncatingIfNeeded: step >> Int64(56 - $0 * 8)) }
        let code = Array(
            HMAC<Insecure.SHA1>.authenticationCode(for: counter, using: SymmetricKey(data: secret)))
        let offset = Int(code[code.count - 1] & 15)
        let word = code[offset..<(offset + 4)].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } & 0x7FFF_FFFF
        let text = String(word % 1_000_000)
        return String(repeating: "0", count: Self.digits - text.count) + text
    }

    /// The steps around `now` whose code this is, earliest first. All are computed, whichever it is.
    func steps(of code: String, at now: Instant) -> [Int64] {
        let present = Self.step(at: now)
        return (present - Self.window...present + Self.window).filter { step in
            constantTimeEqual(Array(self.code(step: step).utf8), Array(code.utf8))
        }
    }

    static func step(at now: Instant) -> Int64 { max(now.seconds, 0) / stepSeconds }

    /// What a QR code shows to an authenticator.
    static func uri(secret: String, issuer: String, account: String) -> String {
        let issuer = PercentEscape.value(issuer)
        return "otpauth://totp/\(issuer):\(PercentEscape.value(account))?secret=\(secret)&issuer=\(issuer)"
            + "&algorithm=SHA1&digits=\(digits)&period=\(stepSeconds)"
    }
}
