package import CredentialFormat
package import Model
import Policy

/// What a code is read from.
let authorizationCodeColumns: StaticString = """
    c.grant_id, c.app_id, c.redirect_uri, c.code_challenge, c.scopes, c.resource, c.nonce, c.authenticated_at,
    c.expires_at, c.used_at, c.lineage_id, c.digest, c.pepper, c.sent_to, c.wrong_verifiers, c.session_id, c.methods
    """

extension Transaction {
    /// Keeps a code, whose grant must be there.
    package borrowing func insert(_ code: AuthorizationCode, digest: SecretDigest) throws {
        try perform(
            """
            INSERT INTO authorization_code (digest, pepper, grant_id, app_id, redirect_uri, code_challenge, scopes,
            resource, nonce, authenticated_at, expires_at, sent_to, session_id, methods)
            VALUES (\(digest.bytes), \(digest.pepperVersion), \(code.grant), \(code.app), \(code.redirectURI.stored),
            \(code.codeChallenge.stored), \(code.scopes.text), \(code.resource.stored), \(code.nonce.stored),
            \(code.authenticatedAt), \(code.expiresAt), \(code.sentTo.stored), \((code.signIn?.session).stored),
            \((code.signIn?.methods.storedText).stored))
            """)
    }

    /// Spends a code for a lineage. Where somebody else was first, the transaction is undone (threat C2).
    package borrowing func spend(
        code digest: SecretDigest, for lineage: ID<RefreshLineage>, at now: Instant
    ) throws {
        try perform(
            """
            UPDATE authorization_code SET used_at = \(now), lineage_id = \(lineage)
            WHERE digest = \(digest.bytes) AND used_at IS NULL
            """, changing: 1)
    }

    /// Notes that a wrong verifier was presented with a code.
    package borrowing func countWrongVerifier(code digest: SecretDigest) throws {
        try perform(
            """
            UPDATE authorization_code SET wrong_verifiers = wrong_verifiers + 1
            WHERE digest = \(digest.bytes) AND used_at IS NULL
            """)
    }

    /// Removes the codes of a grant but for the `count` that expire last.
    package borrowing func trimAuthorizationCodes(of grant: ID<Grant>, toNewest count: Int) throws {
        try perform(
            """
            DELETE FROM authorization_code WHERE digest IN
            (SELECT digest FROM authorization_code WHERE grant_id = \(grant)
            ORDER BY expires_at DESC LIMIT 1000 OFFSET \(count))
            """)
    }

    /// Removes at most `limit` codes that expired before `time`, and says how many.
    package borrowing func sweepAuthorizationCodes(before time: Instant, limit: Int) throws -> Int {
        try execute(
            """
            DELETE FROM authorization_code WHERE digest IN
            (SELECT digest FROM authorization_code WHERE expires_at < \(time) ORDER BY expires_at LIMIT \(limit))
            """)
    }
}

/// A code as it is kept: with its digest, and with what it was spent for.
package struct StoredAuthorizationCode: Sendable {
    package let code: AuthorizationCode
    package let digest: SecretDigest
    /// Nil while it is not spent.
    package let usedAt: Instant?
    /// What came from it, which may have ended since.
    package let lineage: ID<RefreshLineage>?
    /// How many wrong verifiers were presented with it.
    package let wrongVerifiers: Int

    init(row: StoredRow) throws(StoreError) {
        code = AuthorizationCode(
            grant: try row.id(0), app: try row.id(1), redirectURI: try row.optionalText(2),
            sentTo: try row.optionalText(13), codeChallenge: try row.optionalText(3), scopes: try row.scopes(4),
            resource: try row.optionalText(5),
            nonce: try row.optionalText(6), authenticatedAt: try row.instant(7), signIn: try row.signIn(15),
            expiresAt: try row.instant(8))
        usedAt = try row.optionalInstant(9)
        lineage = try row.optional(10) { row, column throws(StoreError) in try row.id(column) }
        digest = try row.digest(11)
        wrongVerifiers = try row.count(14)
    }
}
