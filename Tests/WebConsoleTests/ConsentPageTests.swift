import TestSupport
import Testing

@Suite("The consent page", .server(on: [.sqlite]), .serialized)
struct ConsentPageTests {
    private func page(name: String, in account: String, for email: String) async throws -> Answer {
        let (server, demo) = try RunningServer.current
        let made = try await server.make(
            "/api/v1/organizations/\(account)/apps",
            [
                "name": .text(name), "redirect_uris": ["https://client.example/callback"], "scopes": ["data.read"],
                "logo_uri": "https://logos.example/missing.png", "client_uri": "https://client.example",
            ], as: demo.operatorKey)
        var visitor = PageVisitor(server)
        _ = try await visitor.signIn(email: email, password: Somebody.password)
        return try await visitor.open(
            "/oauth2/authorize?response_type=code&client_id=\(try made["client_id"].string)&scope=data.read"
                + "&code_challenge=\(ProofKey.challenge)&code_challenge_method=S256")
    }

    @Test func `names come with a direction of their own, and "Your apps" opens beside it`() async throws {
        let (_, demo) = try RunningServer.current
        let somebody = try await Somebody.joined("Ada", email: "ada@consent.example")
        let page = try await page(name: "شركة", in: demo.account, for: somebody.email)
        #expect(
            page.text.contains("<h1 dir=\"auto\"><bdi>شركة</bdi> wants to access your Claviger account</h1>"))
        #expect(page.text.contains("<strong><bdi>ada@consent.example</bdi></strong>"))
        #expect(page.text.contains("<strong><bdi>client.<wbr>example<wbr></bdi></strong>"))
        #expect(page.text.contains("This app: <a href=\"https://client.example\""))
        #expect(page.text.contains("<a href=\"/account/apps\" target=\"_blank\" rel=\"noopener\">Your apps<"))
        #expect(page.text.contains("data-initial=\"ش\""))
    }

    @Test func `organizations of one name are told apart, however many there are`() async throws {
        let (server, demo) = try RunningServer.current
        let account = try await server.makeAccount("Wide", as: demo.operatorKey)
        let somebody = try await Somebody.joined("Bea", email: "bea@consent.example", in: account)
        for region in ["North", "South", "West"] {
            let id = try await server.makeOrganization(region, below: account, as: demo.operatorKey)
            _ = try await server.makeOrganization("Sales", below: id, as: demo.operatorKey)
        }
        let page = try await page(name: "App", in: account, for: somebody.email)
        let options = page.text.matches(of: /<option [^>]*>([^<]*)<\/option>/).map { String($0.1) }
        #expect(options.count == 8)
        #expect(Set(options).count == 8, "\(options)")
        #expect(options.first == "Choose…", "The widest is not chosen beforehand.")
        #expect(options.contains("Wide (and everything below it: North, South, West)"))
        #expect(!page.text.contains(" selected"))
        #expect(options.contains("Sales (in Wide › South)"))
    }
}
