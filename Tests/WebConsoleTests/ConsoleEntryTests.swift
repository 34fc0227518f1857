import TestSupport
import Testing

@testable import WebConsole

/// Who comes into the console, and what stands around its pages.
@Suite("The way into the console", .server(product: ledgerProduct), .serialized)
struct ConsoleEntryTests {
    @Test func `the first address leads members to their console, others to their account, and nobody to the sign-in`()
        async throws
    {
        let (server, demo) = try RunningServer.current
        let (owner, guest) = (
            try await Somebody.joined("Olga", roles: ["owner"]), try await Somebody.joined("Gus", roles: ["guest"])
        )
        var (ours, theirs, nobody) = (PageVisitor(server), PageVisitor(server), PageVisitor(server))
        #expect(try await nobody.open("/").location == "/sign-in?continue=%2F")
        let first = try await ours.signIn(email: owner.email, password: Somebody.password, at: "/sign-in?continue=%2F")
        #expect(first.location == "/")
        #expect(try await ours.open("/").location == "/o/\(demo.account)")
        #expect(try await ours.open("/o/\(demo.account)").status == 200)
        _ = try await theirs.signIn(email: guest.email, password: Somebody.password)
        #expect(try await theirs.open("/").location == "/account")
        let account = try await theirs.open("/account").text
        #expect(!account.contains("/o/"), "Nothing hints at what one may not see.")
    }

    @Test func `who has to sign in comes back to the page with its filters, and to no address that is none of ours`()
        async throws
    {
        let (server, demo) = try RunningServer.current
        var nobody = PageVisitor(server)
        let asked = try await nobody.open("/o/\(demo.account)/integrations?q=sap&never-used=on")
        #expect(
            asked.location
                == "/sign-in?continue=%2Fo%2F\(demo.account.replacing("_", with: "_"))%2Fintegrations%3Fq%3Dsap%26never-used%3Don"
        )
        for path in ["/o/x/integrations", "/o//evil.example", "/o/\(demo.account)/a.b", "/o/\(demo.account)//x"] {
            #expect(ReturnPath(path, authorizationPaths: []) == nil)
        }
        #expect(ReturnPath("/o/\(demo.account)/api-keys", authorizationPaths: []) != nil)
    }

    @Test func `the bar has the tree to choose from, up to eight, and a search from then on`() async throws {
        let (server, demo) = try RunningServer.current
        let account = try await server.makeAccount("Tree", as: demo.operatorKey)
        let north = try await server.makeOrganization("North", below: account, as: demo.operatorKey)
        _ = try await server.makeOrganization("Oslo", below: north, as: demo.operatorKey)
        let owner = try await Somebody.joined("Tess", in: account, roles: ["owner"])
        var visitor = PageVisitor(server)
        _ = try await visitor.signIn(email: owner.email, password: Somebody.password)
        let few = try await visitor.open("/o/\(north)/integrations").text
        #expect(few.contains("<summary><span class=\"unseen\">Organization: </span><bdi>North</bdi></summary>"))
        #expect(few.contains("<bdi>Oslo</bdi><span class=\"soft small\">Tree › North</span>"))
        #expect(few.contains("href=\"/o/\(account)/integrations\""), "The same page there.")
        #expect(!few.contains("Search for an organization"))
        for number in 1...6 {
            _ = try await server.makeOrganization("Branch \(number)", below: account, as: demo.operatorKey)
        }
        let many = try await visitor.open("/o/\(north)/integrations").text
        #expect(many.contains("Search for an organization"))
        let found = try await visitor.open("/o/\(north)/choose?section=integrations&q=branch+4")
        #expect(found.status == 200)
        #expect(found.text.contains("<bdi>Branch 4</bdi>") && !found.text.contains("<bdi>Branch 5</bdi>"))
        #expect(found.text.contains("/integrations\">Open"))
        #expect(try await visitor.open("/o/\(north)/choose?q=nowhere").text.contains("has “nowhere” in its name"))
    }

    @Test func `its scripts are allowed by hash alone, each as it stands in the page`() async throws {
        let (server, demo) = try RunningServer.current
        let owner = try await Somebody.joined("Scarlett", roles: ["owner"])
        var visitor = PageVisitor(server)
        _ = try await visitor.signIn(email: owner.email, password: Somebody.password)
        let page = try await visitor.open("/o/\(demo.account)/integrations")
        let policy = try #require(page.headers["content-security-policy"])
        let scripts = page.text.matches(of: /(?s)<script>(.*?)<\/script>/).map { String($0.1) }
        #expect(scripts.count == 3)
        let directive = try #require(policy.split(separator: "; ").first { $0.hasPrefix("script-src ") })
        #expect(
            directive == "script-src "
                + scripts.map { "'\(ContentSecurityPolicy.hash(of: $0))'" }.joined(separator: " "))
        #expect(page.text.matches(of: /<script/).count == scripts.count)
    }

    @Test(arguments: Script.allCases)
    func `a script is small, ends nothing early and asks nobody else`(_ script: Script) {
        for word in ["</script", "fetch", "XMLHttpRequest", "eval", "innerHTML", "http:", "https:", "import"] {
            #expect(!script.source.contains(word), "\(word)")
        }
        #expect(script.source.utf8.count < 2000)
    }
}
