/// The forms in which secrets are presented: our own, under a brand, and those of API keys that were made elsewhere and imported, which
/// begin with what the product says.
package struct SecretFormats: Hashable, Sendable {
    /// How many beginnings a product may have.
    package static let mostImported = 8
    /// The shortest and the longest imported key that is looked at, in bytes.
    package static let importedLength = 20...256

    package let brand: Brand
    private let imported: [[UInt8]]

    package init(brand: Brand, imported prefixes: [String] = []) {
        self.brand = brand
        imported = prefixes.map { Array($0.utf8) }
    }

    /// Whether a text can be an imported key: it begins as one, and has the characters of a bearer credential (RFC 6750 §2.1). What is
    /// under the brand never is.
    func isImported(_ text: [UInt8]) -> Bool {
        guard !imported.isEmpty, Self.importedLength.contains(text.count),
            imported.contains(where: text.starts(with:)), !text.starts(with: Array(brand.text.utf8) + [0x5F])
        else { return false }
        return text.allSatisfy(Self.isPlain)
    }

    /// Whether a text that is about to be kept or shown has a credential in it, whatever stands around it: one of ours by its check, or what
    /// begins as imported keys do and is as long.
    package func hasCredential(in text: String) -> Bool {
        if CredentialText.words(of: text).contains(where: { CredentialText.parse(Array($0.utf8), brand: brand) != nil })
        {
            return true
        }
        let bytes = Array(text.utf8)
        return imported.contains { beginning in
            bytes.indices.contains { start in
                bytes[start...].starts(with: beginning)
                    && bytes[start...].prefix(Self.importedLength.lowerBound).count { Self.isPlain($0) }
                        == Self.importedLength.lowerBound
            }
        }
    }

    /// Whether a text may be the beginning of imported keys: 2 to 32 letters, digits, `_`, `-` and `.`, and none of what begins with the
    /// brand or as a JWT does.
    package static func isPrefix(_ text: String, brand: Brand) -> Bool {
        let bytes = Array(text.utf8)
        let others = ["\(brand)_", "eyJ"]
        return (2...32).contains(bytes.count) && bytes.allSatisfy { isPlain($0) && !"~+/=".utf8.contains($0) }
            && !others.contains { text.hasPrefix($0) || $0.hasPrefix(text) }
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "-._~+/=".utf8.contains(byte)
        }
    }
}
