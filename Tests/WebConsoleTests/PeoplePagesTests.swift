import Foundation
import TestSupport
import Testing

private let onetrust = (try? OurWords.sample("onetrust").text) ?? ""

/// The people of an organization, with the product's own roles.
@Suite("Pages about people", .server(product: onetrust), .serialized)
struct PeoplePagesTests {
    private func admin() async throws -> (PageVisitor, ServerProcess, DemoCredentials, path: String) {
        let (server, demo) = try RunningServer.current
        var visitor = PageVisitor(server)
        let person = try #require(demo.people["site-admin"])
        #expect(try await visitor.signIn(person.email, person.password).status == 303)
        return (visitor, server, demo, "/o/\(demo.account)/people")
    }

    /// Somebody who has just been invited on the page, and the link for them.
    private func invite(
        _ name: String, _ visitor: inout PageVisitor, _ path: String, roles: [String] = ["auditor"]
    ) async throws -> (id: String, link: String) {
        let form = try await visitor.open(path + "/new")
        let answer = try await visitor.fill(
            form, path + "/new",
            [("name", name), ("email", "\(name.lowercased())@invited.example")] + roles.map { ("role.\($0)", "yes") })
        let link = try #require(
            answer.text.firstMatch(of: /http[^<\s]*(\/invitation\?token=[A-Za-z0-9_]+)/), "\(answer.text)"
        ).1
        let id = try #require(answer.text.firstMatch(of: /people\/(mem_[A-Za-z0-9]+)/)).1
        return (String(id), String(link))
    }

    @Test func `list everybody with their roles, and find them by name and by role`() async throws {
        var (visitor, _, demo, path) = try await admin()
        let page = try await visitor.open(path)
        #expect(page.status == 200)
        for (role, person) in demo.people where role != "operator" {
            #expect(page.text.contains(person.email), "\(role)")
        }
        let operators = try #require(demo.people["operator"])
        #expect(!page.text.contains(operators.email), "The operator's people belong to no customer.")
        func emails(_ page: Answer) -> [String] {
            page.text.matches(of: /<code class="under">([^<]*@[^<]*)<\/code>/).map { String($0.1) }
        }
        let (auditor, admin) = (
            try #require(demo.people["auditor"]).email, try #require(demo.people["site-admin"]).email
        )
        let found = emails(try await visitor.open(path + "?role-auditor=on"))
        #expect(found.contains(auditor) && !found.contains(admin))
        let either = emails(try await visitor.open(path + "?role-auditor=on&role-site-admin=on"))
        #expect(either.contains(auditor) && either.contains(admin))
        #expect(emails(try await visitor.open(path + "?no-two-step=on")).contains(admin))
        #expect(try await !emails(visitor.open(path + "?no-password=on")).contains(admin))
        let nobody = try await visitor.open(path + "?q=nobody+of+that+name")
        #expect(nobody.text.contains("Nothing matches") && Set(nobody.links("Clear all")) == [path])
    }

    @Test func `invite somebody, who is let in by the link that is shown this once`() async throws {
        var (visitor, server, _, path) = try await admin()
        let (id, link) = try await invite("Nora", &visitor, path)
        let before = try await visitor.open("\(path)/\(id)")
        #expect(before.text.contains("Invited, no password yet") && !before.text.contains("token="))
        var nora = PageVisitor(server)
        #expect(try await nora.setPassword(Somebody.password, behind: link).status == 303)
        let after = try await visitor.open("\(path)/\(id)")
        #expect(after.text.contains("With a password"))
        #expect(after.text.contains("Sign out"), "Nora is signed in somewhere.")
        let taken = try await visitor.fill(
            try await visitor.open(path + "/new"), path + "/new",
            [("name", "Nora"), ("email", "nora@invited.example"), ("role.auditor", "yes")])
        #expect(taken.status == 422)
        #expect(taken.text.contains("has a user with this e-mail address already."))
        #expect(taken.text.contains("value=\"Nora\""), "What was entered is kept.")
    }

    @Test func `say at its field what is wrong with an invitation, and make nobody`() async throws {
        var (visitor, _, _, path) = try await admin()
        let wrong = try await visitor.fill(
            try await visitor.open(path + "/new"), path + "/new", [("name", ""), ("email", "no address")])
        #expect(wrong.status == 422)
        #expect(wrong.text.contains("id=\"name-error\"") && wrong.text.contains("id=\"email-error\""))
        let role = try await visitor.fill(
            try await visitor.open(path + "/new"), path + "/new",
            [("name", "X"), ("email", "x@invited.example"), ("role.no-such-role", "yes")])
        #expect(role.status == 422 && role.text.contains("Is no role of this product."))
        #expect(try await !visitor.open(path + "?q=x%40invited").text.contains("x@invited.example"))
    }

    @Test func `change roles and single permissions, and nobody gives what they do not have`() async throws {
        var (visitor, server, demo, path) = try await admin()
        let (id, _) = try await invite("Otto", &visitor, path)
        let form = try await visitor.open("\(path)/\(id)/edit")
        let saved = try await visitor.fill(
            form, "\(path)/\(id)/edit",
            [
                ("name", "Otto Second"), ("email", "otto@invited.example"), ("role.credentials-manager", "yes"),
                ("permission.audit-events.read", "yes"),
            ])
        #expect(saved.location == "\(path)/\(id)", "\(saved.text)")
        let page = try await visitor.open("\(path)/\(id)")
        #expect(page.good != nil)
        #expect(page.text.contains("Otto Second") && page.text.contains("Credentials Manager"))
        #expect(page.text.contains("See the audit log"))
        let member = try await server.get(
            "/api/v1/organizations/\(demo.account)/members/\(id)", bearer: demo.operatorKey)
        #expect(try member.json["roles"].elements.map { try $0.string } == ["credentials-manager"])
        #expect(try member.json["permissions"].elements.map { try $0.string } == ["audit-events.read"])
        let more = try await visitor.fill(
            try await visitor.open("\(path)/\(id)/edit"), "\(path)/\(id)/edit",
            [("name", "Otto"), ("email", "otto@invited.example"), ("permission.console-sessions.create", "yes")])
        #expect(more.status == 422 && more.text.contains("rights that you don’t have yourself"), "\(more.text)")
    }

    @Test func `sign somebody out, and make a link for another password`() async throws {
        var (visitor, server, _, path) = try await admin()
        let (id, link) = try await invite("Petra", &visitor, path)
        var petra = PageVisitor(server)
        _ = try await petra.setPassword(Somebody.password, behind: link)
        #expect(try await petra.account() != nil)
        let page = try await visitor.open("\(path)/\(id)")
        let action = try #require(page.text.firstMatch(of: /action="([^"]*\/sessions\/ses_[A-Za-z0-9]+)"/)).1
        for _ in 1...2 {
            #expect(try await visitor.fill(page, String(action)).location == "\(path)/\(id)", "Twice is as once.")
        }
        #expect(try await petra.account() == nil)
        let ask = try await visitor.open("\(path)/\(id)/password-reset")
        let made = try await visitor.fill(ask, "\(path)/\(id)/password-reset")
        let reset = try #require(made.text.firstMatch(of: /(\/password-reset\?token=[A-Za-z0-9_]+)/)).1
        #expect(try await petra.setPassword("quite another password", behind: String(reset)).status == 303)
    }

    @Test func `remove somebody, and hand over what they look after`() async throws {
        var (visitor, server, demo, path) = try await admin()
        let (id, link) = try await invite("Quentin", &visitor, path, roles: ["site-admin"])
        var quentin = PageVisitor(server)
        _ = try await quentin.setPassword(Somebody.password, behind: link)
        // A key that Quentin made, as the audit log and its steward know.
        try await server.database.setSteward(ofAPIKey: try await demo.apiKeyID(server), to: id)
        let page = try await visitor.open("\(path)/\(id)")
        #expect(page.text.contains("Looks after") && page.text.contains("Demo"), "\(page.text)")
        // The list of people says how many it is, and his own list of keys which.
        let row = try await visitor.open("\(path)?q=quentin").text
        #expect(row.contains(/<td role="cell" class="figure"><span class="phone">Looks after: <\/span><bdi>1<\/bdi>/))
        let mine = "/o/\(demo.account)/api-keys?mine=on"
        #expect(try await quentin.open(mine).rowNames == ["Demo"])
        #expect(try await !visitor.open(mine).rowNames.contains("Demo"))
        let ask = try await visitor.open("\(path)/\(id)/delete")
        #expect(ask.text.contains("Remove Quentin?") && ask.text.contains("1 credential that Quentin looks after"))
        let gone = try await visitor.fill(ask, "\(path)/\(id)/delete", [("to", "")])
        #expect(gone.location == path)
        #expect(try await visitor.fill(ask, "\(path)/\(id)/delete", [("to", "")]).location == path, "Twice is as once.")
        #expect(try await quentin.account() == nil)
        let list = try await visitor.open(path)
        #expect(list.links("See what was left behind") == [path + "/left"])
        let left = try await visitor.open(path + "/left")
        #expect(left.text.contains("Quentin left"))
        let keys = try await visitor.open("/o/\(demo.account)/api-keys?creator-left=on")
        let rotate = /<span class="badge badge-caution">Rotate</
        #expect(keys.text.matches(of: rotate).count == 1, "Who has left may have what they copied. \(keys.text)")
        // Each step leads back here.
        let rotation = try await visitor.open(try #require(left.links("Rotate").first))
        #expect(rotation.links("Cancel") == [path + "/left"])
        let disabling = try #require(left.links("Disable").first)
        let key = try await demo.apiKeyID(server)
        let disable = "/o/\(demo.account)/api-keys/\(key)/disable"
        #expect(disabling.hasPrefix(disable + "?from="))
        let question = try await visitor.open(disabling)
        #expect(question.links("Cancel") == [path + "/left"])
        #expect(try await visitor.post(disabling, question.hiddenFields).location == path + "/left")
        #expect(try await state(ofKey: key, server, demo) == "disabled")
        // Who sends us a form with another way back is led to the key itself.
        let forged = try await visitor.open(disable + "?from=%2F%2Fevil.example%2Fpeople%2Fleft")
        #expect(forged.links("Cancel") == ["/o/\(demo.account)/api-keys/\(key)"])
        #expect(try await visitor.open(path + "/left").links("Disable") == [])
        try await enable(key, server, demo)
        let all = try await visitor.open(path + "/left")
        #expect(all.text.contains("href=\"\(path)/left/disable-keys\""))
        let ask1 = try await visitor.open(path + "/left/disable-keys")
        #expect(ask1.text.contains(/Disable 1 .+\?/) && ask1.text.contains("None was used in the last 7 days."))
        for _ in 1...2 {
            let answer = try await visitor.fill(ask1, path + "/left/disable-keys")
            #expect(answer.location == path + "/left", "Twice is as once.")
        }
        #expect(try await state(ofKey: key, server, demo) == "disabled")
        try await enable(key, server, demo)
        let hand = try await visitor.open("\(path)/\(id)/hand-over")
        let me = try #require(hand.text.firstMatch(of: /<option value="(mem_[A-Za-z0-9]+)" selected>You/)).1
        let field = try #require(hand.text.firstMatch(of: /name="(credential\.key_[A-Za-z0-9]+)"/)).1
        let none = try await visitor.fill(
            hand, "\(path)/\(id)/hand-over", [("to", "mem_nobody"), (String(field), "yes")])
        #expect(none.status == 422 && none.text.contains("Nobody here has this identifier."))
        let done = try await visitor.fill(
            hand, "\(path)/\(id)/hand-over", [("to", String(me)), (String(field), "yes")])
        #expect(done.location == path + "/left")
        #expect(try await visitor.open(path + "/left").text.contains("Nothing was left behind"))
        #expect(try await visitor.open("\(path)/\(me)").text.contains("Demo"))
        // Whoever is removed may have their keys disabled with it.
        let (rita, _) = try await invite("Rita", &visitor, path)
        try await server.database.setSteward(ofAPIKey: key, to: rita)
        let person = try await visitor.open("\(path)/\(rita)")
        #expect(person.text.contains("href=\"\(path)/\(rita)/disable-keys\""))
        let removal = try await visitor.open("\(path)/\(rita)/delete")
        #expect(removal.text.contains("Nobody: leave it behind, and disable the"))
        #expect(try await visitor.fill(removal, "\(path)/\(rita)/delete", [("to", "disable")]).location == path)
        #expect(try await state(ofKey: key, server, demo) == "disabled")
        try await enable(key, server, demo)
    }

    private func state(ofKey key: String, _ server: ServerProcess, _ demo: DemoCredentials) async throws -> String {
        try await server.get("/api/v1/organizations/\(demo.account)/api-keys/\(key)", bearer: demo.operatorKey)
            .json["state"].string
    }

    private func enable(_ key: String, _ server: ServerProcess, _ demo: DemoCredentials) async throws {
        _ = try await server.make(
            "/api/v1/organizations/\(demo.account)/api-keys/\(key)/enable", [:], as: demo.operatorKey)
    }

    @Test func `are hidden from who may not see them, and read by who may not change them`() async throws {
        let (server, demo) = try RunningServer.current
        let path = "/o/\(demo.account)/people"
        var (manager, auditor) = (PageVisitor(server), PageVisitor(server))
        let first = try #require(demo.people["credentials-manager"])
        let second = try #require(demo.people["auditor"])
        _ = try await manager.signIn(first.email, first.password)
        _ = try await auditor.signIn(second.email, second.password)
        let missing = try await manager.open(
            "/o/\(demo.account)/nothing-of-the-kind", headers: [("Accept", "text/html")])
        for page in [path, path + "/new", path + "/left"] {
            let answer = try await manager.open(page)
            #expect(answer.status == 404 && answer.withoutRequestID == missing.withoutRequestID, "\(page)")
        }
        let list = try await auditor.open(path)
        #expect(list.status == 200 && !list.text.contains("/people/new") && !list.text.contains("Actions for"))
        for page in ["/new", "/mem_0000000000000000000001/edit"] {
            #expect(try await auditor.open(path + page).status == 404)
        }
        let forged = try await auditor.post(path + "/new", [("csrf", "x"), ("name", "X"), ("email", "y@x.example")])
        #expect(forged.status == 403)
    }
}

extension Answer {
    /// Its text without what differs from answer to answer.
    fileprivate var withoutRequestID: String {
        text.replacing(/<code>[^<]*<\/code>/, with: "").replacing(/value="[^"]*"/, with: "")
    }
}

extension DemoCredentials {
    /// The identifier of the demo's key.
    fileprivate func apiKeyID(_ server: ServerProcess) async throws -> String {
        let keys = try await server.get("/api/v1/organizations/\(account)/api-keys", bearer: operatorKey)
        return try keys.json["items"].elements.first { try $0["name"].string == "Demo" }?["id"].string ?? ""
    }
}
