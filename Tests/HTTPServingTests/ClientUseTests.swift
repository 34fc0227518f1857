import CredentialFormat
import Credentials
import HTTPServing
import HTTPTypes
import Model
import OAuth
import Persistence
import TestSupport
import Testing
import Verification

@Suite("The uses of a client's secret")
struct ClientUseTests {
    @Test func `a call of an app is one use, also where the database has to decide`() async throws {
        try await SampleDesk.open { desk in
            let app = try await desk.app(in: desk.tree.europe)
            let user = try await desk.signedIn(in: desk.tree.europe)
            let tokens = try await desk.consented(to: app, in: desk.tree.europe, as: user)
            let code = try await desk.code(for: app, in: desk.tree.europe, as: user)
            let client = try #require(app.client)
            let back = Front.encoded(SampleDesk.callback)
            let calls: [(OAuthEndpoint, String)] = [
                (.token, "grant_type=refresh_token&refresh_token=\(tokens.refreshToken)"),
                (.introspect, "token=\(tokens.accessToken)"),
                (.revoke, "token=\(tokens.accessToken)"),
                (.revoke, "token=\(tokens.refreshToken)"),
                (
                    .token,
                    "grant_type=authorization_code&code=\(code)&redirect_uri=\(back)&code_verifier=\(ProofKey.verifier)"
                ),
            ]
            for (endpoint, body) in calls {
                let before = try await uses(of: .app(app.app.id), desk)
                #expect(await status(endpoint, body, by: client, desk) == 200, "\(body)")
                #expect(try await uses(of: .app(app.app.id), desk) == before + 1, "\(body)")
            }
        }
    }

    @Test func `a call is one use, whether memory suffices or not, and whether it is refused or not`() async throws {
        try await SampleDesk.open { desk in
            let issued = try await desk.tree.integration(in: desk.tree.europe)
            let integration = ClientID.integration(issued.credential.id)
            for (index, body) in ["", "", "&scope=reports.unknown"].enumerated() {
                let status = await status(
                    .token, "grant_type=client_credentials\(body)", by: SampleClient(issued), desk)
                #expect(status == (body.isEmpty ? 200 : 400))
                #expect(try await uses(of: integration, desk) == index + 1)
            }
            let server = try await desk.resourceServer(["https://api.example.com"])
            let key = try await desk.tree.key(in: desk.tree.europe).secret
            for calls in 1...3 {
                #expect(await status(.introspect, "token=\(key)", by: SampleClient(server), desk) == 200)
                #expect(try await uses(of: .resourceServer(server.credential.id), desk) == calls)
            }
        }
    }

    /// The status of the reply that one door gives, and the other where that one does not.
    private func status(
        _ endpoint: OAuthEndpoint, _ body: String, by client: SampleClient, _ desk: SampleDesk
    ) async -> Int {
        let routes = HotRoutes(over: desk)
        let request = HotRequest(.oauth(endpoint), [("Authorization", client.basic)], body, at: desk.now)
        if let reply = routes.answerFromMemory(request) { return reply.status.code }
        return await routes.answer(request).status.code
    }

    private func uses(of client: ClientID, _ desk: SampleDesk) async throws -> Int {
        try await desk.verifier.usage.flush()
        let secrets = try await desk.tree.store.read { tx in try tx.clientSecrets(of: client) }
        return secrets.reduce(0) { $0 + ($1.lastUse?.count ?? 0) }
    }
}
