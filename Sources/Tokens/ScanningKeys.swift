import Crypto
import TextForms

/// The public keys by which a partner that searches for leaked secrets signs what it reports (ECDSA, P-256, SHA-256), by their
/// identifiers.
package struct ScanningKeys: Sendable {
    /// How many of a list are read.
    private static let most = 100

    private let keys: [String: P256.Signing.PublicKey]

    /// The keys of a list as partners publish it: an object whose `public_keys` are objects with `key_identifier` and `key`, a public key
    /// in PEM (RFC 7468 §13). Others than of P-256 are left out.
    ///
    /// - Returns: Nil for what is no such list, or has none of P-256.
    package init?(_ document: [UInt8]) {
        guard case .object(let root)? = try? JSONParser.parse(document), case .array(let list)? = root["public_keys"]
        else { return nil }
        var keys: [String: P256.Signing.PublicKey] = [:]
        for case .object(let entry) in list.prefix(Self.most) {
            guard case .string(let identifier)? = entry["key_identifier"], case .string(let text)? = entry["key"],
                let key = try? P256.Signing.PublicKey(pemRepresentation: text)
            else { continue }
            keys[identifier] = key
        }
        guard !keys.isEmpty else { return nil }
        self.keys = keys
    }

    /// Whether there is a key of that identifier.
    package func has(_ identifier: String) -> Bool { keys[identifier] != nil }

    /// Whether a signature is that of the key over the body.
    ///
    /// - Parameter signature: ECDSA's two numbers in DER (RFC 3279 §2.2.3), in Base64.
    package func verify(_ signature: String, over body: [UInt8], by identifier: String) -> Bool {
        guard let key = keys[identifier], let bytes = Base64.bytes(Array(signature.utf8)),
            let signature = try? P256.Signing.ECDSASignature(derRepresentation: bytes)
        else { return false }
        return key.isValidSignature(signature, for: body)
    }
}
