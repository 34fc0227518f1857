import CredentialFormat
import Crypto
import FoundationEssentials

/// How the credentials that need no look-up are sealed into texts: one seal for each kind of each installation.
///
/// Text: `<brand>_<kind>_<body><check>` (``CredentialText``). Body, in base62 blocks: format version (1 byte), key version
/// (2), nonce (12), ciphertext, tag (16): AES-256-GCM. Associated data: format version, key version, kind and issuer, so
/// what another installation sealed, or is of another kind or under another key's number, does not open, whoever sealed it.
///
/// The random nonce allows some 2³² texts a key.
struct TextSeal: Sendable {
    private static let formatVersion: UInt8 = 1
    private static let headLength = 3
    private static let nonceLength = 12
    private static let tagLength = 16

    private let brand: Brand
    private let kind: CredentialKind
    /// The kind and the issuer.
    private let context: [UInt8]

    init(_ kind: CredentialKind, brand: Brand, issuer: String) {
        self.brand = brand
        self.kind = kind
        context = Array("\(kind.rawValue) \(issuer)".utf8)
    }

    /// - Throws: ``TokenError/unrepresentable`` for what has not room in 4096 characters.
    func seal(_ plain: [UInt8], with key: SealingKey, using random: inout RandomDraw) throws -> String {
        var sealed = [Self.formatVersion] + KeySet.bytes(key.version)
        let box = try AES.GCM.seal(
            plain, using: key.key, nonce: AES.GCM.Nonce(data: Self.freshNonce(from: &random)),
            authenticating: sealed + context)
        guard let combined = box.combined else { throw TokenError.unrepresentable }
        combined.withUnsafeBytes { sealed.append(contentsOf: $0) }
        let text = CredentialText.compose(brand, kind, spelling: sealed)
        guard text.utf8.count <= CredentialText.maximumLength else { throw TokenError.unrepresentable }
        return text
    }

    /// What was sealed and the key that opened it, or nil for anything that we did not seal, that was changed since, or
    /// whose key is not among these.
    func open(
        _ text: some RandomAccessCollection<UInt8>, with keys: [SealingKey]
    ) -> (plain: [UInt8], key: SealingKey)? {
        guard text.count <= CredentialText.maximumLength, let (version, bytes) = parts(Array(text)),
            let key = keys.first(where: { $0.version == version }),
            let box = try? AES.GCM.SealedBox(combined: bytes[Self.headLength...]),
            let plain = try? AES.GCM.open(box, using: key.key, authenticating: bytes[..<Self.headLength] + context)
        else { return nil }
        return (Array(plain), key)
    }

    /// The version of the key that a text says it is sealed under, nil for what has not the form of one.
    func keyVersion(of text: [UInt8]) -> UInt16? {
        parts(text)?.version
    }

    private func parts(_ text: [UInt8]) -> (version: UInt16, bytes: [UInt8])? {
        guard let (kind, body) = CredentialText.parse(text, brand: brand), kind == self.kind,
            let bytes = Base62.bytes(body), bytes.count > Self.headLength + Self.nonceLength + Self.tagLength,
            bytes[0] == Self.formatVersion
        else { return nil }
        return (UInt16(bytes[1]) << 8 | UInt16(bytes[2]), bytes)
    }

    private static func freshNonce(from random: inout RandomDraw) -> [UInt8] {
        var words = (random.next(), random.next())
        return withUnsafeBytes(of: &words) { Array($0.prefix(nonceLength)) }
    }
}
