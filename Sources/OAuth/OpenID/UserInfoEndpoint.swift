package import CredentialFormat
package import Model
package import Persistence
package import Policy
package import Tokens
package import Verification

/// `/oauth2/userinfo` (OpenID Connect Core §5.3): tells an app who its user is, for an access token with the scope `openid`.
///
/// The one verifier judges the token. Its audience does not matter here: an app shows the token that it got for the
/// operator's backend, as OpenID Connect has it, and what it is told is the same whichever backend that is.
package struct UserInfoEndpoint: Sendable {
    /// What the endpoint says.
    package enum Answer: Sendable {
        case user(ID<Member>, UserClaims)
        case refused(Verdict.Rule)
    }

    private let verifier: CredentialVerifier
    private let store: any Store

    package init(verifier: CredentialVerifier, store: any Store) {
        self.verifier = verifier
        self.store = store
    }

    /// Who the user of the access token `text` is.
    ///
    /// - Throws: ``LookUpRefused``, ``StoreError``.
    package func answer(_ text: String, from address: IPAddress?, at now: Instant) async throws -> Answer {
        let (verdict, record) = try await verifier.complete(from: address, at: now) { evidence, record -> Verdict in
            guard let token = try evidence.accessToken(text) else { return .refused(.unknown) }
            let demand = Demand(address: address, audiences: token.audiences)
            return try evidence.judge(text, demand, at: now, noting: &record)
        }
        verifier.measure(record)
        switch verdict {
        case .refused(let rule): return .refused(rule)
        case .admitted(let caller):
            guard let lineage = caller.credential.lineage,
                caller.scopes.scopes.contains(where: { IdentityScope($0) == .openid })
            else { return .refused(.scope(ScopeSet([IdentityScope.openid.scope].compactMap(\.self)))) }
            let claims = try await store.read { tx -> UserClaims? in
                guard let member = try tx.member(lineage.member), let stored = try tx.lineage(lineage.id),
                    let organization = try tx.organization(lineage.organization)
                else { return nil }
                return UserClaims(
                    of: member, in: organization, scopes: caller.scopes,
                    isEmailVerified: member.isEmailVerified(for: stored.signIn, at: stored.authenticatedAt))
            }
            guard let claims else { return .refused(.unknown) }
            verifier.count(record, at: now)
            verifier.countCall(record, answering: 200, at: now)
            return .user(lineage.member, claims)
        }
    }
}
