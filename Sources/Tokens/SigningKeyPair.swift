import Crypto
import CryptoExtras
import FoundationEssentials
import Model
import TextForms

/// A key pair with the one algorithm that it signs by: the key fixes the algorithm, and nothing that a token says can
/// choose another (threat J1).
enum SigningKeyPair: Sendable {
    /// ES256 (RFC 7518 §3.4).
    case p256(P256.Signing.PrivateKey, P256.Signing.PublicKey)
    /// EdDSA with Ed25519 (RFC 8037 §3.1).
    case ed25519(Curve25519.Signing.PrivateKey, Curve25519.Signing.PublicKey)
    /// RS256 (RFC 7518 §3.3), 2048 bits: for relying parties that know nothing else.
    case rsa(_RSA.Signing.PrivateKey, _RSA.Signing.PublicKey)

    /// The pair whose private key these bytes are, or nil: 32 bytes, of RSA the DER form (RFC 8017 §A.1.2).
    init?(_ algorithm: App.IDTokenAlgorithm, bytes: [UInt8]) {
        switch algorithm {
        case .es256:
            guard let key = try? P256.Signing.PrivateKey(rawRepresentation: bytes) else { return nil }
            self = .p256(key, key.publicKey)
        case .edDSA:
            guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: bytes) else { return nil }
            self = .ed25519(key, key.publicKey)
        case .rs256:
            guard let key = try? _RSA.Signing.PrivateKey(derRepresentation: bytes) else { return nil }
            self = .rsa(key, key.publicKey)
        }
    }

    /// The bytes of a fresh private key. One of RSA takes a good part of a second.
    static func freshBytes(_ algorithm: App.IDTokenAlgorithm) throws -> [UInt8] {
        switch algorithm {
        case .es256: Array(P256.Signing.PrivateKey().rawRepresentation)
        case .edDSA: Array(Curve25519.Signing.PrivateKey().rawRepresentation)
        case .rs256: Array(try _RSA.Signing.PrivateKey(keySize: .bits2048).derRepresentation)
        }
    }

    var algorithm: App.IDTokenAlgorithm {
        switch self {
        case .p256: .es256
        case .ed25519: .edDSA
        case .rsa: .rs256
        }
    }

    /// The members of the public key's JWK that its thumbprint is taken of, in the order and form of RFC 7638 §3.2: nil for
    /// one that is damaged.
    var requiredMembers: String? {
        switch self {
        case .p256(_, let key):
            let point = Array(key.rawRepresentation)
            let (x, y) = (Base64URL.text(point.prefix(32)), Base64URL.text(point.suffix(32)))
            return #""crv":"P-256","kty":"EC","x":"\#(x)","y":"\#(y)""#
        case .ed25519(_, let key):
            return #""crv":"Ed25519","kty":"OKP","x":"\#(Base64URL.text(Array(key.rawRepresentation)))""#
        case .rsa(_, let key):
            guard let numbers = try? key.getKeyPrimitives() else { return nil }
            let (e, n) = (Base64URL.text(Array(numbers.publicExponent)), Base64URL.text(Array(numbers.modulus)))
            return #""e":"\#(e)","kty":"RSA","n":"\#(n)""#
        }
    }

    func signature(for message: [UInt8]) throws -> [UInt8] {
        switch self {
        case .p256(let key, _): Array(try key.signature(for: message).rawRepresentation)
        case .ed25519(let key, _): Array(try key.signature(for: message))
        case .rsa(let key, _):
            Array(try key.signature(for: SHA256.hash(data: message), padding: .insecurePKCS1v1_5).rawRepresentation)
        }
    }

    func isValid(_ signature: [UInt8], for message: [UInt8]) -> Bool {
        switch self {
        case .p256(_, let key):
            // Of 64 bytes (RFC 7518 §3.4).
            guard let signature = try? P256.Signing.ECDSASignature(rawRepresentation: signature) else { return false }
            return key.isValidSignature(signature, for: message)
        case .ed25519(_, let key):
            return key.isValidSignature(signature, for: message)
        case .rsa(_, let key):
            return key.isValidSignature(
                _RSA.Signing.RSASignature(rawRepresentation: signature), for: SHA256.hash(data: message),
                padding: .insecurePKCS1v1_5)
        }
    }

    /// The left half of a digest of `text` by the hash of the algorithm, base64url (`at_hash`, OpenID Connect Core
    /// §3.1.3.6). The hash of Ed25519 is SHA-512.
    func halfHash(of text: String) -> String {
        switch self {
        case .p256, .rsa: Base64URL.text(Array(SHA256.hash(data: Array(text.utf8))).prefix(16))
        case .ed25519: Base64URL.text(Array(SHA512.hash(data: Array(text.utf8))).prefix(32))
        }
    }
}
