import TestSupport
import Testing

private let altruistiq = (try? OurWords.sample("altruistiq").text) ?? ""

@Suite("The operator's pages", .server(product: altruistiq), .serialized)
struct OperatorPagesTests {
    private static let pages = [
        "accounts", "accounts/new", "resource-servers", "resource-servers/new", "product", "audit-log", "nodes",
        "key-ring",
    ]

    private func visitor(_ role: String) async throws -> (PageVisitor, ServerProcess, DemoCredentials) {
        let (server, demo) = try RunningServer.current
        var visitor = PageVisitor(server)
        let person = try #require(demo.people[role])
        #expect(try await visitor.signIn(person.email, person.password).status == 303)
        return (visitor, server, demo)
    }

    @Test func `do not exist for members of an account, whatever their role`() async throws {
        let roles = ["platform-administrator", "sustainability-administrator", "viewer"]
        for role in roles {
            var (visitor, _, demo) = try await visitor(role)
            let unknown = try await visitor.open(
                "/operator/nothing-of-the-kind", headers: [("Accept", "text/html")])
            for page in Self.pages + ["accounts/\(demo.account)", "accounts/\(demo.account)/suspend"] {
                let answer = try await visitor.open("/operator/\(page)")
                #expect(answer.status == 404)
                #expect(
                    answer.text.replacing(/<code>[^<]*<\/code>/, with: "")
                        == unknown.text.replacing(/<code>[^<]*<\/code>/, with: ""), "\(role) \(page)")
            }
            let forged = try await visitor.post(
                "/operator/accounts/\(demo.account)/suspend", [("csrf", "x"), ("suspended", "yes")])
            #expect(forged.status == 403)
            #expect(try await !visitor.open("/account").text.contains("/operator/"))
        }
        let (server, _) = try RunningServer.current
        var nobody = PageVisitor(server)
        #expect(try await nobody.open("/operator/accounts").location?.hasPrefix("/sign-in") == true)
    }

    @Test func `list the customers, and make one with a plan`() async throws {
        var (visitor, _, demo) = try await visitor("operator")
        let list = try await visitor.open("/operator/accounts")
        #expect(list.text.contains("<h1>Organisations</h1>") && list.text.contains("Example Ltd"))
        #expect(list.text.contains("Altruistiq Advanced (by default)"))
        let form = try await visitor.open("/operator/accounts/new")
        #expect(!form.text.contains("legacy"), "What is not offered any more is not offered.")
        for _ in 1...2 {
            let made = try await visitor.fill(
                form, "/operator/accounts/new", [("name", "Novo Steel"), ("plan", "essential")])
            #expect(made.location == "/operator/accounts", "\(made.text)")
        }
        let found = try await visitor.open("/operator/accounts?q=novo")
        #expect(found.text.matches(of: /<bdi>Novo Steel<\/bdi>/).count == 1, "Twice is as once.")
        #expect(found.text.contains("Altruistiq Essential"))
        let wrong = try await visitor.fill(
            form, "/operator/accounts/new", [("name", ""), ("plan", "no-such-plan")])
        #expect(
            wrong.status == 422 && wrong.text.contains("id=\"name-error\"") && wrong.text.contains("id=\"plan-error\""))
        let (up, down) = (
            try await visitor.open("/operator/accounts?sort=name").rowNames,
            try await visitor.open("/operator/accounts?sort=-name").rowNames
        )
        #expect(up.count > 2 && up == down.reversed())
        #expect(up.map { $0.lowercased() } == up.map { $0.lowercased() }.sorted())
        let all = Set(up)
        let essential = try await visitor.open("/operator/accounts?plan-essential=on&sort=name")
        #expect(essential.rowNames == ["Novo Steel"])
        #expect(essential.text.contains("aria-label=\"Remove filter Plan: Altruistiq Essential\""))
        let advanced = Set(try await visitor.open("/operator/accounts?plan-advanced=on").rowNames)
        #expect(advanced.contains("Example Ltd"), "What is given none has the plan by default. \(advanced)")
        #expect(!advanced.contains("Novo Steel") && advanced.isStrictSubset(of: all))
        let either = Set(try await visitor.open("/operator/accounts?plan-advanced=on&plan-essential=on").rowNames)
        #expect(either == advanced.union(["Novo Steel"]), "The operator’s own is on no plan.")
        let none = try await visitor.open("/operator/accounts?plan-essential=on&suspended=on")
        #expect(none.text.contains("Nothing matches") && Set(none.links("Clear all")) == ["/operator/accounts"])
        #expect(try await visitor.open("/operator/accounts?q=\(demo.account)").rowNames == ["Example Ltd"])
        // A secret does not stay in the address, and its place is said.
        let pasted = try await visitor.open("/operator/accounts?sort=name&q=\(demo.operatorKey)")
        #expect(pasted.status == 303 && pasted.location == "/operator/accounts?sort=name")
        let told = try await visitor.open("/operator/accounts?sort=name")
        #expect(told.bad?.contains("You searched for a secret.") == true && told.rowNames == up)
        let find = try #require(told.links("Find by secret or ID").first)
        #expect(try await visitor.open(find).status == 200)
    }

    @Test func `make, change, rotate and delete a resource server, whose secret is shown once`() async throws {
        var (visitor, server, _) = try await visitor("operator")
        let list = "/operator/resource-servers"
        let form = try await visitor.open(list + "/new")
        let bad = try await visitor.fill(
            form, list + "/new", [("name", "Backend"), ("audiences", "https://a.example b\u{E4}d")])
        #expect(bad.status == 422 && bad.text.contains("“b\u{E4}d”"), "\(bad.text)")
        let fields = [("name", "Carbon backend"), ("audiences", "https://carbon.example.com\nhttps://old.example.com")]
        let made = try await visitor.fill(form, list + "/new", fields)
        let again = try await visitor.fill(form, list + "/new", fields)
        let id = try #require(made.text.firstMatch(of: /rsv_[0-9A-Za-z]{22}/)).0
        func secret(_ page: Answer) throws -> String {
            String(
                try #require(page.text.firstMatch(of: /<pre class="whole" data-secret[^>]*>([^<]+)</), "\(page.text)").1
            )
        }
        let first = try secret(made)
        #expect(try secret(again) == first, "Twice is as once.")
        func answers(to secrets: [String]) async throws -> [Int] {
            var found: [Int] = []
            for secret in secrets {
                let client = DemoCredentials.Client(id: String(id), secret: secret)
                found.append(try await server.form("/oauth2/introspect", [("token", "x")], client: client).status)
            }
            return found
        }
        #expect(try await answers(to: [first]) == [200])
        let page = "\(list)/\(id)"
        let shown = try await visitor.open(page)
        #expect(shown.text.contains("https://carbon.example.com, https://old.example.com"))
        #expect(!shown.text.contains(first))
        let edit = try await visitor.open(page + "/edit")
        let change = [("name", "Carbon"), ("audiences", "https://carbon.example.com")]
        #expect(try await visitor.fill(edit, page + "/edit", change).location == page)
        #expect(
            try await visitor.fill(edit, page + "/edit", change).status == 422, "Somebody else changed it meanwhile.")
        let rotation = try await visitor.open(page + "/rotate")
        let second = try secret(try await visitor.fill(rotation, page + "/rotate", [("overlap_seconds", "3600")]))
        #expect(try await answers(to: [first, second]) == [200, 200])
        let once = try await visitor.open(page + "/rotate")
        #expect(try await visitor.fill(once, page + "/rotate", [("overlap_seconds", "0")]).status == 422)
        let forced = [("overlap_seconds", "0"), ("force", "on")]
        let third = try secret(try await visitor.fill(once, page + "/rotate", forced))
        #expect(try await answers(to: [first, second, third]) == [401, 401, 200])
        let ask = try await visitor.open(page + "/delete")
        #expect(ask.text.contains("Delete Carbon?"))
        for _ in 1...2 {
            #expect(try await visitor.fill(ask, page + "/delete", [("typed", "Carbon")]).location == list)
        }
        #expect(try await answers(to: [third]) == [401])
        #expect(try await visitor.open(page).status == 404)
    }

    @Test func `change a plan and suspend an account, from the next call on`() async throws {
        var (visitor, server, demo) = try await visitor("operator")
        let account = try await server.makeAccount("To be suspended", as: demo.operatorKey)
        let client = try await server.makeIntegration(
            in: account, scopes: ["facilities.read"], as: demo.operatorKey
        ).client
        #expect(try await server.tokenAnswer(client).status == 200)
        let page = "/operator/accounts/\(account)"
        let saved = try await visitor.fill(
            try await visitor.open(page), page, [("name", "To be suspended"), ("plan", "essential")])
        #expect(saved.location == page)
        #expect(try await server.tokenAnswer(client).json["error"].string == "unauthorized_client")
        _ = try await visitor.fill(
            try await visitor.open(page), page, [("name", "To be suspended"), ("plan", "enterprise")])
        #expect(try await server.tokenAnswer(client).status == 200)
        let ask = try await visitor.open(page + "/suspend")
        #expect(ask.text.contains("Suspend To be suspended?"))
        #expect(try await visitor.fill(ask, page + "/suspend").location == page)
        #expect(try await server.tokenAnswer(client).status != 200)
        #expect(try await visitor.open("/operator/accounts").text.contains("Suspended"))
        let back = try await visitor.open(page + "/suspend")
        #expect(back.text.contains("Resume To be suspended?"))
        _ = try await visitor.fill(back, page + "/suspend")
        #expect(try await server.tokenAnswer(client).status == 200)
    }

    @Test func `tell what was changed in all accounts, searched as in one, as a page, a file and by the API`()
        async throws
    {
        var (visitor, server, demo) = try await visitor("operator")
        let account = try await server.makeAccount("Audited", as: demo.operatorKey)
        let client = try await server.makeIntegration(
            in: account, scopes: ["facilities.read"], as: demo.operatorKey
        ).client
        let page = try await visitor.open("/operator/audit-log?thing=\(client.id)")
        #expect(page.text.contains("in <bdi>Audited</bdi>"), "\(page.text)")
        #expect(page.text.matches(of: /<tr role="row"><th role="rowheader"/).count == 1)
        let all = try await visitor.open("/operator/audit-log")
        #expect(all.text.contains("Audited") && all.text.contains("/operator/audit-log?thing=\(client.id)"))
        // Whoever has the address, in whatever account.
        let person = try #require(demo.people["viewer"])
        var viewer = PageVisitor(server)
        #expect(try await viewer.signIn(person.email, person.password).status == 303)
        let who = ServerProcess.encoded(person.email)
        let signedIn = try await visitor.open("/operator/audit-log?who=\(who)&action=session.started")
        #expect(signedIn.text.contains("Signed in") && !signedIn.text.contains("Nothing matches"), "\(signedIn.text)")
        let file = try await visitor.open("/operator/audit-log/file?thing=\(client.id)")
        #expect(
            file.status == 200 && file.text.contains(client.id) && file.text.contains("\"Audited\""), "\(file.text)")
        #expect(try await visitor.open("/operator/audit-log?since=yesterday").text.contains("Write a day as"))
        let listed = try await server.get("/api/v1/audit-events?target=\(client.id)", bearer: demo.operatorKey)
        let items = try listed.json["items"].elements
        #expect(try items.map { try $0["organization_id"].string } == [account], "\(listed.text)")
    }

    @Test func `show the definition in force and where each value comes from, the nodes and the key ring`() async throws
    {
        var (visitor, server, _) = try await visitor("operator")
        let address = ", 127.0.0.1:\(server.port)</bdi>"
        let product = try await visitor.open("/operator/product")
        #expect(product.text.contains("from claviger.yaml"))
        let line = altruistiq.split(separator: "\n", omittingEmptySubsequences: false).firstIndex {
            $0.hasPrefix("  secret_overlap_maximum:")
        }.map { $0 + 1 }
        #expect(
            product.text.contains(
                "<code>policy.secret_overlap_maximum</code></th><td role=\"cell\" class=\"line\">1d</td><td role=\"cell\">line\u{00A0}\(line ?? 0)</td>"
            ), "\(product.text)")
        #expect(
            product.text.contains(
                "<code>policy.api_keys_per_account</code></th><td role=\"cell\" class=\"line\">500</td></tr>"))
        let nodes = try await visitor.open("/operator/nodes")
        #expect(nodes.text.contains("1 of 1") && nodes.text.contains("This node"))
        #expect(nodes.text.contains("Trusts its memory") && nodes.text.contains("<bdi>The same</bdi>"))
        #expect(nodes.text.contains("<bdi>Agree</bdi>"), "\(nodes.text)")
        try await eventually { try await visitor.open("/operator/nodes").text.contains(address) }
        #expect(try await visitor.open("/operator/nodes").text.contains(address))
        let ring = try await visitor.open("/operator/key-ring")
        #expect(ring.text.contains("Seals access tokens") && ring.text.contains("Digests secrets"))
        let servers = try await visitor.open("/operator/resource-servers")
        #expect(servers.text.contains("Demo API") && servers.text.contains("Actions for Demo API"))
        for (query, isFound) in [("?q=demo&sort=-name", true), ("?q=nowhere", false)] {
            let list = try await visitor.open("/operator/resource-servers\(query)")
            #expect(list.text.contains("<bdi>Demo API</bdi>") == isFound, "\(query)")
            #expect(list.text.contains("Nothing matches") == !isFound && list.text.contains("Remove filter"))
        }
    }
}
