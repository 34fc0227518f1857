import Crypto
import Model
import TextForms

/// A key with what is fixed about it: its identifier, its JWK and the headers of the JWTs that it signs.
struct SigningKey: Sendable {
    /// RFC 7638 thumbprint, SHA-256, base64url.
    let identifier: String
    /// From when on it signs, if it is the newest by then.
    let usedFrom: Instant
    /// From when on nothing that it signed is accepted, nil while it is the newest.
    let retiresAt: Instant?
    /// The public key as a member of a JWK set (RFC 7517 §4, RFC 7518 §6, RFC 8037 §2).
    let jwk: String
    /// The first segment of the access tokens that it signs, base64url (RFC 9068 §2.1).
    let header: [UInt8]
    /// The first segment of the ID tokens that it signs. The type differs, so neither kind passes for the other.
    let idTokenHeader: [UInt8]

    private let pair: SigningKeyPair

    /// The key whose private half these bytes are, or nil.
    init?(_ algorithm: App.IDTokenAlgorithm, bytes: [UInt8], usedFrom: Instant, retiresAt: Instant?) {
        guard let pair = SigningKeyPair(algorithm, bytes: bytes), let members = pair.requiredMembers else { return nil }
        self.pair = pair
        self.usedFrom = usedFrom
        self.retiresAt = retiresAt
        let identifier = Base64URL.text(Array(SHA256.hash(data: Array("{\(members)}".utf8))))
        self.identifier = identifier
        jwk = #"{"use":"sig","alg":"\#(algorithm.rawValue)","kid":"\#(identifier)",\#(members)}"#
        header = Self.header(.accessToken, algorithm, naming: identifier)
        idTokenHeader = Self.header(.idToken, algorithm, naming: identifier)
    }

    var algorithm: App.IDTokenAlgorithm { pair.algorithm }

    func signature(for message: [UInt8]) throws -> [UInt8] {
        try pair.signature(for: message)
    }

    /// A JWS in its compact form (RFC 7515 §3.1).
    ///
    /// - Parameter header: Its first segment, base64url.
    func jws(_ payload: [UInt8], behind header: [UInt8]) throws -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(header.count + 2 + payload.count * 4 / 3 + 96)
        text.append(contentsOf: header)
        text.append(UInt8(ascii: "."))
        Base64URL.append(payload, to: &text)
        let signature = try signature(for: text)
        text.append(UInt8(ascii: "."))
        Base64URL.append(signature, to: &text)
        return text
    }

    func isValid(_ signature: [UInt8], for message: ArraySlice<UInt8>) -> Bool {
        pair.isValid(signature, for: Array(message))
    }

    /// The left half of a digest of `text` by the hash of the algorithm (``SigningKeyPair/halfHash(of:)``).
    func halfHash(of text: String) -> String {
        pair.halfHash(of: text)
    }
}

extension SigningKey {
    /// What a JWT is, as its header says.
    private enum TokenType: String {
        case accessToken = "at+jwt"
        case idToken = "JWT"
    }

    /// Whether a key of ours could write this header of an access token: all of it is fixed but the identifier.
    static func mayWrite(header: ArraySlice<UInt8>) -> Bool {
        guard let text = Base64URL.bytes(header).map({ String(decoding: $0, as: UTF8.self) }) else { return false }
        let identifier = text.dropFirst(head(.accessToken, .es256).utf8.count).dropLast(2)
        return Base64URL.bytes(Array(identifier.utf8))?.count == SHA256.byteCount
            && Self.header(.accessToken, .es256, naming: String(identifier)).elementsEqual(header)
    }

    private static func header(
        _ type: TokenType, _ algorithm: App.IDTokenAlgorithm, naming identifier: String
    ) -> [UInt8] {
        var header: [UInt8] = []
        Base64URL.append(Array("\(head(type, algorithm))\(identifier)\"}".utf8), to: &header)
        return header
    }

    private static func head(_ type: TokenType, _ algorithm: App.IDTokenAlgorithm) -> String {
        #"{"typ":"\#(type.rawValue)","alg":"\#(algorithm.rawValue)","kid":""#
    }
}
