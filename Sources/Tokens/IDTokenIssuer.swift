package import Model

/// Signs ID tokens with the key of the app's algorithm that is in use.
package struct IDTokenIssuer: Sendable {
    private let keyRing: KeyRing
    private let issuer: String

    /// - Parameter issuer: The public base URL, from the configuration (law 13).
    package init(keyRing: KeyRing, issuer: String) {
        self.keyRing = keyRing
        self.issuer = issuer
    }

    /// Sees to it that there is a key for an algorithm. Called before a transaction in which a token is signed.
    ///
    /// - Throws: What ``KeyRing/ensure(_:)`` throws.
    package func prepare(for algorithm: App.IDTokenAlgorithm) async throws {
        try await keyRing.ensure(KeyPurpose(signing: algorithm))
    }

    /// The text of a token.
    ///
    /// - Parameter accessToken: The access token that is issued with it, for `at_hash`.
    /// - Throws: ``TokenError/missing(_:)`` where nobody called ``prepare(for:)``, ``TokenError/unrepresentable`` for one
    ///   longer than 8192 characters.
    package func text(
        of token: IDToken, signedBy algorithm: App.IDTokenAlgorithm, accessToken: String?
    ) throws -> String {
        try token.signed(by: algorithm, accessToken: accessToken, issuer: issuer, with: keyRing.keys)
    }
}
