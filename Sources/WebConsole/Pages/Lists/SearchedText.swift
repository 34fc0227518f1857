import CredentialFormat
import OAuth

/// What was searched for, as an address has it.
enum SearchedText {
    /// Whether one of our secrets is in it, by its form, whatever brand it has and whatever stands around it; or what may be a signed
    /// token (JWT), which begins with an object of JSON in Base64.
    static func hasSecret(_ text: String) -> Bool {
        if text.contains(/eyJ[0-9A-Za-z_\-]{20}/) { return true }
        return CredentialText.words(of: text).contains { word in
            guard let brand = Brand(word.prefix { $0 != "_" }) else { return false }
            return CredentialText.parse(Array(word.utf8), brand: brand) != nil
        }
    }

    /// A query without the parameters that have a secret in them, nil where none has.
    static func withoutSecrets(query: String) -> String? {
        let all = query.split(separator: "&")
        let kept = all.filter { parameter in !hasSecret(Form.decode(parameter) ?? String(parameter)) }
        return kept.count == all.count ? nil : kept.joined(separator: "&")
    }

    /// What a browser holds a search against before it is sent (`pattern` of HTML): everything but what looks like a secret of ours. A
    /// sealed token is longer than a field takes, so its check is not asked for.
    static let pattern: String = {
        let kinds = CredentialKind.allCases.map(\.rawValue).joined(separator: "|")
        let length = CredentialText.secretBodyLength + CredentialText.checkLength
        return "(?!.*[a-z]{2,8}_(?:\(kinds))_[0-9A-Za-z]{\(length)})(?!.*eyJ[0-9A-Za-z_\\-]{20}).*"
    }()
    /// What it says then.
    static let rule = "No secrets here: the address would keep it."
}
