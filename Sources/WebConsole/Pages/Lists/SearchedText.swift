import CredentialFormat

/// What was searched for, as an address has it.
enum SearchedText {
    /// Whether one of our secrets is in it, by its form, whatever brand it has and whatever stands around it.
    static func hasSecret(_ text: String) -> Bool {
        CredentialText.words(of: text).contains { word in
            guard let brand = Brand(word.prefix { $0 != "_" }) else { return false }
            return CredentialText.parse(Array(word.utf8), brand: brand) != nil
        }
    }
}
