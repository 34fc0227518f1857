import CredentialFormat
package import Model
package import ProviderDefinition

/// What a consent, or another system, gave. It holds secrets.
struct GrantedTokens: Redacted {
    let answer: TokenAnswer
    let children: [ChildAnswer]
    /// Nil where nothing says what was granted.
    var scopes: [String]?
    /// What is kept with the connection.
    var metadata: [String: String]
    let sentAt: Instant
    var consentedAt: Instant?

    init(_ chain: TokenChain, sentAt: Instant) {
        answer = chain.answer
        children = chain.children ?? []
        scopes = chain.answer.scopes
        metadata = chain.answer.metadata
        if let account = chain.answer.accountIdentifier { metadata["account_id"] = account }
        self.sentAt = sentAt
        consentedAt = sentAt
    }

    var secrets: ConnectionSecrets {
        var secrets = ConnectionSecrets(accessToken: answer.accessToken, refreshToken: answer.refreshToken)
        secrets.take(children)
        return secrets
    }

    /// When it all ends. What stood before belongs to another consent.
    func clocks(at provider: Provider) -> Connection.Clocks {
        let stated = AnsweredClocks(answer, after: Connection.Clocks(), provider, sentAt: sentAt)
        let consented = consentedAt ?? sentAt
        let dataAccess = provider.lifetimes.dataAccess.map { consented.adding(seconds: $0) }
        return Connection.Clocks(
            consentedAt: consentedAt, issuedAt: sentAt, accessExpiresAt: stated.access,
            refreshExpiresAt: stated.refresh,
            dataAccessExpiresAt: answer.dataAccessExpiry == nil ? dataAccess : stated.dataAccess)
    }

    /// Those of `asked` that were not granted; none where nothing says what was.
    func missing(of asked: [String]) -> [String] {
        scopes.map { Self.missing(of: asked, in: $0) } ?? []
    }

    /// Those of `asked` that are not among `scopes`.
    ///
    /// `openid` and `offline_access` ask for tokens, and are often not named again. Some providers name a scope by a longer address.
    static func missing(of asked: [String], in scopes: [String]) -> [String] {
        let granted = Set(scopes.map { $0.lowercased() })
        return asked.filter { scope in
            let name = scope.lowercased()
            guard !["openid", "offline_access"].contains(name), !granted.contains(name) else { return false }
            return !granted.contains { $0.hasSuffix("/\(name)") || $0.hasSuffix("/userinfo.\(name)") }
        }
    }
}

/// A life of refresh tokens that only clients in a mode for tests are given.
package enum TestingMode {
    /// Google's: seven days, and some seconds less by the time of the answer.
    private static let seconds = (6 * 86_400)...(7 * 86_400)

    /// Whether our client there seems to be in such a mode: the provider's refresh tokens have no stated end otherwise, and this one
    /// lives seven days from the consent.
    package static func holds(_ connection: Connection, at provider: Provider) -> Bool {
        guard provider.lifetimes.refresh == nil, case .refreshToken = provider.renewal.grant,
            let end = connection.clocks.refreshExpiresAt, let start = connection.clocks.consentedAt
        else { return false }
        return seconds.contains(end.seconds(since: start))
    }

    /// Why a connection ended that had no longer to live for that.
    static let reason = "testing_mode"

    /// A failure by a code that says so, where the tokens ended because of such a mode. To the provider they are like any that it does not
    /// know.
    static func explained(
        _ failure: AnswerFailure, of connection: Connection, at provider: Provider, at now: Instant
    ) -> AnswerFailure {
        guard failure.errorClass == .reauthRequired, holds(connection, at: provider),
            let end = connection.clocks.refreshExpiresAt, end <= now.adding(seconds: 3600)
        else { return failure }
        return AnswerFailure(
            errorClass: failure.errorClass, code: reason, retryAfter: failure.retryAfter,
            needsConfirmation: failure.needsConfirmation, note: failure.note)
    }
}
