import Crypto
import TextForms

/// The public key of Ed25519 that signs notes under a name, as those who check them keep it (C2SP signed-note).
package struct NoteKey: Hashable, Sendable {
    /// What a signature by Ed25519 is told by.
    private static let algorithm: UInt8 = 1

    package let name: String
    /// 32 bytes.
    package let publicKey: [UInt8]
    /// The first 4 bytes of the hash of name and key.
    let identifier: [UInt8]

    /// Nil for a name with a space, a plus or a line break, or none, and for what is no key.
    package init?(name: String, publicKey: [UInt8]) {
        let isName = !name.isEmpty && name.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "+") }
        guard isName, publicKey.count == 32 else { return nil }
        self.name = name
        self.publicKey = publicKey
        let hashed = Array(name.utf8) + [UInt8(ascii: "\n"), Self.algorithm] + publicKey
        identifier = Array(SHA256.hash(data: hashed).prefix(4))
    }

    /// The key that a text such as `auth.example.com/audit-log/org_…+1a2b3c4d+AQ…` spells, nil for what is none.
    package init?(parsing text: String) {
        let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let bytes = Base64.bytes(Array(parts[2].utf8)), bytes.first == Self.algorithm
        else { return nil }
        self.init(name: String(parts[0]), publicKey: Array(bytes.dropFirst()))
        guard parts[1] == Hexadecimal.text(identifier) else { return nil }
    }

    /// Its name, identifier and bytes with plus signs between.
    package var text: String {
        "\(name)+\(Hexadecimal.text(identifier))+\(Base64.text([Self.algorithm] + publicKey))"
    }

    func isValid(_ signature: [UInt8], for message: [UInt8]) -> Bool {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey) else { return false }
        return key.isValidSignature(signature, for: message)
    }
}
