import Crypto

/// Seals values so that each opens only where it belongs (threat K11): AES-256-GCM under a key derived from the context
/// (HKDF-SHA-256, RFC 5869), with the context as associated data.
///
/// Sealed: a head that says what follows, nonce (12 bytes), ciphertext, tag (16). The random nonce allows 2³² values a context.
struct ContextSeal: Sendable {
    /// The head of what is sealed for a context that is text: the format version.
    private static let textHead: [UInt8] = [1]
    private static let overhead = 12 + 16

    private let key: SymmetricKey

    init(key: SymmetricKey) {
        self.key = key
    }

    func seal(_ plain: [UInt8], for context: String) throws -> [UInt8] {
        try seal(plain, behind: Self.textHead, for: Array(context.utf8))
    }

    /// What was sealed, or nil if it was changed, sealed under another key, or sealed for another context.
    func open(_ sealed: [UInt8], for context: String) -> [UInt8]? {
        open(sealed, behind: Self.textHead, for: Array(context.utf8))
    }

    /// - Parameter head: Stands in front of what is sealed. Whoever opens it knows which one to expect.
    func seal(_ plain: [UInt8], behind head: [UInt8], for context: [UInt8]) throws -> [UInt8] {
        let box = try AES.GCM.seal(plain, using: subkey(context), authenticating: context)
        return head + Array(box.nonce) + Array(box.ciphertext) + Array(box.tag)
    }

    /// What was sealed behind this very head, or nil if it was changed, sealed under another key, or sealed for another context.
    func open(_ sealed: [UInt8], behind head: [UInt8], for context: [UInt8]) -> [UInt8]? {
        guard sealed.count >= head.count + Self.overhead, sealed.starts(with: head),
            let box = try? AES.GCM.SealedBox(combined: sealed.dropFirst(head.count)),
            let plain = try? AES.GCM.open(box, using: subkey(context), authenticating: context)
        else { return nil }
        return Array(plain)
    }

    private func subkey(_ context: [UInt8]) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: key, info: Array("claviger seal 1:".utf8) + context, outputByteCount: 32)
    }
}
