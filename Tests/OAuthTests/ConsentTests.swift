import CredentialFormat
import Events
import Model
import OAuth
import Organizations
import Persistence
import Policy
import ProductDefinition
import TestSupport
import Testing

@Suite("The user is asked, and remembered", .onEveryEngine)
struct ConsentTests {
    @Test func `the question names app, owner, places and scopes in words`() async throws {
        try await SampleDesk.open { desk in
            let app = try await desk.app(
                in: desk.tree.global, scopes: "claviger:api-keys.manage data.delete data.read openid")
            let member = try await desk.signedIn(in: desk.tree.europe)
            let query = desk.request(of: app, ["scope": "data.read data.delete claviger:api-keys.manage openid"])
            let question = try #require(try await desk.authorize(query, as: member).question)
            #expect(question.app.name == "Planner")
            #expect(question.owner == "Global")
            #expect(question.isOwnersOwn)
            #expect(question.organizations.map(\.name) == ["Europe", "France"])
            #expect(!question.hasMoreOrganizations)
            #expect(question.suggested == desk.tree.europe.id)
            #expect(
                question.scopes.map(\.scope.name) == ["openid", "data.read", "data.delete", "claviger:api-keys.manage"])
            #expect(question.scopes.map(\.danger) == [false, false, true, true])
            #expect(question.scopes.map(\.group) == [nil, "Data", "Data", "Manage your account here"])
            #expect(question.scopes.allSatisfy { !$0.description.isEmpty && !$0.wasGranted })
        }
    }

    @Test func `consent is remembered, and asked for again where there is more to consent to`() async throws {
        try await SampleDesk.open { desk in
            let app = try await desk.app(in: desk.tree.europe)
            let member = try await desk.signedIn(in: desk.tree.europe)
            let query = desk.request(of: app)
            let first = try #require(try await desk.approve(query, in: desk.tree.france, as: member).response)
            #expect(first["code"]?.hasPrefix("clv_code_") == true)
            #expect(first["iss"] == SampleDesk.issuer)
            #expect(first["state"] == "s t/ä")
            #expect(try await desk.authorize(query, as: member).response?["code"] != nil)
            let asked = desk.request(of: app, ["prompt": "consent"])
            #expect(try await desk.authorize(asked, as: member).question != nil)

            let more = desk.request(of: app, ["scope": "data.read reports.read"])
            let question = try #require(try await desk.authorize(more, as: member).question)
            #expect(question.suggested == desk.tree.france.id)
            #expect(question.scopes.map(\.wasGranted) == [true, false])
            _ = try await desk.approve(
                desk.request(of: app, ["scope": "reports.read"]), in: desk.tree.france, as: member)
            #expect(try await desk.authorize(more, as: member).response?["code"] != nil)
            let grants = try await grants(desk, app, member)
            #expect(grants.map(\.scopes.text) == ["data.read reports.read"])
            let given = try await desk.tree.auditEvents().filter { $0.action == AuditAction.grantGiven.rawValue }
            #expect(given.count == 2)
            #expect(given.allSatisfy { $0.requestID == "req-app" && $0.organization == desk.tree.france.id })
        }
    }

    @Test func `consent in two places is a question of where`() async throws {
        try await SampleDesk.open { desk in
            let app = try await desk.app(in: desk.tree.europe)
            let member = try await desk.signedIn(in: desk.tree.europe)
            for place in [desk.tree.europe, desk.tree.france] {
                desk.tree.clock.advance(seconds: 1)
                _ = try await desk.code(for: app, in: place, as: member)
            }
            let question = try #require(try await desk.authorize(desk.request(of: app), as: member).question)
            #expect(question.suggested == desk.tree.france.id)
            let silent = try await desk.authorize(desk.request(of: app, ["prompt": "none"]), as: member)
            #expect(silent.error == "interaction_required")
        }
    }

    @Test(arguments: [
        (AppAuthentication.none, "http://127.0.0.1/back", false), (.none, "com.example.app:/back", false),
        (.none, "http://localhost/back", false), (.none, "https://app.example.com/back", true),
        (.basic, "http://127.0.0.1/back", true), (.post, "com.example.app:/back", true),
    ])
    func `what anybody may receive on the user's machine is never given unasked (P2)`(
        _ authentication: AppAuthentication, _ uri: String, _ isSkipped: Bool
    ) async throws {
        try await SampleDesk.open { desk in
            let app = try await desk.app(in: desk.tree.europe, authentication: authentication, redirectURIs: [uri])
            let member = try await desk.signedIn(in: desk.tree.europe)
            let query = desk.request(of: app, ["redirect_uri": uri])
            _ = try await desk.approve(query, in: desk.tree.europe, as: member)
            let outcome = try await desk.authorize(query, as: member)
            #expect((outcome.response?["code"] != nil) == isSkipped)
            #expect((outcome.question != nil) == !isSkipped)
            let silent = try await desk.authorize(query + "&prompt=none", as: member)
            #expect(silent.error == (isSkipped ? nil : "interaction_required"))
        }
    }

    @Test func `an app is let into the user's own organization and those below, and into no other`() async throws {
        try await SampleDesk.open { desk in
            let app = try await desk.app(in: desk.tree.global)
            let member = try await desk.signedIn(in: desk.tree.europe)
            for place in [desk.tree.global, desk.tree.northAmerica, desk.tree.stranger, desk.tree.desk] {
                let outcome = try await desk.approve(desk.request(of: app), in: place, as: member)
                #expect(outcome.question != nil, "\(place.name)")
            }
            #expect(try await grants(desk, app, member).isEmpty)
        }
    }

    @Test func `an app of one account is refused to users of another`() async throws {
        try await SampleDesk.open { desk in
            let app = try await desk.app(in: desk.tree.stranger)
            let member = try await desk.signedIn(in: desk.tree.europe)
            #expect(try await desk.authorize(desk.request(of: app), as: member).error == "unauthorized_client")
            let outcome = try await desk.approve(desk.request(of: app), in: desk.tree.europe, as: member)
            #expect(outcome.error == "unauthorized_client")
            let everyones = try await desk.app(in: desk.tree.stranger, availability: .everyone)
            let question = try await desk.authorize(desk.request(of: everyones), as: member).question
            #expect(question?.isOwnersOwn == false)
        }
    }

    @Test func `nobody lets an app do what they may not do, nor what their session may not`() async throws {
        try await SampleDesk.open { desk in
            let scope = "claviger:members.manage"
            let app = try await desk.app(in: desk.tree.europe, scopes: "data.read \(scope)")
            let query = desk.request(of: app, ["scope": scope])
            let admin = try await desk.tree.member(in: desk.tree.europe, roles: ["admin"])
            let whole = desk.signedIn(admin, in: desk.tree.europe)
            #expect(try await desk.authorize(query, as: whole).question != nil)
            let developer = try await desk.signedIn(in: desk.tree.europe, roles: ["developer"], email: "d@example.com")
            let capped = SignedInMember(
                id: admin.id, organization: desk.tree.europe.path, authenticatedAt: desk.now,
                permissions: [.apiKeysRead])
            for member in [developer, capped] {
                #expect(try await desk.authorize(query, as: member).error == "invalid_scope")
                let outcome = try await desk.approve(query, in: desk.tree.europe, as: member)
                #expect(outcome.error == "invalid_scope")
                #expect(try await desk.authorize(desk.request(of: app), as: member).question != nil)
            }
        }
    }

    @Test func `a session that was handed over gives an app no scope that its maker did not hold (law 11)`()
        async throws
    {
        try await SampleDesk.open { desk in
            let app = try await desk.app(in: desk.tree.europe, scopes: "openid data.read data.write")
            let admin = try await desk.tree.member(in: desk.tree.europe, roles: ["admin"])
            func session(_ scopes: String?) -> SignedInMember {
                SignedInMember(
                    id: admin.id, organization: desk.tree.europe.path, authenticatedAt: desk.now,
                    permissions: Set(Permission.allCases), grantable: scopes.map { ScopeSet(parsing: $0) ?? .empty })
            }
            func asked(_ scope: String, _ member: SignedInMember) async throws -> String? {
                let query = desk.request(of: app, ["scope": scope])
                let outcome = try await desk.authorize(query, as: member)
                guard outcome.question != nil else { return outcome.error }
                return try await desk.approve(query, in: desk.tree.europe, as: member).error
            }
            #expect(try await asked("openid data.read data.write", session(nil)) == nil)
            #expect(try await asked("openid data.read", session("data.read")) == nil)
            #expect(try await asked("openid", session("")) == nil)
            // What was granted before is no way around it.
            #expect(try await asked("data.write", session("data.read")) == "invalid_scope")
            #expect(try await asked("openid data.read", session("")) == "invalid_scope")
            let query = desk.request(of: app, ["scope": "data.write"])
            let forged = try await desk.approve(query, in: desk.tree.europe, as: session("data.read"))
            #expect(forged.error == "invalid_scope")
        }
    }

    @Test func `whoever is not signed in, or too long ago, signs in; or the app hears so`() async throws {
        try await SampleDesk.open { desk in
            let app = try await desk.app(in: desk.tree.europe)
            let member = try await desk.signedIn(in: desk.tree.europe)
            let gone = SignedInMember(
                id: .init(at: 0), organization: desk.tree.europe.path, authenticatedAt: desk.now, permissions: [])
            desk.tree.clock.advance(seconds: 60)
            let cases: [([String: String?], SignedInMember?, Bool)] = [
                ([:], nil, false), ([:], gone, false), (["max_age": "59"], member, false),
                (["max_age": "60"], member, true),
                (["max_age": "0"], member, false), (["prompt": "login"], member, false),
                (["prompt": "select_account"], member, false), (["prompt": "consent"], member, true),
            ]
            for (changes, member, isAsked) in cases {
                let outcome = try await desk.authorize(desk.request(of: app, changes), as: member)
                #expect((outcome.question != nil) == isAsked, "\(changes)")
                #expect((outcome.awaitingSignIn != nil) == !isAsked, "\(changes)")
                if let member {
                    let query = desk.request(of: app, changes)
                    let wants = try await desk.authorization.wantsSignIn(query, of: member, at: desk.now)
                    #expect(wants == !isAsked, "Who waits at the sign-in is told the same.")
                }
                guard !isAsked, changes["prompt"] == nil else { continue }
                let silent = changes.merging(["prompt": "none"]) { $1 }
                #expect(try await desk.authorize(desk.request(of: app, silent), as: member).error == "login_required")
            }
            let silent = try await desk.authorize(desk.request(of: app, ["prompt": "none"]), as: member)
            #expect(silent.error == "consent_required")
            let approved = try await desk.approve(
                desk.request(of: app, ["prompt": "login"]), in: desk.tree.europe, as: member)
            #expect(approved.awaitingSignIn != nil)
        }
    }

    @Test func `who is sent back from a sign-in need not sign in again`() async throws {
        try await SampleDesk.open { desk in
            let app = try await desk.app(in: desk.tree.europe)
            let member = try await desk.signedIn(in: desk.tree.europe)
            let query = desk.request(of: app, ["prompt": "login", "max_age": "0"])
            let request = try #require(try await desk.authorize(query, as: member).awaitingSignIn)
            desk.tree.clock.advance(seconds: 5)
            #expect(try await desk.authorize(request.continuation, as: member).question != nil)
        }
    }

    @Test func `a denial is told to the app, and nothing is written`() async throws {
        try await SampleDesk.open { desk in
            let app = try await desk.app(in: desk.tree.europe)
            let member = try await desk.signedIn(in: desk.tree.europe)
            let writes = desk.store.writes
            let outcome = try await desk.authorization.deny(desk.request(of: app), as: member, at: desk.now)
            #expect(outcome.error == "access_denied")
            #expect(outcome.response?["state"] == "s t/ä")
            #expect(desk.store.writes == writes)
        }
    }

    @Test func `no scope is all that the app registered`() async throws {
        try await SampleDesk.open { desk in
            let app = try await desk.app(in: desk.tree.europe)
            let member = try await desk.signedIn(in: desk.tree.europe)
            let outcome = try await desk.authorize(desk.request(of: app, ["scope": String?.none]), as: member)
            #expect(outcome.question?.scopes.map(\.scope.name) == ["openid", "data.read", "reports.read"])
        }
    }

    @Test func `of more organizations than are listed each can be found, and the one of last time stands there`()
        async throws
    {
        try await SampleDesk.open { desk in
            let app = try await desk.app(in: desk.tree.global)
            let member = try await desk.signedIn(in: desk.tree.global)
            let (organizations, root) = (desk.tree.organizations, desk.tree.global.id)
            let last = try await desk.tree.store.write { tx in
                let many = try (1...205).map { number in
                    try organizations.create(
                        name: "Kunde \(number) Ärzte", below: root, as: SampleTree.theOperator, tx: tx)
                }
                return many[many.count - 1]
            }
            let query = desk.request(of: app, ["prompt": "consent"])
            let question = try #require(try await desk.authorize(query, as: member).question)
            #expect(question.organizations.count == ConsentQuestion.maximumOrganizations)
            #expect(question.hasMoreOrganizations && question.search == nil)
            let found = try await desk.authorization.search(
                "kUNDE 205 ärzte", query, as: member, at: desk.tree.clock.current)
            #expect(found.question?.organizations.map(\.id) == [last.id])
            #expect(found.question?.hasMoreOrganizations == false)
            let nothing = try await desk.authorization.search(
                "no such name", query, as: member, at: desk.tree.clock.current)
            #expect(nothing.question?.organizations.isEmpty == true)
            // What lies outside is not found.
            let outside = try await desk.authorization.search(
                "stranger", query, as: member, at: desk.tree.clock.current)
            #expect(outside.question?.organizations.isEmpty == true)
            _ = try await desk.approve(query, in: last, as: member)
            let again = try #require(try await desk.authorize(query, as: member).question)
            #expect(again.suggested == last.id && again.organizations.prefix(2).contains { $0.id == last.id })
        }
    }

    @Test func `a user who consented in more than a hundred organizations is remembered in each`() async throws {
        try await SampleDesk.open { desk in
            let app = try await desk.app(in: desk.tree.global)
            let member = try await desk.signedIn(in: desk.tree.global)
            let (organizations, root) = (desk.tree.organizations, desk.tree.global.id)
            let many = try await desk.tree.store.write { tx in
                try (1...101).map { number in
                    try organizations.create(
                        name: "Customer \(number)", below: root, as: SampleTree.theOperator, tx: tx)
                }
            }
            let query = desk.request(of: app)
            for organization in many { _ = try await desk.approve(query, in: organization, as: member) }
            #expect(try await grants(desk, app, member).count == 101)
            let question = try #require(try await desk.authorize(query, as: member).question)
            #expect(question.scopes.allSatisfy { $0.wasGranted })
        }
    }

    @Test func `sixteen approvals at once make one grant`() async throws {
        try await SampleDesk.open { desk in
            let app = try await desk.app(in: desk.tree.europe)
            let member = try await desk.signedIn(in: desk.tree.europe)
            let ends = await race(16) { _ in try await desk.code(for: app, in: desk.tree.europe, as: member) }
            let codes = ends.compactMap { try? $0.get() }
            #expect(Set(codes).count == 16)
            #expect(try await grants(desk, app, member).count == 1)
        }
    }

    private func grants(_ desk: SampleDesk, _ app: SampleApp, _ member: SignedInMember) async throws -> [Grant] {
        let (member, app) = (member.id, app.app.id)
        return try await desk.tree.store.read { tx in try tx.askingApp(app, of: member)?.grants.map(\.grant) ?? [] }
    }
}
