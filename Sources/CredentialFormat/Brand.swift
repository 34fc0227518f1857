/// The operator's own first word of every credential: 2 to 8 lower-case letters, such as `clv`.
package struct Brand: Hashable, Sendable, CustomStringConvertible {
    /// The letters.
    package let text: String

    /// Our own, for an operator that names none.
    package static let claviger = Brand(unchecked: "clv")

    private init(unchecked text: String) {
        self.text = text
    }

    /// The brand, or nil unless `text` is 2 to 8 lower-case ASCII letters.
    package init?(_ text: some StringProtocol) {
        guard (2...8).contains(text.utf8.count), text.utf8.allSatisfy({ (0x61...0x7A).contains($0) }) else {
            return nil
        }
        self.text = String(text)
    }

    /// The letters.
    package var description: String { text }
}
