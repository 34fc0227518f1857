import TestSupport
import Testing

/// Whatever gets between an app's request and its answer, the user comes back to it.
@Suite("A user whom an app sent", .server(on: [.sqlite]), .serialized)
struct AppRequestJourneyTests {
    @Test func `whose session ends before they approve signs in and is asked again`() async throws {
        let (server, _) = try RunningServer.current
        let somebody = try await Somebody.joined("Ada", email: "ada@asked.example")
        var visitor = PageVisitor(server)
        _ = try await visitor.signIn(email: somebody.email, password: Somebody.password)
        let page = try await visitor.open(try AppRequest.path())
        #expect(page.text.contains("wants to access your"))
        let out = try await visitor.fill(try await visitor.open("/account"), "/sign-out")
        #expect(out.status == 200)
        let fields = [("organization", somebody.organization), ("decision", "approve")]
        let refused = try await visitor.fill(page, "/consent", fields)
        let location = try #require(refused.location)
        #expect(location.hasPrefix("/sign-in?continue=%2Foauth2%2Fauthorize%3F"))
        let back = try await visitor.signIn(email: somebody.email, password: Somebody.password, at: location)
        let again = try await visitor.open(try #require(back.location))
        #expect(again.text.contains("wants to access your"))
        #expect(again.hidden("request") == page.hidden("request"))

        var other = PageVisitor(server)
        _ = try await other.signIn(email: somebody.email, password: Somebody.password)
        let stale = try await other.fill(again, "/consent", fields)
        #expect(stale.status == 403)
        let link = try #require(stale.links("Reload").first)
        #expect(try await other.open(link).text.contains("wants to access your"))
    }

    @Test(arguments: ["//evil.example", "client_id=x\r\nLocation: //evil.example", "\"><script>"])
    func `is led nowhere else by a request that was tampered with`(_ request: String) async throws {
        let (server, _) = try RunningServer.current
        var visitor = PageVisitor(server)
        let answer = try await visitor.post("/consent", [("request", request), ("csrf", "x")])
        #expect(answer.status == 303)
        let location = try #require(answer.headers["location"])
        #expect(
            location == "/sign-in?continue=%2Foauth2%2Fauthorize%3F%2F%2Fevil.example"
                || location == "/sign-in?continue=%2Faccount")
        #expect(try await visitor.open(location).text.contains("action=\"/sign-in\""))
    }

    @Test func `starts again with it where the second step took too long`() async throws {
        let (server, _) = try RunningServer.current
        let somebody = try await Somebody.joined("Bea", email: "bea@asked.example")
        var visitor = PageVisitor(server)
        _ = try await visitor.signIn(email: somebody.email, password: Somebody.password)
        let setUp = try await visitor.fill(
            try await visitor.open("/account/second-factor"), "/account/second-factor")
        let authenticator = try #require(setUp.authenticatorKey.flatMap { Authenticator(secret: $0) })
        _ = try await visitor.fill(setUp, "/account/second-factor/confirm", [("code", authenticator.code())])

        var late = PageVisitor(server)
        let path = try AppRequest.path()
        let asked = try await late.signIn(
            email: somebody.email, password: Somebody.password, at: AppRequest.signIn(continuing: path))
        #expect(asked.field("code") != nil)
        // A change of the member ends the step as its five minutes do.
        let link = try await somebody.link("password-reset", on: server, try RunningServer.current.demo)
        var elsewhere = PageVisitor(server)
        _ = try await elsewhere.setPassword("quite another password", behind: link)
        let over = try await late.fill(
            asked, "/sign-in/second-factor", [("code", authenticator.code(later: 1))])
        #expect(over.status == 403)
        #expect(over.links("Sign in").map(AppRequest.continuation) == [path])
    }

    @Test func `signs in from a page that has expired`() async throws {
        let (server, demo) = try RunningServer.current
        var visitor = PageVisitor(server)
        let path = try AppRequest.path()
        let old = try await visitor.open(AppRequest.signIn(continuing: path))
        var restarted = PageVisitor(server)
        let fields = [("email", demo.adminEmail), ("password", demo.adminPassword)]
        let refused = try await restarted.fill(old, "/sign-in", fields)
        #expect(refused.status == 403)
        #expect(restarted.cookies["claviger"] == nil)
        #expect(refused.bad?.contains("Allow cookies for this site") == true)
        #expect(refused.field("email")?.contains("value=\"\(demo.adminEmail)\"") == true)
        #expect(!refused.text.contains(demo.adminPassword))
        let entered = try await restarted.fill(refused, "/sign-in", fields)
        #expect(entered.location == path)
    }

    @Test func `need not sign in where another tab did meanwhile`() async throws {
        let (server, demo) = try RunningServer.current
        var visitor = PageVisitor(server)
        _ = try await visitor.signIn(demo)
        let path = try AppRequest.path()
        #expect(try await visitor.open(AppRequest.signIn(continuing: path)).location == path)
        #expect(try await visitor.open(AppRequest.signIn(continuing: "/account/apps")).location == "/account/apps")
        #expect(try await visitor.open("/sign-in").location == "/account")
    }

    @Test(arguments: ["&prompt=login", "&prompt=select_account", "&max_age=0", "&prompt=consent%20login"])
    func `signs in once more where the app wants that, and then no more`(_ wanted: String) async throws {
        let (server, demo) = try RunningServer.current
        var visitor = PageVisitor(server)
        _ = try await visitor.signIn(demo)
        let asked = try #require(try await visitor.open(try AppRequest.path(wanted)).location)
        for _ in 1...2 {
            let page = try await visitor.open(asked)
            #expect(page.status == 200, "The session that there is is not enough, however often one comes back.")
            let isKnown = page.field("email")?.contains("value=\"\(demo.adminEmail)\"") == true
            #expect(isKnown == !wanted.contains("select_account"))
        }
        let entered = try await visitor.signIn(
            email: demo.adminEmail, password: demo.adminPassword, at: asked)
        let location = try #require(entered.location)
        #expect(!location.contains("login") && !location.contains("select_account") && !location.contains("max_age"))
        #expect(try await visitor.open(location).text.contains("wants to access your"))
    }

    @Test func `signs in as somebody else from the consent page`() async throws {
        let (server, demo) = try RunningServer.current
        let other = try await Somebody.joined("Cem", email: "cem@asked.example")
        var visitor = PageVisitor(server)
        _ = try await visitor.signIn(demo)
        for further in ["", "&prompt=consent", "&login_hint=\(ServerProcess.encoded(demo.adminEmail))"] {
            let page = try await visitor.open(try AppRequest.path(further))
            let link = try #require(page.links("Use another account").first)
            let asked = try #require(try await visitor.open(link).location)
            let form = try await visitor.open(asked)
            #expect(form.field("email")?.contains("value=\"\"") == true)
        }
        let page = try await visitor.open(try AppRequest.path())
        let link = try #require(page.links("Use another account").first)
        let asked = try #require(try await visitor.open(link).location)
        let entered = try await visitor.signIn(email: other.email, password: Somebody.password, at: asked)
        let consent = try await visitor.open(try #require(entered.location))
        #expect(consent.text.contains("<bdi>\(other.email)</bdi>"))
    }
}

/// The same for who has forgotten their password: the letter carries the request.
@Suite("A user whom an app sent and who has forgotten their password", .onEveryEngine)
struct ForgottenPasswordRequestTests {
    @Test func `comes back to the app through the letter`() async throws {
        let post = try Post()
        try await post.withServer { server, demo in
            let somebody = try await Somebody("Ada", in: demo.account, on: server, demo)
            _ = try await server.make("\(somebody.path)/invitation", [:], as: demo.operatorKey)
            let invitation = try #require(try await post.letter(number: 1).link(at: server))
            var (visitor, phone) = (PageVisitor(server), PageVisitor(server))
            _ = try await visitor.setPassword(Somebody.password, behind: invitation)
            let path =
                "/oauth2/authorize?response_type=code&client_id=\(demo.app.id)&scope=data.read&state=s1"
                + "&redirect_uri=\(ServerProcess.encoded(demo.appRedirectURI))"
                + "&code_challenge=\(ProofKey.challenge)&code_challenge_method=S256&prompt=login"
            let signIn = try await phone.open(AppRequest.signIn(continuing: path))
            let forgotten = try await phone.open(try #require(signIn.links("Forgot password?").first))
            #expect(forgotten.links("Back to sign-in").map(AppRequest.continuation) == [path])
            let told = try await phone.fill(forgotten, "/forgot-password", [("email", somebody.email)])
            #expect(told.links("Back to sign-in").map(AppRequest.continuation) == [path])

            let link = try #require(try await post.letter(number: 2).link(at: server))
            let page = try await phone.open(link)
            #expect(
                page.headers["content-security-policy"]?.contains("form-action 'self' http://127.0.0.1;") == true)
            let short = try await phone.fill(page, "/password-reset", [("password", "short")])
            #expect(short.status == 422)
            let entered = try await phone.fill(short, "/password-reset", [("password", "quite another password")])
            let location = try #require(entered.location)
            #expect(location == path.replacing("&prompt=login", with: ""))
            #expect(try await phone.open(location).text.contains("wants to access your"))
            #expect(try await post.letter(number: 3).body.contains("Your password was changed"))

            let other = try await visitor.post(
                "/forgot-password",
                try await visitor.open("/forgot-password").hiddenFields + [
                    ("email", somebody.email), ("continue", "//evil.example"),
                ])
            #expect(other.status == 200)
            #expect(try await post.letter(number: 4).link(at: server)?.contains("continue") == false)
        }
    }
}
