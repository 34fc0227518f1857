import Crypto
import TextForms

/// A key that signs how far audit logs have come, and nothing else (Ed25519, RFC 8032).
struct LogKey: Sendable {
    let version: Int
    private let key: Curve25519.Signing.PrivateKey

    /// The key whose private half these bytes are, or nil.
    init?(version: Int, bytes: [UInt8]) {
        guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: bytes) else { return nil }
        self.version = version
        self.key = key
    }

    /// 32 bytes.
    var publicKey: [UInt8] { Array(key.publicKey.rawRepresentation) }

    /// The public key as a JWK (RFC 8037 §2), without the use and the algorithm by which tokens would be checked.
    var jwk: String {
        #"{"kid":"audit-log-\#(version)","kty":"OKP","crv":"Ed25519","x":"\#(Base64URL.text(publicKey))"}"#
    }

    func signature(for message: [UInt8]) throws -> [UInt8] {
        Array(try key.signature(for: message))
    }
}
