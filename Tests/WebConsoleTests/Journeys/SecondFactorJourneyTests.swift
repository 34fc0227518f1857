import TestSupport
import Testing

@Suite("A member with a second factor", .server(), .serialized)
struct SecondFactorJourneyTests {
    @Test func `is shown a key by a button alone, and has it on once a code was right`() async throws {
        let (server, _) = try RunningServer.current
        let somebody = try await Somebody.joined("Ada")
        var visitor = PageVisitor(server)
        _ = try await visitor.signIn(email: somebody.email, password: Somebody.password)
        let before = visitor.cookies["claviger"]

        let introduction = try await visitor.open("/account/second-factor")
        #expect(introduction.status == 200)
        #expect(!introduction.text.contains("class=\"secret\""), "To look at a page begins nothing.")
        let setUp = try await visitor.fill(introduction, "/account/second-factor")
        let authenticator = try #require(setUp.authenticator)
        #expect(setUp.text.contains(/<p class="secret">(<span>[A-Z2-7]{4}<\/span>){8}<\/p>/))
        #expect(setUp.text.contains("otpauth://totp/Claviger:ada%40journey.example?secret="))
        #expect(try await passwordAlone(somebody, on: server), "Nothing asks for codes yet.")

        let wrong = try await visitor.fill(
            setUp, "/account/second-factor/confirm", [("code", authenticator.wrongCode)])
        #expect(wrong.status == 422)
        #expect(wrong.bad == "Wrong code, or it was already used. Wait for the next one.")
        #expect(wrong.field("code")?.contains("aria-describedby=\"field-error\"") == true)
        let codes = try await visitor.fill(setUp, "/account/second-factor/confirm", [("show", "codes")])
        #expect(Set(codes.recoveryCodes).count == 10, "Shown before anything is on.")
        #expect(codes.links("Download as .txt").first?.hasPrefix("data:text/plain") == true)
        #expect(setUp.recoveryCodes.isEmpty && wrong.recoveryCodes.isEmpty, "Each step has a page of its own.")
        let back = try await visitor.fill(wrong, "/account/second-factor/confirm", [("show", "scan")])
        #expect(back.authenticatorKey == setUp.authenticatorKey)
        let asked = try await visitor.fill(codes, "/account/second-factor/confirm", [("show", "confirm")])
        #expect(asked.status == 200 && asked.field("code") != nil)
        var second = visitor
        let code = [("code", authenticator.code())]
        #expect(try await visitor.fill(wrong, "/account/second-factor/confirm", code).location == "/account")
        #expect(visitor.cookies["claviger"] != before, "Another right, another session.")
        // Pressed twice: the second press has the cookies of before, and leads to where the first did.
        #expect(try await second.fill(wrong, "/account/second-factor/confirm", code).location == "/account")
        #expect(second.cookies["claviger"] == visitor.cookies["claviger"])
        var thief = PageVisitor(server, cookies: ["claviger": before ?? ""])
        #expect(try await thief.account() == nil, "The secret of before opens nothing.")
        let state = try await visitor.open("/account/second-factor")
        #expect(state.recoveryCodes.isEmpty, "They are shown once.")
        #expect(!state.text.contains("class=\"secret\""))
        #expect(try await visitor.account()?.text.contains("10 recovery codes") == true)
        #expect(try await !passwordAlone(somebody, on: server))
    }

    @Test func `signs in with password and code, each code once`() async throws {
        let (server, _) = try RunningServer.current
        let (somebody, authenticator, _) = try await enrolled("Bea")
        var (visitor, second) = (PageVisitor(server), PageVisitor(server))
        let asked = try await visitor.signIn(email: somebody.email, password: Somebody.password)
        #expect(asked.text.contains("Enter the code from your authenticator app"))
        #expect(try await visitor.account() == nil)
        let wrong = try await visitor.fill(asked, "/sign-in/second-factor", [("code", authenticator.wrongCode)])
        #expect(wrong.status == 422)
        // One step ahead: the present one's was spent to turn it on.
        let code = authenticator.code(later: 1)
        #expect(try await visitor.fill(wrong, "/sign-in/second-factor", [("code", code)]).location == "/account")
        #expect(try await visitor.account() != nil)
        let again = try await second.signIn(email: somebody.email, password: Somebody.password)
        #expect(try await second.fill(again, "/sign-in/second-factor", [("code", code)]).status == 422)
        #expect(try await second.account() == nil)
    }

    @Test func `is let in once by a code that is sent twice`() async throws {
        let (server, _) = try RunningServer.current
        let (somebody, authenticator, codes) = try await enrolled("Flo")
        for code in [authenticator.code(later: 1), codes[0]] {
            var visitor = PageVisitor(server)
            let asked = try await visitor.signIn(email: somebody.email, password: Somebody.password)
            let fields = asked.hiddenFields + [("code", code)]
            let answers = try await race(4) { [visitor] _ in
                var visitor = visitor
                return (try await visitor.post("/sign-in/second-factor", fields), visitor)
            }.map { try $0.get() }
            #expect(answers.allSatisfy { $0.0.location == "/account" }, "\(answers.map(\.0.status))")
            #expect(Set(answers.map { $0.1.cookies["claviger"] }).count == 1)
            // Those of the invitation and of turning it on, and one more for each code.
            var entered = try #require(answers.first).1
            let account = try await entered.open("/account")
            #expect(account.text.matches(of: /This device/).count == 1)
            var other = PageVisitor(server)
            let elsewhere = try await other.signIn(email: somebody.email, password: Somebody.password)
            #expect(try await other.fill(elsewhere, "/sign-in/second-factor", [("code", code)]).status == 422)
            #expect(
                account.text.matches(of: /<li class="row">/).count == (code == codes[0] ? 4 : 3), "\(account.text)")
        }
    }

    @Test func `keeps the recovery codes that there are until others were shown and kept`() async throws {
        let (server, _) = try RunningServer.current
        let (somebody, _, codes) = try await enrolled("Gus")
        var visitor = PageVisitor(server)
        let asked = try await visitor.signIn(email: somebody.email, password: Somebody.password)
        _ = try await visitor.fill(asked, "/sign-in/second-factor", [("code", codes[0])])
        let page = try await visitor.open("/account/second-factor")
        let first = try await visitor.fill(page, "/account/second-factor/recovery-codes")
        let second = try await visitor.fill(page, "/account/second-factor/recovery-codes")
        #expect(Set(first.recoveryCodes + second.recoveryCodes).count == 20)
        #expect(try await visitor.account()?.text.contains("9 recovery codes") == true)
        for _ in 0..<2 {
            let kept = try await visitor.fill(second, "/account/second-factor/recovery-codes/keep")
            #expect(kept.location == "/account")
        }
        #expect(try await visitor.account()?.text.contains("10 recovery codes") == true)
        for (code, isGood) in [(codes[1], false), (first.recoveryCodes[0], false), (second.recoveryCodes[0], true)] {
            var other = PageVisitor(server)
            let asked = try await other.signIn(email: somebody.email, password: Somebody.password)
            let answer = try await other.fill(asked, "/sign-in/second-factor", [("code", code)])
            #expect(answer.status == (isGood ? 303 : 422))
        }
        let removal = try await visitor.open("/account/second-factor/remove")
        for _ in 0..<2 {
            let removed = try await visitor.fill(removal, "/account/second-factor/remove")
            #expect(removed.location == "/account", "What is gone already is done.")
        }
        #expect(try await passwordAlone(somebody, on: server))
    }

    @Test func `signs in with a recovery code instead, each once`() async throws {
        let (server, _) = try RunningServer.current
        let (somebody, _, codes) = try await enrolled("Cem")
        let code = try #require(codes.first)
        var (visitor, second) = (PageVisitor(server), PageVisitor(server))
        let asked = try await visitor.signIn(email: somebody.email, password: Somebody.password)
        let typed = code.uppercased().replacing("-", with: " ")
        #expect(try await visitor.fill(asked, "/sign-in/second-factor", [("code", typed)]).location == "/account")
        #expect(try await visitor.account()?.text.contains("9 recovery codes") == true)
        let again = try await second.signIn(email: somebody.email, password: Somebody.password)
        #expect(try await second.fill(again, "/sign-in/second-factor", [("code", code)]).status == 422)
    }

    @Test func `gets a field for digits, and by a button one for recovery codes that stays until it is left`()
        async throws
    {
        let (server, _) = try RunningServer.current
        let (somebody, authenticator, codes) = try await enrolled("Fay")
        var visitor = PageVisitor(server)
        let asked = try await visitor.signIn(
            email: somebody.email, password: Somebody.password, at: "/sign-in?continue=%2Faccount%2Fapps")
        func expectDigits(_ page: Answer) throws {
            let field = try #require(page.field("code"))
            #expect(field.contains("inputmode=\"numeric\"") && field.contains("autocomplete=\"one-time-code\""))
        }
        try expectDigits(asked)
        let wrongCode = try await visitor.fill(
            asked, "/sign-in/second-factor", [("code", authenticator.wrongCode)])
        #expect(wrongCode.bad == "Wrong code, or it was already used. Wait for the next one.")
        try expectDigits(wrongCode)
        let other = try await visitor.fill(wrongCode, "/sign-in/second-factor", [("code", ""), ("show", "recovery")])
        #expect(other.status == 200)
        #expect(try #require(other.field("code")).contains("inputmode") == false)
        let wrong = try await visitor.fill(other, "/sign-in/second-factor", [("code", "aaaa-aaaa-aaaa-aaaa")])
        #expect(wrong.status == 422)
        #expect(wrong.bad == "Wrong recovery code, or it was already used.")
        let field = try #require(wrong.field("code"))
        #expect(
            !field.contains("inputmode") && field.contains("aria-describedby=\"field-error\" aria-invalid=\"true\""))
        try expectDigits(
            try await visitor.fill(wrong, "/sign-in/second-factor", [("code", ""), ("show", "app")]))
        let entered = try await visitor.fill(wrong, "/sign-in/second-factor", [("code", codes[0])])
        #expect(entered.location == "/account/apps")

        let again = try await visitor.open("/sign-in/again")
        try expectDigits(again)
        let link = try #require(again.links("Use a recovery code").first)
        let proof = try await visitor.open(link)
        #expect(try #require(proof.field("code")).contains("inputmode") == false)
        let refused = try await visitor.fill(
            proof, "/sign-in/again", [("password", Somebody.password), ("code", "aaaa-aaaa-aaaa-aaaa")])
        #expect(refused.status == 422)
        #expect(try #require(refused.field("code")).contains("inputmode") == false)
        let proven = try await visitor.fill(
            refused, "/sign-in/again", [("password", Somebody.password), ("code", codes[1])])
        #expect(proven.location == "/account")
    }

    @Test func `is asked for both again before it is turned off`() async throws {
        let (server, _) = try RunningServer.current
        let (somebody, _, codes) = try await enrolled("Dan")
        var visitor = PageVisitor(server)
        let asked = try await visitor.signIn(email: somebody.email, password: Somebody.password)
        _ = try await visitor.fill(asked, "/sign-in/second-factor", [("code", codes[0])])
        let page = try await visitor.open("/account/second-factor")
        #expect(page.forms(to: "/account/second-factor/remove").isEmpty, "One press alone turns nothing off.")
        let removal = try await visitor.open("/account/second-factor/remove")
        try await server.database.age(authenticationsBy: 301)

        let again = "/sign-in/again?continue=%2Faccount%2Fsecond-factor"
        #expect(try await visitor.fill(removal, "/account/second-factor/remove").location == again)
        #expect(try await visitor.open("/account/second-factor/remove").location == again)
        #expect(try await visitor.fill(page, "/account/second-factor/recovery-codes").location == again)
        #expect(try await visitor.open("/account/second-factor").location == again)
        #expect(try await !passwordAlone(somebody, on: server))

        let proof = try await visitor.open(again)
        let action = "/sign-in/again?continue=%2Faccount%2Fsecond-factor"
        let withoutCode = try await visitor.fill(proof, action, [("password", Somebody.password)])
        #expect(withoutCode.status == 422)
        let proven = try await visitor.fill(
            proof, action, [("password", Somebody.password), ("code", codes[1])])
        #expect(proven.location == "/account/second-factor")
        let fresh = try await visitor.open("/account/second-factor/remove")
        #expect(try await visitor.fill(fresh, "/account/second-factor/remove").location == "/account")
        #expect(
            try await visitor.account()?.good == "Two-step verification is off. You sign in with your password alone.")
        #expect(try await passwordAlone(somebody, on: server))
    }

    @Test func `who lost authenticator and recovery codes is let in by an admin who has just signed in, and by no key`()
        async throws
    {
        let (server, demo) = try RunningServer.current
        let (somebody, _, _) = try await enrolled("Finn")
        #expect(try await !passwordAlone(somebody, on: server))
        let path = somebody.path + "/second-factor"
        let refused = try await server.call("DELETE", path, bearer: demo.operatorKey)
        #expect(refused.status == 403)
        #expect(try refused.json["type"] == "urn:claviger:problem:presence-required")
        #expect(refused.headers["www-authenticate"]?.contains("insufficient_user_authentication") == true)
        #expect(try await !passwordAlone(somebody, on: server))

        let permissions = ["members.manage", "members.read"].map { "claviger:\($0)" }
        let roles = try await server.get("/api/v1/roles", bearer: demo.operatorKey).json["items"].elements
        let role = try #require(roles.first { role in role["name"] == "developer" })
        let scopes = try role["permissions"].elements.map { permission in "claviger:\(try permission.string)" }
        let wanted = Set(scopes + permissions).sorted()
        let app = try await server.makeApp(in: demo.account, scopes: wanted, as: demo.operatorKey)
        var admin = PageVisitor(server)
        _ = try await admin.signIn(demo)
        let tokens = try await admin.tokens(for: app, ["scope": wanted.joined(separator: " ")])
        let removed = try await server.call("DELETE", path, bearer: tokens.access)
        #expect(removed.status == 204, "\(removed.text)")
        #expect(try await passwordAlone(somebody, on: server))
        #expect(try await server.call("DELETE", path, bearer: tokens.access).status == 404)
    }

    @Test func `is let in by a link for a new password no further than to the code`() async throws {
        let (server, demo) = try RunningServer.current
        let (somebody, _, codes) = try await enrolled("Eve")
        var visitor = PageVisitor(server)
        let link = try await somebody.link("password-reset", on: server, demo)
        let asked = try await visitor.setPassword("quite another password", behind: link)
        #expect(asked.text.contains("Enter the code from your authenticator app"))
        #expect(try await visitor.account() == nil)
        #expect(try await visitor.fill(asked, "/sign-in/second-factor", [("code", codes[0])]).location == "/account")
    }

    /// A member who has just turned it on.
    private func enrolled(_ name: String) async throws -> (Somebody, Authenticator, codes: [String]) {
        let (server, _) = try RunningServer.current
        let somebody = try await Somebody.joined(name)
        var visitor = PageVisitor(server)
        _ = try await visitor.signIn(email: somebody.email, password: Somebody.password)
        let setUp = try await visitor.fill(
            try await visitor.open("/account/second-factor"), "/account/second-factor")
        let authenticator = try #require(setUp.authenticator)
        let codes = try await visitor.fill(setUp, "/account/second-factor/confirm", [("show", "codes")]).recoveryCodes
        let done = try await visitor.fill(
            setUp, "/account/second-factor/confirm", [("code", authenticator.code())])
        try #require(done.location == "/account" && codes.count == 10)
        return (somebody, authenticator, codes)
    }

    /// Whether a password is enough.
    private func passwordAlone(_ somebody: Somebody, on server: ServerProcess) async throws -> Bool {
        var visitor = PageVisitor(server)
        return try await visitor.signIn(email: somebody.email, password: Somebody.password).location == "/account"
    }
}

extension Answer {
    /// An authenticator with the key that a page shows.
    fileprivate var authenticator: Authenticator? {
        authenticatorKey.flatMap { Authenticator(secret: $0) }
    }

    fileprivate var recoveryCodes: [String] { text.matches(of: /<li>([a-z2-7-]{19})<\/li>/).map { String($0.1) } }
}
