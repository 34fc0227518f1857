import Crypto
import CryptoExtras
import Foundation
import TextForms

/// The key by which the simulated Google signs, made when it is first needed and served as its key set.
final class GoogleKey {
    static let issuer = "https://accounts.google.com"
    private static let identifier = "sim-google-1"

    private lazy var key = try? _RSA.Signing.PrivateKey(keySize: .bits2048)
    /// In no key set: what it signs is forged.
    private lazy var foreignKey = try? _RSA.Signing.PrivateKey(keySize: .bits2048)

    /// As RFC 7517 has it.
    var keySet: JSONValue {
        guard let primitives = try? key?.publicKey.getKeyPrimitives() else { return ["keys": []] }
        return [
            "keys": [
                [
                    "kty": "RSA", "use": "sig", "alg": "RS256", "kid": .text(Self.identifier),
                    "n": .text(Base64URL.text(Array(primitives.modulus))),
                    "e": .text(Base64URL.text(Array(primitives.publicExponent))),
                ]
            ]
        ]
    }

    func idToken(of grant: Grant, now: Int) -> String? {
        signed(
            [
                "iss": .text(Self.issuer), "azp": .text(grant.client), "aud": .text(grant.client),
                "sub": .text(grant.account.id), "email": .text(grant.account.email), "email_verified": true,
                "iat": .integer(now), "exp": .integer(now + 3600),
            ], type: "JWT")
    }

    /// - Parameter isForged: Signed with a key that is in no key set, under the name of the right one.
    func signed(_ claims: JSONValue, type: String, isForged: Bool = false) -> String? {
        guard let key = isForged ? foreignKey : key else { return nil }
        let header: JSONValue = ["alg": "RS256", "kid": .text(Self.identifier), "typ": .text(type)]
        let parts = [header, claims].map { Base64URL.text(Array($0.description.utf8)) }
        let signed = parts.joined(separator: ".")
        let digest = SHA256.hash(data: Data(signed.utf8))
        guard let signature = try? key.signature(for: digest, padding: .insecurePKCS1v1_5) else { return nil }
        return signed + "." + Base64URL.text(Array(signature.rawRepresentation))
    }
}
