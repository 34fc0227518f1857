import TestSupport
import Testing

@testable import WebConsole

/// Contacts, and what acts for them.
@Suite("Pages about contacts", .server(product: ledgerProduct), .serialized)
struct ContactPagesTests {
    /// Somebody in a new account.
    private func visitor(
        _ name: String, _ role: String = "owner", in account: String
    ) async throws -> (visitor: PageVisitor, somebody: Somebody) {
        let (server, _) = try RunningServer.current
        let somebody = try await Somebody.joined(
            name, email: "\(name.lowercased())@\(account.replacing("_", with: "-").lowercased()).example", in: account,
            roles: [role])
        var visitor = PageVisitor(server)
        _ = try await visitor.signIn(email: somebody.email, password: Somebody.password)
        return (visitor, somebody)
    }

    @Test func `a token by hand acts for the contact that was chosen, and once for one form`() async throws {
        let (server, demo) = try RunningServer.current
        let account = try await server.makeAccount("Tokens", as: demo.operatorKey)
        let integration = try await server.makeIntegration(in: account, as: demo.operatorKey)
        let carla = try await server.makeContact(in: account, ["name": "Carla"], as: demo.operatorKey)
        let off = try await server.makeContact(in: account, ["name": "Oscar"], as: demo.operatorKey)
        _ = try await server.make(off.path + "/disable", [:], as: demo.operatorKey)
        var (owner, _) = try await visitor("Olga", in: account)
        let path = "/o/\(account)/integrations/\(integration.id)/token"
        let page = try await owner.open(path)
        #expect(page.text.contains("<option value=\"\(carla.id)\">Carla</option>"))
        #expect(!page.text.contains("Oscar"), "Whoever is disabled is nobody to choose.")
        for wrong in [off.id, "con_0000000000000000000001", "nonsense"] {
            let refused = try await owner.fill(page, path, [("contact_id", wrong)])
            #expect(refused.status == 422 && refused.text.contains("class=\"field-error\" id=\"contact_id-hint\""))
        }
        func token(_ answer: Answer) throws -> String {
            String(try #require(answer.text.firstMatch(of: /clv_at_[A-Za-z0-9_-]+/), "\(answer.text)").0)
        }
        let made = try await owner.fill(page, path, [("contact_id", carla.id)])
        #expect(made.text.contains("It acts for Carla"))
        let again = try await owner.fill(page, path, [("contact_id", carla.id)])
        #expect(try token(made) == token(again))
        let verified = try await server.get("/verify", bearer: try token(made))
        #expect(verified.headers["x-auth-contact"] == carla.id)
        let events = try await server.get(
            "/api/v1/organizations/\(account)/audit-events?limit=50", bearer: demo.operatorKey
        ).json["items"].elements.filter { try $0["action"].string == "integration.token-issued" }
        #expect(try events.map { try $0["details"]["contact"].string } == [carla.id])
        // For nobody, as before.
        let own = try await owner.fill(try await owner.open(path), path, [("contact_id", "")])
        #expect(try await server.get("/verify", bearer: try token(own)).headers["x-auth-contact"] == "")
        // Whoever does not manage contacts names nobody but themself.
        var (developer, somebody) = try await visitor("Dora", "developer", in: account)
        #expect(try await !developer.open(path).text.contains("contact_id"))
        #expect(try await developer.fill(developer.open(path), path, [("contact_id", carla.id)]).status == 404)
        let dora = try await server.makeContact(
            in: account, ["name": "Dora C", "member_id": .text(somebody.id)], as: demo.operatorKey)
        let form = try await developer.open(path)
        #expect(form.text.contains(">Dora C (you)</option>") && !form.text.contains("Carla"))
        let hers = try await developer.fill(form, path, [("contact_id", dora.id)])
        #expect(try await server.get("/verify", bearer: try token(hers)).headers["x-auth-contact"] == dora.id)
    }

    @Test func `a contact's form says which member they are, and their pages lead to each other`() async throws {
        let (server, demo) = try RunningServer.current
        let account = try await server.makeAccount("Contacts", as: demo.operatorKey)
        let carla = try await server.makeContact(in: account, ["name": "Carla"], as: demo.operatorKey)
        var (owner, _) = try await visitor("Otto", in: account)
        let (_, mia) = try await visitor("Mia", "guest", in: account)
        let (page, settings) = ("/o/\(account)/contacts/\(carla.id)", "/o/\(account)/contacts/\(carla.id)/settings")
        let person = "/o/\(account)/people/\(mia.id)"
        let form = try await owner.open(settings)
        #expect(form.text.contains("<option value=\"\(mia.id)\">Mia, \(mia.email)</option>"))
        let fields = [("name", "Carla"), ("email", "")]
        #expect(try await owner.fill(form, settings, fields + [("member_id", mia.id)]).location == page)
        let known = try await owner.open(page)
        #expect(known.text.contains("As Mia") && known.links("Open Mia") == [person])
        #expect(try await owner.open(person).text.contains("href=\"\(page)\""))
        // A member is one contact at most.
        let new = "/o/\(account)/contacts/new"
        let second = try await owner.open(new)
        #expect(!second.text.contains(mia.id))
        let taken = try await owner.fill(second, new, [("name", "Other"), ("member_id", mia.id)])
        #expect(taken.status == 422 && taken.text.contains("id=\"member_id-hint\" role=\"alert\""))
        // Who sees no members neither sees nor changes who it is: a developer reads contacts alone.
        var (developer, _) = try await visitor("Dirk", "developer", in: account)
        let seen = try await developer.open(page)
        #expect(seen.status == 200 && !seen.text.contains("Mia") && seen.text.contains("As a member"))
        // Who leaves stays a contact, and the question says so.
        let question = try await owner.open(person + "/delete")
        #expect(question.text.contains("Carla stays a contact, who doesn’t sign in"))
        #expect(try await owner.fill(question, person + "/delete").location == "/o/\(account)/people")
        let left = try await server.get(carla.path, bearer: demo.operatorKey).json
        #expect(left["member_id"] == .null)
        #expect(try await owner.open(page).links("Open Mia") == [])
    }

    @Test func `the overview counts access keys at risk and leads to them, those of a maker who has left too`()
        async throws
    {
        let (server, demo) = try RunningServer.current
        let account = try await server.makeAccount("Leavers", as: demo.operatorKey)
        let contact = try await server.makeContact(in: account, ["name": "Carla"], as: demo.operatorKey)
        var (owner, _) = try await visitor("Orla", in: account)
        var (leaver, mia) = try await visitor("Mina", in: account)
        let new = "/o/\(account)/contacts/\(contact.id)/new-access-key"
        _ = try await leaver.fill(try await leaver.open(new), new, [("name", "Hers")])
        let keys = "/o/\(account)/contacts/access-keys"
        func left() async throws -> String? {
            try await owner.open("/o/\(account)").text.firstMatch(
                of: /access-keys\?creator-left=on"[^>]*><strong>(\d+)</
            ).map { String($0.1) }
        }
        #expect(try await left() == "0")
        let path = "/api/v1/organizations/\(account)/members/\(mia.id)"
        #expect(try await server.call("DELETE", path, bearer: demo.operatorKey).status == 204)
        #expect(try await left() == "1")
        for filter in ["creator-left", "old", "never-used-7-days", "unused-90-days"] {
            let list = try await owner.open("\(keys)?\(filter)=on")
            #expect(list.text.contains("Remove filter"), "\(filter)")
            let (isThere, isAdvised) = (
                list.text.contains("<bdi>Hers</bdi>"), list.text.contains("Rotate each: who has left")
            )
            #expect(isThere == (filter == "creator-left") && isAdvised == isThere, "\(filter)")
        }
        #expect(try await owner.open(keys).text.contains("<span class=\"badge badge-caution\">Rotate</span>"))
        let page = try await owner.open("/o/\(account)/contacts/\(contact.id)")
        #expect(page.text.contains(">Rotate</span>") && page.text.contains("1 of 10."))
    }

    @Test func `whose a secret is is said to who may see it, and it stands in no address and on no page`() async throws
    {
        let (server, demo) = try RunningServer.current
        let account = try await server.makeAccount("Finders", as: demo.operatorKey)
        let elsewhere = try await server.makeAccount("Keepers", as: demo.operatorKey)
        let key = try await server.makeKey(in: account, ["name": "Lost"], as: demo.operatorKey)
        let access = try await server.makeAccessKey(in: account, as: demo.operatorKey)
        let integration = try await server.makeIntegration(in: account, as: demo.operatorKey)
        let foreign = try await server.makeKey(in: elsewhere, as: demo.operatorKey)
        var (owner, _) = try await visitor("Fiona", in: account)
        let (find, keys) = ("/o/\(account)/find", "/o/\(account)/api-keys")
        let form = try await owner.open(find)
        #expect(try await owner.open(keys).links("Find by secret or ID") == [find])
        func look(_ text: String) async throws -> Answer {
            let answer = try await owner.fill(form, find, [("credential", text)])
            for secret in [key, access, integration, foreign].map(\.secret) {
                #expect(!answer.text.contains(secret) && answer.location?.contains(secret) != true)
            }
            return answer
        }
        let page = "\(keys)/\(key.id)"
        #expect(try await look("Authorization: Bearer \(key.secret)").location == page)
        #expect(try await owner.open(page).good == "That’s the one that you looked for.")
        #expect(try await look("  \(key.id)\n").location == page)
        let listed = try await look(access.secret).location
        #expect(listed == "/o/\(account)/contacts/access-keys?q=\(access.id)")
        #expect(try await owner.open(try #require(listed)).text.contains("<bdi>Order export</bdi>"))
        #expect(try await look(integration.id).location == "/o/\(account)/integrations/\(integration.id)")
        let contact = String(access.path.split(separator: "/")[5])
        #expect(try await look(contact).location == "/o/\(account)/contacts/\(contact)")
        #expect(try await look(account).location == "/o/\(account)/organizations")
        let clientSecret = try await look(integration.secret)
        #expect(clientSecret.status == 422 && clientSecret.text.contains("Look for the client ID beside it."))
        // The secret from before a rotation, while it works and afterwards.
        let rotated = try await server.make(key.path + "/rotate", ["overlap_seconds": 3600], as: demo.operatorKey)
        #expect(try await look(key.secret).location == page)
        #expect(try await owner.open(page).good?.contains("which still works") == true)
        #expect(try await look(try rotated["key"].string).location == page)
        // What belongs to another customer is as what does not exist.
        let other = try await look(foreign.secret)
        let unknown = try await look("key_0000000000000000000001")
        let byID = try await look(foreign.id)
        #expect([other, unknown, byID].map(\.status) == [422, 422, 422])
        #expect(other.text.contains("Nothing that you can see has this secret."))
        #expect(byID.text.contains("Nothing that you can see has this ID") && !byID.text.contains(foreign.id))
        var (guest, _) = try await visitor("Gus", "guest", in: account)
        #expect(try await guest.open(find).status == 404)
        #expect(!server.log.contains(key.secret) && !server.output.contains(key.secret))
        // Whoever puts a secret into an address is told so, and not shown it again.
        #expect(try await owner.open("\(keys)?q=\(key.secret)").location == keys)
        let searched = try await owner.open(keys)
        #expect(!searched.text.contains(key.secret) && searched.bad?.contains("You searched for a secret.") == true)
        #expect(searched.text.contains("<bdi>Lost</bdi>"))
        // Nor does a sign-in carry it on.
        var nobody = PageVisitor(owner.server)
        #expect(try await nobody.open("\(keys)?q=\(key.secret)").location == keys)
    }
}
