import CredentialFormat
import Credentials
import Model
import Organizations
import Persistence
import TestSupport
import Testing
import Verification

@Suite("Grants", .onEveryEngine)
struct GrantServiceTests {
    /// A member of Global who granted an app something in Europe.
    private struct Sample: Sendable {
        let tree: SampleTree
        let app: App
        let member: Member
        let grant: Grant

        init(_ tree: SampleTree) async throws {
            self.tree = tree
            app = try await tree.app(in: tree.northAmerica).app
            member = try await tree.member(in: tree.global, roles: [])
            grant = try await tree.grant(to: app, by: member, in: tree.europe)
        }

        func list(_ organization: Organization, below: Bool, as actor: Actor) async throws -> [DescribedGrant] {
            try await tree.store.read { [grants = tree.grants] tx in
                try grants.list(in: organization.id, includeDescendants: below, page: Page(), as: actor, tx: tx).items
            }
        }

        func own(_ page: Page = Page()) async throws -> Listing<DescribedGrant> {
            try await tree.store.read { [grants = tree.grants, id = member.id] tx in
                try grants.grants(of: id, page: page, tx: tx)
            }
        }

        func revoke(in organization: Organization, as actor: Actor) async throws {
            try await tree.store.write { [grants = tree.grants, id = grant.id] tx in
                try grants.revoke(id, in: organization.id, as: actor, tx: tx)
            }
        }

        func revokeOwn(as identity: Actor.Identity) async throws {
            let actor = Actor(
                identity, reach: .subtree(tree.global.path), permissions: [], requestID: "req", address: nil)
            try await tree.store.write { [grants = tree.grants, id = grant.id] tx in
                try grants.revoke(own: id, as: actor, tx: tx)
            }
        }
    }

    @Test func `an admin sees those of the organization, and on request those below it`() async throws {
        try await SampleTree.open { tree in
            let sample = try await Sample(tree)
            let second = try await tree.grant(to: sample.app, by: sample.member, in: tree.france)
            let admin = tree.caller(of: tree.global)
            #expect(try await sample.list(tree.global, below: false, as: admin).isEmpty)
            #expect(try await sample.list(tree.europe, below: false, as: admin).map(\.grant) == [sample.grant])
            let all = try await sample.list(tree.global, below: true, as: admin)
            #expect(all.map(\.grant) == [sample.grant, second])
            #expect(all.map(\.appName) == ["Report Builder", "Report Builder"])
            #expect(all.map(\.organizationName) == ["Europe", "France"])
            #expect(all.map(\.memberName) == ["Ada", "Ada"])
            #expect(all.map(\.memberEmail?.text) == ["ada@example.com", "ada@example.com"])
        }
    }

    @Test func `who consented is not told to whom their organization is not known (law 12)`() async throws {
        try await SampleTree.open { tree in
            let sample = try await Sample(tree)
            let below = tree.caller(of: tree.europe)
            let seen = try #require(try await sample.list(tree.europe, below: true, as: below).first)
            #expect(seen.grant == sample.grant)
            #expect(seen.memberEmail == nil && seen.memberName == nil)
            let one = try await tree.store.read { [grants = tree.grants, id = sample.grant.id] tx in
                try grants.get(id, in: tree.europe.id, as: below, tx: tx)
            }
            #expect(one.memberEmail == nil && one.memberName == nil)
        }
    }

    @Test(arguments: [true, false])
    func `a grant of elsewhere is as if it did not exist, and without the permission it is refused`(
        _ revokes: Bool
    ) async throws {
        try await SampleTree.open { tree in
            let sample = try await Sample(tree)
            let attempt = { (organization: Organization, actor: Actor) in
                if revokes { return try await sample.revoke(in: organization, as: actor) }
                _ = try await tree.store.read { [grants = tree.grants, id = sample.grant.id] tx in
                    try grants.get(id, in: organization.id, as: actor, tx: tx)
                }
            }
            for (organization, actor) in [
                (tree.europe, tree.caller(of: tree.northAmerica)), (tree.europe, tree.caller(of: tree.france)),
                (tree.europe, tree.caller(of: tree.stranger)), (tree.global, SampleTree.theOperator),
                (tree.france, SampleTree.theOperator), (tree.northAmerica, SampleTree.theOperator),
            ] {
                await #expect(throws: Refusal.notFound) { try await attempt(organization, actor) }
            }
            let permission = revokes ? Permission.grantsManage : .grantsRead
            let others = Set(Permission.allCases).subtracting([permission])
            await #expect(throws: Refusal.forbidden(permission)) {
                try await attempt(tree.europe, tree.caller(of: tree.global, others))
            }
            #expect(try await tree.store.read { tx in try tx.grant(sample.grant.id) } == sample.grant)
            try await attempt(tree.europe, tree.caller(of: tree.global, [permission]))
        }
    }

    @Test func `those of one app are found, and by the names of app, organization and member`() async throws {
        try await SampleTree.open { tree in
            let sample = try await Sample(tree)
            let planner = try await tree.app(.sample { $0.name = "Planner 100%" }, in: tree.northAmerica).app
            let bob = try await tree.member(in: tree.europe, roles: [], email: "bob@example.com")
            let other = try await tree.grant(to: planner, by: bob, in: tree.france)
            let admin = tree.caller(of: tree.global)
            func found(_ app: App? = nil, _ search: String? = nil) async throws -> [Grant] {
                try await tree.store.read { [grants = tree.grants] tx in
                    try grants.list(
                        in: tree.global.id, includeDescendants: true, of: app?.id, matching: NameSearch(search),
                        page: Page(), as: admin, tx: tx
                    ).items.map(\.grant)
                }
            }
            #expect(try await found() == [sample.grant, other])
            #expect(try await found(planner) == [other])
            #expect(try await found(nil, "report") == [sample.grant])
            #expect(try await found(nil, "BOB@") == [other])
            #expect(try await found(nil, "ada") == [sample.grant, other], "Both are called so.")
            #expect(try await found(nil, "franc") == [other])
            #expect(try await found(nil, "100%") == [other])
            #expect(try await found(nil, "_") == [], "No letter that stands for any.")
            #expect(try await found(planner, "report") == [])
        }
    }

    @Test func `who must not know a name does not find it either (law 12)`() async throws {
        try await SampleTree.open { tree in
            let sample = try await Sample(tree)
            let bob = try await tree.member(in: tree.france, roles: [], email: "bob@example.com")
            let own = try await tree.grant(to: sample.app, by: bob, in: tree.france)
            let below = tree.caller(of: tree.europe)
            func found(_ search: String) async throws -> [Grant] {
                try await tree.store.read { [grants = tree.grants] tx in
                    try grants.list(
                        in: tree.europe.id, includeDescendants: true, matching: NameSearch(search), page: Page(),
                        as: below, tx: tx
                    ).items.map(\.grant)
                }
            }
            #expect(try await found("ada@") == [], "She is one of Global.")
            #expect(try await found("Ada") == [own], "He is called so too, and belongs below.")
            #expect(try await found("bob") == [own])
            #expect(try await found("Report") == [sample.grant, own])
        }
    }

    @Test func `one is found and taken back from the organizations above, and from no others`() async throws {
        try await SampleTree.open { tree in
            let sample = try await Sample(tree)
            func get(in organization: Organization) async throws -> Grant {
                try await tree.store.read { [grants = tree.grants] tx in
                    try grants.get(
                        sample.grant.id, within: organization.id, as: tree.caller(of: tree.global), tx: tx
                    ).grant
                }
            }
            for place in [tree.global, tree.europe] { #expect(try await get(in: place) == sample.grant) }
            for place in [tree.france, tree.northAmerica, tree.stranger] {
                await #expect(throws: Refusal.notFound) { _ = try await get(in: place) }
            }
            func revoke(as actor: Actor) async throws {
                try await tree.store.write { [grants = tree.grants] tx in
                    try grants.revoke(sample.grant.id, within: tree.global.id, as: actor, tx: tx)
                }
            }
            await #expect(throws: Refusal.forbidden(.grantsManage)) {
                try await revoke(as: tree.caller(of: tree.global, [.grantsRead]))
            }
            await #expect(throws: Refusal.notFound) { try await revoke(as: tree.caller(of: tree.europe)) }
            try await revoke(as: tree.caller(of: tree.global))
            await #expect(throws: Refusal.notFound) { _ = try await get(in: tree.global) }
        }
    }

    @Test func `all that an app was granted is taken back in steps, there and below, and no more`() async throws {
        try await SampleTree.open { tree in
            let sample = try await Sample(tree)
            let second = try await tree.grant(to: sample.app, by: sample.member, in: tree.france)
            let above = try await tree.grant(to: sample.app, by: sample.member, in: tree.global)
            let planner = try await tree.app(in: tree.northAmerica).app
            let other = try await tree.grant(to: planner, by: sample.member, in: tree.europe)
            func revokeAll(as actor: Actor) async throws -> Int {
                try await tree.store.write { [grants = tree.grants] tx in
                    try grants.revokeAll(of: sample.app.id, in: tree.europe.id, atMost: 1, as: actor, tx: tx)
                }
            }
            await #expect(throws: Refusal.notFound) { try await revokeAll(as: tree.caller(of: tree.northAmerica)) }
            await #expect(throws: Refusal.forbidden(.grantsManage)) {
                try await revokeAll(as: tree.caller(of: tree.europe, [.grantsRead]))
            }
            let heard = Heard(on: tree.store)
            for count in [1, 1, 0] { #expect(try await revokeAll(as: tree.caller(of: tree.europe)) == count) }
            #expect(heard.changes == [.grant(sample.grant.id), .grant(second.id)])
            let left = try await sample.list(tree.global, below: true, as: tree.caller(of: tree.global))
            #expect(left.map(\.grant) == [above, other])
            #expect(try await tree.auditEvents().prefix(2).map(\.action) == ["grant.revoked", "grant.revoked"])
        }
    }

    @Test func `people, grants and refresh tokens in force are counted, there and below`() async throws {
        try await SampleDesk.open { desk in
            let tree = desk.tree
            let sample = try await Sample(tree)
            let bob = try await tree.member(in: tree.europe, roles: [], email: "bob@example.com")
            let second = try await tree.grant(to: sample.app, by: sample.member, in: tree.france)
            _ = try await tree.grant(to: sample.app, by: bob, in: tree.france)
            _ = try await desk.token(by: sample.grant, of: sample.app)
            tree.clock.advance(seconds: 1)
            _ = try await desk.token(by: second, of: sample.app)
            func reach(in organization: Organization?) async throws -> AppReach {
                try await tree.store.read { [grants = tree.grants, apps = tree.apps] tx in
                    try organization.map {
                        try grants.reach(of: sample.app.id, in: $0.id, as: tree.caller(of: $0), tx: tx)
                    }
                        ?? apps.reach(
                            of: sample.app.id, in: tree.northAmerica.id, as: tree.caller(of: tree.northAmerica), tx: tx)
                }
            }
            #expect(try await reach(in: tree.europe) == AppReach(grants: 3, people: 2, refreshTokens: 2))
            #expect(try await reach(in: tree.france) == AppReach(grants: 2, people: 2, refreshTokens: 1))
            #expect(try await reach(in: tree.stranger) == AppReach(grants: 0, people: 0, refreshTokens: 0))
            #expect(try await reach(in: nil) == AppReach(grants: 3, people: 2, refreshTokens: 2))
            tree.clock.advance(seconds: 86_400)
            #expect(try await reach(in: nil) == AppReach(grants: 3, people: 2, refreshTokens: 0))
        }
    }

    @Test func `a revocation is announced and noted, and the user can be asked again`() async throws {
        try await SampleTree.open { tree in
            let sample = try await Sample(tree)
            let heard = Heard(on: tree.store)
            try await sample.revoke(in: tree.europe, as: tree.caller(of: tree.global))
            #expect(heard.changes == [.grant(sample.grant.id)])
            let event = try #require(try await tree.auditEvents().first)
            #expect(event.action == "grant.revoked" && event.target == sample.grant.id.description)
            #expect(event.organization == tree.europe.id)
            #expect(
                event.details == ["app": sample.app.id.description, "member": sample.member.id.description])
            #expect(try await tree.store.read { tx in try tx.grant(sample.grant.id) } == nil)
            await #expect(throws: Refusal.notFound) {
                try await sample.revoke(in: tree.europe, as: SampleTree.theOperator)
            }
            _ = try await tree.grant(to: sample.app, by: sample.member, in: tree.europe)
        }
    }

    @Test func `a member sees and takes back their own without any permission, and nobody else's`() async throws {
        try await SampleTree.open { tree in
            let sample = try await Sample(tree)
            let other = try await tree.member(in: tree.global, roles: ["owner"], email: "bob@example.com")
            _ = try await tree.grant(to: sample.app, by: other, in: tree.europe)
            let second = try await tree.grant(to: sample.app, by: sample.member, in: tree.france)
            #expect(try await sample.own().items.map(\.grant) == [sample.grant, second])
            let first = try await sample.own(Page(limit: 1))
            #expect(first.items.map(\.grant) == [sample.grant])
            #expect(try await sample.own(Page(after: first.next)).items.map(\.grant) == [second])
            for identity in [
                Actor.Identity.member(other.id), .app(sample.app.id, for: sample.member.id), .command("test"),
            ] {
                await #expect(throws: Refusal.notFound) { try await sample.revokeOwn(as: identity) }
            }
            try await sample.revokeOwn(as: .member(sample.member.id))
            #expect(try await sample.own().items.map(\.grant) == [second])
            #expect(try await tree.auditEvents().first?.actor == sample.member.id.description)
        }
    }

    @Test func `the grants of one member to one app are found, wider ones whole`() async throws {
        try await SampleTree.open { tree in
            let sample = try await Sample(tree)
            let later = sample.grant.createdAt.adding(seconds: 60)
            try await tree.store.write { tx in
                try tx.widen(sample.grant.id, to: sample.app.scopes, consentedAt: later)
            }
            let found = try await tree.store.read { tx in
                try tx.askingApp(sample.app.id, of: sample.member.id)
            }
            let one = try #require(found?.grants.first)
            #expect(found?.grants.count == 1)
            #expect(one.grant.id == sample.grant.id && one.path == tree.europe.path)
            #expect(one.grant.scopes == sample.app.scopes)
            #expect(one.grant.consentedAt == later && one.grant.createdAt == sample.grant.createdAt)
            #expect(found?.user?.member == sample.member && found?.user?.home.path == tree.global.path)
            let nobody = try await tree.store.read { tx in try tx.askingApp(sample.app.id, of: nil) }
            #expect(nobody?.app == sample.app && nobody?.user == nil && nobody?.grants.isEmpty == true)
            await #expect(throws: StoreError.self) {
                _ = try await tree.grant(to: sample.app, by: sample.member, in: tree.europe)
            }
        }
    }

    @Test(arguments: [GrantEnd.revoked, .takenBack, .appDeleted, .memberDeleted])
    func `the next call with a token that came of it is refused`(_ end: GrantEnd) async throws {
        try await SampleDesk.open { desk in
            let sample = try await Sample(desk.tree)
            let other = try await desk.tree.grant(to: sample.app, by: sample.member, in: desk.tree.france)
            let token = try await desk.token(by: sample.grant, of: sample.app)
            let second = try await desk.token(by: other, of: sample.app)
            #expect(try await desk.verdict(token).caller != nil)
            #expect(try await desk.verdict(second).caller != nil)
            try await end.happen(to: sample.grant, desk.tree)
            #expect(try await desk.verdict(token).caller == nil)
            // What was granted elsewhere is another grant.
            #expect((try await desk.verdict(second).caller == nil) == end.endsAll)
        }
    }
}

/// What ends a grant.
enum GrantEnd: CaseIterable {
    case revoked, takenBack, appDeleted, memberDeleted

    /// Whether the other grants of the member or the app end as well.
    var endsAll: Bool { self == .appDeleted || self == .memberDeleted }

    func happen(to grant: Grant, _ tree: SampleTree) async throws {
        let (grants, apps, members) = (tree.grants, tree.apps, tree.members)
        let actor = SampleTree.theOperator
        let giver = Actor(
            .member(grant.member), reach: .subtree(tree.global.path), permissions: [], requestID: "req", address: nil)
        let (northAmerica, global) = (tree.northAmerica.id, tree.global.id)
        try await tree.store.write { tx in
            switch self {
            case .revoked: try grants.revoke(grant.id, in: grant.organization, as: actor, tx: tx)
            case .takenBack: try grants.revoke(own: grant.id, as: giver, tx: tx)
            case .appDeleted: try apps.delete(grant.app, in: northAmerica, as: actor, tx: tx)
            case .memberDeleted: try members.delete(grant.member, in: global, as: actor, tx: tx)
            }
        }
    }
}
