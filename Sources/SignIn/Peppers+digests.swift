import CredentialFormat

extension Peppers {
    /// All digests that a presented secret may be stored under, none unless it is of that kind.
    func digests(of text: String, _ kind: CredentialKind, brand: Brand) -> [SecretDigest] {
        guard text.utf8.count <= CredentialText.maximumLength,
            let secret = PresentedSecret(parsing: Array(text.utf8), brand: brand), secret.kind == kind
        else { return [] }
        return all.map { secret.digest(under: $0) }
    }
}
