import CredentialFormat
package import Credentials
package import Model
import Persistence
import Policy
import Tokens
import OAuth

extension SampleTree {
    package var apps: AppService {
        AppService(product: product, peppers: { [keys] in keys.keys.peppers }, now: clock.now)
    }
    package var grants: GrantService { GrantService(now: clock.now) }

    /// Makes an app as drafted, a second after whatever was made before it.
    package func app(
        _ draft: AppDraft = .sample, in organization: Organization, as actor: Actor = theOperator
    ) async throws -> (app: App, issued: Issued<App>?) {
        clock.advance(seconds: 1)
        return try await store.write { [apps] tx in try apps.create(draft, in: organization.id, as: actor, tx: tx) }
    }

    /// Has a member grant an app something, a second after whatever was made before.
    package func grant(
        _ scopes: [String] = ["data.read"], to app: App, by member: Member, in organization: Organization
    ) async throws -> Grant {
        clock.advance(seconds: 1)
        let grant = Grant(
            id: ID(at: clock.current.milliseconds), app: app.id, member: member.id, organization: organization.id,
            scopes: ScopeSet(scopes.compactMap { Scope($0) }), createdAt: clock.current, consentedAt: clock.current)
        try await store.write { tx in try tx.insert(grant) }
        return grant
    }
}

extension AppDraft {
    /// A confidential app that may read data.
    package static let sample = AppDraft(
        name: "Report Builder", redirectURIs: ["https://client.example/callback"], scopes: ["openid", "data.read"])

    /// It, changed.
    package static func sample(_ change: (inout AppDraft) -> Void) -> AppDraft {
        var draft = sample
        change(&draft)
        return draft
    }
}

extension SampleDesk {
    /// An access token of an app by a grant, as the token endpoint issues it, with the lineage that it came from.
    package func token(by grant: Grant, of app: App) async throws -> String {
        let now = tree.clock.current
        let lineage = ID<RefreshLineage>(at: now.milliseconds)
        let end = now.adding(seconds: 86_400)
        try await tree.store.write { tx in
            try tx.perform(
                """
                INSERT INTO refresh_lineage (id, grant_id, app_id, scopes, authenticated_at, generation, digest, pepper,
                created_at, expires_at, ends_at) VALUES (\(lineage), \(grant.id), \(app.id), \(grant.scopes.text), \(now),
                1, \([UInt8](repeating: 1, count: 32)), 1, \(now), \(end), \(end))
                """)
        }
        let path = try await tree.store.read { tx in try tx.organization(grant.organization)?.path }
        guard let path else { throw StoreError.closed }
        let token = AccessToken(
            id: ID(at: now.milliseconds), holder: .app(app.id, lineage: lineage), account: path.root,
            organization: grant.organization, subject: grant.member.description, scopes: grant.scopes,
            audiences: [Self.issuer], issuedAt: Instant(seconds: now.seconds), expiresAt: now.adding(seconds: 3600))
        return try tokenIssuer.text(of: token, as: app.tokenFormat)
    }
}
