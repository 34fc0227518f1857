import CredentialFormat
import Model
import Organizations
import Persistence
import ProductDefinition
import TestSupport
import Testing
import Tokens

@testable import SignIn

@Suite("Sessions of members", .onEveryEngine)
struct SessionServiceTests {
    private static let product = Product(
        name: "Short", policy: ProductPolicy(sessionIdleSeconds: 600, sessionMaximumSeconds: 3600))

    @Test func `what is no cookie of ours is nobody, without a look at the store`() async throws {
        try await SignInDesk.open { desk in
            let reads = desk.store.reads
            for cookie in [nil, "", "x", "clv_ses_", String(repeating: "a", count: 10_000)] {
                #expect(try await desk.sessions.signedIn(by: cookie) == nil)
            }
            let key = MintedSecret(.apiKey, brand: .claviger).reveal()
            #expect(try await desk.sessions.signedIn(by: key) == nil)
            #expect(desk.store.reads == reads)
            let unknown = try await desk.sessions.signedIn(by: MintedSecret(.session, brand: .claviger).reveal())
            #expect(unknown?.member == nil)
        }
    }

    @Test func `a session that is not used ends, and one that is used ends at its limit`() async throws {
        try await SignInDesk.open(product: Self.product) { desk in
            _ = try await desk.member(in: desk.tree.europe)
            let idle = try await desk.session()
            desk.tree.clock.advance(seconds: 599)
            #expect(try await desk.sessions.signedIn(by: idle.cookie) != nil)
            desk.tree.clock.advance(seconds: 600)
            #expect(try await desk.sessions.signedIn(by: idle.cookie) == nil)
            let used = try await desk.session()
            for _ in 0..<11 {
                desk.tree.clock.advance(seconds: 300)
                #expect(try await desk.sessions.signedIn(by: used.cookie) != nil)
            }
            desk.tree.clock.advance(seconds: 299)
            #expect(try await desk.sessions.signedIn(by: used.cookie) != nil)
            desk.tree.clock.advance(seconds: 1)
            #expect(try await desk.sessions.signedIn(by: used.cookie) == nil)
        }
    }

    @Test func `a limit that was tightened holds for the sessions that there are`() async throws {
        try await SignInDesk.open { desk in
            _ = try await desk.member(in: desk.tree.europe)
            let started = try await desk.session()
            desk.tree.clock.advance(seconds: 700)
            let tightened = SessionService(
                store: desk.store, keyRing: desk.keys, product: Self.product, now: desk.tree.clock.now)
            #expect(try await tightened.signedIn(by: started.cookie) == nil)
            #expect(try await desk.sessions.signedIn(by: started.cookie) != nil)
        }
    }

    @Test func `use is written down once a minute at most`() async throws {
        try await SignInDesk.open { desk in
            _ = try await desk.member(in: desk.tree.europe)
            let started = try await desk.session()
            let writes = desk.store.writes
            for _ in 0..<59 {
                desk.tree.clock.advance(seconds: 1)
                _ = try await desk.sessions.signedIn(by: started.cookie)
            }
            #expect(desk.store.writes == writes)
            desk.tree.clock.advance(seconds: 1)
            _ = try await desk.sessions.signedIn(by: started.cookie)
            _ = try await desk.sessions.signedIn(by: started.cookie)
            #expect(desk.store.writes == writes + 1)
            #expect(try await desk.signedIn(started).session.seenAt == desk.tree.clock.current)
        }
    }

    @Test func `a session outlives a restart and the rotation of every key`() async throws {
        try await SignInDesk.open { desk in
            _ = try await desk.member(in: desk.tree.europe)
            let started = try await desk.session()
            try await desk.keys.rotate([.pepper, .replies, .secrets], by: SampleTree.theOperator)
            #expect(try await desk.sessions.signedIn(by: started.cookie) != nil)
            let restarted = try await desk.restarted()
            #expect(try await restarted.sessions.signedIn(by: started.cookie) != nil)
        }
    }

    @Test func `the oldest session ends when there are too many`() async throws {
        try await SignInDesk.open { desk in
            _ = try await desk.member(in: desk.tree.europe)
            var cookies: [String] = []
            for _ in 0...SessionService.maximumPerMember {
                desk.tree.clock.advance(seconds: 1)
                cookies.append(try await desk.session().cookie)
            }
            #expect(try await desk.sessions.signedIn(by: cookies[0]) == nil)
            let signedIn = try #require(try await desk.sessions.signedIn(by: cookies[1]))
            let list = try await desk.tree.store.read { [sessions = desk.sessions] tx in
                try sessions.list(of: signedIn, tx: tx)
            }
            #expect(list.count == SessionService.maximumPerMember)
            #expect(list.map(\.createdAt) == list.map(\.createdAt).sorted(by: >))
        }
    }

    @Test func `one ends one's own sessions and nobody else's`() async throws {
        try await SignInDesk.open { desk in
            _ = try await desk.member(in: desk.tree.europe)
            _ = try await desk.member(in: desk.tree.europe, email: "grace@example.com")
            let grace = try await desk.signedIn("grace@example.com")
            let mine = try await desk.session()
            let other = try await desk.session()
            let third = try await desk.session()
            let me = try await desk.signedIn(mine)
            let (sessions, actor) = (desk.sessions, SignInDesk.actor(me))
            await #expect(throws: Refusal.notFound) {
                try await desk.tree.store.write { tx in
                    try sessions.end(grace.session.id, of: me, as: actor, tx: tx)
                }
            }
            try await desk.tree.store.write { tx in try sessions.end(other.session.id, of: me, as: actor, tx: tx) }
            #expect(try await desk.sessions.signedIn(by: other.cookie) == nil)
            let ended = try await desk.tree.store.write { tx in try sessions.endOthers(of: me, as: actor, tx: tx) }
            #expect(ended == 1)
            #expect(try await desk.sessions.signedIn(by: third.cookie) == nil)
            #expect(try await desk.sessions.signedIn(by: mine.cookie) != nil)
            try await desk.tree.store.write { tx in
                try sessions.signOut(me, as: actor, tx: tx)
                try sessions.signOut(me, as: actor, tx: tx)
            }
            #expect(try await desk.sessions.signedIn(by: mine.cookie) == nil)
            #expect(try await desk.sessions.list(grace) == [grace.session])
            #expect(try await desk.events("session.ended").count == 3)
        }
    }

    @Test func `other roles act at the next request, and a removed member is signed out`() async throws {
        try await SignInDesk.open { desk in
            let member = try await desk.member(in: desk.tree.europe, roles: ["auditor"])
            let started = try await desk.session()
            let (members, europe) = (desk.tree.members, desk.tree.europe.id)
            _ = try await desk.tree.store.write { [id = member.id] tx in
                try members.edit(id, in: europe, MemberEdit(roles: ["developer"]), as: SampleTree.theOperator, tx: tx)
            }
            #expect(
                try await desk.signedIn(started).permissions == desk.tree.product.role("developer")?.permissions)
            try await desk.tree.store.write { [id = member.id] tx in
                try members.delete(id, in: europe, as: SampleTree.theOperator, tx: tx)
            }
            #expect(try await desk.sessions.signedIn(by: started.cookie) == nil)
        }
    }

    @Test func `a sign-in from a network not seen before is told, the first one and known ones are not`() async throws {
        try await SignInDesk.open { desk in
            let member = try await desk.member(in: desk.tree.europe)
            func isNew(_ address: String?) async throws -> Bool {
                desk.tree.clock.advance(seconds: 1)
                return try await desk.session(from: .sample(from: address)).isFromNewNetwork
            }
            #expect(try await !isNew("192.0.2.1"), "The first.")
            #expect(try await !isNew("192.0.2.200"))
            #expect(try await isNew("198.51.100.1"))
            #expect(try await !isNew("198.51.100.1"))
            #expect(try await isNew("2001:db8:1::1"))
            #expect(try await !isNew("2001:db8:1:2::1"))
            #expect(try await !isNew(nil))
            for number in 0..<40 { _ = try await isNew("203.0.\(number).1") }
            let known = try await desk.tree.store.read { [id = member.id] tx in try tx.networkCount(of: id) }
            #expect(known == SignInNetwork.maximumKnown)
            #expect(try await isNew("192.0.2.1"), "Too long ago.")
        }
    }

    @Test func `an admin who sets somebody's password signs them out everywhere`() async throws {
        try await SignInDesk.open { desk in
            let member = try await desk.member(in: desk.tree.europe)
            let started = try await desk.session()
            let digest = try await desk.keeper.digest(of: "another horse battery staple", for: member.email)
            let (members, europe) = (desk.tree.members, desk.tree.europe.id)
            _ = try await desk.tree.store.write { [id = member.id] tx in
                try members.edit(
                    id, in: europe, MemberEdit(password: .set(digest, for: member.email)),
                    as: SampleTree.theOperator, tx: tx)
            }
            #expect(try await desk.sessions.signedIn(by: started.cookie) == nil)
        }
    }

    @Test func `one's own new password ends all sessions, and this browser goes on with another`() async throws {
        try await SignInDesk.open { desk in
            _ = try await desk.member(in: desk.tree.europe)
            let here = try await desk.session()
            let elsewhere = try await desk.session()
            let me = try await desk.signedIn(here)
            let browser = Browser.sample(session: here.cookie)
            await #expect(throws: Refusal.self) {
                try await desk.signIn.changePassword(me, to: "short", from: browser)
            }
            let renewed = try await desk.signIn.changePassword(me, to: "another horse battery staple", from: browser)
            #expect(try await desk.sessions.signedIn(by: here.cookie) == nil)
            #expect(try await desk.sessions.signedIn(by: elsewhere.cookie) == nil)
            #expect(try await desk.sessions.signedIn(by: renewed.cookie) != nil)
            #expect(try await desk.fail() == [.wrong])
            #expect(try await desk.refusal { try await desk.session() } == .wrong)
            _ = try await desk.session("ada@example.com", "another horse battery staple")
            // A session that has ended changes nothing any more.
            #expect(
                try await desk.refusal {
                    try await desk.signIn.changePassword(me, to: "yet another horse staple", from: browser)
                } == .expired)
            #expect(try await desk.events("password.changed").count == 1)
        }
    }

    @Test func `what is sensitive needs a proof of the last five minutes`() async throws {
        try await SignInDesk.open { desk in
            _ = try await desk.member(in: desk.tree.europe)
            let started = try await desk.session()
            let me = try await desk.signedIn(started)
            let clock = desk.tree.clock
            clock.advance(seconds: SignedIn.recentSeconds)
            try me.requireRecentAuthentication(at: clock.current)
            clock.advance(seconds: 1)
            #expect(throws: SignInRefusal.reauthenticationRequired) {
                try me.requireRecentAuthentication(at: clock.current)
            }
            let browser = Browser.sample(session: started.cookie)
            #expect(
                try await desk.refusal {
                    try await desk.signIn.changePassword(me, to: "another horse battery staple", from: browser)
                } == .reauthenticationRequired)
            let renewed = try await desk.signIn.reauthenticate(
                me, password: SignInDesk.password, code: nil, from: browser)
            #expect(renewed.cookie != started.cookie && renewed.session.id == started.session.id)
            #expect(renewed.session.authenticatedAt == clock.current)
            #expect(renewed.session.createdAt == started.session.createdAt)
            #expect(try await desk.sessions.signedIn(by: started.cookie) == nil)
            try await desk.signedIn(renewed).requireRecentAuthentication(at: clock.current)
        }
    }

    @Test func `of many who renew a session at once, one does`() async throws {
        try await SignInDesk.open { desk in
            _ = try await desk.member(in: desk.tree.europe)
            let started = try await desk.session()
            let me = try await desk.signedIn(started)
            let ends = await race(16) { _ in
                try await desk.store.write { [signIn = desk.signIn] tx in
                    try signIn.renew(me, by: nil, from: .sample(session: started.cookie), tx: tx).cookie
                }
            }
            let cookies = ends.compactMap { try? $0.get() }
            #expect(cookies.count == 1)
            #expect(try await desk.sessions.signedIn(by: cookies.first) != nil)
            #expect(try await desk.sessions.signedIn(by: started.cookie) == nil)
        }
    }

    @Test func `a proof that is sent twice renews the session once, and another one finds nothing`() async throws {
        try await SignInDesk.open { desk in
            _ = try await desk.member(in: desk.tree.europe)
            let started = try await desk.session()
            let me = try await desk.signedIn(started)
            let browser = Browser.sample(session: started.cookie)
            let ends = await race(4) { _ in
                try await desk.signIn.reauthenticate(me, password: SignInDesk.password, code: nil, from: browser)
            }
            #expect(ends.filter(\.isSuccess).count == 4)
            let cookies = Set(ends.compactMap { try? $0.get() }.map(\.cookie))
            #expect(cookies.count == 1 && !cookies.contains(started.cookie))
            let sent = SentForm.reauthentication(password: SignInDesk.password, code: nil, from: browser)
            let second = try await desk.signIn.begun(by: sent, from: browser)
            #expect(second?.cookie == cookies.first)
            // Whoever has the cookies of before and not the password follows it nowhere.
            for password in ["", "wrong horse battery staple"] {
                let guess = SentForm.reauthentication(password: password, code: nil, from: browser)
                #expect(try await desk.signIn.begun(by: guess, from: browser)?.cookie == nil)
            }
            let other = Browser.sample(form: "form-secret-of-a-stranger-that-is-long-enough", session: started.cookie)
            let elsewhere = SentForm.reauthentication(password: SignInDesk.password, code: nil, from: other)
            #expect(try await desk.signIn.begun(by: elsewhere, from: other)?.cookie == nil)
            desk.tree.clock.advance(seconds: 31)
            #expect(try await desk.signIn.begun(by: sent, from: browser)?.cookie == nil)
        }
    }

    @Test func `what the browser calls itself is kept short and printable`() async throws {
        try await SignInDesk.open { desk in
            _ = try await desk.member(in: desk.tree.europe)
            let browser = Browser(
                formSecret: nil, deviceCookie: nil, sessionCookie: nil, address: nil,
                userAgent: "A\u{0}\n\u{1B}[31mé" + String(repeating: "b", count: 5000), requestID: "r")
            let kept = try #require(try await desk.session(from: browser).session.userAgent)
            #expect(kept.hasPrefix("A[31mb") && kept.utf8.count <= MemberSession.maximumUserAgent)
        }
    }
}

extension SessionService {
    fileprivate func list(_ signedIn: SignedIn) async throws -> [MemberSession] {
        try await store.read { [self] tx in try list(of: signedIn, tx: tx) }
    }
}
