import ProductDefinition
import TestSupport
import Testing
import Verification

@testable import WebConsole

/// What went wrong is said where it has to be put right (WCAG 2.2 §3.3.1, §4.1.3), and what was done is said once.
@Suite("What pages say of what was done", .server(on: [.sqlite]), .serialized)
struct NoticeTests {
    @Test(arguments: [
        (Done.apiKeyDisabled, 3, 3, "refused until you enable it. All 3 nodes refuse it by now."),
        (.apiKeyDisabled, 3, 2, "refused until you enable it. 2 of 3 nodes refuse it by now; the others follow."),
        (.apiKeyDisabled, 1, 1, "refused until you enable it."),
    ])
    func `what was ended is refused by so many nodes by now`(_ done: Done, nodes: Int, confirmed: Int, words: String) {
        let heard = FeedConfirmation(nodes: nodes, confirmed: confirmed, milliseconds: 4)
        #expect(Notice.done(done, heard: heard, in: ProductWords())?.text.hasSuffix(words) == true)
        #expect(Notice.done(nil, heard: heard, in: ProductWords()) == nil)
    }

    @Test func `a password that is not right is said in the title and above, and neither field is called wrong`()
        async throws
    {
        let (server, demo) = try RunningServer.current
        var visitor = PageVisitor(server)
        let form = try await visitor.open("/sign-in")
        #expect(form.text.contains("<title>Sign in · Claviger</title>"))
        #expect(form.field("password")?.contains("aria-invalid") == false)
        let wrong = try await visitor.fill(
            form, "/sign-in", [("email", demo.adminEmail), ("password", "no such password")])
        #expect(wrong.bad == "Wrong e-mail or password.")
        #expect(wrong.text.contains("<title>Error: Sign in · Claviger</title>"))
        #expect(wrong.links("Reset your password") == ["/forgot-password"])
        for name in ["email", "password"] {
            #expect(wrong.field(name)?.contains("aria-invalid") == false, "It is not said which.")
        }
    }

    @Test func `a password that may not be set is said at its field, and the address still works`() async throws {
        let (server, demo) = try RunningServer.current
        let somebody = try await Somebody("Ada", email: "ada@told.example", in: demo.account, on: server, demo)
        let link = try await somebody.link("invitation", on: server, demo)
        var visitor = PageVisitor(server)
        let page = try await visitor.open(link)
        let named = try #require(page.field("email"))
        #expect(named.contains("autocomplete=\"username\"") && named.contains(" readonly"))
        #expect(named.contains("type=\"email\"") && named.contains("value=\"ada@told.example\""))
        #expect(page.text.contains("action=\"\(link)\""), "To load it again works from the address alone.")
        let short = try await visitor.setPassword("too short", behind: link)
        #expect(short.text.contains("<title>Error: Welcome, Ada · Claviger</title>"))
        #expect(short.text.contains("action=\"\(link)\""))
        let field = try #require(short.field("password"))
        expectMeant(field)
        #expect(short.bad == "Use at least 12 characters.")
        #expect(!short.text.contains("id=\"notice\""), "It is said once, at the field, instead of the hint.")
        #expect(!short.text.contains("id=\"password-hint\""))

        _ = try await visitor.setPassword(Somebody.password, behind: link)
        #expect(try await visitor.account()?.good == "Password set. You’re signed in.")
        #expect(try await visitor.account()?.good == nil, "It is said once.")
        for path in ["/account/password", "/sign-in/again"] {
            let named = try #require(try await visitor.open(path).field("email"))
            #expect(named.contains("autocomplete=\"username\"") && named.contains(" readonly"), "\(path)")
        }
        let again = try await visitor.open("/sign-in/again")
        #expect(again.links("Cancel") == ["/account"])
        let wrong = try await visitor.fill(again, "/sign-in/again", [("password", "no such password")])
        #expect(wrong.bad == "Wrong password.")
        expectMeant(try #require(wrong.field("password")))
    }

    @Test func `another password, and the end of sessions, are told`() async throws {
        let (server, _) = try RunningServer.current
        let somebody = try await Somebody.joined("Bea", email: "bea@told.example")
        var (here, there) = (PageVisitor(server), PageVisitor(server))
        _ = try await here.signIn(email: somebody.email, password: Somebody.password)
        _ = try await there.signIn(email: somebody.email, password: Somebody.password)
        _ = try await here.fill(try #require(try await here.account()), "/account/sessions/end")
        #expect(try await here.account()?.good == "Signed out of that device.")
        _ = try await there.signIn(email: somebody.email, password: Somebody.password)
        _ = try await here.fill(try #require(try await here.account()), "/account/sessions/end-others")
        #expect(try await here.account()?.good == "Signed out everywhere else.")
        _ = try await here.fill(
            try await here.open("/account/password"), "/account/password", [("password", "quite another password")])
        #expect(try await here.account()?.good == "Password changed. You’re signed out everywhere else.")
    }

    @Test func `what is told comes from a list, whatever the browser says`() async throws {
        let (server, demo) = try RunningServer.current
        var visitor = PageVisitor(server)
        _ = try await visitor.signIn(demo)
        let session = try #require(visitor.cookies["claviger"])
        var plain = PageVisitor(server, cookies: ["claviger": session, "claviger-done": "session-ended"])
        #expect(try await plain.account()?.good == "Signed out of that device.")
        for word in ["Your account is blocked: call 555", "password", "<script>", ""] {
            var told = PageVisitor(server, cookies: ["claviger": session, "claviger-done": word])
            #expect(try await told.account()?.good == nil, "\(word)")
            #expect(try await told.open("/account?done=password-changed").good == nil)
        }
    }

    @Test func `two sessions of one kind are told apart by what is said of them`() async throws {
        let (server, _) = try RunningServer.current
        let somebody = try await Somebody.joined("Cem", email: "cem@told.example")
        var visitors = [PageVisitor(server), PageVisitor(server)]
        for index in visitors.indices {
            _ = try await visitors[index].signIn(email: somebody.email, password: Somebody.password)
        }
        let page = try #require(try await visitors[0].account())
        let described = page.text.matches(of: /<button [^>]*aria-describedby="([^"]+)">Sign out</).map { String($0.1) }
        #expect(described.count == 2)
        #expect(Set(described).count == 2)
        for id in described { #expect(page.text.contains("id=\"\(id)\">")) }
    }

    @Test(arguments: [
        (1, "a second"), (119, "119 seconds"), (120, "2 minutes"), (121, "3 minutes"), (180, "3 minutes"),
        (900, "15 minutes"),
    ])
    func `a wait is never longer than is said, and no more than a minute shorter`(_ seconds: Int, _ words: String) {
        #expect(SignInWords.duration(seconds) == words)
    }

    /// Whether a field says that what is in it is not right, and where it is said why.
    private func expectMeant(_ tag: String, _ location: SourceLocation = #_sourceLocation) {
        // It says itself where: its own sentence stands below it.
        #expect(tag.contains("aria-invalid=\"true\""), "\(tag)", sourceLocation: location)
        #expect(tag.contains("aria-describedby=\"field-error\""), "\(tag)", sourceLocation: location)
    }
}
