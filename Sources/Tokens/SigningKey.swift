import Crypto
import FoundationEssentials
import Model

/// A P-256 key with what is fixed about it: its identifier, its JWK and the header of the JWTs that it signs.
///
/// The key fixes the algorithm (threat J1): nothing that a token says can choose another.
struct SigningKey: Sendable {
    /// RFC 7638 thumbprint, SHA-256, base64url.
    let identifier: String
    /// From when on nothing that it signed is accepted, nil while it is the newest.
    let retiresAt: Instant?
    /// The public key as a member of a JWK set (RFC 7517 §4, RFC 7518 §6.2.1).
    let jwk: String
    /// The first segment of its JWTs, base64url.
    let header: [UInt8]

    private let key: P256.Signing.PrivateKey
    private let publicKey: P256.Signing.PublicKey

    /// How many bytes a signature has (RFC 7518 §3.4).
    static let signatureLength = 64

    init(_ key: P256.Signing.PrivateKey, retiresAt: Instant?) {
        self.key = key
        self.retiresAt = retiresAt
        publicKey = key.publicKey
        let point = Array(publicKey.rawRepresentation)
        let x = Base64URL.text(point.prefix(32))
        let y = Base64URL.text(point.suffix(32))
        // RFC 7638 §3.2: the required members, in this order, without spaces.
        let required = #"{"crv":"P-256","kty":"EC","x":"\#(x)","y":"\#(y)"}"#
        identifier = Base64URL.text(Array(SHA256.hash(data: Array(required.utf8))))
        jwk = #"{"kty":"EC","use":"sig","alg":"ES256","kid":"\#(identifier)","crv":"P-256","x":"\#(x)","y":"\#(y)"}"#
        header = Self.header(naming: identifier)
    }

    /// RFC 9068 §2.1.
    private static func header(naming identifier: String) -> [UInt8] {
        var header: [UInt8] = []
        Base64URL.append(Array(#"{"typ":"at+jwt","alg":"ES256","kid":"\#(identifier)"}"#.utf8), to: &header)
        return header
    }

    /// Whether a key of ours could write this header: all of it is fixed but the identifier.
    static func mayWrite(header: ArraySlice<UInt8>) -> Bool {
        guard let text = Base64URL.bytes(header).map({ String(decoding: $0, as: UTF8.self) }) else { return false }
        let identifier = text.dropFirst(headerHead.count).dropLast(2)
        return Base64URL.bytes(Array(identifier.utf8))?.count == SHA256.byteCount
            && Self.header(naming: String(identifier)).elementsEqual(header)
    }

    private static let headerHead = #"{"typ":"at+jwt","alg":"ES256","kid":""#

    /// The key whose 32 bytes these are, or nil.
    init?(bytes: [UInt8], retiresAt: Instant?) {
        guard let key = try? P256.Signing.PrivateKey(rawRepresentation: bytes) else { return nil }
        self.init(key, retiresAt: retiresAt)
    }

    /// 32 bytes of a fresh key.
    static func freshBytes() -> [UInt8] {
        Array(P256.Signing.PrivateKey().rawRepresentation)
    }

    /// ES256 (RFC 7518 §3.4).
    func signature(for message: [UInt8]) throws -> [UInt8] {
        Array(try key.signature(for: message).rawRepresentation)
    }

    func isValid(_ signature: [UInt8], for message: ArraySlice<UInt8>) -> Bool {
        guard signature.count == Self.signatureLength,
            let signature = try? P256.Signing.ECDSASignature(rawRepresentation: signature)
        else { return false }
        return publicKey.isValidSignature(signature, for: Array(message))
    }
}
