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

/// An app loses its access by a page that asks.
@Suite("Removing an app", .server(on: [.sqlite]), .serialized)
struct RemoveAppTests {
    @Test func `asks first, names the app and what follows, and ends it at once`() async throws {
        let (server, demo) = try RunningServer.current
        let account = try await server.makeAccount("Removal", as: demo.operatorKey)
        let app = try await server.makeApp(in: account, as: demo.operatorKey)
        let (owner, other) = (
            try await server.makeMember("owner", in: account, as: demo.operatorKey),
            try await server.makeMember("other", in: account, as: demo.operatorKey)
        )
        var visitor = try await PageVisitor.signedIn(owner, at: server)
        let tokens = try await visitor.tokens(for: app, ["scope": "openid data.read"])
        let list = try await visitor.open("/account/apps")
        #expect(list.forms(to: "/account/apps/take-back").isEmpty, "One press alone removes nothing.")
        #expect(list.text.contains("permissions"))
        let link = try #require(list.text.firstMatch(of: /href="(\/account\/apps\/take-back\?grant=[^"]+)"/)).1
        let question = try await visitor.open(String(link))
        #expect(question.status == 200)
        #expect(question.text.contains("<h1>Remove access of <bdi>"))
        #expect(try await server.refresh(tokens.refresh, of: app).status == 200, "To look ends nothing.")

        var stranger = try await PageVisitor.signedIn(other, at: server)
        #expect(try await stranger.open(String(link)).location == "/account/apps", "As for what does not exist.")
        #expect(try await stranger.open("/account/apps/take-back?grant=x").location == "/account/apps")
        var nobody = PageVisitor(server)
        #expect(try await nobody.open(String(link)).location == "/sign-in?continue=%2Faccount%2Fapps")

        for _ in 1...2 {
            #expect(try await visitor.fill(question, "/account/apps/take-back").location == "/account/apps")
        }
        let after = try await visitor.open("/account/apps")
        #expect(after.good == "Access removed. The app can no longer use your account there.")
        #expect(after.text.contains("No apps yet"))
        #expect(try await visitor.open(String(link)).location == "/account/apps")
    }
}
