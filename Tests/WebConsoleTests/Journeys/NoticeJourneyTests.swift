import TestSupport
import Testing

@Suite("A member who is told by e-mail what becomes of credentials", .onEveryEngine)
struct NoticeJourneyTests {
    private static let product = """
        product: {name: Acme}
        scopes: {data.read: {description: Read}, data.write: {description: Write}}
        policy: {notify_roles: [owner, admin]}
        """

    @Test func `chooses what they get, and stops it by one click of their mail program, without a cookie`() async throws
    {
        let post = try Post()
        try await post.withServer(product: Self.product) { server, demo in
            let list = try await server.call(
                "GET", "/api/v1/organizations/\(demo.account)/members?limit=200", bearer: demo.operatorKey)
            let members = try list.json["items"].elements
            let admin = try #require(try members.first { try $0["email"].string == demo.adminEmail })
            try await server.database.insertNotice(for: try admin["id"].string, in: demo.account)
            let mail = try await post.letter(number: 1)
            #expect(mail.headers.contains("To: <\(demo.adminEmail)>"))
            let found = try #require(mail.headers.firstMatch(of: /List-Unsubscribe: <([^>]*)>/)?.1)
            #expect(found.hasPrefix(server.base + "/account/notices/pause?token="))
            let link = String(found.dropFirst(server.base.count))

            var visitor = PageVisitor(server)
            _ = try await visitor.signIn(demo)
            #expect(try await visitor.open("/account").text.contains("href=\"/account/notices\""))
            let page = try await visitor.open("/account/notices")
            #expect(page.text.contains("value=\"daily\" required checked"))
            let saved = try await visitor.fill(page, "/account/notices", [("pace", "soon"), ("about.ending", "on")])
            #expect(saved.location == "/account/notices")
            let chosen = try await visitor.open("/account/notices")
            #expect(chosen.good == "Changes saved.")
            #expect(chosen.text.contains("value=\"soon\" required checked"))
            #expect(chosen.text.contains("name=\"about.ending\" value=\"on\" checked"))
            #expect(!chosen.text.contains("name=\"about.upkeep\" value=\"on\" checked"))

            // Whoever only looks stops nothing, nor does what is no such request, or no such link.
            #expect(try await server.get(link).text.contains("action=\"\(link)\""))
            #expect(try await server.form(link, [("List-Unsubscribe", "No")]).status == 400)
            #expect(try await server.form(link + "x", [("List-Unsubscribe", "One-Click")]).status == 403)
            #expect(try await server.get("/account/notices/pause").status == 403)
            #expect(try await visitor.open("/account/notices").text.contains("value=\"soon\" required checked"))
            let body = "--b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--b--\r\n"
            let stopped = try await server.send(
                "POST", link, headers: [("Content-Type", "multipart/form-data; boundary=b")], body: Array(body.utf8))
            #expect(stopped.status == 200)
            #expect(stopped.headers["set-cookie"] == nil)
            #expect(!stopped.text.contains(demo.adminEmail), "It tells nothing of whose it is.")
            #expect(try await visitor.open("/account/notices").text.contains("value=\"paused\" required checked"))
            let events = try await server.call(
                "GET", "/api/v1/organizations/\(demo.account)/audit-events?action=member.notices-changed",
                bearer: demo.operatorKey)
            #expect(try events.json["items"].elements.count == 2)
            #expect(!server.log.contains("token="))
        }
    }
}
