import CredentialFormat
import Model
import Organizations
import Persistence
import Policy
import ProductDefinition
import TestSupport
import Testing

@testable import SignIn

@Suite("Another e-mail address", .onEveryEngine)
struct EmailChangeTests {
    private static let wanted = "ada@new.example"

    /// The link that was mailed to the address that is wanted, as so many were.
    private func token(_ desk: SignInDesk, number: Int = 1) async throws -> String {
        try #require(try await letter(desk, to: Self.wanted, number: number).token)
    }

    /// A letter to an address, waiting until so many are there.
    private func letter(_ desk: SignInDesk, to email: String, number: Int = 1) async throws -> Letter {
        while true {
            let letters = desk.postman.sent.filter { $0.to.text == email }
            if letters.count >= number { return letters[number - 1] }
            await Task.yield()
        }
    }

    /// Somebody who has signed in and wants another address.
    private func asked(
        _ desk: SignInDesk, for email: String = Self.wanted
    ) async throws -> (me: SignedIn, browser: Browser) {
        let started = try await desk.session()
        let browser = Browser.sample(device: started.deviceCookie, session: started.cookie)
        let me = try await desk.signedIn(started)
        try await desk.emailChanges.request(
            EmailChangeService.Wish(email: email, password: SignInDesk.password), by: me, from: browser)
        return (me, browser)
    }

    private func stored(_ desk: SignInDesk, _ id: ID<Member>) async throws -> Member {
        try #require(try await desk.tree.store.read { tx in try tx.member(id) })
    }

    @Test func `counts once the link that went there is opened by the member, with the password of before`()
        async throws
    {
        try await SignInDesk.open { desk in
            let member = try await desk.member(in: desk.tree.europe)
            let other = try await desk.session()
            let (me, browser) = try await asked(desk, for: "Ada@NEW.example")
            let letter = try await letter(desk, to: Self.wanted)
            let link = try await token(desk)
            #expect(letter.body.contains("https://auth.example.com/email-change?token=\(link)"))
            #expect(!letter.body.contains("ada@example.com"), "Whoever gets it by mistake learns of no other address.")
            #expect(try await stored(desk, member.id).email.text == "ada@example.com")
            #expect(
                try await desk.emailChanges.page(for: link, signedIn: me)
                    == .confirm(from: member.email, to: try #require(EmailAddress(Self.wanted))))

            let changed = try await desk.emailChanges.confirm(link, by: me, from: browser)
            let now = try await stored(desk, member.id)
            #expect(
                now.email.text == Self.wanted && now.hasPassword && now.emailProof == .link(desk.tree.clock.current))
            #expect(try await desk.signedIn(changed).session.id == me.session.id, "This session goes on.")
            for cookie in [other.cookie, browser.sessionCookie] {
                #expect(try await desk.sessions.signedIn(by: cookie) == nil)
            }
            // Pressed twice.
            let again = try await desk.emailChanges.confirm(link, by: me, from: browser)
            #expect(again.cookie == changed.cookie)
            _ = try await desk.session(Self.wanted)
            #expect(try await desk.refusal { try await desk.session("ada@example.com") } == .wrong)
            let told = try await self.letter(desk, to: "ada@example.com")
            #expect(told.subject.contains("Your e-mail address was changed"))
            #expect(!told.body.contains(Self.wanted) && !told.body.contains("https://"))
            let event = try #require(try await desk.events("member.email-changed").first)
            #expect(event.details == ["from": "ada@example.com", "to": Self.wanted])
            #expect(try await desk.events("member.email-changed").count == 1)
            #expect(!"\(try await desk.tree.auditEvents())".contains(link))
        }
    }

    @Test func `needs the password, and a sign-in of one's own just now`() async throws {
        try await SignInDesk.open { desk in
            _ = try await desk.member(in: desk.tree.europe)
            let started = try await desk.session()
            let me = try await desk.signedIn(started)
            let browser = Browser.sample(session: started.cookie)
            func refusal(_ wish: EmailChangeService.Wish) async throws -> SignInRefusal? {
                try await desk.refusal { try await desk.emailChanges.request(wish, by: me, from: browser) }
            }
            let wrong = EmailChangeService.Wish(email: Self.wanted, password: "a guess of some length")
            for _ in 0..<5 { #expect(try await refusal(wrong) == .wrong) }
            guard case .throttled = try await refusal(wrong) else {
                Issue.record("Guesses are not counted.")
                return
            }
            desk.tree.clock.advance(seconds: 301)
            let right = EmailChangeService.Wish(email: Self.wanted, password: SignInDesk.password)
            #expect(try await refusal(right) == .reauthenticationRequired)
            #expect(desk.postman.sent.isEmpty)
            let without = desk.emailChanges(postman: nil)
            let fresh = try await desk.session()
            let again = try await desk.signedIn(fresh)
            #expect(!without.isAvailable)
            #expect(
                try await desk.refusal {
                    try await without.request(right, by: again, from: .sample(session: fresh.cookie))
                } == .unavailable)
        }
    }

    @Test(arguments: ["ada@example.com", "no address", "ä@example.com", "ADA@EXAMPLE.com"])
    func `is an address, and another one`(_ email: String) async throws {
        try await SignInDesk.open { desk in
            _ = try await desk.member(in: desk.tree.europe)
            await #expect(throws: Refusal.self) { _ = try await asked(desk, for: email) }
            #expect(desk.postman.sent.isEmpty)
        }
    }

    @Test func `is changed by nobody but who asked, before the link is over, unless another password was set`()
        async throws
    {
        try await SignInDesk.open { desk in
            let member = try await desk.member(in: desk.tree.europe)
            let (me, browser) = try await asked(desk)
            let link = try await token(desk)
            // Whoever reads the mailbox is somebody else, with a session of their own.
            _ = try await desk.member(in: desk.tree.stranger, email: "eve@example.com")
            let eve = try await desk.session("eve@example.com")
            let stranger = try await desk.signedIn(eve)
            #expect(try await desk.emailChanges.page(for: link, signedIn: stranger) == .another)
            #expect(
                try await desk.refusal {
                    try await desk.emailChanges.confirm(link, by: stranger, from: .sample(session: eve.cookie))
                } == .expired)
            for purpose in [OneTimeLink.Purpose.invitation, .passwordReset, .emailChange] {
                #expect(
                    try await desk.refusal {
                        try await desk.links.setPassword(
                            "another horse battery staple", token: link, purpose, from: .sample())
                    } == .expired)
            }
            desk.tree.clock.advance(seconds: 3600)
            #expect(
                try await desk.refusal { try await desk.emailChanges.confirm(link, by: me, from: browser) } == .expired)

            let (second, there) = try await asked(desk)
            let late = try await token(desk, number: 2)
            #expect(late != link)
            try await desk.setPassword("another horse battery staple", of: member)
            #expect(
                try await desk.refusal { try await desk.emailChanges.confirm(late, by: second, from: there) }
                    == .expired)
            #expect(try await stored(desk, member.id).email.text == "ada@example.com")
        }
    }

    @Test func `that another member has is told to that mailbox alone, and is given to nobody`() async throws {
        try await SignInDesk.open { desk in
            let member = try await desk.member(in: desk.tree.europe)
            let taken = try await desk.member(in: desk.tree.europe, email: "grace@example.com")
            _ = try await asked(desk, for: "grace@example.com")
            let letter = try await letter(desk, to: "grace@example.com")
            #expect(letter.token == nil && letter.body.contains("already uses it"))
            // In another organization it may be.
            _ = try await desk.member(in: desk.tree.stranger, email: Self.wanted)
            let (me, browser) = try await asked(desk)
            let link = try await token(desk)
            _ = try await desk.member(in: desk.tree.europe, email: Self.wanted)
            await #expect(throws: Refusal.emailTaken(ProductWords())) {
                try await desk.emailChanges.confirm(link, by: me, from: browser)
            }
            #expect(try await stored(desk, member.id).email.text == "ada@example.com")
            #expect(try await stored(desk, taken.id).emailProof == nil)
        }
    }

    @Test func `is changed once by many who press at once, at two servers`() async throws {
        try await SignInDesk.open { desk in
            let member = try await desk.member(in: desk.tree.europe)
            let (me, browser) = try await asked(desk)
            let link = try await token(desk)
            let desks = [desk, try await desk.restarted()]
            let ends = await race(16) { number in
                try await desks[number % 2].emailChanges.confirm(link, by: me, from: browser).cookie
            }
            #expect(Set(ends.compactMap { try? $0.get() }).count == 1)
            #expect(try await desk.events("member.email-changed").count == 1)
            #expect(try await stored(desk, member.id).email.text == Self.wanted)
        }
    }

    @Test func `an admin's change takes the password, and the sessions, and a new invitation leads back in`()
        async throws
    {
        try await SignInDesk.open { desk in
            let tree = desk.tree
            let member = try await desk.member(in: tree.europe)
            let session = try await desk.session()
            let edited = try await tree.store.write { [members = tree.members] tx in
                try members.change(
                    member.id, in: tree.europe.id, MemberEdit(email: "ADA@new.example"),
                    as: tree.caller(of: tree.global),
                    tx: tx)
            }
            #expect(edited.needsInvitation && edited.formerEmail == member.email)
            #expect(!edited.member.hasPassword && edited.member.email.text == Self.wanted)
            #expect(try await desk.sessions.signedIn(by: session.cookie) == nil)
            for email in ["ada@example.com", Self.wanted] {
                #expect(try await desk.refusal { try await desk.session(email) } == .wrong)
            }
            _ = try await desk.links.invite(member.id, in: tree.europe.id, as: tree.caller(of: tree.global))
            let link = try await token(desk)
            _ = try await desk.links.setPassword(SignInDesk.password, token: link, .invitation, from: .sample())
            #expect(try await stored(desk, member.id).emailProof == .link(tree.clock.current))
            _ = try await desk.session(Self.wanted)
        }
    }
}
