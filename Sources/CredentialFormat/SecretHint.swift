/// What a list may show of a secret, so that its holder recognises it: brand, kind and four more characters, and the
/// last four, such as `clv_key_7Hq2…x9Zb`. 224 bits of it remain unknown.
package struct SecretHint: Hashable, Sendable, CustomStringConvertible {
    /// The characters shown.
    package let text: String

    /// The hint as it was stored.
    package init(stored text: String) {
        self.text = text
    }

    init(of secret: String) {
        let head = secret.lastIndex(of: "_").map { secret.index($0, offsetBy: 5) } ?? secret.startIndex
        text = secret[..<head] + "…" + secret.suffix(4)
    }

    /// The characters shown.
    package var description: String { text }
}
