import Crypto
import TextForms

/// The one key that stays outside the database. It seals the key ring, so a stolen copy of the database opens nothing.
///
/// It prints as nothing but its name.
package struct MasterKey: Sendable, CustomStringConvertible, CustomReflectable {
    /// How many bytes it has.
    package static let byteCount = 32

    /// Names it where it must be told from others, such as `mk_0123456789abcdef`. Nobody learns from it what the key is.
    package let identifier: String

    private let key: SymmetricKey
    private let seal: ContextSeal

    /// The key with these 32 bytes, or nil for any other number.
    package init?(bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        self.init(SymmetricKey(data: bytes))
    }

    /// The key that the text of a file or variable spells, or nil: 64 hexadecimal digits, or Base64 of 32 bytes in either
    /// alphabet, with or without padding. Space around it is ignored.
    package init?(text: some StringProtocol) {
        let space = Set(" \t\r\n".utf8)
        let trimmed = text.utf8.drop(while: space.contains).reversed().drop(while: space.contains).reversed()
        let characters = Array(trimmed)
        guard let bytes = characters.count == 64 ? Hexadecimal.bytes(characters) : Self.base64(characters) else {
            return nil
        }
        self.init(bytes: bytes)
    }

    private init(_ key: SymmetricKey) {
        self.key = key
        seal = ContextSeal(key: key)
        let name = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: key, info: Array("claviger master key identifier 1".utf8), outputByteCount: 8)
        identifier = "mk_\(name.withUnsafeBytes { Hexadecimal.text($0) })"
    }

    /// A fresh one.
    package static func generate() -> MasterKey {
        MasterKey(SymmetricKey(size: .bits256))
    }

    /// Its text, for the one file that keeps it: Base64 (RFC 4648 §5).
    package func reveal() -> String {
        Base64URL.text(key.withUnsafeBytes { Array($0) })
    }

    /// Seals a value that opens for the same context only. A context names the row and field: `key_ring/pepper/1`.
    package func seal(_ plain: [UInt8], for context: String) throws -> [UInt8] {
        try seal.seal(plain, for: context)
    }

    /// What was sealed, or nil if it was changed, sealed under another key, or sealed for another context.
    package func open(_ sealed: [UInt8], for context: String) -> [UInt8]? {
        seal.open(sealed, for: context)
    }

    /// A key for one purpose, the same on every node that was given this one. It tells nothing of this one.
    func derived(for purpose: String) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: key, info: Array(purpose.utf8), outputByteCount: Self.byteCount)
    }

    /// The name of the type alone.
    package var description: String { "master key" }
    /// Nothing to reflect upon.
    package var customMirror: Mirror { Mirror(self, children: []) }

    private static func base64(_ characters: [UInt8]) -> [UInt8]? {
        let unpadded = characters.last == UInt8(ascii: "=") ? characters.dropLast() : characters[...]
        return Base64URL.bytes(
            unpadded.map { character in
                switch character {
                case UInt8(ascii: "+"): UInt8(ascii: "-")
                case UInt8(ascii: "/"): UInt8(ascii: "_")
                default: character
                }
            }
        )
    }
}
