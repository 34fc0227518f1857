/// A well-formed secret that a caller presented: brand, kind, length and check are right, or it begins as keys do that were imported.
/// Whether it is known is another question.
///
/// It prints as its kind alone, so that a stray interpolation puts nothing into a log.
package struct PresentedSecret: Sendable, CustomStringConvertible, CustomReflectable {
    /// What it claims to be.
    package let kind: CredentialKind
    /// Whether it is in the form of an imported key.
    package let isImported: Bool
    /// What is digested: the text, or of an imported key what ``ImportedSecret`` makes of it.
    private let matter: [UInt8]

    /// The secret, or nil for what cannot be one of ours. No look-up is owed to that.
    package init?(parsing text: some RandomAccessCollection<UInt8>, brand: Brand) {
        guard let (kind, _) = CredentialText.parse(text, brand: brand), !kind.isSealed else { return nil }
        self.kind = kind
        matter = Array(text)
        isImported = false
    }

    /// The same, or an API key in one of the forms of imported ones.
    package init?(parsing text: [UInt8], in formats: SecretFormats) {
        if let secret = PresentedSecret(parsing: text, brand: formats.brand) {
            self = secret
            return
        }
        guard formats.isImported(text) else { return nil }
        kind = .apiKey
        matter = ImportedSecret.matter(ofHash: PlainDigest.of(text))
        isImported = true
    }

    /// Its digest under one pepper.
    package func digest(under pepper: Pepper) -> SecretDigest {
        pepper.digest(of: matter)
    }

    /// The kind alone.
    package var description: String { "presented \(kind.rawValue)" }

    /// Nothing to reflect upon.
    package var customMirror: Mirror { Mirror(self, children: []) }
}
