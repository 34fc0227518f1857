import Foundation
import TestSupport
import Testing

/// On servers of their own: wrong passwords slow down whoever signs in from the same address.
@Suite("Guessing: I7", .server(), .serialized) struct SignInThreatTests {
    /// Where somebody proves who they are.
    enum Door: String, CaseIterable {
        case password, code, recoveryCode, again
    }

    /// A member with a second factor, and the pages that a stranger has before them who wants to be that member.
    private struct Target {
        let server: ServerProcess
        let member: MadeMember
        let authenticator: Authenticator
        let recoveryCodes: [String]
        var passwordPage: (PageVisitor, Answer)
        var codePage: (PageVisitor, Answer)
        var againPage: (PageVisitor, Answer)

        /// Proves at a door who one is, rightly or not.
        mutating func prove(at door: Door, rightly: Bool) async throws -> Answer {
            let wrong = "no such password as this"
            switch door {
            case .password:
                return try await passwordPage.0.send(
                    passwordPage.1, to: "/sign-in",
                    [("email", member.email), ("password", rightly ? member.password : wrong)])
            case .code, .recoveryCode:
                let right = door == .code ? authenticator.code(later: 1) : recoveryCodes[0]
                return try await codePage.0.send(
                    codePage.1, to: "/sign-in/second-factor", [("code", rightly ? right : "AAAAA-AAAAA")])
            case .again:
                let fields = againPage.1.hiddenFields.filter { $0.0 != "email" }
                return try await againPage.0.post(
                    "/sign-in/again",
                    fields + [
                        ("password", rightly ? member.password : wrong), ("code", authenticator.code(later: 1)),
                    ])
            }
        }

        /// Guesses wrong until no guess is looked at for some seconds: the first delays are short, and on a busy machine one may end before
        /// the next guess is there.
        mutating func guessUntilRefused(at door: Door) async throws {
            let isRefused = try await eventually(within: .seconds(180)) {
                let answer = try await prove(at: door, rightly: false)
                guard let seconds = answer.headers["retry-after"].flatMap({ Int($0) }), seconds >= 10 else {
                    return false
                }
                #expect(answer.status == 429)
                return true
            }
            #expect(isRefused, "Guesses are looked at without end.")
        }
    }

    private func target(_ name: String) async throws -> Target {
        let (server, demo) = try RunningServer.current
        let account = try await server.makeAccount("Locked", as: demo.operatorKey)
        let member = try await server.makeMember(name, in: account, as: demo.operatorKey)
        var own = try await PageVisitor.signedIn(member, at: server)
        let introduction = try await own.open("/account/second-factor")
        let setUp = try await own.send(introduction, to: "/account/second-factor")
        let secret = try #require(setUp.authenticatorKey)
        let authenticator = try #require(Authenticator(secret: secret))
        let saved = try await own.send(setUp, to: "/account/second-factor/confirm", [("show", "codes")])
        let done = try await own.send(setUp, to: "/account/second-factor/confirm", [("code", authenticator.code())])
        #expect(done.status == 303, "\(done.text)")
        let codes = saved.text.matches(of: />([0-9A-Za-z]{4,6}(?:-[0-9A-Za-z]{4,6})+)</).map { String($0.1) }
        #expect(codes.count == 10, "\(saved.text)")
        // A browser that has the session and not what says that the member signed in there before.
        var thief = PageVisitor(server, cookies: ["claviger": try #require(own.cookies["claviger"])])
        let again = try await thief.open("/sign-in/again")
        var stranger = PageVisitor(server)
        let code = try await stranger.signIn(member.email, member.password)
        #expect(code.hidden("ticket") != nil, "\(code.text)")
        var visitor = PageVisitor(server)
        let password = try await visitor.open("/sign-in")
        return Target(
            server: server, member: member, authenticator: authenticator, recoveryCodes: codes,
            passwordPage: (visitor, password), codePage: (stranger, code), againPage: (thief, again))
    }

    @Test(arguments: [Door.password, .code, .again])
    func `I7: who has guessed too often at one door finds all of them shut`(_ guessed: Door) async throws {
        var target = try await target("i7")
        for tried in Door.allCases {
            try await target.guessUntilRefused(at: guessed)
            let answer = try await target.prove(at: tried, rightly: true)
            #expect(answer.status == 429, "\(tried): \(answer.status)")
            #expect(answer.headers["retry-after"] != nil)
            #expect(answer.headers["location"] == nil)
            #expect(answer.headers["set-cookie"]?.contains("claviger=") != true)
        }
    }

    @Test func `I7: a new password opens no other way past the second factor`() async throws {
        let demo = try RunningServer.current.demo
        var target = try await target("i7")
        let server = target.server
        let sent = try await server.make(target.member.path + "/password-reset", [:], as: demo.operatorKey)
        let link = String(try sent["link"].string.dropFirst(server.base.count))
        var visitor = PageVisitor(server)
        let page = try await visitor.open(link)
        let fields = page.hiddenFields.filter { $0.0 != "email" } + [("password", "another password of theirs")]
        let step = try await visitor.post("/password-reset", fields)
        #expect(step.hidden("ticket") != nil, "\(step.status) \(step.text)")
        #expect(visitor.cookies["claviger"] == nil)
        target.codePage = (visitor, step)
        try await target.guessUntilRefused(at: .code)
        let answer = try await target.prove(at: .code, rightly: true)
        #expect(answer.status == 429, "\(answer.status)")
        #expect(target.codePage.0.cookies["claviger"] == nil)
    }
}

@Suite("Long passwords: J7", .server(), .serialized) struct LongPasswordThreatTests {
    @Test(arguments: ["api", "reset", "change"])
    func `J7: of a long password every byte counts, whichever way it was set`(_ way: String) async throws {
        let (server, demo) = try RunningServer.current
        let account = try await server.makeAccount("Long", as: demo.operatorKey)
        let head = String(repeating: "long ", count: 14) + "ab"
        #expect(head.utf8.count == 72)
        let long = head + "right"
        let first = way == "api" ? long : "a password of a member"
        let made = try await server.makeMember("j7", in: account, password: first, as: demo.operatorKey)
        switch way {
        case "reset":
            let sent = try await server.make(made.path + "/password-reset", [:], as: demo.operatorKey)
            var visitor = PageVisitor(server)
            let page = try await visitor.open(String(try sent["link"].string.dropFirst(server.base.count)))
            let fields = page.hiddenFields.filter { $0.0 != "email" } + [("password", long)]
            #expect(try await visitor.post("/password-reset", fields).status == 303)
        case "change":
            var visitor = try await PageVisitor.signedIn(made, at: server)
            let page = try await visitor.open("/account/password")
            let fields = page.hiddenFields.filter { $0.0 != "email" } + [("password", long)]
            #expect(try await visitor.post("/account/password", fields).status == 303)
        default: break
        }
        for wrong in [head, head + "wrong", head + "righ"] {
            var visitor = PageVisitor(server)
            #expect(try await visitor.signIn(made.email, wrong).status == 422)
            #expect(visitor.cookies["claviger"] == nil)
        }
        var visitor = PageVisitor(server)
        #expect(try await visitor.signIn(made.email, long).status == 303)
        let again = try await visitor.open("/sign-in/again")
        let fields = again.hiddenFields.filter { $0.0 != "email" }
        #expect(try await visitor.post("/sign-in/again", fields + [("password", head)]).status == 422)
        #expect(try await visitor.post("/sign-in/again", fields + [("password", long)]).status == 303)
    }

    @Test func `J7: a password that is too long to be digested whole is refused and not cut off`() async throws {
        let (server, demo) = try RunningServer.current
        let account = try await server.makeAccount("Longest", as: demo.operatorKey)
        for password in [String(repeating: "x", count: 257), String(repeating: "\u{1F511}", count: 257)] {
            let answer = try await server.call(
                "POST", "/api/v1/organizations/\(account)/members", bearer: demo.operatorKey,
                ["email": "j7@example.com", "name": "J7", "roles": [], "password": .text(password)])
            #expect(answer.status == 422, "\(answer.text)")
        }
    }
}

@Suite("A flood of sign-ins: J8", .server(), .serialized) struct SignInFloodTests {
    @Test func `J8: two hundred sign-ins at once keep nobody else waiting for an answer`() async throws {
        let (server, demo) = try RunningServer.current
        var visitor = PageVisitor(server)
        let page = try await visitor.open("/sign-in")
        let (form, key) = (visitor, demo.apiKey)
        let client = demo.integration
        async let flood = race(200) { number in
            var visitor = form
            let email = number % 10 == 0 ? demo.adminEmail : "nobody\(number)@example.com"
            return try await visitor.send(
                page, to: "/sign-in", [("email", email), ("password", "no such password as this")])
        }
        for _ in 0..<50 {
            #expect(try await server.verify(key).status == 200)
            #expect(try await server.tokenAnswer(client).status == 200)
        }
        for end in await flood {
            let answer = try end.get()
            #expect([422, 429, 503].contains(answer.status), "\(answer.status)")
            #expect(answer.status == 422 || answer.headers["retry-after"] != nil)
        }
        #expect(try await server.verify(key).status == 200)
        #expect(try await server.tokenAnswer(client).status == 200)
    }
}
