import CredentialFormat
import Model
import Policy
import Persistence
import TestSupport
import Testing
import Tokens

@testable import SignIn

@Suite("One-time codes of an authenticator (RFC 6238)")
struct TOTPTests {
    @Test(arguments: [
        (59, "287082"), (1_111_111_109, "081804"), (1_111_111_111, "050471"), (1_234_567_890, "005924"),
        (2_000_000_000, "279037"), (20_000_000_000, "353130"),
    ])
    func `the codes are those of the standard's appendix B`(_ seconds: Int64, _ code: String) {
        let totp = TOTP(secret: Array("12345678901234567890".utf8))
        let now = Instant(seconds: seconds)
        #expect(totp.code(step: TOTP.step(at: now)) == code)
        #expect(totp.steps(of: code, at: now) == [seconds / 30])
        #expect(totp.steps(of: code, at: now.adding(seconds: 30)) == [seconds / 30])
        #expect(totp.steps(of: code, at: now.adding(seconds: -30)) == [seconds / 30])
        #expect(totp.steps(of: code, at: now.adding(seconds: 60)).isEmpty)
        // Before 1970 there are no steps.
        #expect(seconds < 60 || totp.steps(of: code, at: now.adding(seconds: -60)).isEmpty)
    }

    @Test(arguments: [
        ("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("fooba", "MZXW6YTB"),
        ("foobar", "MZXW6YTBOI"),
    ])
    func `secrets are shown in base32 (RFC 4648 §10)`(_ plain: String, _ text: String) {
        #expect(Base32.text(Array(plain.utf8)) == text)
        #expect(Base32Reader.bytes(text) == Array(plain.utf8))
    }

    @Test func `nothing that people chose leaves its place in the URI`() {
        let uri = TOTP.uri(secret: "ABC", issuer: "A&B:c?=ü", account: "a+b@example.com")
        #expect(
            uri == "otpauth://totp/A%26B%3Ac%3F%3D%C3%BC:a%2Bb%40example.com?secret=ABC&issuer=A%26B%3Ac%3F%3D%C3%BC"
                + "&algorithm=SHA1&digits=6&period=30")
    }
}

@Suite("Second factors", .onEveryEngine)
struct SecondFactorTests {
    @Test func `a second factor is asked for once a first code was shown, and not before`() async throws {
        try await SignInDesk.open { desk in
            let member = try await desk.member(in: desk.tree.europe)
            let me = try await desk.signedIn()
            let (factors, actor) = (desk.factors, SignInDesk.actor(me))
            let enrolment = try await desk.tree.store.read { tx in try factors.begin(for: me, in: .sample(), tx: tx) }
            #expect(enrolment.uri.contains(enrolment.secret) && !"\(enrolment)".contains(enrolment.secret))
            #expect(!enrolment.offer.contains(enrolment.secret) && !enrolment.offer.contains(enrolment.codes[0]))
            _ = try await desk.session()
            await #expect(throws: SignInRefusal.wrong) {
                try await desk.tree.store.write { tx in
                    try factors.confirm(
                        code: "000000", offer: enrolment.offer, for: me, in: .sample(), as: actor, tx: tx)
                }
            }
            #expect(try await desk.state(member) == .none)
            let (totp, codes) = try await desk.addSecondFactor(me)
            #expect(try await desk.state(member) == .active(recoveryCodesLeft: 10))
            #expect(Set(codes).count == 10)
            let step = try await desk.signIn.signIn(
                email: "ada@example.com", password: SignInDesk.password, from: .sample())
            let ticket = try #require(step.codeTicket)
            #expect(
                try await desk.refusal {
                    try await desk.signIn.confirm(code: "12345", ticket: ticket, from: .sample())
                } == .wrong)
            let done = try await desk.signIn.confirm(code: desk.code(totp), ticket: ticket, from: .sample())
            let signedIn = try await desk.signedIn(try #require(done.session))
            #expect(signedIn.session.methods == [.password, .totp, .multiple])
            #expect(signedIn.hasSecondFactor)
            // One that is in force is not replaced by another.
            await #expect(throws: Refusal.self) {
                try await desk.tree.store.read { tx in _ = try factors.begin(for: signedIn, in: .sample(), tx: tx) }
            }
        }
    }

    @Test func `a second factor that is turned on twice is on once, with the codes that were shown`() async throws {
        try await SignInDesk.open { desk in
            let member = try await desk.member(in: desk.tree.europe)
            let me = try await desk.signedIn()
            let (factors, actor) = (desk.factors, SignInDesk.actor(me))
            func offer() async throws -> TOTPEnrolment {
                try await desk.tree.store.read { tx in try factors.begin(for: me, in: .sample(), tx: tx) }
            }
            // The page was loaded twice; the first one is sent, four times at once.
            let (shown, other) = (try await offer(), try await offer())
            let totp = TOTP(secret: try #require(Base32Reader.bytes(shown.secret)))
            let code = desk.code(totp)
            func confirm(_ code: String, _ enrolment: TOTPEnrolment, _ browser: Browser = .sample()) async throws {
                try await desk.tree.store.write { [offer = enrolment.offer] tx in
                    try factors.confirm(code: code, offer: offer, for: me, in: browser, as: actor, tx: tx)
                }
            }
            let ends = await race(4) { _ in
                try await desk.tree.store.write { [offer = shown.offer] tx in
                    try factors.confirm(code: code, offer: offer, for: me, in: .sample(), as: actor, tx: tx)
                }
            }
            #expect(ends.filter(\.isSuccess).count == 4)
            #expect(try await desk.state(member) == .active(recoveryCodesLeft: 10))
            #expect(try await desk.events("second-factor.added").count == 1)
            // Neither the other page's key nor another browser gets anywhere.
            let otherCode = desk.code(TOTP(secret: try #require(Base32Reader.bytes(other.secret))))
            await #expect(throws: Refusal.self) { try await confirm(otherCode, other) }
            let stranger = Browser.sample(form: "form-secret-of-a-stranger-that-is-long-enough")
            await #expect(throws: SignInRefusal.expired) { try await confirm(code, shown, stranger) }
            let step = try await desk.signIn.signIn(
                email: "ada@example.com", password: SignInDesk.password, from: .sample())
            let ticket = try #require(step.codeTicket)
            let done = try await desk.signIn.confirm(code: shown.codes[3], ticket: ticket, from: .sample())
            #expect(done.session != nil)
        }
    }

    @Test func `an offer of a second factor is good for a quarter of an hour, in the session that it was made in`()
        async throws
    {
        try await SignInDesk.open { desk in
            _ = try await desk.member(in: desk.tree.europe)
            let (me, elsewhere) = (try await desk.signedIn(), try await desk.signedIn())
            let (factors, actor) = (desk.factors, SignInDesk.actor(me))
            let enrolment = try await desk.tree.store.read { tx in try factors.begin(for: me, in: .sample(), tx: tx) }
            let totp = TOTP(secret: try #require(Base32Reader.bytes(enrolment.secret)))
            func confirm(_ signedIn: SignedIn) async throws {
                let code = desk.code(totp)
                try await desk.tree.store.write { tx in
                    try factors.confirm(
                        code: code, offer: enrolment.offer, for: signedIn, in: .sample(), as: actor, tx: tx)
                }
            }
            await #expect(throws: SignInRefusal.expired) { try await confirm(elsewhere) }
            desk.tree.clock.advance(seconds: 900)
            await #expect(throws: SignInRefusal.expired) { try await confirm(me) }
            desk.tree.clock.advance(seconds: -1)
            try await confirm(me)
        }
    }

    @Test func `of many who show the same code at once one is let in, and nobody after that`() async throws {
        try await SignInDesk.open { desk in
            _ = try await desk.member(in: desk.tree.europe)
            let me = try await desk.signedIn()
            let device = try #require(try await desk.session().deviceCookie)
            let (totp, _) = try await desk.addSecondFactor(me)
            let browsers = try await ticketsElsewhere(desk, device: device, count: 8)
            let code = desk.code(totp)
            let ends = await race(8) { number in
                let (ticket, browser) = browsers[number]
                return try await desk.signIn.confirm(code: code, ticket: ticket, from: browser).session
            }
            #expect(ends.filter(\.isSuccess).count == 1)
            // The form that was right, sent again, leads to the one session; any other one nowhere.
            let found = ends.firstIndex { $0.isSuccess }
            let winner = try #require(found)
            let (ticket, browser) = browsers[winner]
            let again = try await desk.signIn.confirm(code: code, ticket: ticket, from: browser).session
            let first = try ends[winner].get()
            #expect(again != nil && again?.session.id == first?.session.id && again?.cookie == first?.cookie)
            let (otherTicket, other) = browsers[(winner + 1) % 8]
            #expect(
                try await desk.refusal {
                    try await desk.signIn.confirm(code: code, ticket: otherTicket, from: other)
                } == .wrong)
            desk.tree.clock.advance(seconds: 29)
            // Nor is the code of the step before it, which the window would allow.
            let earlier = totp.code(step: TOTP.step(at: desk.tree.clock.current) - 1)
            for used in [code, earlier] {
                // Half a minute later not even in the browser that was let in.
                desk.tree.clock.advance(seconds: 2)
                #expect(
                    try await desk.refusal {
                        try await desk.signIn.confirm(code: used, ticket: ticket, from: browser)
                    } == .wrong)
                let refusal = try await desk.refusal {
                    try await desk.restarted().signIn.confirm(
                        code: used, ticket: ticket,
                        from: .sample(form: browser.formSecret, from: "198.51.100.9"))
                }
                #expect(refusal == .wrong)
            }
        }
    }

    @Test func `a recovery code lets in once, however it is typed`() async throws {
        try await SignInDesk.open { desk in
            let member = try await desk.member(in: desk.tree.europe)
            _ = try await desk.member(in: desk.tree.europe, email: "grace@example.com")
            let (_, codes) = try await desk.addSecondFactor(try await desk.signedIn())
            let (_, others) = try await desk.addSecondFactor(try await desk.signedIn("grace@example.com"))
            func ticket() async throws -> String {
                let step = try await desk.signIn.signIn(
                    email: "ada@example.com", password: SignInDesk.password, from: .sample())
                return try #require(step.codeTicket)
            }
            let typed = [codes[0], codes[1].uppercased(), codes[2].replacing("-", with: " ")]
            for code in typed {
                let step = try await desk.signIn.confirm(code: code, ticket: try await ticket(), from: .sample())
                #expect(try #require(step.session).session.methods == [.password, .recoveryCode, .multiple])
            }
            #expect(try await desk.state(member) == .active(recoveryCodesLeft: 7))
            let open = try await ticket()
            for code in [codes[0], others[0], codes[3] + "a"] {
                #expect(
                    try await desk.refusal {
                        try await desk.signIn.confirm(code: code, ticket: open, from: .sample())
                    } == .wrong)
            }
            let ends = await race(4) { _ in
                try await desk.signIn.confirm(code: codes[3], ticket: open, from: .sample()).session?.session.id
            }
            #expect(ends.filter(\.isSuccess).count == 4, "The same form, sent often.")
            #expect(Set(ends.compactMap { try? $0.get() }).count == 1)
            let another = try await ticket()
            #expect(
                try await desk.refusal {
                    try await desk.signIn.confirm(code: codes[3], ticket: another, from: .sample())
                } == .wrong)
            #expect(try await desk.events("recovery-code.used").count == 4)
        }
    }

    @Test func `new recovery codes end those before, and what is kept shows none`() async throws {
        try await SignInDesk.open { desk in
            let member = try await desk.member(in: desk.tree.europe)
            let me = try await desk.signedIn()
            let (_, codes) = try await desk.addSecondFactor(me)
            let (factors, actor) = (desk.factors, SignInDesk.actor(me))
            let made = try await desk.tree.store.read { tx in
                try factors.offerRecoveryCodes(for: me, in: .sample(), tx: tx)
            }
            let renewed = made.codes
            #expect(Set(renewed).count == 10 && Set(renewed).isDisjoint(with: codes))
            #expect(try await desk.state(member) == .active(recoveryCodesLeft: 10))
            #expect(try await desk.events("recovery-codes.renewed").isEmpty, "They were not kept yet.")
            func keep() async throws {
                try await desk.tree.store.write { tx in
                    try factors.keepRecoveryCodes(offer: made.offer, for: me, in: .sample(), as: actor, tx: tx)
                }
            }
            try await keep()
            let step = try await desk.signIn.signIn(
                email: "ada@example.com", password: SignInDesk.password, from: .sample())
            let ticket = try #require(step.codeTicket)
            #expect(
                try await desk.refusal {
                    try await desk.signIn.confirm(code: codes[0], ticket: ticket, from: .sample())
                } == .wrong)
            _ = try await desk.signIn.confirm(code: renewed[0], ticket: ticket, from: .sample())
            #expect(!"\(try await desk.tree.auditEvents())".contains(renewed[0]))
            // Sent twice, it revives none that was used.
            try await keep()
            #expect(try await desk.events("recovery-codes.renewed").count == 1)
            #expect(try await desk.state(member) == .active(recoveryCodesLeft: 9))
        }
    }

    @Test func `a second factor outlives a restart and the rotation of the keys that seal it`() async throws {
        try await SignInDesk.open { desk in
            _ = try await desk.member(in: desk.tree.europe)
            let (totp, codes) = try await desk.addSecondFactor(try await desk.signedIn())
            try await desk.keys.rotate([.secrets, .pepper], by: SampleTree.theOperator, pace: .immediate)
            desk.tree.clock.advance(seconds: 400 * 86_400)
            let restarted = try await desk.restarted()
            for code in [desk.code(totp), codes[0]] {
                let step = try await restarted.signIn.signIn(
                    email: "ada@example.com", password: SignInDesk.password, from: .sample())
                let ticket = try #require(step.codeTicket)
                #expect(
                    try await restarted.signIn.confirm(code: code, ticket: ticket, from: .sample()).session != nil)
            }
        }
    }

    @Test func `to change one's second factor needs a sign-in of one's own, just now`() async throws {
        try await SignInDesk.open { desk in
            let member = try await desk.member(in: desk.tree.europe)
            let me = try await desk.signedIn()
            _ = try await desk.addSecondFactor(me)
            desk.tree.clock.advance(seconds: SignedIn.recentSeconds)
            let (factors, actor) = (desk.factors, SignInDesk.actor(me))
            await #expect(throws: SignInRefusal.reauthenticationRequired) {
                try await desk.tree.store.write { tx in try factors.remove(for: me, as: actor, tx: tx) }
            }
            await #expect(throws: SignInRefusal.reauthenticationRequired) {
                try await desk.tree.store.write { tx in
                    _ = try factors.offerRecoveryCodes(for: me, in: .sample(), tx: tx)
                }
            }
            #expect(try await desk.state(member) == .active(recoveryCodesLeft: 10))
        }
    }

    @Test func `who signs in again shows the second factor again`() async throws {
        try await SignInDesk.open { desk in
            _ = try await desk.member(in: desk.tree.europe)
            let started = try await desk.session()
            let me = try await desk.signedIn(started)
            let (totp, _) = try await desk.addSecondFactor(me)
            let browser = Browser.sample(session: started.cookie)
            for code in [nil, "", "000000"] {
                #expect(
                    try await desk.refusal {
                        try await desk.signIn.reauthenticate(
                            me, password: SignInDesk.password, code: code, from: browser)
                    } == .wrong)
            }
            let renewed = try await desk.signIn.reauthenticate(
                me, password: SignInDesk.password, code: desk.code(totp), from: browser)
            #expect(renewed.session.methods == [.password, .totp, .multiple])
        }
    }

    @Test func `an admin removes the second factor of who has no more rights than they have (law 11)`() async throws {
        try await SignInDesk.open { desk in
            let member = try await desk.member(in: desk.tree.europe, roles: ["developer"])
            _ = try await desk.addSecondFactor(try await desk.signedIn())
            let (factors, tree) = (desk.factors, desk.tree)
            let europe = tree.europe.id
            // An app for which an admin signs in, at different times.
            let admin = try await desk.member(in: tree.global, email: "grace@example.com")
            let app = try await tree.app(in: tree.global).app
            let grant = try await tree.grant(to: app, by: admin, in: tree.global)
            func lineage(signedIn seconds: Int, by method: SignInMethod? = nil) async throws -> ID<RefreshLineage> {
                tree.clock.advance(seconds: 1)
                let now = tree.clock.current
                let end = now.adding(seconds: 86_400)
                let digest = try #require(
                    SecretDigest(stored: Array(repeating: 1, count: 32), pepperVersion: 1))
                let lineage = RefreshLineage(
                    id: ID(at: now.milliseconds), grant: grant.id, app: app.id, scopes: .empty, resource: nil,
                    authenticatedAt: now.adding(seconds: -seconds),
                    signIn: method.map { SignInContext(session: ID(at: 0), methods: [$0]) }, generation: 1,
                    digest: digest, rotation: nil,
                    createdAt: now, expiresAt: end, endsAt: end)
                try await tree.store.write { tx in try tx.insert(lineage) }
                return lineage.id
            }
            let (fresh, old) = (try await lineage(signedIn: 5), try await lineage(signedIn: 301))
            let handedOver = try await lineage(signedIn: 5, by: .handOver)
            func remove(as actor: Actor, by lineage: ID<RefreshLineage>?) async throws {
                try await tree.store.write { [id = member.id] tx in
                    try factors.remove(of: id, in: europe, as: actor, by: lineage, tx: tx)
                }
            }
            await #expect(throws: Refusal.self) {
                try await remove(as: tree.caller(of: tree.europe, [.membersManage]), by: fresh)
            }
            await #expect(throws: Refusal.notFound) { try await remove(as: tree.caller(of: tree.stranger), by: fresh) }
            for stale in [nil, old, handedOver] {
                await #expect(throws: Refusal.presenceRequired(seconds: 300)) {
                    try await remove(as: tree.caller(of: tree.global), by: stale)
                }
            }
            #expect(try await desk.state(member) == .active(recoveryCodesLeft: 10))
            try await remove(as: tree.caller(of: tree.global), by: fresh)
            #expect(try await desk.state(member) == .none)
            _ = try await desk.session()
            #expect(try await desk.events("second-factor.removed").map(\.target) == [member.id.description])
        }
    }
}

extension SecondFactorTests {
    /// Codes that are asked for in other browsers that know the member's password.
    private func ticketsElsewhere(
        _ desk: SignInDesk, device: String, count: Int
    ) async throws -> [(String, Browser)] {
        var tickets: [(String, Browser)] = []
        for number in 0..<count {
            let browser = Browser.sample(form: "form-secret-of-browser-\(number)-that-is-long-enough", device: device)
            let step = try await desk.signIn.signIn(
                email: "ada@example.com", password: SignInDesk.password, from: browser)
            tickets.append((try #require(step.codeTicket), browser))
        }
        return tickets
    }
}

extension SignInDesk {
    fileprivate func state(_ member: Member) async throws -> SecondFactorState {
        try await tree.store.read { [factors, id = member.id] tx in try factors.state(of: id, tx: tx) }
    }
}
