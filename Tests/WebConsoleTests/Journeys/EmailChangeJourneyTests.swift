import TestSupport
import Testing

@Suite("A member who wants another e-mail address", .onEveryEngine)
struct EmailChangeJourneyTests {
    /// Somebody who joined by mail, signed in.
    private func joined(
        _ name: String, _ post: Post, _ server: ServerProcess, _ demo: DemoCredentials
    ) async throws -> (Somebody, PageVisitor) {
        let somebody = try await Somebody(name, in: demo.account, on: server, demo)
        _ = try await server.make("\(somebody.path)/invitation", [:], as: demo.operatorKey)
        let link = try #require(try await post.letter(number: 1).link(at: server))
        var visitor = PageVisitor(server)
        #expect(try await visitor.setPassword(Somebody.password, behind: link).location == "/account")
        return (somebody, visitor)
    }

    @Test func `asks for it with the password, and opens the link that goes there, also where they must sign in first`()
        async throws
    {
        let post = try Post()
        try await post.withServer { server, demo in
            var (ada, visitor) = try await joined("Ada", post, server, demo)
            let account = try #require(try await visitor.account())
            #expect(account.text.contains("href=\"/account/email\""))
            let page = try await visitor.open("/account/email")
            #expect(page.text.contains("ada@journey.example"))
            for (email, password) in [
                ("ada@new.example", "a guess of some length"), ("nonsense", Somebody.password),
                (ada.email, Somebody.password),
            ] {
                let wrong = try await visitor.fill(page, "/account/email", [("email", email), ("password", password)])
                #expect(wrong.status == 422 && wrong.bad != nil, "\(email)")
                #expect(wrong.field("email")?.contains("value=\"\(email)\"") == true)
            }
            let sent = try await visitor.fill(
                page, "/account/email", [("email", "Ada@bücher.example"), ("password", Somebody.password)])
            #expect(sent.status == 200 && sent.text.contains("Check your e-mail"))
            let letter = try await post.letter(number: 2)
            #expect(letter.headers.contains("To: <ada@xn--bcher-kva.example>"))
            let link = try #require(letter.link(at: server))
            #expect(link.hasPrefix("/email-change?token="))

            // On another device, where nobody is signed in, and where somebody else is.
            var phone = PageVisitor(server)
            let led = try #require(try await phone.open(link).location)
            #expect(led.hasPrefix("/sign-in?continue=%2Femail-change%3Ftoken%3D"))
            let entered = try await phone.signIn(email: ada.email, password: Somebody.password, at: led)
            #expect(entered.location == link)
            var other = PageVisitor(server)
            _ = try await other.signIn(demo)
            #expect(try await other.open(link).status == 403)

            let question = try await phone.open(link)
            #expect(question.text.contains("ada@xn--bcher-kva.example"))
            var second = phone
            #expect(try await phone.fill(question, "/email-change").location == "/account")
            #expect(try await second.fill(question, "/email-change").location == "/account", "Pressed twice.")
            #expect(try await phone.account()?.good == "E-mail address changed. You sign in with it from now on.")
            #expect(try await visitor.account() == nil, "All other sessions end.")
            let told = try await post.letter(number: 3)
            #expect(told.headers.contains("To: <ada@journey.example>") && told.link(at: server) == nil)
            for email in ["ada@bücher.example", "ADA@XN--BCHER-KVA.example", "ada@ＢÜCHER。example"] {
                var browser = PageVisitor(server)
                let entered = try await browser.signIn(email: email, password: Somebody.password)
                #expect(entered.location == "/account", "\(email)")
            }
            #expect(try await visitor.signIn(email: ada.email, password: Somebody.password).status == 422)
            #expect(try await phone.open(link).location == nil, "It works once.")
            #expect(!server.log.contains("clv_inv_"))
            let stored = try await server.get(ada.path, bearer: demo.operatorKey).json
            #expect(stored["email"] == "ada@xn--bcher-kva.example" && stored["email_verified"] == true)
        }
    }

    @Test func `is told to ask an admin where no mail goes out`() async throws {
        try await ServerProcess.withDemo { server, demo in
            var visitor = PageVisitor(server)
            _ = try await visitor.signIn(demo)
            #expect(try await visitor.open("/account/email").text.contains("Ask an admin to change your"))
        }
    }

    @Test func `hears by mail of a second factor that comes or goes, and of a network not seen before`() async throws {
        let post = try Post()
        try await post.withServer(["--trusted-proxies", "127.0.0.0/8"]) { server, demo in
            let (ada, first) = try await joined("Ada", post, server, demo)
            var visitor = first
            let setUp = try await visitor.fill(
                try await visitor.open("/account/second-factor"), "/account/second-factor")
            let authenticator = try #require(setUp.authenticatorKey.flatMap { Authenticator(secret: $0) })
            _ = try await visitor.fill(setUp, "/account/second-factor/confirm", [("code", authenticator.code())])
            #expect(try await post.letter(number: 2).body.contains("An authenticator app was added"))
            let removal = try await visitor.open("/account/second-factor/remove")
            _ = try await visitor.fill(removal, "/account/second-factor/remove")
            #expect(try await post.letter(number: 3).body.contains("Your authenticator app was removed"))

            var elsewhere = PageVisitor(server)
            let page = try await elsewhere.open("/sign-in")
            let entered = try await elsewhere.send(
                page, to: "/sign-in", [("email", ada.email), ("password", Somebody.password)],
                headers: [("X-Forwarded-For", "198.51.100.7")])
            #expect(entered.status == 303)
            let told = try await post.letter(number: 4)
            #expect(told.body.contains("from a network that you haven’t used before: 198.51.100.7"))
            #expect(told.headers.contains("To: <ada@journey.example>") && told.link(at: server) == nil)
        }
    }
}
