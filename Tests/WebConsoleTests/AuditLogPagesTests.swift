import Foundation
import Model
import TestSupport
import Testing

@testable import WebConsole

private let onetrust = (try? OurWords.sample("onetrust").text) ?? ""

@Suite("The audit log's pages", .server(product: onetrust), .serialized)
struct AuditLogPagesTests {
    private func auditor() async throws -> (PageVisitor, ServerProcess, DemoCredentials, path: String) {
        let (server, demo) = try RunningServer.current
        var visitor = PageVisitor(server)
        let person = try #require(demo.people["auditor"])
        #expect(try await visitor.signIn(person.email, person.password).status == 303)
        return (visitor, server, demo, "/o/\(demo.account)/audit-log")
    }

    @Test
    func `tell who changed what, in the product's words, and are searched by action, thing, person, day and request`()
        async throws
    {
        var (visitor, server, demo, path) = try await auditor()
        let europe = try #require(demo.organizations["Europe"])
        let key = try await server.makeKey(
            in: europe, scopes: ["assessments.read"], ["name": "Told of"], as: demo.operatorKey)
        let id = try #require(key.path.split(separator: "/").last.map(String.init))
        let all = try await visitor.open(path)
        #expect(all.status == 200)
        #expect(all.text.contains("OAuth 2.0 API key created") && all.text.contains("<bdi>Told of</bdi>"))
        #expect(all.text.contains("in <bdi>Europe</bdi>"))
        #expect(!all.text.contains(key.secret))
        func rows(_ query: String) async throws -> Int {
            let page = try await visitor.open(path + query)
            #expect(page.status == 200)
            return page.text.matches(of: /<tr role="row"><th role="rowheader"/).count
        }
        #expect(try await rows("?thing=\(id)") == 1)
        let (oldest, newest) = (try await visitor.open(path + "?sort=when"), try await visitor.open(path))
        func times(_ page: Answer) -> [String] {
            page.text.matches(of: /<td role="cell"><time datetime="([^"]*)"/).map { String($0.1) }
        }
        #expect(times(oldest) == times(oldest).sorted() && times(newest) == times(newest).sorted().reversed())
        #expect(try #require(times(oldest).first) <= #require(times(newest).last))
        #expect(newest.links("When") == [path + "?sort=when"] && oldest.links("When") == [path])
        #expect(try await rows("?thing=\(id)&action=api-key.deleted") == 0)
        #expect(try await rows("?thing=\(id)&action=api-key.created") == 1)
        let today = try #require(
            (try await visitor.open(path + "?thing=\(id)")).text.firstMatch(of: /datetime="(\d{4}-\d\d-\d\d)T/)
        ).1
        #expect(try await rows("?thing=\(id)&since=\(today)&until=\(today)") == 1)
        #expect(try await rows("?thing=\(id)&until=1999-12-31") == 0)
        let request = try #require(
            (try await visitor.open(path + "?thing=\(id)")).text.firstMatch(of: /audit-log\?request=([^"]+)"/)
        ).1
        #expect(try await rows("?request=\(request)") == 1)
        let person = try #require(demo.people["auditor"])
        #expect(try await rows("?who=\(ServerProcess.encoded(person.email))&action=session.started") == 1)
        for name in ["who", "thing", "request"] {
            let pasted = try await visitor.open(path + "?sort=when&\(name)=Bearer+\(key.secret)")
            #expect(pasted.status == 303 && pasted.location == path + "?sort=when")
            let told = try await visitor.open(path + "?sort=when")
            #expect(told.bad?.contains("You searched for a secret.") == true && !told.text.contains(key.secret))
        }
        let wrong = try await visitor.open(path + "?since=yesterday")
        #expect(wrong.text.contains("Write a day as 2026-11-29.") && wrong.text.contains("aria-invalid=\"true\""))
        // The story of one thing as a file, where no cell is a formula.
        let formula = try await server.makeKey(
            in: europe, scopes: ["assessments.read"], ["name": "=1+1, \"quoted\";\"=2"], as: demo.operatorKey)
        _ = try await server.make(formula.path + "/rotate", [:], as: demo.operatorKey)
        let story = try await visitor.open("\(path)/\(formula.id)")
        let file = try await visitor.open(try #require(story.links("Download as .csv").first))
        #expect(file.status == 200 && file.headers["content-type"]?.hasPrefix("text/csv") == true)
        #expect(file.headers["content-disposition"]?.hasPrefix("attachment; filename=\"audit-log-20") == true)
        let lines = file.text.split(separator: "\r\n")
        #expect(lines.count == 3 && lines.dropFirst().allSatisfy { $0.contains("\"\(formula.id)\"") })
        #expect(file.text.contains("\"'=1+1, \"\"quoted\"\";\"\"'=2\""))
        #expect(file.text.contains("OAuth 2.0 API key rotated"))
        #expect(!file.text.contains(formula.secret))
        #expect(try await visitor.open(path + "/file?since=yesterday").location == path + "?since=yesterday")
        let chips = try await visitor.open(path + "?thing=\(id)&action=api-key.created")
        #expect(chips.text.contains("Remove filter What: OAuth 2.0 API key created"))
    }

    @Test func `a request that was refused is found by its identifier, and said why; what if is answered before`()
        async throws
    {
        var (visitor, server, demo, path) = try await auditor()
        let europe = try #require(demo.organizations["Europe"])
        let key = try await server.makeKey(in: europe, scopes: ["assessments.read"], as: demo.operatorKey)
        let refused = try await server.verify(key.secret, scope: "assessments.write")
        let request = try #require(refused.headers["x-request-id"])
        var found = ""
        try await eventually {
            found = try await visitor.open("\(path)?request=\(request)").text
            return found.contains("This request was refused.")
        }
        let why = "/o/\(europe)/refusals/\(request)"
        #expect(found.contains(why), "\(found)")
        let page = try await visitor.open(why)
        #expect(page.text.contains("Scope missing") && page.text.contains("assessments.write"), "\(page.text)")
        #expect(!page.text.contains(key.secret))
        let tab = try await visitor.open("/o/\(europe)/api-keys/\(key.id)/refused")
        #expect(tab.text.contains(request) && tab.text.contains("Scope missing"), "\(tab.text)")
        #expect(try await visitor.open("/o/\(demo.account)/refusals/\(request)").status == 404)

        let app = try await server.makeApp(in: europe, scopes: ["assessments.read"], as: demo.operatorKey)
        let code = [("grant_type", "authorization_code"), ("code", "no code"), ("redirect_uri", app.redirectURI)]
        let exchange = try #require(try await server.token(code, of: app).headers["x-request-id"])
        let tabOfApp = "/o/\(europe)/apps/\(app.id)/refused"
        #expect(try await visitor.open(tabOfApp).status == 404)
        var admin = PageVisitor(server)
        let person = try #require(demo.people["site-admin"])
        _ = try await admin.signIn(person.email, person.password)
        try await eventually {
            found = try await admin.open(tabOfApp).text
            return found.contains("/o/\(europe)/refusals/\(exchange)")
        }
        #expect(found.contains(exchange), "\(found)")
        #expect(try await admin.open("/o/\(europe)/refusals/\(exchange)").text.contains("Go to the "))
        // The page of a request that leads nowhere leads those to it who may read the app, and nobody else.
        let elsewhere = app.request(["redirect_uri": "https://elsewhere.example.com", "scope": "assessments.read"])
        let led = try await admin.open(elsewhere)
        #expect(led.status == 400 && led.text.contains("href=\"\(tabOfApp)\""), "\(led.text)")
        for unled in [try await visitor.open(elsewhere), try await server.get(elsewhere)] {
            #expect(unled.status == 400 && !unled.text.contains(tabOfApp), "\(unled.text)")
        }
        let asked = try #require(led.headers["x-request-id"])
        try await eventually {
            found = try await admin.open(tabOfApp).text
            return found.contains("/o/\(europe)/refusals/\(asked)")
        }
        #expect(found.contains("Redirect URI not registered"), "\(found)")
        #expect(try await admin.open("/o/\(europe)/refusals/\(asked)").text.contains("unknown_redirect_uri"))

        let trial = "/o/\(europe)/api-keys/\(key.id)/what-if"
        let answer = try await visitor.open("\(trial)?tried=yes&scopes=assessments.read+assessments.write")
        #expect(answer.text.contains("It would be refused. Scope missing"), "\(answer.text)")
        let wrong = try await visitor.open("\(trial)?tried=yes&address=nowhere")
        #expect(wrong.status == 422 && wrong.text.contains("Must be an IPv4 or IPv6 address."), "\(wrong.text)")
    }

    @Test func `tell the story of one credential, to those who may read it, and of nothing else`() async throws {
        var (visitor, server, demo, path) = try await auditor()
        let key = try await server.makeKey(
            in: demo.account, scopes: ["assessments.read"], ["name": "With a story"], as: demo.operatorKey)
        let id = try #require(key.path.split(separator: "/").last.map(String.init))
        _ = try await server.make(key.path + "/disable", [:], as: demo.operatorKey)
        let story = try await visitor.open("\(path)/\(id)")
        #expect(story.text.contains("<h1>With a story</h1>"), "\(story.text)")
        #expect(story.text.contains("OAuth 2.0 API key disabled") && story.text.contains("OAuth 2.0 API key created"))
        #expect(!story.text.contains("role=\"search\" action"))
        let unknown = try await visitor.open("\(path)/key_0000000000000000000001")
        let stranger = try await server.makeAccount("Stranger", as: demo.operatorKey)
        let foreign = try await server.makeKey(in: stranger, scopes: ["assessments.read"], as: demo.operatorKey)
        let other = try await visitor.open("\(path)/\(foreign.path.split(separator: "/").last ?? "")")
        #expect(unknown.status == 404 && other.status == 404)
        var manager = PageVisitor(server)
        let person = try #require(demo.people["credentials-manager"])
        _ = try await manager.signIn(person.email, person.password)
        #expect(try await manager.open(path).status == 404)
        #expect(try await manager.open("\(path)/\(id)").status == 404)
    }

    @Test(arguments: [
        ("1970-01-01", 0), ("1970-01-02", 86_400), ("2000-02-29", 951_782_400), ("2026-11-29", 1_795_910_400),
        ("9999-12-31", 253_402_214_400),
    ])
    func `a day begins at midnight in UTC`(_ day: (text: String, seconds: Int64)) {
        #expect(AuditSearch.day(day.text)?.seconds == day.seconds)
    }

    @Test(arguments: ["", "2026-13-01", "2026-1-1", "26-01-01x", "2026/01/01", "+026-01-01", "yesterday!"])
    func `what is no day is none`(_ text: String) {
        #expect(AuditSearch.day(text) == nil)
    }
}
