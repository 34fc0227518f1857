import CredentialFormat
import Model
import Organizations
import Persistence
import Policy
import ProductDefinition
import TestSupport
import Testing

@testable import SignIn

@Suite("One-time links", .onEveryEngine)
struct OneTimeLinkTests {
    private static let newPassword = "another horse battery staple"

    @Test func `an invitation lets a member set a first password, once`() async throws {
        try await SignInDesk.open { desk in
            let tree = desk.tree
            let member = try await desk.member(in: tree.europe, password: nil)
            let sent = try await desk.links(postman: nil).invite(
                member.id, in: tree.europe.id, as: tree.caller(of: tree.global))
            let token = try #require(sent.token)
            #expect(sent.url?.hasPrefix("https://auth.example.com/invitation?token=clv_inv_") == true)
            #expect(!"\(sent)\(try await tree.auditEvents())".contains(token))
            // To look uses nothing up.
            for _ in 0..<3 {
                let page = try await desk.links.page(for: token, .invitation)
                #expect(page.memberName == "Ada" && page.organizationName == "Europe" && !page.hasPassword)
            }
            await #expect(throws: Refusal.self) {
                try await desk.links.setPassword("short", token: token, .invitation, from: .sample())
            }
            let step = try await desk.links.setPassword(
                Self.newPassword, token: token, .invitation, from: .sample())
            let signedIn = try await desk.signedIn(try #require(step.session))
            #expect(signedIn.member.id == member.id && signedIn.session.methods == [.link])
            #expect(
                try await desk.refusal {
                    try await desk.links.setPassword(
                        "yet another horse battery", token: token, .invitation, from: .sample())
                } == .expired)
            #expect(try await desk.refusal { try await desk.links.page(for: token, .invitation) } == .expired)
            _ = try await desk.session("ada@example.com", Self.newPassword)
            #expect(try await desk.events("member.invited").count == 1)
            #expect(try await desk.events("member.joined").count == 1)
        }
    }

    @Test func `of 32 who present a link at once, at two servers, one is let in (P11)`() async throws {
        try await SignInDesk.open { desk in
            let tree = desk.tree
            let member = try await desk.member(in: tree.europe, password: nil)
            let sent = try await desk.links(postman: nil).invite(
                member.id, in: tree.europe.id, as: tree.caller(of: tree.global))
            let token = try #require(sent.token)
            let desks = [desk, try await desk.restarted()]
            let ends = await race(32) { number in
                _ = try await desks[number % 2].links.setPassword(
                    "password of number \(number)", token: token, .invitation, from: .sample())
                return number
            }
            let winners = ends.compactMap { try? $0.get() }
            #expect(winners.count == 1)
            let winner = try #require(winners.first)
            _ = try await desk.session("ada@example.com", "password of number \(winner)")
        }
    }

    @Test func `a link that was used stays used after a restart`() async throws {
        try await SignInDesk.open { desk in
            let tree = desk.tree
            let member = try await desk.member(in: tree.europe)
            let sent = try await desk.links(postman: nil).resetPassword(
                of: member.id, in: tree.europe.id, as: tree.caller(of: tree.global))
            let token = try #require(sent.token)
            _ = try await desk.links.setPassword(Self.newPassword, token: token, .passwordReset, from: .sample())
            let restarted = try await desk.restarted()
            #expect(
                try await desk.refusal {
                    try await restarted.links.setPassword(
                        "yet another horse battery", token: token, .passwordReset, from: .sample())
                } == .expired)
        }
    }

    @Test func `a link is good for its purpose, in its time, until a newer one is made`() async throws {
        try await SignInDesk.open { desk in
            let tree = desk.tree
            let member = try await desk.member(in: tree.europe)
            let links = desk.links(postman: nil)
            let admin = tree.caller(of: tree.global)
            let first = try #require(
                try await links.resetPassword(of: member.id, in: tree.europe.id, as: admin).token)
            for purpose in [OneTimeLink.Purpose.invitation, .handOver] {
                #expect(try await desk.refusal { try await links.page(for: first, purpose) } == .expired)
            }
            let second = try #require(
                try await links.resetPassword(of: member.id, in: tree.europe.id, as: admin).token)
            #expect(try await desk.refusal { try await links.page(for: first, .passwordReset) } == .expired)
            tree.clock.advance(seconds: 3599)
            _ = try await links.page(for: second, .passwordReset)
            tree.clock.advance(seconds: 1)
            #expect(try await desk.refusal { try await links.page(for: second, .passwordReset) } == .expired)
            #expect(OneTimeLink.Purpose.invitation.seconds == 604_800 && OneTimeLink.Purpose.handOver.seconds == 60)
        }
    }

    @Test func `a form that is sent twice is answered as the first time, also with a second factor`() async throws {
        try await SignInDesk.open { desk in
            let tree = desk.tree
            let member = try await desk.member(in: tree.europe)
            let (totp, _) = try await desk.addSecondFactor(try await desk.signedIn())
            let admin = tree.caller(of: tree.global)
            let sent = try await desk.links(postman: nil).resetPassword(of: member.id, in: tree.europe.id, as: admin)
            let byAdmin = try #require(sent.token)
            func reset(_ token: String, _ password: String, from browser: Browser = .sample()) async throws
                -> SignInStep
            {
                try await desk.links.setPassword(
                    password, token: token, .passwordReset, for: member.id, from: browser)
            }
            let first = try await reset(byAdmin, Self.newPassword)
            let work = desk.hasher.workCount
            let second = try await reset(byAdmin, Self.newPassword)
            #expect(first.codeTicket != nil && desk.hasher.workCount == work)
            let ticket = try #require(second.codeTicket)
            let done = try await desk.signIn.confirm(code: desk.code(totp), ticket: ticket, from: .sample())
            #expect(done.session != nil)
            // Another form, another browser, or half a minute later: it was used.
            let other = Browser.sample(form: "form-secret-of-another-browser-long-enough!")
            #expect(try await desk.refusal { try await reset(byAdmin, "quite another password") } == .expired)
            #expect(try await desk.refusal { try await reset(byAdmin, Self.newPassword, from: other) } == .expired)
            tree.clock.advance(seconds: 31)
            #expect(try await desk.refusal { try await reset(byAdmin, Self.newPassword) } == .expired)

            try await desk.links.requestReset(email: "ada@example.com", from: .sample())
            // The owner was also told of the new password, in a letter without a link.
            while !desk.postman.sent.contains(where: { $0.token != nil }) { await Task.yield() }
            let byMail = try #require(desk.postman.sent.lazy.compactMap(\.token).first)
            #expect(try await reset(byMail, "quite another password").codeTicket != nil)
            #expect(try await reset(byMail, "quite another password").codeTicket != nil)
            #expect(try await desk.events("password.changed").count == 2)
            #expect(try await desk.refusal { try await reset(byMail, "yet another password") } == .expired)
        }
    }

    @Test func `what is no link costs no slow hash (J8)`() async throws {
        try await SignInDesk.open { desk in
            let before = desk.hasher.workCount
            for token in ["", "x", MintedSecret(.invitation, brand: .claviger).reveal()] {
                let refusal = try await desk.refusal {
                    try await desk.links.setPassword(Self.newPassword, token: token, .invitation, from: .sample())
                }
                #expect(refusal == .expired)
            }
            #expect(desk.hasher.workCount == before)
        }
    }

    @Test func `nobody resets the password of somebody with more rights (law 11)`() async throws {
        try await SignInDesk.open { desk in
            let tree = desk.tree
            let member = try await desk.member(in: tree.europe, roles: ["admin"])
            let links = desk.links(postman: nil)
            let callers: [(Actor, Refusal?)] = [
                (tree.caller(of: tree.global, [.membersManage]), nil),
                (tree.caller(of: tree.global, [.membersRead]), .forbidden(.membersManage)),
                (tree.caller(of: tree.northAmerica), .notFound), (tree.caller(of: tree.stranger), .notFound),
            ]
            for (caller, expected) in callers {
                do {
                    _ = try await links.resetPassword(of: member.id, in: tree.europe.id, as: caller)
                    Issue.record("It was done.")
                } catch let refusal as Refusal {
                    if let expected {
                        #expect(refusal == expected)
                    } else {
                        guard case .exceedsRights = refusal else {
                            Issue.record("\(refusal)")
                            return
                        }
                    }
                }
            }
            #expect(try await desk.events("password.reset-requested").isEmpty)
        }
    }

    @Test func `a reset ends all sessions and still asks for the second factor`() async throws {
        try await SignInDesk.open { desk in
            let tree = desk.tree
            let member = try await desk.member(in: tree.europe)
            let started = try await desk.session()
            let (totp, _) = try await desk.addSecondFactor(try await desk.signedIn(started))
            let sent = try await desk.links(postman: nil).resetPassword(
                of: member.id, in: tree.europe.id, as: tree.caller(of: tree.global))
            let step = try await desk.links.setPassword(
                Self.newPassword, token: try #require(sent.token), .passwordReset, from: .sample())
            #expect(try await desk.sessions.signedIn(by: started.cookie) == nil)
            let ticket = try #require(step.codeTicket)
            let done = try await desk.signIn.confirm(code: desk.code(totp), ticket: ticket, from: .sample())
            #expect(try #require(done.session).session.methods == [.link, .totp, .multiple])
        }
    }

    @Test func `a link that was mailed is shown to nobody, and one that could not be is shown to its maker`()
        async throws
    {
        try await SignInDesk.open { desk in
            let tree = desk.tree
            let member = try await desk.member(in: tree.europe, password: nil)
            let admin = tree.caller(of: tree.global)
            let mailed = try await desk.links.invite(member.id, in: tree.europe.id, as: admin)
            #expect(mailed.isMailed)
            let letter = try #require(desk.postman.sent.first)
            #expect(letter.to.text == "ada@example.com")
            let token = try #require(letter.body.split { $0 == "=" || $0 == "\n" }.first { $0.hasPrefix("clv_inv_") })
            _ = try await desk.links.page(for: String(token), .invitation)
            desk.postman.refuse()
            let shown = try await desk.links.invite(member.id, in: tree.europe.id, as: admin)
            _ = try await desk.links.page(for: try #require(shown.token), .invitation)
        }
    }

    @Test func `who has forgotten a password gets a mail, and who asks for others learns nothing`() async throws {
        try await SignInDesk.open { desk in
            _ = try await desk.member(in: desk.tree.europe)
            _ = try await desk.member(in: desk.tree.stranger, email: "handed@example.com", password: nil)
            for email in ["nobody@example.com", "handed@example.com", "ADA@example.com", "no address"] {
                try await desk.links.requestReset(email: email, from: .sample())
            }
            while desk.postman.sent.isEmpty { await Task.yield() }
            let letter = try #require(desk.postman.sent.first)
            #expect(letter.to.text == "ada@example.com" && letter.body.contains("/password-reset?token=clv_inv_"))
            #expect(try await desk.events("password.reset-requested").count == 1)
            #expect(
                try await desk.refusal {
                    try await desk.links(postman: nil).requestReset(email: "ada@example.com", from: .sample())
                } == .unavailable)
        }
    }

    @Test func `a reset can be asked for three times, and no more open links than that are kept`() async throws {
        try await SignInDesk.open { desk in
            let member = try await desk.member(in: desk.tree.europe)
            for email in ["ada@example.com", "nobody@example.com"] {
                var refusals: [SignInRefusal?] = []
                for _ in 0..<4 {
                    refusals.append(
                        try await desk.refusal { try await desk.links.requestReset(email: email, from: .sample()) })
                }
                #expect(refusals == [nil, nil, nil, .throttled(retryAfterSeconds: 2)], "\(email)")
            }
            var taken = 3
            for _ in 0..<4 {
                desk.tree.clock.advance(seconds: 600)
                let refusal = try await desk.refusal {
                    try await desk.links.requestReset(email: "ada@example.com", from: .sample(from: "192.0.2.8"))
                }
                if refusal == nil { taken += 1 }
            }
            #expect(taken > 3)
            while desk.postman.sent.count < taken { await Task.yield() }
            let open = try await desk.tree.store.read { [email = member.email, now = desk.tree.clock.current] tx in
                try tx.first(
                    """
                    SELECT COUNT(*) FROM address_link WHERE email = \(email.text) AND used_at IS NULL
                    AND expires_at > \(now)
                    """
                ) { try $0.integer(0) }
            }
            #expect(open == 3)
        }
    }
}

@Suite("Hand-over of a sign-in", .onEveryEngine)
struct ConsoleSessionTests {
    @Test func `a backend's user comes in once, within a minute, with the rights of the roles that it named`()
        async throws
    {
        try await SignInDesk.open { desk in
            let tree = desk.tree
            let made = try await desk.handOver(
                ConsoleSessionDraft.sample(tree.europe), as: tree.caller(of: tree.global))
            #expect(made.member.email.text == "user@example.com" && made.member.roles == ["developer"])
            let token = try #require(made.url.split(separator: "=").last.map(String.init))
            #expect(made.url == "https://auth.example.com/hand-over?token=\(token)")
            var tickets: [(String, Browser)] = []
            for number in 0..<8 {
                let browser = Browser.sample(form: "form-secret-of-browser-\(number)-that-is-long-enough")
                tickets.append((try await desk.links.handOverPage(for: token, in: browser).ticket, browser))
            }
            // Eight browsers, each of which sends its form four times.
            let ends = await race(32) { [tickets] number in
                let (ticket, browser) = tickets[number % 8]
                return try await desk.links.handOver(ticket: ticket, from: browser)
            }
            let started = ends.compactMap { try? $0.get() }
            #expect(started.count == 4 && Set(started.map(\.session.id)).count == 1)
            #expect(Set(started.map(\.cookie)).count == 1)
            let signedIn = try await desk.signedIn(try #require(started.first))
            #expect(
                signedIn.session.methods == [.handOver] && signedIn.session.returnURL == "https://app.example.com/x")
            #expect(signedIn.permissions == tree.product.role("developer")?.permissions)
            let late = try await desk.handOver(
                ConsoleSessionDraft.sample(tree.europe), as: tree.caller(of: tree.global))
            #expect(late.member.id == made.member.id)
            let lateToken = try #require(late.url.split(separator: "=").last.map(String.init))
            tree.clock.advance(seconds: 59)
            let lateTicket = try await desk.links.handOverPage(for: lateToken, in: .sample()).ticket
            tree.clock.advance(seconds: 1)
            #expect(
                try await desk.refusal { try await desk.links.handOverPage(for: lateToken, in: .sample()) } == .expired)
            let stranger = Browser.sample(form: "form-secret-of-a-stranger-that-is-long-enough")
            #expect(
                try await desk.refusal { try await desk.links.handOver(ticket: lateTicket, from: stranger) } == .expired
            )
            tree.clock.advance(seconds: 299)
            #expect(
                try await desk.refusal { try await desk.links.handOver(ticket: lateTicket, from: .sample()) }
                    == .expired)
            let dead = try await desk.links.link(ofTicket: lateTicket, in: .sample())
            #expect(dead?.returnURL == late.link.returnURL)
            tree.clock.advance(seconds: -1)
            _ = try await desk.links.handOver(ticket: lateTicket, from: .sample())
            tree.clock.advance(seconds: 31)
            #expect(
                try await desk.refusal { try await desk.links.handOver(ticket: lateTicket, from: .sample()) }
                    == .expired)
            let events = try await desk.events("session.handed-over")
            #expect(events.count == 2 && !"\(events)".contains(token))
        }
    }

    @Test func `what is said of a member who is there narrows the session and never widens it`() async throws {
        try await SignInDesk.open { desk in
            let tree = desk.tree
            let auditor = try await desk.member(in: tree.europe, roles: ["auditor"], email: "user@example.com")
            var draft = ConsoleSessionDraft.sample(tree.europe)
            let wide = try await desk.begin(draft, as: tree.caller(of: tree.global))
            #expect(wide.member.id == auditor.id && wide.member.roles == ["auditor"])
            let both = try #require(tree.product.role("auditor")?.permissions)
                .intersection(try #require(tree.product.role("developer")?.permissions))
            #expect(wide.permissions == both && !both.isEmpty)
            draft.roles = []
            #expect(try await desk.begin(draft, as: tree.caller(of: tree.global)).permissions.isEmpty)
        }
    }

    @Test func `nobody hands over more than they have, nor where they have no right to (law 11)`() async throws {
        try await SignInDesk.open { desk in
            let tree = desk.tree
            let callers: [(Actor, Refusal)] = [
                (tree.caller(of: tree.global, [.membersManage]), .forbidden(.consoleSessionsCreate)),
                (tree.caller(of: tree.global, [.consoleSessionsCreate]), .exceedsRights(.apiKeysManage)),
                (tree.caller(of: tree.stranger), .notFound), (tree.caller(of: tree.france), .notFound),
            ]
            for (caller, refusal) in callers {
                await #expect(throws: refusal) { try await desk.handOver(.sample(tree.europe), as: caller) }
            }
            var draft = ConsoleSessionDraft.sample(tree.europe)
            draft.roles = ["operator"]
            await #expect(throws: Refusal.self) { try await desk.handOver(draft, as: SampleTree.theOperator) }
            let members = try await tree.store.read { [path = tree.europe.path] tx in
                try tx.members(.organization(path), after: nil, limit: 10)
            }
            #expect(members.isEmpty)
        }
    }

    @Test func `all bad fields are named at once, and no browser is sent to what is no web page`() async throws {
        try await SignInDesk.open { desk in
            let urls = [
                "javascript:alert(1)", "http://app.example.com/", "http://127.0.0.1/", "com.example.app:/x", "//evil",
                "https://user@app.example.com/", "",
            ]
            for url in urls {
                let draft = ConsoleSessionDraft(
                    organization: desk.tree.europe.id, email: "nobody", name: " ", roles: ["emperor"], returnURL: url)
                do {
                    _ = try await desk.handOver(draft, as: SampleTree.theOperator)
                    Issue.record("It was accepted.")
                } catch Refusal.invalid(let fields) {
                    #expect(Set(fields.map(\.field)) == ["email", "name", "roles.0", "return_url"], "\(url)")
                }
            }
        }
    }

    @Test func `who was handed over changes nothing of how the member signs in`() async throws {
        try await SignInDesk.open { desk in
            let tree = desk.tree
            _ = try await desk.member(in: tree.europe, email: "user@example.com")
            let me = try await desk.begin(.sample(tree.europe), as: tree.caller(of: tree.global))
            #expect(
                try await desk.refusal {
                    try await desk.signIn.changePassword(me, to: "another horse battery staple", from: .sample())
                } == .unavailable)
            let factors = desk.factors
            await #expect(throws: SignInRefusal.unavailable) {
                try await tree.store.read { tx in _ = try factors.begin(for: me, in: .sample(), tx: tx) }
            }
        }
    }

    @Test func `who was handed over sees and ends that session alone (law 11)`() async throws {
        try await SignInDesk.open { desk in
            let tree = desk.tree
            _ = try await desk.member(in: tree.europe, email: "user@example.com")
            let own = try await desk.session("user@example.com")
            let me = try await desk.begin(.sample(tree.europe), as: tree.caller(of: tree.global))
            let (sessions, actor) = (desk.sessions, SignInDesk.actor(me))
            let seen = try await tree.store.read { tx in try sessions.list(of: me, tx: tx) }
            #expect(seen.map(\.id) == [me.session.id])
            await #expect(throws: Refusal.notFound) {
                try await tree.store.write { tx in try sessions.end(own.session.id, of: me, as: actor, tx: tx) }
            }
            await #expect(throws: SignInRefusal.unavailable) {
                try await tree.store.write { tx in _ = try sessions.endOthers(of: me, as: actor, tx: tx) }
            }
            #expect(try await sessions.signedIn(by: own.cookie) != nil)
            try await tree.store.write { tx in try sessions.end(me.session.id, of: me, as: actor, tx: tx) }
            // Nor do many of them push the member's own out.
            for _ in 0..<(SessionService.maximumPerMember + 1) {
                _ = try await desk.begin(.sample(tree.europe), as: tree.caller(of: tree.global))
            }
            let whole = try #require(try await sessions.signedIn(by: own.cookie))
            let all = try await tree.store.read { tx in try sessions.list(of: whole, tx: tx) }
            #expect(all.count == SessionService.maximumPerMember + 1)
        }
    }

    @Test func `a hand-over keeps what its maker held, and a member's own session has no such bound`() async throws {
        try await SignInDesk.open { desk in
            let tree = desk.tree
            _ = try await desk.member(in: tree.europe, email: "user@example.com")
            let me = try await desk.begin(.sample(tree.europe), as: tree.caller(of: tree.global))
            #expect(me.grantable == ScopeSet(parsing: "data.read"))
            let own = try await desk.signedIn("user@example.com")
            #expect(own.grantable == nil)
        }
    }
}

extension ConsoleSessionDraft {
    fileprivate static func sample(_ organization: Organization) -> ConsoleSessionDraft {
        ConsoleSessionDraft(
            organization: organization.id, email: "user@example.com", name: "User", roles: ["developer"],
            returnURL: "https://app.example.com/x")
    }
}

extension SignInDesk {
    fileprivate func handOver(_ draft: ConsoleSessionDraft, as actor: Actor) async throws -> ConsoleSession {
        tree.clock.advance(seconds: 1)
        return try await tree.store.write { [handOvers] tx in
            try handOvers.create(draft, as: actor, holding: ScopeSet(parsing: "data.read") ?? .empty, tx: tx)
        }
    }

    fileprivate func begin(_ draft: ConsoleSessionDraft, as actor: Actor) async throws -> SignedIn {
        let made = try await handOver(draft, as: actor)
        let token = made.url.split(separator: "=").last.map(String.init) ?? ""
        let ticket = try await links.handOverPage(for: token, in: .sample()).ticket
        return try await signedIn(try await links.handOver(ticket: ticket, from: .sample()))
    }
}
