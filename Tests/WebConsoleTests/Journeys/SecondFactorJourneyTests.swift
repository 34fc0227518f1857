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
        #expect(setUp.text.contains("otpauth://totp/Claviger:ada%40journey.example?secret="))
        #expect(try await passwordAlone(somebody, on: server), "Nothing asks for codes yet.")

        let wrong = try await visitor.fill(
            setUp, "/account/second-factor/confirm", [("code", authenticator.wrongCode)])
        #expect(wrong.status == 422)
        #expect(wrong.authenticator?.code() == authenticator.code())
        let codes = try await visitor.fill(
            wrong, "/account/second-factor/confirm", [("code", authenticator.code())])
        #expect(codes.recoveryCodes.count == 10)
        #expect(Set(codes.recoveryCodes).count == 10)
        #expect(visitor.cookies["claviger"] != before, "Another right, another session.")
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
        #expect(asked.text.contains("Enter the code"))
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

    @Test func `is asked for both again before it is turned off`() async throws {
        let (server, _) = try RunningServer.current
        let (somebody, _, codes) = try await enrolled("Dan")
        var visitor = PageVisitor(server)
        let asked = try await visitor.signIn(email: somebody.email, password: Somebody.password)
        _ = try await visitor.fill(asked, "/sign-in/second-factor", [("code", codes[0])])
        let page = try await visitor.open("/account/second-factor")
        try await server.database.age(authenticationsBy: 301)

        let again = "/sign-in/again?continue=%2Faccount%2Fsecond-factor"
        #expect(try await visitor.fill(page, "/account/second-factor/remove").location == again)
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
        let fresh = try await visitor.open("/account/second-factor")
        #expect(try await visitor.fill(fresh, "/account/second-factor/remove").location == "/account")
        #expect(try await passwordAlone(somebody, on: server))
    }

    @Test func `is let in by a link for a new password no further than to the code`() async throws {
        let (server, demo) = try RunningServer.current
        let (somebody, _, codes) = try await enrolled("Eve")
        var visitor = PageVisitor(server)
        let link = try await somebody.link("password-reset", on: server, demo)
        let asked = try await visitor.setPassword("quite another password", behind: link)
        #expect(asked.text.contains("Enter the code"))
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
        let codes = try await visitor.fill(
            setUp, "/account/second-factor/confirm", [("code", authenticator.code())])
        try #require(codes.recoveryCodes.count == 10)
        return (somebody, authenticator, codes.recoveryCodes)
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
        text.firstMatch(of: /class="secret">([A-Z2-7]+)</).flatMap { Authenticator(secret: String($0.1)) }
    }

    fileprivate var recoveryCodes: [String] { text.matches(of: /<li>([a-z2-7-]{19})<\/li>/).map { String($0.1) } }
}
