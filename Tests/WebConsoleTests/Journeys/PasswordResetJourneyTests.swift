import TestSupport
import Testing

@Suite("A member who has forgotten their password", .onEveryEngine)
struct PasswordResetJourneyTests {
    @Test func `gets a letter, sets another one, and all who were signed in before are out`() async throws {
        let post = try Post()
        try await post.withServer { server, demo in
            let invitation = try await joined("Ada", post, server, demo)
            #expect(invitation.contains("/invitation?token="))
            var (old, stranger, visitor) = (PageVisitor(server), PageVisitor(server), PageVisitor(server))
            _ = try await old.signIn(email: "ada@journey.example", password: Somebody.password)
            #expect(try await old.account() != nil)

            let forgotten = try await visitor.fill(
                try await visitor.open("/forgot-password"), "/forgot-password", [("email", "ada@journey.example")])
            let unknown = try await stranger.fill(
                try await stranger.open("/forgot-password"), "/forgot-password", [("email", "nobody@journey.example")])
            #expect(forgotten.status == 200)
            #expect(forgotten.text.contains("Check your e-mail"))
            #expect(forgotten.text == unknown.text)

            let letter = try await post.letter(number: 2)
            #expect(letter.headers.contains("To: <ada@journey.example>"))
            let link = try #require(letter.link(at: server))
            #expect(link.hasPrefix("/password-reset?token="))
            let other = "quite another password"
            #expect(try await visitor.setPassword(other, behind: link).location == "/account")
            #expect(try await visitor.account() != nil)
            #expect(try await old.account() == nil)
            let dead = try await stranger.open(link)
            #expect(dead.status == 403)
            #expect(dead.links("Request a new link") == ["/forgot-password"])
            #expect(
                try await stranger.signIn(email: "ada@journey.example", password: Somebody.password).status == 422)
            #expect(try await stranger.signIn(email: "ada@journey.example", password: other).location == "/account")
            let told = try await post.letter(number: 3)
            #expect(told.body.contains("Your password was changed") && told.link(at: server) == nil)
            #expect(try post.letters().count == 3, "Whom nobody knows gets no letter.")
            #expect(!server.log.contains("clv_inv_"))
        }
    }

    @Test func `is told to ask an admin where no mail goes out, and the admin's link works once`() async throws {
        try await ServerProcess.withDemo { server, demo in
            let ada = try await Somebody("Ada", in: demo.account, on: server, demo)
            var (old, visitor) = (PageVisitor(server), PageVisitor(server))
            _ = try await old.setPassword(
                Somebody.password, behind: try await ada.link("invitation", on: server, demo))
            #expect(try await old.account() != nil)
            let told = try await visitor.open("/forgot-password")
            #expect(told.text.contains("Ask an admin"))
            #expect(told.field("email") == nil, "Nothing is asked for where nothing can be sent.")
            let link = try await ada.link("password-reset", on: server, demo)
            #expect(try await visitor.open(link).text.contains("Set a new password"))
            #expect(try await old.account() != nil, "To look at a link changes nothing.")
            #expect(try await visitor.setPassword("quite another password", behind: link).location == "/account")
            #expect(try await old.account() == nil)
            #expect(try await old.open(link).status == 403)
        }
    }

    /// Makes a member, who sets their password behind the link of the first letter.
    private func joined(
        _ name: String, _ post: Post, _ server: ServerProcess, _ demo: DemoCredentials
    ) async throws -> String {
        let somebody = try await Somebody(name, in: demo.account, on: server, demo)
        let sent = try await server.make("\(somebody.path)/invitation", [:], as: demo.operatorKey)
        #expect(sent["mailed"] == true)
        #expect(sent["link"] == .null)
        let link = try #require(try await post.letter(number: 1).link(at: server))
        var visitor = PageVisitor(server)
        #expect(try await visitor.setPassword(Somebody.password, behind: link).location == "/account")
        return link
    }
}
