import CredentialFormat
import Model
import Organizations
import Persistence
import TestSupport
import Testing

@testable import SignIn

/// One person may be a member of many organizations, and anybody who runs an account may make members with anybody's address.
@Suite("Many members with one e-mail address", .onEveryEngine)
struct ManyMembersTests {
    private static let foreignPassword = "a password that a stranger chose"

    /// Organizations of another account, each with a member who has the address.
    private func organizations(_ count: Int, _ desk: SignInDesk, named name: String = "Foreign") async throws
        -> [Organization]
    {
        let (services, root) = (desk.tree.organizations, desk.tree.stranger.id)
        var made: [Organization] = []
        for number in 1...count {
            desk.tree.clock.advance(seconds: 1)
            made.append(
                try await desk.tree.store.write { tx in
                    try services.create(name: "\(name) \(number)", below: root, as: SampleTree.theOperator, tx: tx)
                })
        }
        return made
    }

    private func work(_ desk: SignInDesk, _ act: () async throws -> Void) async throws -> Int {
        let before = desk.hasher.workCount
        try await act()
        return desk.hasher.workCount - before
    }

    @Test(arguments: [5, 50])
    func `members that a stranger makes with somebody's address change nothing for them`(_ count: Int) async throws {
        try await SignInDesk.open { desk in
            // Older than the victim, so that they come first wherever anything is cut off.
            for organization in try await organizations(count, desk) {
                _ = try await desk.member(in: organization, roles: [], password: Self.foreignPassword)
            }
            let victim = try await desk.member(in: desk.tree.europe)
            // Each time from a browser that nobody knows.
            for number in 0..<12 {
                let browser = Browser.sample(from: "198.51.100.\(number)")
                let cost = try await work(desk) {
                    let signedIn = try await desk.signedIn(try await desk.session(from: browser))
                    #expect(signedIn.member.id == victim.id)
                }
                #expect(cost == 1, "The password is digested once.")
            }
            let failure = try await work(desk) { _ = try await desk.fail() }
            #expect(failure == 1)
            // Neither does the stranger's right password open it, nor is the victim shown to them. What was tried counts at
            // every member of the address whose password it was not, so the stranger's have to wait until then.
            desk.tree.clock.advance(seconds: SignInThrottle.longestDelay)
            let foreign = try await desk.signIn.signIn(
                email: "ada@example.com", password: Self.foreignPassword, from: .sample(from: "203.0.113.9"))
            let list = try #require(foreign.choice).choices
            #expect(!list.choices.contains { $0.member == victim.id })
        }
    }

    @Test(arguments: [5, 50])
    func `who forgot the password chooses their organization behind one mail, among many`(_ count: Int) async throws {
        try await SignInDesk.open { desk in
            for organization in try await organizations(count, desk) {
                _ = try await desk.member(in: organization, roles: [], password: Self.foreignPassword)
            }
            let victim = try await desk.member(in: desk.tree.europe)
            try await desk.links.requestReset(email: "ada@example.com", from: .sample())
            while desk.postman.sent.isEmpty { await Task.yield() }
            let letter = try #require(desk.postman.sent.first)
            #expect(desk.postman.sent.count == 1)
            let token = try #require(letter.token)

            func list(_ part: OrganizationListPart) async throws -> OrganizationList {
                guard case .choose(let list) = try await desk.links.passwordPage(for: token, .passwordReset, part)
                else { throw StoreError.closed }
                return list
            }
            var seen: [ID<Member>] = []
            var next: ID<Member>?
            repeat {
                let page = try await list(OrganizationListPart(after: next))
                #expect(page.choices.count <= OrganizationList.pageSize)
                seen += page.choices.map(\.member)
                next = page.next
            } while next != nil
            #expect(seen.count == count + 1 && Set(seen).count == count + 1)
            let found = try await list(OrganizationListPart(search: " eUROP "))
            #expect(found.choices.map(\.member) == [victim.id] && !found.isWhole)
            #expect(try await list(OrganizationListPart(search: "100%_")).choices.isEmpty)

            _ = try await desk.links.setPassword(
                "quite another password", token: token, .passwordReset, for: victim.id, from: .sample())
            let signedIn = try await desk.signedIn(
                try await desk.session("ada@example.com", "quite another password"))
            #expect(signedIn.member.id == victim.id)
            // Once, and for nobody else.
            for member in [victim.id, seen[0]] {
                #expect(
                    try await desk.refusal {
                        try await desk.links.setPassword(
                            "yet another horse battery", token: token, .passwordReset, for: member, from: .sample())
                    } == .expired)
            }
        }
    }

    @Test func `a consultant in six organizations comes in to each, with one password and with six`() async throws {
        try await SignInDesk.open { desk in
            let six = try await organizations(6, desk, named: "Customer")
            for organization in six { _ = try await desk.member(in: organization, roles: []) }
            var device: String?
            for organization in six {
                let browser = Browser.sample(device: device)
                let cost = try await work(desk) {
                    let step = try await desk.signIn.signIn(
                        email: "ada@example.com", password: SignInDesk.password, from: browser)
                    let (list, ticket) = try #require(step.choice)
                    #expect(list.choices.count == 6)
                    let choice = try #require(list.choices.first { $0.organizationName == organization.name })
                    let started = try #require(
                        try await desk.signIn.choose(choice.member, ticket: ticket, from: browser).session)
                    #expect(try await desk.signedIn(started).organization.id == organization.id)
                    device = started.deviceCookie
                }
                #expect(cost == 1)
            }
            let members = try await desk.tree.store.read { [email = try #require(EmailAddress("ada@example.com"))] tx in
                try tx.addressedMembers(email).map(\.id)
            }
            for (number, id) in members.enumerated() {
                let member = try #require(try await desk.tree.store.read { tx in try tx.member(id) })
                try await desk.setPassword("the password of number \(number)", of: member)
            }
            for (number, organization) in six.enumerated() {
                // Each of the six counts as tried at the other five.
                desk.tree.clock.advance(seconds: SignInThrottle.longestDelay)
                let signedIn = try await desk.signedIn(
                    try await desk.session("ada@example.com", "the password of number \(number)"))
                #expect(signedIn.organization.id == organization.id)
            }
        }
    }

    /// Members with the address, each with a password of its own that was set behind a link by mail.
    private func joinedByMail(_ organizations: [Organization], _ desk: SignInDesk) async throws -> [Member] {
        var members: [Member] = []
        for (number, organization) in organizations.enumerated() {
            let member = try await desk.member(in: organization, roles: [], password: nil)
            _ = try await desk.links.invite(member.id, in: organization.id, as: SampleTree.theOperator)
            let token = try #require(desk.postman.sent.last?.token)
            _ = try await desk.links.setPassword(
                "the password of number \(number)", token: token, .invitation, from: .sample())
            members.append(member)
        }
        return members
    }

    @Test func `who has proved the mailbox signs in with six passwords again and again and waits for nothing`()
        async throws
    {
        try await SignInDesk.open { desk in
            let six = try await organizations(6, desk, named: "Customer")
            let members = try await joinedByMail(six, desk)
            desk.tree.clock.advance(seconds: SignInThrottle.longestDelay)
            for _ in 0..<3 {
                for (number, member) in members.enumerated() {
                    let browser = Browser.sample(
                        form: "form-secret-of-a-fresh-browser-\(number)-long-enough", from: "192.0.2.\(number)")
                    let started = try await desk.session(
                        "ada@example.com", "the password of number \(number)", from: browser)
                    #expect(try await desk.signedIn(started).member.id == member.id)
                }
            }
        }
    }

    @Test func `who got in as one member without the mailbox guesses at the others no faster for it`() async throws {
        try await SignInDesk.open { desk in
            let two = try await organizations(2, desk)
            let members = try await joinedByMail(two, desk)
            let (victim, stolen) = (members[0], members[1])
            // A new password of the stolen member for each guess at the other's, each in a browser that nobody knows.
            var tried = 0
            var refused = 0
            for number in 0..<12 {
                let guess = "guess number \(number) at the password"
                try await desk.setPassword(guess, of: stolen)
                let attempts = try await desk.tree.store.read {
                    [
                        bucket = SignInMeasure.member(victim.id).bucket(under: desk.tree.peppers),
                        now = desk.tree.clock.current
                    ] tx in
                    try tx.signInAttempts(bucket, at: now)?.failures ?? 0
                }
                tried = max(tried, attempts)
                if (try? await desk.session("ada@example.com", guess)) == nil { refused += 1 }
            }
            #expect(tried == 5, "Each guess stays counted, until nothing is looked at any more.")
            #expect(refused == 0, "And who is right for the one is let in.")
        }
    }

    @Test func `of more than a page of organizations all can be chosen, and found by name`() async throws {
        try await SignInDesk.open { desk in
            let many = try await organizations(45, desk, named: "Österreich Kunde")
            for organization in many { _ = try await desk.member(in: organization, roles: []) }
            let step = try await desk.signIn.signIn(
                email: "ada@example.com", password: SignInDesk.password, from: .sample())
            let (first, ticket) = try #require(step.choice)
            #expect(first.choices.count == OrganizationList.pageSize && first.next != nil && !first.isWhole)
            var names = Set(first.choices.map(\.organizationName))
            var next = first.next
            while let after = next {
                let page = try await desk.signIn.choices(
                    in: ticket, OrganizationListPart(after: after), from: .sample())
                names.formUnion(page.choices.map(\.organizationName))
                next = page.next
            }
            #expect(names == Set(many.map(\.name)))
            let found = try await desk.signIn.choices(
                in: ticket, OrganizationListPart(search: "öSTERREICH kunde 45"), from: .sample())
            #expect(found.choices.map(\.organizationName) == ["Österreich Kunde 45"])
            let chosen = try await desk.signIn.choose(
                try #require(found.choices.first).member, ticket: ticket, from: .sample())
            #expect(try await desk.signedIn(try #require(chosen.session)).organization.name == "Österreich Kunde 45")
        }
    }

    @Test func `being able to set one member's password is no way to guess another's`() async throws {
        try await SignInDesk.open { desk in
            let victim = try await desk.member(in: desk.tree.europe)
            let mine = try await desk.member(in: desk.tree.stranger, password: Self.foreignPassword)
            var device: String?
            var shown = 0
            // The attacker gives their own member each password that the victim might have, the right one last.
            for guess in (1...11).map({ "guess number \($0) at the password" }) + [SignInDesk.password] {
                try await desk.setPassword(guess, of: mine)
                let step = try? await desk.signIn.signIn(
                    email: "ada@example.com", password: guess, from: .sample(device: device))
                if let choice = step?.choice, choice.choices.choices.contains(where: { $0.member == victim.id }) {
                    shown += 1
                }
                device = step?.session?.deviceCookie ?? device
            }
            #expect(shown == 0)
        }
    }

    @Test func `digests with a salt of their own let in, and are replaced on the way`() async throws {
        try await SignInDesk.open { desk in
            var members: [Member] = []
            for organization in [desk.tree.europe, desk.tree.northAmerica, desk.tree.stranger] {
                members.append(try await desk.member(in: organization, password: nil))
            }
            for member in members {
                let digest = try await desk.hasher.ownSaltDigest(of: SignInDesk.password)
                let now = desk.tree.clock.current
                _ = try await desk.tree.store.write { tx in
                    try tx.setPassword(digest, of: member.id, at: member.email, now: now)
                }
            }
            let step = try await desk.signIn.signIn(
                email: "ada@example.com", password: SignInDesk.password, from: .sample())
            #expect(try #require(step.choice).choices.choices.count == 3)
            let kept = try await desk.tree.store.read { [members] tx in
                try members.map { try tx.passwordDigest(of: $0.id)?.encoded ?? "" }
            }
            #expect(Set(kept).count == 1 && kept[0].hasPrefix("keyed$"))
            let cost = try await work(desk) {
                _ = try await desk.signIn.signIn(
                    email: "ada@example.com", password: SignInDesk.password, from: .sample())
            }
            #expect(cost == 1)
            // One such digest alone costs no more than an address that nobody has.
            let digest = try await desk.hasher.ownSaltDigest(of: SignInDesk.password)
            let alone = try await desk.member(in: desk.tree.france, email: "eve@example.com", password: nil)
            let now = desk.tree.clock.current
            _ = try await desk.tree.store.write { tx in
                try tx.setPassword(digest, of: alone.id, at: alone.email, now: now)
            }
            let failure = try await work(desk) { _ = try await desk.fail("eve@example.com") }
            #expect(failure == 1)
        }
    }

    @Test func `a digest that nobody can read stands in nobody else's way`() async throws {
        try await SignInDesk.open { desk in
            let broken = try await desk.member(in: desk.tree.stranger)
            let now = desk.tree.clock.current
            _ = try await desk.tree.store.write { tx in
                try tx.setPassword(
                    PasswordDigest(encoded: "$argon2id$v=19$m=8,t=1,p=1$!$!"), of: broken.id, at: broken.email, now: now
                )
            }
            let victim = try await desk.member(in: desk.tree.europe)
            #expect(try await desk.signedIn().member.id == victim.id)
        }
    }

    @Test func `a link that proves an address sets no password that was changed since`() async throws {
        try await SignInDesk.open { desk in
            let member = try await desk.member(in: desk.tree.europe)
            try await desk.links.requestReset(email: "ada@example.com", from: .sample())
            while desk.postman.sent.isEmpty { await Task.yield() }
            let token = try #require(desk.postman.sent.first?.token)
            desk.tree.clock.advance(seconds: 1)
            try await desk.setPassword("a password that an admin has set", of: member)
            #expect(
                try await desk.refusal {
                    try await desk.links.setPassword(
                        "quite another password", token: token, .passwordReset, for: member.id, from: .sample())
                } == .expired)
        }
    }
}

extension Letter {
    /// That of the link in it.
    var token: String? {
        body.split { $0 == "=" || $0 == "\n" || $0 == "&" }.first { $0.hasPrefix("clv_inv_") }.map(String.init)
    }
}
