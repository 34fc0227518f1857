import CredentialFormat
import Model
import Organizations
import Persistence
import Policy
import ProductDefinition
import TestSupport
import Testing

@testable import SignIn

@Suite("Sign-in by e-mail address and password", .onEveryEngine)
struct SignInServiceTests {
    @Test func `a member signs in, however the address is spelled, and has the rights of the roles`() async throws {
        try await SignInDesk.open { desk in
            let member = try await desk.member(in: desk.tree.europe, roles: ["developer"])
            let started = try await desk.session("ADA@example.com")
            let signedIn = try await desk.signedIn(started)
            #expect(signedIn.member.id == member.id)
            #expect(signedIn.session.methods == [.password])
            #expect(signedIn.permissions == desk.tree.product.role("developer")?.permissions)
            let actor = SignInDesk.actor(signedIn)
            #expect(actor.sees(desk.tree.france.path))
            #expect(!actor.sees(desk.tree.global.path) && !actor.sees(desk.tree.stranger.path))
            let event = try #require(try await desk.events("session.started").first)
            #expect(event.actor == member.id.description && event.requestID == "req-browser")
            #expect(event.details == ["methods": "pwd"] && event.address?.description == "192.0.2.1")
        }
    }

    @Test func `the operator's own people reach everything, and nobody else does`() async throws {
        try await SignInDesk.open { desk in
            _ = try await desk.member(in: desk.tree.desk, roles: ["operator"], email: "op@example.com")
            let actor = SignInDesk.actor(try await desk.signedIn("op@example.com"))
            #expect(actor.reach == .everything && actor.permissions.contains(.accountsManage))
            _ = try await desk.member(in: desk.tree.global, roles: ["owner"])
            #expect(SignInDesk.actor(try await desk.signedIn()).reach == .subtree(desk.tree.global.path))
        }
    }

    @Test func `a wrong password, an unknown address and a member without a password cost and say the same (K15)`()
        async throws
    {
        try await SignInDesk.open { desk in
            _ = try await desk.member(in: desk.tree.europe)
            _ = try await desk.member(in: desk.tree.europe, email: "invited@example.com", password: nil)
            for email in ["ada@example.com", "nobody@example.com", "invited@example.com", "no address", ""] {
                let before = desk.hasher.workCount
                #expect(try await desk.fail(email) == [.wrong], "\(email)")
                #expect(desk.hasher.workCount - before == 1, "\(email)")
            }
        }
    }

    @Test func `a member without a password cannot sign in with an empty one`() async throws {
        try await SignInDesk.open { desk in
            _ = try await desk.member(in: desk.tree.europe, password: nil)
            let refusal = try await desk.refusal {
                try await desk.signIn.signIn(email: "ada@example.com", password: "", from: .sample())
            }
            #expect(refusal == .wrong)
        }
    }

    @Test func `who is a member of several organizations chooses among those whose password matches`() async throws {
        try await SignInDesk.open { desk in
            let europe = try await desk.member(in: desk.tree.europe)
            let stranger = try await desk.member(in: desk.tree.stranger)
            let other = try await desk.member(in: desk.tree.northAmerica, password: "another horse, another staple")
            let browser = Browser.sample()
            let step = try await desk.signIn.signIn(
                email: "ada@example.com", password: SignInDesk.password, from: browser)
            let (choices, ticket) = try #require(step.choice)
            #expect(Set(choices.choices.map(\.member)) == [europe.id, stranger.id])
            #expect(Set(choices.choices.map(\.account)) == ["Global", "Stranger"])
            #expect(Set(choices.choices.map(\.organizationName)) == ["Europe", "Stranger"])
            #expect(choices.isWhole)
            #expect(try await desk.signIn.choices(in: ticket, from: browser) == choices)
            #expect(
                try await desk.refusal { try await desk.signIn.choose(other.id, ticket: ticket, from: browser) }
                    == .expired)
            let chosen = try await desk.signIn.choose(stranger.id, ticket: ticket, from: browser)
            let started = try #require(chosen.session)
            #expect(try await desk.signedIn(started).organization.id == desk.tree.stranger.id)
        }
    }

    @Test func `a ticket is good in its browser, for five minutes, and until the password is changed`() async throws {
        try await SignInDesk.open { desk in
            let member = try await desk.member(in: desk.tree.europe)
            _ = try await desk.member(in: desk.tree.stranger)
            func ticket() async throws -> String {
                let step = try await desk.signIn.signIn(
                    email: "ada@example.com", password: SignInDesk.password, from: .sample())
                return try #require(step.choice?.ticket)
            }
            func choose(_ ticket: String, from browser: Browser = .sample()) async throws -> SignInRefusal? {
                try await desk.refusal { try await desk.signIn.choose(member.id, ticket: ticket, from: browser) }
            }
            let first = try await ticket()
            let another = Browser.sample(form: "form-secret-of-another-browser-long-enough!")
            #expect(try await choose(first, from: another) == .expired)
            #expect(try await choose(first, from: .sample(form: nil)) == .expired)
            #expect(try await choose(String(first.dropLast()) + (first.hasSuffix("0") ? "1" : "0")) == .expired)
            #expect(try await choose("") == .expired)
            desk.tree.clock.advance(seconds: SignInTicket.seconds - 1)
            #expect(try await choose(first) == nil)
            desk.tree.clock.advance(seconds: 1)
            #expect(try await choose(first) == .expired)
            let second = try await ticket()
            // A ticket of one step is none of another.
            #expect(
                try await desk.refusal {
                    try await desk.signIn.confirm(code: "123456", ticket: second, from: .sample())
                } == .expired)
            try await desk.setPassword("another horse battery staple", of: member)
            #expect(try await choose(second) == .expired)
        }
    }

    @Test func `a digest of another cost is replaced by one of the present, and the password stays`() async throws {
        try await SignInDesk.open { desk in
            let old = PasswordHasher(limit: 4, cost: Argon2id.Cost(memory: 16, passes: 1, lanes: 1))
            let member = try await SignInDesk(desk.tree, hasher: old).member(in: desk.tree.europe)
            _ = try await desk.session()
            let digest = try await desk.tree.store.read { [id = member.id] tx in try tx.passwordDigest(of: id) }
            #expect(try #require(digest).encoded.contains("m=8,"))
            _ = try await desk.session()
        }
    }

    @Test func `a suspended account lets nobody in, and says so to who knows the password alone`() async throws {
        try await SignInDesk.open { desk in
            _ = try await desk.member(in: desk.tree.europe)
            let started = try await desk.session()
            _ = try await desk.tree.store.write { [accounts = desk.tree.accounts, id = desk.tree.global.id] tx in
                try accounts.edit(id, AccountEdit(suspended: true), as: SampleTree.theOperator, tx: tx)
            }
            #expect(try await desk.refusal { try await desk.session() } == .suspended)
            #expect(try await desk.fail() == [.wrong])
            #expect(try await desk.sessions.signedIn(by: started.cookie) == nil)
        }
    }

    @Test func `signing in gives another identifier, and that of before is worth nothing (C6)`() async throws {
        try await SignInDesk.open { desk in
            _ = try await desk.member(in: desk.tree.europe)
            let first = try await desk.session()
            let second = try await desk.session(from: .sample(session: first.cookie))
            #expect(second.cookie != first.cookie && second.session.id != first.session.id)
            #expect(try await desk.sessions.signedIn(by: first.cookie) == nil)
            #expect(try await desk.sessions.signedIn(by: second.cookie) != nil)
            // One that an attacker chose is not taken over.
            let planted = MintedSecret(.session, brand: .claviger).reveal()
            let third = try await desk.session(from: .sample(session: planted))
            #expect(third.cookie != planted)
            #expect(try await desk.sessions.signedIn(by: planted) == nil)
        }
    }

    @Test func `a full queue of passwords is said to be busy`() async throws {
        try await SignInDesk.open { desk in
            _ = try await desk.member(in: desk.tree.europe)
            let busy = SignInDesk(desk.tree, hasher: PasswordHasher(limit: 0, cost: SignInDesk.cheap))
            #expect(try await busy.fail() == [.busy])
            #expect(try await busy.fail("nobody@example.com") == [.busy])
        }
    }

    @Test func `no secret is in what is kept, printed or noted`() async throws {
        try await SignInDesk.open { desk in
            _ = try await desk.member(in: desk.tree.europe)
            let started = try await desk.session()
            var dumped = ""
            dump(started, to: &dumped)
            #expect(!"\(started)\(dumped)".contains(started.cookie))
            #expect(!"\(try await desk.tree.auditEvents())".contains(started.cookie))
            let digests = try await desk.tree.store.read { tx in
                try tx.all("SELECT digest FROM member_session") { try $0.bytes(0) }
            }
            #expect(digests.map(\.count) == [32])
        }
    }
}
