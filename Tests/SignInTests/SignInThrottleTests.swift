import CredentialFormat
import Model
import Organizations
import Persistence
import Policy
import TestSupport
import Testing
import Tokens

@testable import SignIn

@Suite("Sign-in: what may be tried at all (I7)", .onEveryEngine)
struct SignInThrottleTests {
    @Test func `after five attempts in vain each next one waits twice as long, and nothing is looked at`() async throws
    {
        try await SignInDesk.open { desk in
            _ = try await desk.member(in: desk.tree.europe)
            #expect(try await desk.fail(times: 5) == Array(repeating: .wrong, count: 5))
            for seconds in [2, 4, 8, 16] {
                let before = desk.hasher.workCount
                #expect(try await desk.fail() == [.throttled(retryAfterSeconds: seconds)])
                // The right password is not looked at either.
                #expect(
                    try await desk.refusal { try await desk.session() } == .throttled(retryAfterSeconds: seconds))
                #expect(desk.hasher.workCount == before)
                desk.tree.clock.advance(seconds: seconds - 1)
                #expect(try await desk.fail() == [.throttled(retryAfterSeconds: 1)])
                desk.tree.clock.advance(seconds: 1)
                #expect(try await desk.fail() == [.wrong])
            }
            desk.tree.clock.advance(seconds: 32)
            _ = try await desk.session()
            // Being let in begins anew.
            #expect(try await desk.fail(times: 5) == Array(repeating: .wrong, count: 5))
        }
    }

    @Test func `no delay is longer than a quarter of an hour, and all is forgotten in time`() async throws {
        try await SignInDesk.open { desk in
            _ = try await desk.member(in: desk.tree.europe)
            var longest = 0
            for _ in 0..<20 {
                if case .throttled(let seconds) = try await desk.fail()[0] {
                    longest = max(longest, seconds)
                    desk.tree.clock.advance(seconds: seconds)
                }
            }
            #expect(longest > 250 && longest <= SignInThrottle.longestDelay)
            desk.tree.clock.advance(seconds: 20 * 900)
            #expect(try await desk.fail(times: 5) == Array(repeating: .wrong, count: 5))
        }
    }

    @Test func `an address that nobody has is refused as one that somebody has`() async throws {
        try await SignInDesk.open { desk in
            _ = try await desk.member(in: desk.tree.europe)
            var known: [SignInRefusal?] = []
            var unknown: [SignInRefusal?] = []
            for _ in 0..<12 {
                known += try await desk.fail(from: .sample(from: "192.0.2.1"))
                unknown += try await desk.fail("nobody@example.com", from: .sample(from: "192.0.2.77"))
                desk.tree.clock.advance(seconds: 3)
            }
            #expect(known == unknown)
            #expect(known.contains { $0 != .wrong })
        }
    }

    @Test func `strangers cannot lock the owner out of the browser in which they signed in before`() async throws {
        try await SignInDesk.open { desk in
            _ = try await desk.member(in: desk.tree.europe)
            let device = try #require(try await desk.session().deviceCookie)
            // From the owner's own address too, as behind one proxy.
            for number in 0..<12 {
                try await desk.fail(times: 10, from: .sample(from: "192.0.2.\(number % 3 + 1)"))
                desk.tree.clock.advance(seconds: 60)
            }
            guard case .throttled = try await desk.refusal({ try await desk.session() }) else {
                Issue.record("A stranger was let through.")
                return
            }
            let mine = try await desk.session(from: .sample(device: device))
            #expect(try await desk.sessions.signedIn(by: mine.cookie) != nil)
            // That does not help the strangers.
            guard case .throttled = try await desk.fail()[0] else {
                Issue.record("Strangers begin anew.")
                return
            }
        }
    }

    @Test func `attempts from a known browser are limited too`() async throws {
        try await SignInDesk.open { desk in
            _ = try await desk.member(in: desk.tree.europe)
            let device = try #require(try await desk.session().deviceCookie)
            let refusals = try await desk.fail(times: 11, from: .sample(device: device))
            #expect(refusals == Array(repeating: .wrong, count: 10) + [.throttled(retryAfterSeconds: 2)])
            // And they stop nobody else: not the owner elsewhere either.
            _ = try await desk.session(from: .sample(from: "198.51.100.1"))
        }
    }

    @Test func `being known as one member opens no way to another of the same address`() async throws {
        try await SignInDesk.open { desk in
            let victim = try await desk.member(in: desk.tree.europe)
            // An attacker makes a member with the victim's address in an account of their own.
            _ = try await desk.member(in: desk.tree.stranger, password: "the attacker's own password")
            let mine = try await desk.session("ada@example.com", "the attacker's own password")
            let device = try #require(mine.deviceCookie)
            var throttled = 0
            for _ in 0..<20 {
                let before = desk.hasher.workCount
                try await desk.fail(from: .sample(device: device))
                if desk.hasher.workCount - before < 2 { throttled += 1 }
            }
            #expect(throttled >= 14)
            // Nor does the right password of one forgive a guess at the other's.
            let attempts = try await desk.tree.store.read {
                [
                    bucket = SignInMeasure.member(victim.id).bucket(under: desk.tree.peppers),
                    now = desk.tree.clock.current
                ] tx in
                try tx.signInAttempts(bucket, at: now)?.failures
            }
            #expect(try #require(attempts) >= 5)
        }
    }

    @Test func `what says that a browser is known cannot be made up, ages, and ends with the password`() async throws {
        try await SignInDesk.open { desk in
            let member = try await desk.member(in: desk.tree.europe)
            let cookie = try #require(try await desk.session().deviceCookie)
            let devices = DeviceCookie(peppers: desk.tree.peppers)
            let now = desk.tree.clock.current
            let digest = try await desk.tree.store.read { [id = member.id] tx in try tx.passwordDigest(of: id) }
            #expect(devices.device(member.id, digest, in: cookie, at: now) != nil)
            #expect(devices.device(member.id, PasswordDigest(encoded: "other"), in: cookie, at: now) == nil)
            #expect(devices.device(ID(at: 1), digest, in: cookie, at: now) == nil)
            let aged = now.adding(seconds: DeviceCookie.seconds)
            #expect(devices.device(member.id, digest, in: cookie, at: aged) == nil)
            for index in stride(from: 0, to: cookie.count, by: 7) {
                var text = Array(cookie)
                text[index] = text[index] == "A" ? "B" : "A"
                #expect(devices.device(member.id, digest, in: String(text), at: now) == nil, "\(index)")
            }
            // It stays the same browser, and is known for sixteen members at most.
            var grown = devices.adding(member.id, digest, to: cookie, at: now)
            #expect(
                devices.device(member.id, digest, in: grown, at: now)
                    == devices.device(member.id, digest, in: cookie, at: now))
            for number in 1...20 { grown = devices.adding(ID(at: Int64(number)), nil, to: grown, at: now) }
            #expect(grown.split(separator: "~").count == 16)
        }
    }

    @Test func `many at once get no more tries than one after another`() async throws {
        try await SignInDesk.open { desk in
            _ = try await desk.member(in: desk.tree.europe)
            let before = desk.hasher.workCount
            let ends = await race(40) { number in
                try await desk.fail(from: .sample(from: "192.0.2.\(number + 1)"))[0]
            }
            #expect(ends.compactMap { try? $0.get() }.filter { $0 == .wrong }.count == 5)
            #expect(desk.hasher.workCount - before == 5)
        }
    }

    @Test func `one address is limited whoever it tries, and an IPv6 network is one address`() async throws {
        try await SignInDesk.open { desk in
            var wrong = 0
            for number in 0..<60 {
                let browser = Browser.sample(from: "2001:db8:0:1::\(String(number, radix: 16))")
                if try await desk.fail("nobody\(number)@example.com", from: browser) == [.wrong] { wrong += 1 }
            }
            #expect(wrong == 50)
            let beside = Browser.sample(from: "2001:db8:0:2::1")
            #expect(try await desk.fail("other@example.com", from: beside) == [.wrong])
            // Spelled in another way it is the same one.
            let bucket = { (text: String) in
                SignInMeasure.address(IPAddress(text)).bucket(under: desk.tree.peppers)
            }
            #expect(bucket("::ffff:192.0.2.9") == bucket("192.0.2.9") && bucket("192.0.2.9") != bucket("192.0.2.10"))
        }
    }

    @Test func `a password, a code, a recovery code and a repeated sign-in are counted by one measure`() async throws {
        try await SignInDesk.open { desk in
            _ = try await desk.member(in: desk.tree.europe)
            let started = try await desk.session()
            let signedIn = try await desk.signedIn(started)
            _ = try await desk.addSecondFactor(signedIn)
            let step = try await desk.signIn.signIn(
                email: "ada@example.com", password: SignInDesk.password, from: .sample())
            let ticket = try #require(step.codeTicket)
            func confirm(_ code: String) async throws -> SignInRefusal? {
                try await desk.refusal { try await desk.signIn.confirm(code: code, ticket: ticket, from: .sample()) }
            }
            func again() async throws -> SignInRefusal? {
                try await desk.refusal {
                    try await desk.signIn.reauthenticate(
                        signedIn, password: "wrong horse battery staple", code: nil,
                        from: .sample(session: started.cookie))
                }
            }
            #expect(try await desk.fail() == [.wrong])
            #expect(try await confirm("000000") == .wrong)
            #expect(try await confirm("abcd-efgh-2345-6722") == .wrong)
            #expect(try await again() == .wrong)
            #expect(try await confirm("") == .wrong)
            let throttled = SignInRefusal.throttled(retryAfterSeconds: 2)
            #expect(try await desk.fail() == [throttled])
            #expect(try await confirm("000000") == throttled)
            #expect(try await confirm("abcd-efgh-2345-6722") == throttled)
            #expect(try await again() == throttled)
        }
    }

    @Test func `who knows the password gets no more guesses at the code by showing it again`() async throws {
        try await SignInDesk.open { desk in
            _ = try await desk.member(in: desk.tree.europe)
            _ = try await desk.addSecondFactor(try await desk.signedIn())
            var guesses = 0
            for _ in 0..<30 {
                let step = try? await desk.signIn.signIn(
                    email: "ada@example.com", password: SignInDesk.password, from: .sample())
                guard let ticket = step?.codeTicket else { continue }
                let refusal = try await desk.refusal {
                    try await desk.signIn.confirm(code: "000000", ticket: ticket, from: .sample())
                }
                if refusal == .wrong { guesses += 1 }
            }
            #expect(guesses == 5)
        }
    }

    @Test func `the beginning of a delay is noted, once`() async throws {
        try await SignInDesk.open { desk in
            let member = try await desk.member(in: desk.tree.europe)
            try await desk.fail(times: 4)
            #expect(try await desk.events("sign-in.throttled").isEmpty)
            try await desk.fail(times: 20)
            desk.tree.clock.advance(seconds: 2)
            try await desk.fail(times: 20)
            let events = try await desk.events("sign-in.throttled")
            #expect(events.map(\.target) == [member.id.description])
            #expect(events.map(\.organization) == [desk.tree.europe.id])
        }
    }

    @Test func `a failure is noted with whose it was, once an hour, and of an address that nobody has never`()
        async throws
    {
        try await SignInDesk.open { desk in
            let member = try await desk.member(in: desk.tree.europe)
            try await desk.fail("nobody@example.com", times: 3)
            #expect(try await desk.events("sign-in.failed").isEmpty)
            try await desk.fail(times: 3)
            let events = try await desk.events("sign-in.failed")
            #expect(events.map(\.target) == [member.id.description])
            #expect(events.map(\.organization) == [desk.tree.europe.id])
            #expect(events.map(\.details) == [["tried": "password"]])
            #expect(events.map(\.address?.description) == ["192.0.2.1"])
            desk.tree.clock.advance(seconds: FailedSignIns.interval + 1)
            _ = try await desk.addSecondFactor(try await desk.signedIn())
            let step = try await desk.signIn.signIn(
                email: "ada@example.com", password: SignInDesk.password, from: .sample())
            let ticket = try #require(step.codeTicket)
            for _ in 0..<2 {
                let refusal = try await desk.refusal {
                    try await desk.signIn.confirm(code: "000000", ticket: ticket, from: .sample())
                }
                #expect(refusal == .wrong)
            }
            #expect(
                try await desk.events("sign-in.failed").map { $0.details["tried"] }.sorted { $0 ?? "" < $1 ?? "" }
                    == ["code", "password"])
        }
    }

    @Test func `however many members somebody fails to be, few failures are noted, and an account has its own share`()
        async throws
    {
        try await SignInDesk.open { desk in
            var failures = FailedSignIns(peppers: desk.keys.keys.peppers)
            failures.limits = FailedSignIns.Limits(perAccount: 3, groups: 1, perGroup: 5)
            let (own, foreign) = (desk.tree.europe.id, desk.tree.stranger.id)
            func members(_ name: String, in organization: ID<Organization>) async throws -> [FailedSignIns.Owner] {
                try await desk.tree.store.write { [members = desk.tree.members] tx in
                    try (0..<6).map { number -> FailedSignIns.Owner in
                        let draft = MemberDraft(email: "\(name)\(number)@example.com", name: "Ada", roles: ["admin"])
                        return .member(
                            try members.create(draft, in: organization, as: SampleTree.theOperator, tx: tx).id)
                    }
                }
            }
            func note(_ owners: [FailedSignIns.Owner], at now: Instant) async throws -> Int {
                try await desk.tree.store.write { [failures] tx in
                    for owner in owners {
                        try failures.note([owner], tried: .password, from: .sample(), at: now, tx: tx)
                    }
                }
                return try await desk.events("sign-in.failed").count
            }
            let (ours, theirs) = (try await members("own", in: own), try await members("foreign", in: foreign))
            let now = desk.tree.clock.current
            #expect(try await note(theirs, at: now) == 3)
            #expect(try await note(ours, at: now) == 5, "What strangers do in their account leaves the others theirs.")
            #expect(try await note(theirs + ours, at: now.adding(seconds: 60)) == 5)
            #expect(try await note(ours, at: now.adding(seconds: FailedSignIns.interval)) == 8)
        }
    }

    @Test func `while attempts cannot be counted, nobody is let in`() async throws {
        try await SignInDesk.open { desk in
            _ = try await desk.member(in: desk.tree.europe)
            let before = desk.hasher.workCount
            desk.store.refusesWrites = true
            await #expect(throws: (any Error).self) { try await desk.session() }
            #expect(desk.hasher.workCount == before)
        }
    }

    @Test(arguments: [-3600, -120, -3, 3, 120, 3600])
    func `whatever a clock is set to, who has free attempts left waits for nothing`(_ seconds: Int) async throws {
        try await SignInDesk.open { desk in
            _ = try await desk.member(in: desk.tree.europe)
            let first = try await desk.session()
            try await desk.fail(times: 3)
            desk.tree.clock.advance(seconds: seconds)
            _ = try await desk.session()
            let known = Browser.sample(device: first.deviceCookie)
            _ = try await desk.session(from: known)
            try await desk.links.requestReset(email: "ada@example.com", from: .sample())
            desk.tree.clock.advance(seconds: -seconds)
            _ = try await desk.session()
            try await desk.links.requestReset(email: "ada@example.com", from: .sample())
        }
    }

    @Test func `a clock that is set back far makes nobody wait until it is where it was`() async throws {
        try await SignInDesk.open { desk in
            _ = try await desk.member(in: desk.tree.europe)
            #expect(try await desk.fail(times: 7).last == .throttled(retryAfterSeconds: 2))
            desk.tree.clock.advance(seconds: -3600)
            _ = try await desk.session()
            // By a little: no longer than without.
            try await desk.fail(times: 7)
            desk.tree.clock.advance(seconds: -3)
            guard case .throttled(let wait) = try await desk.refusal({ try await desk.session() }) else {
                Issue.record("A guess was given away.")
                return
            }
            #expect(wait <= 4)
        }
    }

    @Test(arguments: [-120, -3])
    func `a session, and what is asked of it, survives a clock that is set back`(_ seconds: Int) async throws {
        try await SignInDesk.open { desk in
            _ = try await desk.member(in: desk.tree.europe)
            let started = try await desk.session()
            let (totp, _) = try await desk.addSecondFactor(try await desk.signedIn(started))
            desk.tree.clock.advance(seconds: seconds)
            let signedIn = try await desk.signedIn(started)
            try signedIn.requireOwnSignIn(at: desk.tree.clock.current)
            let sessions = try await desk.tree.store.read { [sessions = desk.sessions] tx in
                try sessions.list(of: signedIn, tx: tx).count
            }
            #expect(sessions == 1)
            desk.tree.clock.advance(seconds: -seconds)
            let step = try await desk.signIn.signIn(
                email: "ada@example.com", password: SignInDesk.password, from: .sample())
            let ticket = try #require(step.codeTicket)
            let code = desk.code(totp)
            let begun = try await desk.signIn.confirm(code: code, ticket: ticket, from: .sample())
            desk.tree.clock.advance(seconds: max(seconds, -30))
            // The same form again is answered as the first time.
            let again = try await desk.signIn.confirm(code: code, ticket: ticket, from: .sample())
            #expect(try #require(again.session).cookie == begun.session?.cookie)
        }
    }

    @Test func `a restart forgets no attempt`() async throws {
        try await SignInDesk.open { desk in
            _ = try await desk.member(in: desk.tree.europe)
            try await desk.fail(times: 5)
            #expect(try await desk.restarted().fail() == [.throttled(retryAfterSeconds: 2)])
        }
    }

    @Test func `what a stranger can choose fills no table`() async throws {
        try await SignInDesk.open { desk in
            let id = ID<Member>(at: 1)
            let peppers = desk.tree.peppers
            let devices = Set((0..<2000).map { SignInMeasure.device(id, "\($0)").bucket(under: peppers) })
            #expect(devices.count <= 256 && devices.count > 200)
            for number in 0..<40 {
                try await desk.fail("n\(number)@example.com", from: .sample(from: "198.51.100.\(number)"))
            }
            desk.tree.clock.advance(seconds: 86_400)
            let swept = try await desk.tree.store.write { [now = desk.tree.clock.current] tx in
                try tx.sweepSignInAttempts(before: now, limit: 1000)
            }
            #expect(swept <= 120 && swept > 90)
            let left = try await desk.tree.store.read { tx in
                try tx.first("SELECT count(*) FROM sign_in_attempts") { try $0.integer(0) }
            }
            #expect(left == 0)
        }
    }
}
