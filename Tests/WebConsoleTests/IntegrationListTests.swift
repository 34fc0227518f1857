import TestSupport
import Testing

@testable import WebConsole

/// The list of integrations.
@Suite("The list of integrations", .server(product: ledgerProduct), .serialized)
struct IntegrationListTests {
    private func visitor(in account: String, _ name: String) async throws -> PageVisitor {
        let (server, _) = try RunningServer.current
        let owner = try await Somebody.joined(name, in: account, roles: ["owner"])
        var visitor = PageVisitor(server)
        _ = try await visitor.signIn(email: owner.email, password: Somebody.password)
        return visitor
    }

    @Test func `nothing yet says what it is, has one button, and a command for this product`() async throws {
        let (server, demo) = try RunningServer.current
        let account = try await server.makeAccount("Empty", as: demo.operatorKey)
        var visitor = try await visitor(in: account, "Nina")
        let page = try await visitor.open("/o/\(account)/integrations")
        #expect(page.text.contains("No integrations yet") && page.text.contains("\(server.base)/oauth2/token"))
        #expect(
            page.links("Create integration") == ["/o/\(account)/integrations/new", "/o/\(account)/integrations/new"])
        #expect(!page.text.contains("<table"))
        #expect(page.text.contains("0 of 500"))
    }

    @Test
    func `a form with a field missing, doubled, too long or of another organization changes nothing, and says which`()
        async throws
    {
        let (server, demo) = try RunningServer.current
        let account = try await server.makeAccount("Mistaken", as: demo.operatorKey)
        let other = try await server.makeAccount("Another", as: demo.operatorKey)
        let stranger = try await server.makeMember(in: other, roles: ["owner"], as: demo.operatorKey)
        var visitor = try await visitor(in: account, "Mona")
        let path = "/o/\(account)/integrations/new"
        let form = try await visitor.open(path)
        for (label, hint) in [("", "Must not be empty."), (String(repeating: "x", count: 5000), "Must have at most")] {
            let wrong = try await visitor.fill(form, path, [("label", label), ("scope.data.read", "on")])
            let told = wrong.text.firstMatch(of: /id="label-hint" role="alert">([^<]*)</)?.1
            #expect(wrong.status == 422 && told?.hasPrefix(hint) == true, "\(wrong.text)")
        }
        let none = try await visitor.fill(form, path, [("label", "Made")])
        #expect(none.status == 422 && none.text.contains("id=\"scopes-hint\""), "\(none.text)")
        let doubled = try await visitor.fill(form, path, [("label", "Made"), ("label", "Made too")])
        #expect(doubled.status == 400 && doubled.text.contains("“label” was sent twice"), "\(doubled.text)")
        let elsewhere = "/o/\(other)/integrations/new"
        #expect(
            try await visitor.post(elsewhere, (form.forms(to: path).first ?? []) + [("label", "Made")]).status == 403)
        #expect(try await visitor.open("/o/\(account)/integrations").text.contains("0 of 500"))
        #expect(
            try await server.get("/api/v1/organizations/\(other)/integrations", bearer: demo.operatorKey)
                .json["items"].elements.isEmpty)
        let contact = "/o/\(account)/contacts/new"
        let foreign = try await visitor.fill(
            try await visitor.open(contact), contact, [("name", "Carla"), ("member_id", stranger.id)])
        #expect(
            foreign.status == 422 && foreign.text.contains("id=\"member_id-hint\" role=\"alert\""), "\(foreign.text)")
        #expect(try await visitor.open("/o/\(account)/contacts").text.contains("No contacts yet"))
    }

    @Test func `a new one is given a limit of its own, and what is none is said at its field`() async throws {
        let (server, demo) = try RunningServer.current
        let account = try await server.makeAccount("Limited", as: demo.operatorKey)
        var visitor = try await visitor(in: account, "Lina")
        let path = "/o/\(account)/integrations/new"
        let form = try await visitor.open(path)
        let fields = [("label", "Sync"), ("scope.data.read", "on")]
        let wrong = try await visitor.fill(form, path, fields + [("call_limit", "often")])
        #expect(
            wrong.status == 422 && wrong.text.contains("id=\"call_limit-hint\" role=\"alert\""), "\(wrong.text)")
        _ = try await visitor.fill(form, path, fields + [("call_limit", "100/minute")])
        let made = try await server.get("/api/v1/organizations/\(account)/integrations", bearer: demo.operatorKey)
        #expect(try made.json["items"].elements.map { try $0["call_limit"].string } == ["100/minute"], "\(made.text)")
    }

    @Test func `it is searched, filtered, ordered and paged by its address, and never shows a secret`() async throws {
        let (server, demo) = try RunningServer.current
        let account = try await server.makeAccount("Many", as: demo.operatorKey)
        let below = try await server.makeOrganization("Below", below: account, as: demo.operatorKey)
        var ids: [String: String] = [:]
        for (label, place) in [("Alpha", account), ("beta", account), ("Gamma 50%", below)] {
            let made = try await server.makeIntegration(
                in: place, ["label": .text(label)], as: demo.operatorKey)
            ids[label] = made.id
            guard label == "beta" else { continue }
            #expect(try await server.tokenAnswer(made.client).status == 200)
        }
        var visitor = try await visitor(in: account, "Mary")
        let path = "/o/\(account)/integrations"
        func open(_ query: String = "") async throws -> Answer { try await visitor.open(path + query) }
        let all = try await open()
        #expect(all.rowNames == ["Gamma 50%", "beta", "Alpha"], "The latest first.")
        #expect(all.text.contains("3 of 500") && all.text.contains("<bdi>Below</bdi>"))
        #expect(!all.text.contains("_cs_"), "Not even its first letters stand in a list of integrations.")
        #expect(try await open("?sort=label").rowNames == ["Alpha", "beta", "Gamma 50%"])
        #expect(try await open("?sort=-label").rowNames == ["Gamma 50%", "beta", "Alpha"])
        #expect(try await open("?q=BET").rowNames == ["beta"])
        #expect(try await open("?q=50%25").rowNames == ["Gamma 50%"])
        #expect(try await open("?q=\(ids["Alpha"] ?? "")").rowNames == ["Alpha"])
        #expect(try await open("?here=on").rowNames == ["beta", "Alpha"])
        #expect(Set(try await open("?never-used=on").rowNames).isSuperset(of: ["Alpha", "Gamma 50%"]))
        #expect(try await open("?unused-90-days=on").rowNames.isEmpty)
        let narrow = try await open("?q=alpha&never-used=on&sort=label")
        #expect(narrow.rowNames == ["Alpha"])
        #expect(narrow.text.contains("aria-label=\"Remove filter Never used\""))
        #expect(narrow.text.contains("href=\"\(path)?q=alpha&amp;sort=label\""), "A chip leads to the list without it.")
        let none = try await open("?q=nowhere")
        #expect(none.text.contains("Nothing matches") && none.text.contains("“nowhere”"))
        #expect(none.links("Clear all").allSatisfy { $0 == path })
        #expect(
            try await open("?sort=evil&after=x&never-used=maybe").rowNames == all.rowNames, "What is none is not heard."
        )
    }

    @Test func `a page ends with the way to the next, in whichever order`() async throws {
        let (server, demo) = try RunningServer.current
        let account = try await server.makeAccount("Pages", as: demo.operatorKey)
        for number in 100..<152 {
            _ = try await server.makeIntegration(in: account, ["label": .text("No \(number)")], as: demo.operatorKey)
        }
        var visitor = try await visitor(in: account, "Paula")
        for order in ["", "?sort=label", "?sort=-used", "?sort=secret", "?sort=organization"] {
            var (seen, next): ([String], String?) = ([], "/o/\(account)/integrations\(order)")
            while let address = next {
                let page = try await visitor.open(address)
                seen += page.rowNames
                next = page.links("Next page").first
            }
            #expect(seen.count == 52 && Set(seen).count == 52, "\(order)")
        }
    }

    @Test(arguments: ["integrations", "apps"])
    func `one is disabled by a page that asks, is listed so with who did it, and is enabled by one press`(
        _ section: String
    ) async throws {
        let (server, demo) = try RunningServer.current
        let account = try await server.makeAccount("Paused \(section)", as: demo.operatorKey)
        let isApp = section == "apps"
        let name = isApp ? "Pamela" : "Philip"
        let (id, path) =
            if isApp {
                try await server.makeApp(in: account, as: demo.operatorKey).place
            } else {
                try await server.makeIntegration(in: account, as: demo.operatorKey).place
            }
        func state() async throws -> JSON { try await server.get(path, bearer: demo.operatorKey).json["state"] }
        var visitor = try await visitor(in: account, name)
        let list = "/o/\(account)/\(section)"
        let page = "\(list)/\(id)"
        let question = try await visitor.open("\(page)/disable")
        #expect(question.status == 200 && question.text.contains("until you enable it again"), "\(question.text)")
        #expect(try await state() == "active", "To look ends nothing.")
        #expect(try await visitor.fill(question, "\(page)/disable", []).status == 303)
        #expect(try await state() == "disabled")
        let shown = try await visitor.open(page)
        #expect(shown.text.contains("Disabled") && shown.text.contains(name), "\(shown.text)")
        #expect(try await visitor.open("\(list)?disabled=on").rowNames.count == 1)
        #expect(try await visitor.fill(shown, "\(page)/enable", []).status == 303)
        #expect(try await state() == "active")
        #expect(try await visitor.open("\(list)?disabled=on").rowNames.isEmpty)
    }

    @Test func `who may not manage sees no button, and at the limit the reason stands in its place`() async throws {
        let (server, demo) = try RunningServer.current
        let account = try await server.makeAccount("Auditors", as: demo.operatorKey)
        _ = try await server.makeIntegration(in: account, as: demo.operatorKey)
        let auditor = try await Somebody.joined("Audrey", in: account, roles: ["auditor"])
        var visitor = PageVisitor(server)
        _ = try await visitor.signIn(email: auditor.email, password: Somebody.password)
        let page = try await visitor.open("/o/\(account)/integrations")
        #expect(page.status == 200)
        for word in ["Create", "Rotate", "Delete"] { #expect(!page.text.contains(word), "\(word)") }
    }
}

extension MadeCredential {
    fileprivate var place: (id: String, path: String) { (id, path) }
}

extension MadeApp {
    fileprivate var place: (id: String, path: String) { (id, path) }
}
