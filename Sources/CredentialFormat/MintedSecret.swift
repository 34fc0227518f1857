/// A secret that was just made and has not been shown yet.
///
/// It cannot be copied, compared or printed, and a second reveal does not compile (law 1: shown once).
package struct MintedSecret: ~Copyable, Sendable {
    private let text: String

    /// 256 fresh bits from the system's generator, under `brand` and `kind`.
    package init(_ kind: CredentialKind, brand: Brand) {
        var generator = SystemRandomNumberGenerator()
        text = Self.text(kind, brand) {
            let word = generator.next()
            return (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64($0 * 8)) }
        }
    }

    /// The one secret that belongs to `matter`: 256 bits of HMAC-SHA-256 under a pepper, which nobody can compute who has
    /// not got that.
    ///
    /// - Parameter matter: Must hold a secret of the one whom this one is for.
    package init(_ kind: CredentialKind, brand: Brand, for matter: [UInt8], under pepper: Pepper) {
        var counter: UInt8 = 0
        text = Self.text(kind, brand) {
            counter &+= 1
            return pepper.digest(of: Array("derived secret 1: ".utf8) + [counter] + matter).bytes
        }
    }

    private static func text(_ kind: CredentialKind, _ brand: Brand, _ bytes: () -> [UInt8]) -> String {
        var body: [UInt8] = []
        body.reserveCapacity(CredentialText.secretBodyLength)
        while body.count < CredentialText.secretBodyLength {
            // 248 is the largest multiple of 62 in a byte: what lies above would favour the first digits.
            for byte in bytes() where byte < 248 && body.count < CredentialText.secretBodyLength {
                body.append(Base62.digits[Int(byte % 62)])
            }
        }
        return CredentialText.compose(brand, kind, body: body)
    }

    /// What is kept of it.
    package func digest(under peppers: Peppers) -> SecretDigest {
        peppers.newest.digest(of: text.utf8)
    }

    /// What lists show of it.
    package var hint: SecretHint { SecretHint(of: text) }

    /// The text, for the one reply that carries it.
    package consuming func reveal() -> String { text }
}
