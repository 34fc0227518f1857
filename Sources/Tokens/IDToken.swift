package import CredentialFormat
package import Model
import TextForms

/// What an app is told about a sign-in (OpenID Connect Core §2), in whole seconds.
package struct IDToken: Hashable, Sendable {
    /// How long it is meant to be looked at, in seconds.
    package static let seconds = 3600
    /// The longest text that is looked at.
    package static let maximumLength = 8192

    /// `sub`: the same for every app.
    package let subject: ID<Member>
    package let audience: ID<App>
    /// When the user last proved who they are (`auth_time`).
    package let authenticatedAt: Instant
    /// Where and how (`sid`, `amr`, `acr`), nil for what was given by a version that did not keep it.
    package let signIn: SignInContext?
    /// As the app's request had it, none where it had none or where the token comes with a refresh (Core §12.2).
    package let nonce: String?
    package let claims: UserClaims
    package let issuedAt: Instant
    package let expiresAt: Instant

    /// A token that is issued now.
    package init(
        subject: ID<Member>, audience: ID<App>, authenticatedAt: Instant, signIn: SignInContext? = nil,
        nonce: String?, claims: UserClaims, issuedAt: Instant
    ) {
        let issued = Instant(seconds: issuedAt.seconds)
        self.init(
            subject: subject, audience: audience, authenticatedAt: Instant(seconds: authenticatedAt.seconds),
            signIn: signIn, nonce: nonce, claims: claims, issuedAt: issued,
            expiresAt: issued.adding(seconds: Self.seconds))
    }

    init(
        subject: ID<Member>, audience: ID<App>, authenticatedAt: Instant, signIn: SignInContext?, nonce: String?,
        claims: UserClaims, issuedAt: Instant, expiresAt: Instant
    ) {
        self.subject = subject
        self.audience = audience
        self.authenticatedAt = authenticatedAt
        self.signIn = signIn
        self.nonce = nonce
        self.claims = claims
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
    }

    /// The text of the token, signed with the key that is in use when it is issued.
    ///
    /// - Parameter accessToken: The access token that is issued with it, for `at_hash` (Core §3.1.3.6).
    /// - Throws: ``TokenError/missing(_:)`` where the ring has no key for the algorithm, ``TokenError/unrepresentable`` for
    ///   times before 1970 or a text longer than 8192 characters.
    func signed(
        by algorithm: App.IDTokenAlgorithm, accessToken: String?, issuer: String, with keys: KeySet
    ) throws -> String {
        guard let key = keys.signingKey(algorithm, at: issuedAt) else {
            throw TokenError.missing(KeyPurpose(signing: algorithm))
        }
        let claims = try IDTokenClaims.encode(self, accessTokenHash: accessToken.map(key.halfHash(of:)), issuer: issuer)
        let text = try key.jws(claims, behind: key.idTokenHeader)
        guard text.count <= Self.maximumLength else { throw TokenError.unrepresentable }
        return String(decoding: text, as: UTF8.self)
    }

    /// What an ID token says, or nil for anything that we did not sign for `issuer`, that was changed since, or whose key
    /// has retired. An app may show it long after it has expired (RP-Initiated Logout §2), so that is another question.
    ///
    /// As with access tokens, nothing of it is believed before its signature is checked, and its header must be, byte for
    /// byte, one that a key of ours writes for ID tokens (threats J1, J5).
    package static func verify(
        _ text: some RandomAccessCollection<UInt8>, issuer: String, with keys: KeySet
    ) -> IDToken? {
        guard text.count <= maximumLength else { return nil }
        let bytes = Array(text)
        let segments = bytes.split(separator: UInt8(ascii: "."), maxSplits: 3, omittingEmptySubsequences: false)
        guard segments.count == 3,
            let key = keys.idTokenKeys.first(where: { $0.idTokenHeader.elementsEqual(segments[0]) }),
            let signature = Base64URL.bytes(segments[2]),
            key.isValid(signature, for: bytes[..<segments[1].endIndex]),
            let claims = Base64URL.bytes(segments[1]),
            let token = IDTokenClaims.decode(claims, issuer: issuer)
        else { return nil }
        // We never signed one that outlives its key: what says so was made by somebody who has that key.
        if let end = key.retiresAt, token.expiresAt > end { return nil }
        return token
    }
}
