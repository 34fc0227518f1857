import TestSupport
import Testing

@Suite("The page of my apps", .server(on: [.sqlite]), .serialized)
struct AppsPageTests {
    @Test(arguments: [false, true])
    func `a token that came back is told, with what tells a loss from a theft`(_ isUsed: Bool) async throws {
        let (server, demo) = try RunningServer.current
        let account = try await server.makeAccount("Reuse \(isUsed)", as: demo.operatorKey)
        let app = try await server.makeApp(in: account, as: demo.operatorKey)
        let member = try await server.makeMember(in: account, as: demo.operatorKey)
        var visitor = try await PageVisitor.signedIn(member, at: server)
        let first = try await visitor.tokens(for: app, ["scope": "openid data.read"])
        let path = "/api/v1/organizations/\(account)/grants"
        #expect(try await server.get(path, bearer: demo.operatorKey).json["items"][0]["last_reuse"] == .null)
        #expect(try await visitor.open("/account/apps").text.contains("came back") == false)
        let second = try MadeTokens(try await server.refresh(first.refresh, of: app))
        if isUsed { #expect(try await server.refresh(second.refresh, of: app).status == 200) }
        // Another request than the first, so it is none that repeats it.
        #expect(try await server.refresh(first.refresh, of: app, [("scope", "openid")]).status == 400)
        let page = try await visitor.open("/account/apps").text
        #expect(page.contains("a token that this app had used before came back"))
        #expect(page.contains("most likely the app lost it") == !isUsed)
        #expect(page.contains("somebody else may have a copy") == isUsed)
        let told = try await server.get(path, bearer: demo.operatorKey).json["items"][0]["last_reuse"]
        #expect(told["successor_used"] == (isUsed ? true : false))
        _ = try await visitor.tokens(for: app, ["scope": "openid data.read", "prompt": "consent"])
        #expect(try await visitor.open("/account/apps").text.contains("came back") == false)
    }
}
