/// How a scanner that knows nothing of us finds the secrets of one kind, and tells them from what only looks like one.
package struct SecretPattern: Hashable, Sendable {
    /// The kinds that last, and that whoever has one can use.
    package static let kinds: [CredentialKind] = [.apiKey, .clientSecret, .accessKey]

    package let kind: CredentialKind
    /// Such as `clv_api_key`: what a partner calls the kind in its reports.
    package let name: String
    /// A regular expression without any look around, as every engine has it.
    package let expression: String
    /// What stands before and behind one. Without it the expression would also find the beginning of something longer.
    package let before = #"\A|[^0-9A-Za-z_]"#
    package let after = #"\z|[^0-9A-Za-z_]"#
    /// One that was just drawn and belongs to nobody, to try the expression and the check on.
    package let sample: String

    /// The rule by which a match is confirmed without asking anybody.
    package static let check = """
        The last \(CredentialText.checkLength) characters are the CRC-32 (ISO-HDLC, as zlib has it) of all characters before them, in ASCII: \
        a number to the base 62 with the digits 0-9, A-Z, a-z, the most significant first, filled up with 0.
        """

    package init?(_ kind: CredentialKind, brand: Brand) {
        let word: String
        switch kind {
        case .apiKey: word = "api_key"
        case .clientSecret: word = "client_secret"
        case .accessKey: word = "access_key"
        case .accessToken, .refreshToken, .authorizationCode, .invitation, .session: return nil
        }
        self.kind = kind
        name = "\(brand)_\(word)"
        // 32 bits in 6 digits to the base 62: the first of them is never above 4, which leaves out most of what only looks like one.
        let digit = "[0-9A-Za-z]"
        expression =
            "\(brand)_\(kind.rawValue)_\(digit){\(CredentialText.secretBodyLength)}[0-4]\(digit){\(CredentialText.checkLength - 1)}"
        sample = MintedSecret(kind, brand: brand).reveal()
    }
}
