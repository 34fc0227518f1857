package import CredentialFormat
import Crypto
import Model

/// The texts of refresh tokens, and the replies that are kept in case one was lost.
///
/// A text is a ``TextSeal`` under the ring's `refresh` keys around the lineage (16 bytes), the generation (4) and 16 random
/// bytes, numbers with their most significant byte first. So a text that somebody made up costs no look-up, and an old one
/// is known for what it is although nothing is kept of it. The random bytes are there for the kept reply: whoever has
/// database and keys still cannot make the text of a token that was handed out.
package struct RefreshTokenSeal: Sendable {
    private static let randomLength = 16

    private let seal: TextSeal

    /// The seal of one installation.
    ///
    /// - Parameter issuer: Its public base URL, from the configuration (law 13).
    package init(brand: Brand, issuer: String) {
        seal = TextSeal(.refreshToken, brand: brand, issuer: issuer)
    }

    /// A text for a token, under the newest key; another one each time.
    ///
    /// - Throws: ``TokenError/unrepresentable`` for a generation that is not from 1 to 2³² − 1.
    package func seal(_ token: RefreshToken, with keys: KeySet) throws -> String {
        guard let key = keys.refresh.first else { throw TokenError.missing(.refresh) }
        guard let generation = UInt32(exactly: token.generation), generation > 0 else {
            throw TokenError.unrepresentable
        }
        var random = RandomDraw()
        var words = (random.next(), random.next())
        var plain: [UInt8] = []
        withUnsafeBytes(of: token.lineage.value.bigEndian) { plain.append(contentsOf: $0) }
        withUnsafeBytes(of: generation.bigEndian) { plain.append(contentsOf: $0) }
        withUnsafeBytes(of: &words) { plain.append(contentsOf: $0) }
        return try seal.seal(plain, with: key, using: &random)
    }

    /// What the token says, or nil for anything that we did not seal, that was changed since, or whose key has retired.
    package func open(_ text: some RandomAccessCollection<UInt8>, with keys: KeySet) -> RefreshToken? {
        guard let (plain, _) = seal.open(text, with: keys.refresh), plain.count == 16 + 4 + Self.randomLength else {
            return nil
        }
        let lineage = plain[..<16].reduce(UInt128(0)) { $0 << 8 | UInt128($1) }
        let generation = plain[16..<20].reduce(0) { $0 << 8 | Int($1) }
        return generation > 0 ? RefreshToken(lineage: ID(value: lineage), generation: generation) : nil
    }

    /// The key that a refresh token says it was made with, nil for what has not the form of one of ours.
    package func keyNamed(by text: [UInt8]) -> NamedKey? {
        seal.keyVersion(of: text).map { .refresh(version: $0) }
    }

    /// Seals the reply to a refresh, so that only who presents the same token again can open it: AES-256-GCM under a key
    /// derived from the token's text (HKDF-SHA-256).
    ///
    /// - Parameters:
    ///   - token: The token that was presented, not its successor.
    ///   - text: Its text. Nothing of ours keeps it.
    package func sealReply(
        _ plain: [UInt8], to token: RefreshToken, presentedAs text: String
    ) throws -> [UInt8] {
        try Self.replySeal(under: text).seal(plain, for: Self.context(of: token))
    }

    /// The reply, or nil where it was given to another text or another generation, or was changed.
    package func openReply(_ sealed: [UInt8], to token: RefreshToken, presentedAs text: String) -> [UInt8]? {
        Self.replySeal(under: text).open(sealed, for: Self.context(of: token))
    }

    private static func replySeal(under text: String) -> ContextSeal {
        ContextSeal(key: SymmetricKey(data: Array(text.utf8)))
    }

    private static func context(of token: RefreshToken) -> String {
        "refresh_lineage/\(token.lineage)/\(token.generation)"
    }
}
