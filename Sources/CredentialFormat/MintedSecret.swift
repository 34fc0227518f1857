/// A secret that was just made and has not been shown yet.
///
/// It cannot be copied, compared or printed, and a second reveal does not compile (law 1: shown once).
package struct MintedSecret: ~Copyable, Sendable {
    private let text: String

    /// 256 fresh bits from the system's generator, under `brand` and `kind`.
    package init(_ kind: CredentialKind, brand: Brand) {
        var body: [UInt8] = []
        body.reserveCapacity(CredentialText.secretBodyLength)
        var generator = SystemRandomNumberGenerator()
        while body.count < CredentialText.secretBodyLength {
            var word = generator.next()
            for _ in 0..<8 where body.count < CredentialText.secretBodyLength {
                let byte = UInt8(truncatingIfNeeded: word)
                word >>= 8
                // 248 is the largest multiple of 62 in a byte: what lies above would favour the first digits.
                if byte < 248 { body.append(Base62.digits[Int(byte % 62)]) }
            }
        }
        text = CredentialText.compose(brand, kind, body: body)
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
