/// A well-formed secret that a caller presented: brand, kind, length and check are right. Whether it is known is
/// another question.
///
/// It prints as its kind alone, so that a stray interpolation puts nothing into a log.
package struct PresentedSecret: Sendable, CustomStringConvertible, CustomReflectable {
    /// What it claims to be.
    package let kind: CredentialKind
    private let text: [UInt8]

    /// The secret, or nil for what cannot be one of ours. No look-up is owed to that.
    package init?(parsing text: some RandomAccessCollection<UInt8>, brand: Brand) {
        guard let (kind, _) = CredentialText.parse(text, brand: brand), !kind.isSealed else { return nil }
        self.kind = kind
        self.text = Array(text)
    }

    /// Its digest under one pepper.
    package func digest(under pepper: Pepper) -> SecretDigest {
        pepper.digest(of: text)
    }

    /// The kind alone.
    package var description: String { "presented \(kind.rawValue)" }

    /// Nothing to reflect upon.
    package var customMirror: Mirror { Mirror(self, children: []) }
}
