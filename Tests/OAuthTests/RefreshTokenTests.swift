import CredentialFormat
import Credentials
import Events
import Model
import OAuth
import Persistence
import Policy
import ProductDefinition
import TestSupport
import Testing
import Tokens
import Verification

@Suite("Refresh tokens are strict, and survive a lost reply", .onEveryEngine)
struct RefreshTokenTests {
    @Test(arguments: [AppAuthentication.basic, .none])
    func `each refresh brings a successor, and an access token that works`(
        _ authentication: AppAuthentication
    ) async throws {
        try await withTokens(authentication, scope: "data.read openid") { desk, app, first in
            var token = first
            for _ in 0..<4 {
                desk.tree.clock.advance(seconds: 3600)
                #expect(try await desk.verdict(token.accessToken).rule == .expired)
                let next = try await desk.refresh(token.refreshToken, for: app)
                #expect(next.refreshToken != token.refreshToken)
                #expect(next.scope == "data.read openid")
                #expect(next.idToken != nil)
                #expect(try await desk.verdict(next.accessToken).caller?.scopes.text == "data.read openid")
                token = next
            }
        }
    }

    @Test func `a call whose reply was lost is repeated and answered with the same bytes, over a restart too`()
        async throws
    {
        try await withTokens { desk, app, first in
            let lost = try await desk.refresh(first.refreshToken, for: app)
            desk.tree.clock.advance(seconds: 29)
            let again = try await SampleDesk(desk.tree).refresh(first.refreshToken, for: app)
            #expect(again.everything == lost.everything)
            #expect(try await desk.verdict(again.accessToken).rule == nil)
            let next = try await desk.refresh(again.refreshToken, for: app)
            #expect(try await desk.verdict(next.accessToken).rule == nil)
            #expect(try await alarms(desk) == 0)
        }
    }

    @Test func `sixteen at once get the same reply, of one rotation (F1, F6)`() async throws {
        try await withTokens { desk, app, first in
            let ends = await race(16) { _ in try await desk.refresh(first.refreshToken, for: app) }
            let replies = ends.compactMap { try? $0.get().everything }
            #expect(replies.count == 16)
            #expect(Set(replies).count == 1)
            let generations = try await lineages(desk).map(\.generation)
            #expect(generations == [2])
            #expect(try await alarms(desk) == 0)
        }
    }

    @Test(arguments: [AppAuthentication.basic, .none])
    func `of a disabled app no token is worth anything, and the lineage goes on once it is enabled`(
        _ authentication: AppAuthentication
    ) async throws {
        try await withTokens(authentication) { desk, app, first in
            let id = app.app.id
            try await desk.tree.store.write { [apps = desk.tree.apps, home = desk.tree.europe.id] tx in
                _ = try apps.disable(id, in: home, as: SampleTree.theOperator, tx: tx)
            }
            #expect(try await desk.verdict(first.accessToken).rule == .disabled)
            for judge in [desk, SampleDesk(desk.tree)] {
                await #expect(throws: OAuthError(.unauthorizedClient, "")) {
                    _ = try await judge.refresh(first.refreshToken, for: app)
                }
            }
            try await desk.tree.store.write { [apps = desk.tree.apps, home = desk.tree.europe.id] tx in
                _ = try apps.enable(id, in: home, as: SampleTree.theOperator, tx: tx)
            }
            #expect(try await desk.verdict(first.accessToken).rule == nil)
            let next = try await desk.refresh(first.refreshToken, for: app)
            #expect(try await desk.verdict(next.accessToken).rule == nil)
            #expect(try await alarms(desk) == 0)
        }
    }

    @Test func `behind the window, or once the successor was used, an old token ends everything (F5)`() async throws {
        try await withTokens { desk, app, first in
            let second = try await desk.refresh(first.refreshToken, for: app)
            desk.tree.clock.advance(seconds: 30)
            try await expectAlarm(desk, app, by: first, ending: [first, second])
        }
        try await withTokens { desk, app, first in
            let second = try await desk.refresh(first.refreshToken, for: app)
            let third = try await desk.refresh(second.refreshToken, for: app)
            try await expectAlarm(desk, app, by: first, ending: [first, second, third])
        }
    }

    @Test func `a repetition that asks for something else is no repetition`() async throws {
        try await withTokens(scope: "data.read reports.read") { desk, app, first in
            let second = try await desk.refresh(first.refreshToken, for: app)
            await expect(.invalidGrant) {
                try await desk.refresh(first.refreshToken, for: app, [("scope", "data.read")])
            }
            #expect(try await desk.verdict(second.accessToken).rule == .unknown)
            #expect(try await alarms(desk) == 1)
        }
    }

    @Test func `a stolen token is found out after a restart (F2)`() async throws {
        try await withTokens { desk, app, first in
            let second = try await desk.refresh(first.refreshToken, for: app)
            desk.tree.clock.advance(seconds: 31)
            let restarted = SampleDesk(desk.tree)
            await expect(.invalidGrant) { try await restarted.refresh(first.refreshToken, for: app) }
            #expect(try await desk.verdict(second.accessToken).rule == .unknown)
            #expect(try await restarted.verdict(second.accessToken).rule == .unknown)
            await expect(.invalidGrant) { try await restarted.refresh(second.refreshToken, for: app) }
        }
    }

    @Test func `a token of another client is refused, and nothing happens to it (F3, C3)`() async throws {
        try await withTokens { desk, app, first in
            for authentication in [AppAuthentication.basic, .none] {
                let other = try await desk.app(in: desk.tree.europe, authentication: authentication)
                await expect(.invalidGrant) { try await desk.refresh(first.refreshToken, for: other) }
            }
            await expect(.invalidClient) {
                let refresh = [("grant_type", "refresh_token"), ("refresh_token", first.refreshToken)]
                return try await desk.tokens(as: nil, [("client_id", app.id)] + refresh)
            }
            let wrong = SampleClient(id: app.id, secret: MintedSecret(.clientSecret, brand: .claviger).reveal())
            await expect(.invalidClient) {
                try await desk.tokens(
                    as: wrong, [("grant_type", "refresh_token"), ("refresh_token", first.refreshToken)])
            }
            _ = try await desk.refresh(first.refreshToken, for: app)
        }
    }

    @Test func `scopes are narrowed for one access token, and never widened (F4)`() async throws {
        try await withTokens(scope: "data.read reports.read") { desk, app, first in
            for scope in ["data.read openid", "data.write", "claviger:api-keys.read"] {
                await expect(.invalidScope) {
                    try await desk.refresh(first.refreshToken, for: app, [("scope", scope)])
                }
            }
            await expect(.invalidTarget) {
                try await desk.refresh(first.refreshToken, for: app, [("resource", "https://one.example.com")])
            }
            let narrow = try await desk.refresh(first.refreshToken, for: app, [("scope", "data.read")])
            #expect(narrow.scope == "data.read")
            #expect(try await desk.verdict(narrow.accessToken).caller?.scopes.text == "data.read")
            let whole = try await desk.refresh(narrow.refreshToken, for: app)
            #expect(whole.scope == "data.read reports.read")
        }
    }

    @Test func `what the app may not ask for any more is not given (S4)`() async throws {
        try await withTokens(scope: "data.read reports.read") { desk, app, first in
            try await edit(app, scopes: "reports.read", at: desk)
            let rest = try await desk.refresh(first.refreshToken, for: app)
            #expect(rest.scope == "reports.read")
            try await edit(app, scopes: "openid", at: desk)
            await expect(.invalidScope) { try await desk.refresh(rest.refreshToken, for: app) }
        }
    }

    @Test func `a refresh token lives as long as its app says, and the lineage a year`() async throws {
        try await withTokens(refreshTokenSeconds: 600) { desk, app, first in
            desk.tree.clock.advance(seconds: 599)
            let second = try await desk.refresh(first.refreshToken, for: app)
            desk.tree.clock.advance(seconds: 600)
            await expect(.invalidGrant) { try await desk.refresh(second.refreshToken, for: app) }
            #expect(try await alarms(desk) == 0)
        }
        let product = Product(name: "Short", policy: ProductPolicy(refreshTokenMaximumSeconds: 86_400))
        try await withTokens(product: product) { desk, app, first in
            desk.tree.clock.advance(seconds: 86_399)
            let last = try await desk.refresh(first.refreshToken, for: app)
            #expect(last.expiresIn == 1)
            desk.tree.clock.advance(seconds: 1)
            await expect(.invalidGrant) { try await desk.refresh(last.refreshToken, for: app) }
            #expect(try await desk.verdict(last.accessToken).rule == .expired)
        }
    }

    @Test func `nothing is refreshed for who is gone or suspended`() async throws {
        try await withTokens { desk, app, first in
            try await desk.suspend(desk.tree.global)
            await expect(.unauthorizedClient) { try await desk.refresh(first.refreshToken, for: app) }
            try await desk.suspend(desk.tree.global, false)
            _ = try await desk.refresh(first.refreshToken, for: app)
        }
        try await withTokens(availability: .everyone, of: \.stranger) { desk, app, first in
            let second = try await desk.refresh(first.refreshToken, for: app)
            try await desk.suspend(desk.tree.global)
            for token in [first, second] {
                await expect(.invalidGrant) { try await desk.refresh(token.refreshToken, for: app) }
            }
            #expect(try await desk.verdict(second.accessToken).rule == .suspended)
        }
        try await withTokens { desk, app, first in
            let lineage = try #require(try await lineages(desk).first)
            let grant = lineage.grant
            try await desk.tree.store.write { tx in
                try tx.delete(grant)
                tx.announce(.grant(grant))
            }
            await expect(.invalidGrant) { try await desk.refresh(first.refreshToken, for: app) }
            #expect(try await desk.verdict(first.accessToken).rule == .unknown)
        }
        try await withTokens { desk, app, first in
            let id = app.app.id
            try await desk.tree.store.write { tx in
                try tx.delete(id)
                tx.announce(.app(id))
            }
            await expect(.invalidClient) { try await desk.refresh(first.refreshToken, for: app) }
            #expect(try await desk.verdict(first.accessToken).rule == .unknown)
        }
    }

    @Test(arguments: ["x", "clv_rt_x", "clv_rt_", "clv_at_x", ""])
    func `what is no refresh token is refused`(_ text: String) async throws {
        try await withTokens { desk, app, first in
            await expect(text.isEmpty ? .invalidRequest : .invalidGrant) { try await desk.refresh(text, for: app) }
            await expect(.invalidGrant) { try await desk.refresh(first.accessToken, for: app) }
            await expect(.invalidGrant) { try await desk.refresh(first.refreshToken + "0", for: app) }
        }
    }

    @Test func `while the store is gone nothing is given, and nothing is lost`() async throws {
        try await withTokens { desk, app, first in
            desk.store.isGone = true
            await #expect(throws: StoreError.self) { try await desk.refresh(first.refreshToken, for: app) }
            desk.store.isGone = false
            let second = try await desk.refresh(first.refreshToken, for: app)
            #expect(try await desk.verdict(second.accessToken).rule == nil)
        }
    }

    @Test func `an app gives up all that it has by any refresh token of the lineage (RFC 7009)`() async throws {
        for isOld in [false, true] {
            try await withTokens { desk, app, first in
                let second = try await desk.refresh(first.refreshToken, for: app)
                let other = try await desk.app(in: desk.tree.europe)
                await expect(.unauthorizedClient) { try await desk.revoke(second.refreshToken, as: other.client) }
                #expect(try await desk.verdict(second.accessToken).rule == nil)
                let given = isOld ? first.refreshToken : second.refreshToken
                #expect(try await desk.revoke(given, as: app.client))
                for token in [first, second] { #expect(try await desk.verdict(token.accessToken).rule == .unknown) }
                await expect(.invalidGrant) { try await desk.refresh(second.refreshToken, for: app) }
                // Once more is no error (RFC 7009 §2.2).
                try await desk.revoke(given, as: app.client)
                let events = try await desk.tree.auditEvents().map(\.action)
                #expect(events.filter { $0 == AuditAction.lineageRevoked.rawValue }.count == 1)
            }
        }
    }

    @Test func `an app revokes one access token, and goes on with the lineage`() async throws {
        try await withTokens { desk, app, first in
            let other = try await desk.app(in: desk.tree.europe)
            await expect(.unauthorizedClient) { try await desk.revoke(first.accessToken, as: other.client) }
            #expect(try await desk.revoke(first.accessToken, as: app.client))
            #expect(try await desk.verdict(first.accessToken).rule == .revoked)
            _ = try await desk.refresh(first.refreshToken, for: app)
        }
    }

    @Test func `an app sees its own tokens and no other's, a public one none (I1, I3)`() async throws {
        try await withTokens { desk, app, first in
            let other = try await desk.app(in: desk.tree.europe)
            let server = SampleClient(try await desk.resourceServer([SampleDesk.issuer]))
            #expect(try await desk.introspect(first.accessToken, as: app.client) != nil)
            #expect(try await desk.introspect(first.accessToken, as: server) != nil)
            #expect(try await desk.introspect(first.accessToken, as: other.client) == nil)
        }
        try await withTokens(.none) { desk, app, first in
            await expect(.invalidClient) {
                try await desk.introspect(first.accessToken, as: nil, [("client_id", app.id)])
            }
        }
    }

    @Test func `an app sees its own refresh token while it would be exchanged, and nobody else does (RFC 7662 §2.1)`()
        async throws
    {
        try await withTokens(scope: "data.read openid", refreshTokenSeconds: 7200) { desk, app, first in
            let other = try await desk.app(in: desk.tree.europe)
            let server = SampleClient(try await desk.resourceServer([SampleDesk.issuer]))
            let integration = SampleClient(try await desk.tree.integration(in: desk.tree.europe))
            let issuedAt = try #require(try await lineages(desk).first).createdAt
            let told = try #require(try await desk.told(first.refreshToken, as: app.client).refreshToken)
            #expect(told.app == app.app.id)
            #expect(told.scopes.text == "data.read openid")
            #expect(told.organization.last == desk.tree.europe.id)
            #expect(told.username == nil)
            #expect(told.issuedAt == issuedAt)
            #expect(told.expiresAt == issuedAt.adding(seconds: 7200))
            for client in [other.client, server, integration] {
                #expect(try await desk.told(first.refreshToken, as: client).rule != nil)
            }
            for text in [first.refreshToken + "0", "clv_rt_x", String(first.refreshToken.dropLast())] {
                #expect(try await desk.told(text, as: app.client).rule != nil)
            }
            desk.tree.clock.advance(seconds: 10)
            let rotatedAt = desk.tree.clock.current
            let second = try await desk.refresh(first.refreshToken, for: app)
            // A look at a spent one is no use of it.
            #expect(try await desk.told(first.refreshToken, as: app.client).rule == .revoked)
            #expect(try await alarms(desk) == 0)
            let now = try #require(try await desk.told(second.refreshToken, as: app.client).refreshToken)
            #expect(now.issuedAt == rotatedAt)
            try await edit(app, scopes: "data.read", at: desk)
            #expect(
                try await desk.told(second.refreshToken, as: app.client).refreshToken?.scopes.text == "data.read")
            desk.tree.clock.advance(seconds: 7200)
            #expect(try await desk.told(second.refreshToken, as: app.client).rule == .expired)
        }
        try await withTokens { desk, app, first in
            let grant = try #require(try await lineages(desk).first).grant
            try await desk.tree.store.write { tx in
                try tx.delete(grant)
                tx.announce(.grant(grant))
            }
            #expect(try await desk.told(first.refreshToken, as: app.client).rule == .unknown)
        }
        try await withTokens(availability: .everyone, of: \.stranger) { desk, app, first in
            #expect(try await desk.told(first.refreshToken, as: app.client).refreshToken != nil)
            try await desk.suspend(desk.tree.global)
            #expect(try await desk.told(first.refreshToken, as: app.client).rule == .disabled)
        }
    }

    @Test func `a user's address is told to backends, and to the app that was granted it (RFC 7662 §5)`() async throws {
        try await SampleDesk.open { desk in
            let app = try await desk.app(in: desk.tree.europe, scopes: "data.read email openid profile")
            let member = try await desk.signedIn(in: desk.tree.europe)
            let server = SampleClient(try await desk.resourceServer([SampleDesk.issuer]))
            for (scope, isTold) in [("data.read openid", false), ("openid profile", true), ("email openid", true)] {
                let token = try await desk.consented(to: app, ["scope": scope], in: desk.tree.europe, as: member)
                    .accessToken
                let told = try await desk.told(token, as: app.client)
                #expect(told.username == (isTold ? "ada@example.com" : nil))
                #expect(try await desk.told(token, as: server).username == "ada@example.com")
            }
            let token = try await desk.consented(to: app, ["scope": "email"], in: desk.tree.europe, as: member)
            try await edit(app, scopes: "data.read", at: desk)
            #expect(try await desk.told(token.accessToken, as: app.client).username == nil)
        }
    }

    @Test func `an app that is set back to its own account's users is worth nothing with others (S4, I6)`()
        async throws
    {
        try await withTokens(availability: .everyone, of: \.stranger) { desk, app, first in
            let second = try await desk.refresh(first.refreshToken, for: app)
            #expect(try await desk.verdict(second.accessToken).rule == nil)
            try await setAvailability("account", of: app, at: desk)
            for token in [first, second] {
                #expect(try await desk.verdict(token.accessToken).rule == .disabled)
                // The first is a repetition, which would get the last reply again.
                await expect(.invalidGrant) { try await desk.refresh(token.refreshToken, for: app) }
            }
            #expect(try await alarms(desk) == 0)
            try await setAvailability("everyone", of: app, at: desk)
            #expect(try await desk.verdict(second.accessToken).rule == nil)
            _ = try await desk.refresh(second.refreshToken, for: app)
        }
        try await withTokens(of: \.global) { desk, app, first in
            #expect(try await desk.verdict(first.accessToken).rule == nil)
            _ = try await desk.refresh(first.refreshToken, for: app)
        }
    }

    private func setAvailability(_ word: String, of app: SampleApp, at desk: SampleDesk) async throws {
        let (id, organization) = (app.app.id, app.app.organization)
        _ = try await desk.tree.store.write { [apps = desk.tree.apps] tx in
            try apps.edit(id, in: organization, AppEdit(availableTo: word), as: SampleTree.theOperator, tx: tx)
        }
    }

    /// Whether the successor was used before the spent token came back, and what the audit log says then.
    @Test(arguments: [(false, "reply_lost"), (true, "copied")])
    func `the alarm says whether the successor was ever used, and when the newest was made`(
        _ isUsed: Bool, _ cause: String
    ) async throws {
        try await withTokens { desk, app, first in
            let second = try await desk.refresh(first.refreshToken, for: app)
            desk.tree.clock.advance(seconds: 100)
            if isUsed { _ = try await desk.refresh(second.refreshToken, for: app) }
            desk.tree.clock.advance(seconds: 32)
            let grant = try #require(try await lineages(desk).first).grant
            #expect(try await desk.tree.store.read { tx in try tx.grant(grant)?.lastReuse } == nil)
            await expect(.invalidGrant) { try await desk.refresh(first.refreshToken, for: app) }
            let event = try #require(
                try await desk.tree.auditEvents().first { $0.action == AuditAction.lineageReuseDetected.rawValue })
            #expect(
                event.details == [
                    "app": app.id, "grant": grant.description, "presented": "refresh_token",
                    "successor_used": isUsed ? "yes" : "no", "newest_token_age_seconds": isUsed ? "32" : "132",
                    "likely_cause": cause,
                ])
            let reuse = try await desk.tree.store.read { tx in try tx.grant(grant)?.lastReuse }
            #expect(reuse == Grant.Reuse(at: desk.now, successorWasUsed: isUsed))
        }
    }

    private func expectAlarm(
        _ desk: SampleDesk, _ app: SampleApp, by old: AppTokens, ending all: [AppTokens]
    ) async throws {
        for token in all { #expect(try await desk.verdict(token.accessToken).rule == nil) }
        await expect(.invalidGrant) { try await desk.refresh(old.refreshToken, for: app) }
        for token in all {
            #expect(try await desk.verdict(token.accessToken).rule == .unknown)
            await expect(.invalidGrant) { try await desk.refresh(token.refreshToken, for: app) }
        }
        #expect(try await alarms(desk) == 1)
    }

    private func alarms(_ desk: SampleDesk) async throws -> Int {
        try await desk.tree.auditEvents().filter { $0.action == AuditAction.lineageReuseDetected.rawValue }.count
    }

    private func lineages(_ desk: SampleDesk) async throws -> [RefreshLineage] {
        try await desk.tree.store.read { tx in
            let ids = try tx.all("SELECT id FROM refresh_lineage") { try $0.id(0, of: RefreshLineage.self) }
            return try ids.compactMap { try tx.lineage($0) }
        }
    }

    private func edit(_ app: SampleApp, scopes: String, at desk: SampleDesk) async throws {
        let app = app.app
        let changed = App(
            id: app.id, organization: app.organization, name: app.name, availability: app.availability,
            authentication: app.authentication, redirectURIs: app.redirectURIs, signedOutURIs: app.signedOutURIs,
            scopes: try #require(ScopeSet(parsing: scopes)), links: app.links,
            accessTokenSeconds: app.accessTokenSeconds, refreshTokenSeconds: app.refreshTokenSeconds,
            tokenFormat: app.tokenFormat, idTokenAlgorithm: app.idTokenAlgorithm, createdAt: app.createdAt,
            createdBy: app.createdBy)
        try await desk.tree.store.write { tx in
            try tx.update(changed)
            tx.announce(.app(changed.id))
        }
    }

    private func withTokens(
        _ authentication: AppAuthentication = .basic, product: Product = .standard,
        scope: String = "data.read", refreshTokenSeconds: Int? = nil, availability: App.Availability = .account,
        of owner: (SampleTree) -> Organization = \.europe,
        _ use: (SampleDesk, SampleApp, AppTokens) async throws -> Void
    ) async throws {
        try await SampleDesk.open(product: product) { desk in
            let app = try await desk.app(
                in: owner(desk.tree), authentication: authentication, availability: availability,
                refreshTokenSeconds: refreshTokenSeconds)
            let member = try await desk.signedIn(in: desk.tree.europe)
            let tokens = try await desk.consented(to: app, ["scope": scope], in: desk.tree.europe, as: member)
            try await use(desk, app, tokens)
        }
    }
}

extension AppTokens {
    /// All that its reply is made of.
    fileprivate var everything: [String] {
        [accessToken, String(expiresIn), scope, refreshToken, idToken ?? "", clientText]
    }
}
