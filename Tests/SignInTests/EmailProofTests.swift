import CredentialFormat
import Model
import Organizations
import Persistence
import Policy
import TestSupport
import Testing

@testable import SignIn

@Suite("Proof of an e-mail address", .onEveryEngine)
struct EmailProofTests {
    private func proof(_ desk: SignInDesk, _ id: ID<Member>) async throws -> EmailProof? {
        try #require(try await desk.tree.store.read { tx in try tx.member(id) }).emailProof
    }

    private func edit(_ edit: MemberEdit, of id: ID<Member>, _ desk: SignInDesk, as actor: Actor) async throws {
        _ = try await desk.tree.store.write { [tree = desk.tree] tx in
            try tree.members.edit(id, in: tree.europe.id, edit, as: actor, tx: tx)
        }
    }

    @Test func `a link that went there by mail proves it, one that was shown does not, and voids what was proved`()
        async throws
    {
        try await SignInDesk.open { desk in
            let tree = desk.tree
            let member = try await desk.member(in: tree.europe, password: nil)
            let admin = tree.caller(of: tree.global)
            func use(_ sent: SentLink, _ purpose: OneTimeLink.Purpose) async throws {
                let token = sent.token ?? desk.postman.sent.last { $0.token != nil }?.token
                _ = try await desk.links.setPassword(
                    SignInDesk.password, token: try #require(token), purpose, from: .sample())
            }
            try await use(desk.links(postman: nil).invite(member.id, in: tree.europe.id, as: admin), .invitation)
            #expect(try await proof(desk, member.id) == nil)
            try await use(desk.links.resetPassword(of: member.id, in: tree.europe.id, as: admin), .passwordReset)
            let first = EmailProof.link(tree.clock.current)
            #expect(try await proof(desk, member.id) == first)
            tree.clock.advance(seconds: 100)
            try await use(desk.links.resetPassword(of: member.id, in: tree.europe.id, as: admin), .passwordReset)
            #expect(try await proof(desk, member.id) == first, "Nobody else could come in since.")
            // The operator who hands a link over does not unprove what was proved; anybody else might be the member now.
            let theOperator = SampleTree.theOperator
            try await use(
                desk.links(postman: nil).resetPassword(of: member.id, in: tree.europe.id, as: theOperator),
                .passwordReset)
            #expect(try await proof(desk, member.id) == first)
            try await use(
                desk.links(postman: nil).resetPassword(of: member.id, in: tree.europe.id, as: admin), .passwordReset)
            #expect(try await proof(desk, member.id) == nil)
        }
    }

    @Test func `a forgotten password proves it for the member that was chosen, and for no other`() async throws {
        try await SignInDesk.open { desk in
            let member = try await desk.member(in: desk.tree.europe)
            let other = try await desk.member(in: desk.tree.stranger)
            try await desk.links.requestReset(email: "ada@example.com", from: .sample())
            while desk.postman.sent.isEmpty { await Task.yield() }
            let token = try #require(desk.postman.sent.last?.token)
            _ = try await desk.links.setPassword(
                SignInDesk.password, token: token, .passwordReset, for: member.id, from: .sample())
            #expect(try await proof(desk, member.id) == .link(desk.tree.clock.current))
            #expect(try await proof(desk, other.id) == nil)
        }
    }

    @Test func `the operator alone says that an address is verified, or is not`() async throws {
        try await SignInDesk.open { desk in
            let tree = desk.tree
            let member = try await desk.member(in: tree.europe)
            await #expect(throws: Refusal.forbidden(.accountsManage)) {
                try await edit(MemberEdit(isEmailVerified: true), of: member.id, desk, as: tree.caller(of: tree.global))
            }
            // A right of that name without the operator's reach is none.
            await #expect(throws: Refusal.forbidden(.accountsManage)) {
                try await edit(
                    MemberEdit(isEmailVerified: true), of: member.id, desk,
                    as: tree.caller(of: tree.global, Set(Permission.allCases)))
            }
            await #expect(throws: Refusal.forbidden(.accountsManage)) {
                _ = try await tree.store.write { [members = tree.members] tx in
                    try members.create(
                        MemberDraft(email: "eve@example.com", name: "Eve", roles: [], isEmailVerified: true),
                        in: tree.europe.id, as: tree.caller(of: tree.global), tx: tx)
                }
            }
            try await edit(MemberEdit(isEmailVerified: true), of: member.id, desk, as: SampleTree.theOperator)
            #expect(try await proof(desk, member.id) == .operatorsWord(tree.clock.current))
            try await edit(MemberEdit(isEmailVerified: false), of: member.id, desk, as: SampleTree.theOperator)
            #expect(try await proof(desk, member.id) == nil)
        }
    }

    @Test func `who sets a password, or another address, unproves it, unless it is the operator`() async throws {
        try await SignInDesk.open { desk in
            let tree = desk.tree
            let member = try await desk.member(in: tree.europe)
            let digest = try await desk.keeper.digest(of: "another horse battery staple", for: member.email)
            let password = MemberEdit(password: .set(digest, for: member.email))
            let theOperator = SampleTree.theOperator
            try await edit(MemberEdit(isEmailVerified: true), of: member.id, desk, as: theOperator)
            try await edit(MemberEdit(name: "Ada L."), of: member.id, desk, as: tree.caller(of: tree.global))
            try await edit(password, of: member.id, desk, as: theOperator)
            #expect(try await proof(desk, member.id) != nil)
            try await edit(password, of: member.id, desk, as: tree.caller(of: tree.global))
            #expect(try await proof(desk, member.id) == nil)
            try await edit(MemberEdit(isEmailVerified: true), of: member.id, desk, as: theOperator)
            try await edit(MemberEdit(email: "ada@new.example"), of: member.id, desk, as: theOperator)
            #expect(try await proof(desk, member.id) == nil)
            try await edit(
                MemberEdit(email: "ada@third.example", isEmailVerified: true), of: member.id, desk, as: theOperator)
            #expect(try await proof(desk, member.id) == .operatorsWord(tree.clock.current))
        }
    }

    @Test func `the operator's word ends where a customer carries the member over`() async throws {
        try await SignInDesk.open { desk in
            let tree = desk.tree
            let member = try await desk.member(in: tree.europe, roles: [])
            func handOver(as actor: Actor) async throws {
                _ = try await tree.store.write { [handOvers = desk.handOvers] tx in
                    try handOvers.create(
                        ConsoleSessionDraft(
                            organization: tree.europe.id, email: "ada@example.com", name: "Ada", roles: []), as: actor,
                        holding: .empty, tx: tx)
                }
            }
            try await edit(MemberEdit(isEmailVerified: true), of: member.id, desk, as: SampleTree.theOperator)
            try await handOver(as: SampleTree.theOperator)
            #expect(try await proof(desk, member.id) != nil)
            try await handOver(as: tree.caller(of: tree.global))
            #expect(try await proof(desk, member.id) == nil)
        }
    }

    @Test func `what a mailbox proved is told of who signed in afterwards here, and of nobody before or handed over`()
        throws
    {
        let proved = Instant(seconds: 1000)
        func member(_ proof: EmailProof?) throws -> Member {
            Member(
                id: ID(at: 1), organization: ID(at: 2), email: try #require(EmailAddress("a@b.example")), name: "A",
                roles: [], hasPassword: true, emailProof: proof, createdAt: proved)
        }
        func context(_ methods: [SignInMethod]) -> SignInContext { SignInContext(session: ID(at: 3), methods: methods) }
        let byLink = try member(.link(proved))
        let before = proved.adding(seconds: -1)
        #expect(byLink.isEmailVerified(for: context([.password]), at: proved))
        #expect(!byLink.isEmailVerified(for: context([.password]), at: before))
        #expect(!byLink.isEmailVerified(for: context([.handOver]), at: proved))
        #expect(!byLink.isEmailVerified(for: nil, at: proved))
        let byWord = try member(.operatorsWord(proved))
        #expect(byWord.isEmailVerified(for: context([.handOver]), at: before))
        #expect(byWord.isEmailVerified(for: nil, at: before))
        #expect(!(try member(nil).isEmailVerified(for: context([.password]), at: proved)))
    }
}
