import Crypto

/// Seals values so that each opens only where it belongs (threat K11): AES-256-GCM under a key derived from the context
/// (HKDF-SHA-256, RFC 5869), with the context as associated data.
///
/// Sealed: format version (1 byte), nonce (12), ciphertext, tag (16). The random nonce allows 2³² values a context.
struct ContextSeal: Sendable {
    private static let formatVersion: UInt8 = 1
    private static let overhead = 1 + 12 + 16

    private let key: SymmetricKey

    init(key: SymmetricKey) {
        self.key = key
    }

    func seal(_ plain: [UInt8], for context: String) throws -> [UInt8] {
        let box = try AES.GCM.seal(plain, using: subkey(context), authenticating: Array(context.utf8))
        return [Self.formatVersion] + Array(box.nonce) + Array(box.ciphertext) + Array(box.tag)
    }

    /// What was sealed, or nil if it was changed, sealed under another key, or sealed for another context.
    func open(_ sealed: [UInt8], for context: String) -> [UInt8]? {
        guard sealed.count >= Self.overhead, sealed.first == Self.formatVersion,
            let box = try? AES.GCM.SealedBox(combined: sealed.dropFirst()),
            let plain = try? AES.GCM.open(box, using: subkey(context), authenticating: Array(context.utf8))
        else { return nil }
        return Array(plain)
    }

    private func subkey(_ context: String) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: key, info: Array("claviger seal 1:\(context)".utf8), outputByteCount: 32)
    }
}
