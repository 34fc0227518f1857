import TestSupport
import Testing

private let onetrust = (try? OurWords.sample("onetrust").text) ?? ""

@Suite("The overview", .server(product: onetrust), .serialized)
struct OverviewPageTests {
    private func open(as role: String, _ path: String? = nil) async throws -> Answer {
        let (server, demo) = try RunningServer.current
        var visitor = PageVisitor(server)
        let person = try #require(demo.people[role])
        _ = try await visitor.signIn(person.email, person.password)
        return try await visitor.open(path ?? "/o/\(demo.account)")
    }

    /// What a card says, by where it leads.
    private func counts(_ page: Answer) -> [String: Int] {
        Dictionary(
            page.text.matches(of: /<a class="risk[^"]*" href="([^"]*)"[^>]*><strong>(\d+)<\/strong>/).map {
                (String($0.1).split(separator: "/").last.map(String.init) ?? "", Int($0.2) ?? -1)
            }
        ) { first, _ in first }
    }

    @Test func `counts what breaks first, each as a link to those`() async throws {
        let (server, demo) = try RunningServer.current
        let before = counts(try await open(as: "site-admin"))
        let europe = try #require(demo.organizations["Europe"])
        _ = try await server.makeIntegration(
            in: europe, scopes: ["assessments.read"], ["label": "Told of"], as: demo.operatorKey)
        let after = counts(try await open(as: "site-admin"))
        let never = "integrations?never-used-7-days=on"
        #expect(after[never] == before[never] && after[never] != nil, "It was made a moment ago. \(after)")
        #expect(after["integrations?creator-left=on"] == 0 && after["integrations?old-secret=on"] == 0)
        #expect(after["integrations?expired=on"] == nil, "An integration never ends.")
        let list = "/o/\(europe)/integrations"
        #expect(try await open(as: "site-admin", "\(list)?never-used=on").text.contains("<bdi>Told of</bdi>"))
        #expect(try await !open(as: "site-admin", "\(list)?never-used-7-days=on").text.contains("<bdi>Told of</bdi>"))
        for address in after.keys {
            let list = try await open(as: "site-admin", "/o/\(demo.account)/\(address)")
            #expect(list.status == 200 && list.text.contains("Remove filter"), "\(address)")
        }
    }

    @Test func `of what a list shows, several are changed together, after a question that names them`() async throws {
        let (server, demo) = try RunningServer.current
        let (europe, elsewhere) = (
            try #require(demo.organizations["Europe"]), try await server.makeAccount("Apart", as: demo.operatorKey)
        )
        var made: [MadeCredential] = []
        for name in ["Batch one", "Batch two", "Batch three"] {
            made.append(
                try await server.makeKey(
                    in: europe, scopes: ["assessments.read"], ["name": .text(name)], as: demo.operatorKey))
        }
        let foreign = try await server.makeKey(in: elsewhere, scopes: ["assessments.read"], as: demo.operatorKey)
        var visitor = PageVisitor(server)
        let person = try #require(demo.people["site-admin"])
        _ = try await visitor.signIn(person.email, person.password)
        let list = "/o/\(demo.account)/api-keys?q=batch"
        let several = try #require(try await visitor.open(list).links("Change several of these").first)
        let choice = try await visitor.open(several)
        #expect(choice.text.matches(of: /name="one\.key_[A-Za-z0-9]+" value="on" checked/).count == 3)
        func boxes(_ credentials: [MadeCredential]) -> [(String, String)] {
            credentials.map { ("one.\($0.id)", "on") }
        }
        let none = try await visitor.post(several, choice.hiddenFields)
        #expect(none.status == 422 && none.text.contains("Say what to do."))
        let rule = [("do", "restrict"), ("allowed_addresses", "192.0.2.0/24\n2001:db8::/48")]
        let bare = try await visitor.post(several, choice.hiddenFields + boxes(made) + [("do", "restrict")])
        #expect(bare.status == 422 && bare.text.contains("Say from which addresses."))
        let asked = try await visitor.post(several, choice.hiddenFields + boxes(made) + rule)
        #expect(asked.text.contains("3 may be used from 192.0.2.0/24, 2001:db8::/48 alone"), "\(asked.text)")
        #expect(try await visitor.post(several, asked.hiddenFields).location == list)
        let bound = try await server.get(made[1].path, bearer: demo.operatorKey).json["allowed_addresses"]
        #expect(try bound.elements.map { try $0.string } == ["192.0.2.0/24", "2001:db8::/48"])
        for (change, chosen) in [("disable", made), ("delete", [made[0], made[1]])] {
            let question = try await visitor.post(
                several, choice.hiddenFields + boxes(chosen + [foreign]) + [("do", change)])
            #expect(question.status == 200 && question.text.contains("“Batch one” in Europe"))
            #expect(question.text.contains("No use within the last 7 days is known."))
            #expect(!question.text.contains(foreign.id), "What is another customer’s is not there.")
            for _ in 1...2 {
                #expect(try await visitor.post(several, question.hiddenFields).location == list, "Twice is as once.")
            }
            #expect(try await visitor.open(list).good?.contains(change == "disable" ? "disabled" : "deleted") == true)
        }
        #expect(try await visitor.open(list).rowNames == ["Batch three"])
        let left = try await server.get(made[2].path, bearer: demo.operatorKey)
        #expect(try left.json["state"].string == "disabled")
        #expect(try await server.get(foreign.path, bearer: demo.operatorKey).json["state"].string == "active")
    }

    @Test func `one of them is given a limit of its own on its page, and the page says what is none`() async throws {
        let (server, demo) = try RunningServer.current
        let europe = try #require(demo.organizations["Europe"])
        let key = try await server.makeKey(in: europe, scopes: ["assessments.read"], as: demo.operatorKey)
        var visitor = PageVisitor(server)
        let person = try #require(demo.people["site-admin"])
        _ = try await visitor.signIn(person.email, person.password)
        let page = "/o/\(europe)/api-keys/\(key.id)/edit"
        func save(_ limit: String) async throws -> Answer {
            let fields = [("description", ""), ("scope.assessments.read", "on"), ("call_limit", limit)]
            return try await visitor.post(page, try await visitor.open(page).hiddenFields + fields)
        }
        let bad = try await save("often")
        #expect(bad.status == 422 && bad.text.contains("such as 100/minute"), "\(bad.text)")
        #expect(try await save("100/minute").status == 303)
        #expect(try await server.get(key.path, bearer: demo.operatorKey).json["call_limit"].string == "100/minute")
        #expect(try await visitor.open(page).text.contains("value=\"100/minute\""))
        #expect(try await save("").status == 303)
        #expect(try await server.get(key.path, bearer: demo.operatorKey).json["call_limit"] == .null)
    }

    /// Integrations have address rules, apps have none.
    @Test func `integrations and apps of a list are changed together by the same means`() async throws {
        let (server, demo) = try RunningServer.current
        let europe = try #require(demo.organizations["Europe"])
        var visitor = PageVisitor(server)
        let person = try #require(demo.people["site-admin"])
        _ = try await visitor.signIn(person.email, person.password)
        var integrations: [String] = []
        var apps: [String] = []
        for name in ["Herd one", "Herd two"] {
            integrations.append(
                try await server.makeIntegration(
                    in: europe, scopes: ["assessments.read"], ["label": .text(name)], as: demo.operatorKey
                ).path)
            apps.append(
                try await server.makeApp(
                    in: europe, scopes: ["openid", "assessments.read"], ["name": .text(name)], as: demo.operatorKey
                ).path)
        }
        let list = "/o/\(demo.account)/integrations?q=herd"
        let several = try #require(try await visitor.open(list).links("Change several of these").first)
        let choice = try await visitor.open(several)
        let boxes = integrations.map { ("one.\($0.split(separator: "/").last ?? "")", "on") }
        let rule = [("do", "restrict"), ("allowed_addresses", "192.0.2.0/24")]
        let asked = try await visitor.post(several, choice.hiddenFields + boxes + rule)
        #expect(asked.text.contains("2 may be used from 192.0.2.0/24 alone"), "\(asked.text)")
        #expect(try await visitor.post(several, asked.hiddenFields).location == list)
        let bound = try await server.get(integrations[1], bearer: demo.operatorKey).json["allowed_addresses"]
        #expect(try bound.elements.map { try $0.string } == ["192.0.2.0/24"])
        for (kind, paths) in [("integrations", integrations), ("apps", apps)] {
            let list = "/o/\(demo.account)/\(kind)?q=herd"
            let several = try #require(try await visitor.open(list).links("Change several of these").first)
            let choice = try await visitor.open(several)
            let boxes = paths.map { ("one.\($0.split(separator: "/").last ?? "")", "on") }
            if kind == "apps" {
                #expect(try await visitor.post(several, choice.hiddenFields + boxes + rule).status == 422)
            }
            for change in ["disable", "delete"] {
                let question = try await visitor.post(several, choice.hiddenFields + boxes + [("do", change)])
                #expect(question.text.contains("“Herd one” in Europe"), "\(question.text)")
                #expect(try await visitor.post(several, question.hiddenFields).location == list)
                for path in paths where change == "disable" {
                    #expect(try await server.get(path, bearer: demo.operatorKey).json["state"] == "disabled")
                }
            }
            for path in paths { #expect(try await server.get(path, bearer: demo.operatorKey).status == 404) }
        }
    }

    @Test func `shows each what they may see, and changes to who may read the log`() async throws {
        let auditor = try await open(as: "auditor")
        #expect(auditor.text.contains("Recent changes") && counts(auditor).count > 2)
        let manager = try await open(as: "credentials-manager")
        #expect(!manager.text.contains("Recent changes") && counts(manager).count > 2)
        let officer = try await open(as: "privacy-officer")
        #expect(counts(officer).isEmpty && officer.status == 200)
        let (server, demo) = try RunningServer.current
        let stranger = try await server.makeAccount("Stranger", as: demo.operatorKey)
        #expect(try await open(as: "site-admin", "/o/\(stranger)").status == 404)
    }
}
